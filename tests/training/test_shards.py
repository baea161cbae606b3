"""A run on a folder that is killed, and goes on with the shards made from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tryonbench.batch import TryOnBatch
from tryonbench.data.layout import open_split
from tryonbench.method import TrainState
from tryonbench.runs import Run
from tryonbench.shards.write import Limit, plan, write

Paint = Callable[..., Run]


class Killed(BaseException):
    """The end of a process: nothing catches it."""


def test_a_run_goes_on_with_shards_bit_for_bit(
    paint: Paint,
    painter: Any,
    off: Callable[[Run, Run], float],
    synth_root: Path,
    tmp_path: Path,
) -> None:
    shards = tmp_path / "shards"
    write(plan(open_split(synth_root, "train"), shards, Limit(3, None)), lambda done: None)

    class Mortal(painter):
        def training_step(self, batch: TryOnBatch, state: TrainState) -> Any:
            if state.step == 3:
                raise Killed
            return super().training_step(batch, state)

    given = ("images=24", "checkpoint_seconds=1e-9")
    with pytest.raises(Killed):
        paint(*given, method=Mortal)
    assert off(paint(*given, name="whole"), paint(*given, root=shards)) == 0
