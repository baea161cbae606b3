"""A run that a process on another machine has gone on with: the newest wins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tryonbench.errors import TakenError
from tryonbench.runs import Run
from tryonbench.training.loop import Trainer

OTHER = {"host": "elsewhere", "process": 7}
OFTEN = ("images=16", "checkpoint_seconds=1e-9")


def test_a_training_that_was_taken_stops_and_writes_no_more(
    paint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, save = Run(tmp_path / "run"), Trainer.save

    def taken_before_the_third(self: Trainer) -> None:
        if self.step == 3:
            run.trainer.write_text(json.dumps(OTHER))
        save(self)

    monkeypatch.setattr(Trainer, "save", taken_before_the_third)
    with pytest.raises(TakenError, match="taken by process 7 on elsewhere"):
        paint(*OFTEN)
    assert sorted(path.name for path in run.checkpoints.iterdir()) == ["000000004", "000000008"]
    assert not run.broken_off.exists()
    assert json.loads(run.trainer.read_text()) == OTHER


def test_what_a_dead_process_has_left_is_taken(paint, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    run.folder.mkdir()
    paint(*OFTEN)
    assert not run.trainer.exists()
    run.trainer.write_text(json.dumps(OTHER))
    paint(*OFTEN, fresh=True)
    assert not run.trainer.exists()
