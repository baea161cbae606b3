"""The log of a run: JSON lines, which a resumed run cuts and goes on with, and trackers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from tryonbench.files import write_text
from tryonbench.runs import Run, read_log
from tryonbench.storage import storing
from tryonbench.training.trackers import Tracker


class RunLog:
    """`log.jsonl` of a run, and the trackers that are open."""

    def __init__(self, run: Run) -> None:
        self.path = run.log
        self.trackers: Sequence[Tracker] = ()

    def write(self, values: Mapping[str, float]) -> None:
        """Append one record; what is not finite is left out, for JSON has no word for it."""
        finite = {key: value for key, value in values.items() if math.isfinite(value)}
        with storing(self.path.parent), self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(finite) + "\n")
        for tracker in self.trackers:
            tracker.log(finite, int(values["images"]))

    def cut(self, images: int) -> None:
        """Drop the records of steps that will be done again, those after `images`."""
        kept = [record for record in read_log(self.path) if record["images"] <= images]
        write_text(self.path, "".join(json.dumps(record) + "\n" for record in kept))
