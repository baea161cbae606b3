"""The log of a run: JSON lines, which a resumed run cuts and goes on with, and trackers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from tryonbench.files import write_text
from tryonbench.processes.world import world
from tryonbench.runs import Run, read_log
from tryonbench.storage import storing
from tryonbench.training.trackers import Tracker


class RunLog:
    """`log.jsonl` of a run, and the trackers that are open."""

    def __init__(self, run: Run) -> None:
        self.path = run.log
        self.trackers: Sequence[Tracker] = ()

    def write(self, values: Mapping[str, float]) -> None:
        """Append one record, in the first process; what is not finite is left out, for JSON has no
        word for it."""
        if not world().is_first:
            return
        finite = {key: value for key, value in values.items() if math.isfinite(value)}
        with storing(self.path.parent), self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(finite) + "\n")
        for tracker in self.trackers:
            tracker.log(finite, int(values["images"]))

    def cut(self, images: int) -> None:
        """Drop the records of steps that will be done again, those after `images`."""
        kept = [record for record in read_log(self.path) if record["images"] <= images]
        write_text(self.path, "".join(json.dumps(record) + "\n" for record in kept))


def losses_of(values: Mapping[str, float]) -> dict[str, float]:
    """Of what is logged, the losses."""
    return {key: value for key, value in values.items() if key.startswith("loss/")}


def means(records: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each value over the records that have it."""
    found = {key: [r[key] for r in records if key in r] for r in records for key in r}
    return {key: sum(values) / len(values) for key, values in found.items()}
