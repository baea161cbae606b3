"""Trackers get the log's values, are closed, and are never used unasked."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tryonbench.errors import InputError
from tryonbench.runs import Run, read_log
from tryonbench.training import trackers
from tryonbench.training.log import RunLog

Paint = Callable[..., Run]
Calls = list[tuple[str, Any]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What is called of `wandb` and `trackio`, neither of which need be installed."""
    made: Calls = []
    for name in ("wandb", "trackio"):
        module = ModuleType(name)
        module.__spec__ = importlib.util.spec_from_loader(name, loader=None)
        module.init = lambda package=name, **given: made.append((f"{package}_init", given))
        module.log = lambda values, step: made.append(("log", (step, values)))
        module.finish = lambda: made.append(("finish", None))
        monkeypatch.setitem(sys.modules, name, module)
    return made


@pytest.mark.parametrize("name", ["wandb", "trackio"])
def test_a_tracker_gets_what_the_log_gets(paint: Paint, calls: Calls, name: str) -> None:
    run = paint("images=8", f"trackers=[{name}]", "validate_every=8", "validate_samples=1")
    (started, given), *logged, (ended, _) = calls
    assert (started, ended) == (f"{name}_init", "finish")
    assert given["name"] == "run"
    assert given["config"]["images"] == 8
    assert given["resume"] == "never"
    records = list(read_log(run.log))
    told = [(r["images"], {k: v for k, v in r.items() if k != "step"}) for r in records]
    assert [value for _, value in logged] == told
    assert "val/psnr" in records[-1]


def test_a_resumed_run_goes_on_in_its_tracker(
    paint: Paint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ("images=8", "trackers=[wandb]", "checkpoint_seconds=1e-9")
    with monkeypatch.context() as patch:
        patch.setattr("tryonbench.training.loop.RunLog.write", _break_off_at(8, RunLog.write))
        with pytest.raises(ConnectionError):
            paint(*settings)
    paint(*settings)
    first, second = (given for what, given in calls if what == "wandb_init")
    assert (first["id"], second["resume"]) == (second["id"], "allow")
    assert [what for what, _ in calls] == ["wandb_init", "log", "finish"] * 2, "closed both times"


def _break_off_at(images: int, write: Callable[..., None]) -> Callable[..., None]:
    """Write records up to one, and break off there."""

    def broken(self: RunLog, values: dict[str, float]) -> None:
        if values["images"] == images:
            raise ConnectionError
        write(self, values)

    return broken


def test_nothing_is_tracked_unasked(paint: Paint, calls: Calls) -> None:
    paint("images=8")
    assert calls == []


def test_tensorboard_gets_scalars_by_images(paint: Paint, monkeypatch: pytest.MonkeyPatch) -> None:
    from lightning_fabric.loggers import tensorboard

    made: Calls = []

    class Logger:
        def __init__(self, folder: Path, **given: Any) -> None:
            made.append((folder.name, given))

        def log_metrics(self, values: dict[str, float], step: int) -> None:
            made.append(("log", (step, values["loss/generator/l2"])))

        def finalize(self, status: str) -> None:
            made.append(("finish", status))

    monkeypatch.setattr(tensorboard, "TensorBoardLogger", Logger)
    monkeypatch.setattr(trackers, "find_spec", lambda name: name == "tensorboard")
    run = paint("images=8", "trackers=[tensorboard]")
    (folder, given), *logged, (ended, _) = made
    assert (folder, given["purge_step"], ended) == ("tensorboard", None, "finish")
    records = list(read_log(run.log))
    assert [v for _, v in logged] == [(r["images"], r["loss/generator/l2"]) for r in records]
    trackers.TensorBoard(run, 8)
    assert made[-1][1]["purge_step"] == 9, "what a resumed run does again is hidden"


def test_tensorboard_itself(paint: Paint) -> None:
    pytest.importorskip("tensorboard")
    run = paint("images=8", "trackers=[tensorboard]")
    assert any((run.folder / "tensorboard").glob("events.out.tfevents.*"))


@pytest.mark.parametrize("name", ["tensorboard", "wandb", "trackio"])
def test_a_tracker_that_is_not_installed(
    paint: Paint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(trackers, "find_spec", lambda package: None)
    with pytest.raises(InputError, match=rf'pip install "tryonbench\[{name}\]"'):
        paint(f"trackers=[{name}]")
    assert not (tmp_path / "run").exists()


def test_an_unknown_tracker(paint: Paint) -> None:
    with pytest.raises(InputError, match=r"trackers\.0.*'tensorboard', 'wandb' or 'trackio'"):
        paint("trackers=[mlflow]")
