"""Trackers that are given what the log is given. None is used unless the user names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from tryonbench.config import TrackerName
from tryonbench.errors import InputError
from tryonbench.files import digest
from tryonbench.runs import Run

PROJECT = "tryonbench"
PACKAGES: dict[TrackerName, tuple[str, ...]] = {
    "tensorboard": ("tensorboard", "tensorboardX"),
    "wandb": ("wandb",),
    "trackio": ("trackio",),
}
"""Any of these will do."""


class Tracker(Protocol):
    """Something that shows how a run goes."""

    def log(self, values: Mapping[str, float], images: int) -> None:
        """Take the values after so many images."""

    def close(self) -> None:
        """Write what is left."""


class TensorBoard:
    """Event files in the run folder, by Lightning's logger."""

    def __init__(self, run: Run, images: int) -> None:
        """For a run that goes on after `images`; later events of before are hidden."""
        from lightning_fabric.loggers.tensorboard import TensorBoardLogger

        later = images + 1 if images else None
        self.logger = TensorBoardLogger(
            run.folder / "tensorboard", name="", version="", purge_step=later
        )

    def log(self, values: Mapping[str, float], images: int) -> None:
        self.logger.log_metrics(values, step=images)

    def close(self) -> None:
        self.logger.finalize("success")


class ModuleTracker:
    """Weights & Biases (which uploads, unless `WANDB_MODE=offline`) or trackio (which does not):
    modules with the same functions."""

    def __init__(self, package: TrackerName, run: Run, images: int) -> None:
        """For a run that goes on after `images`."""
        self.module = import_module(package)
        manifest = run.manifest()
        place = {"id": digest(run.name, manifest["created"])[:16], "dir": str(run.folder)}
        self.module.init(
            project=PROJECT,
            name=run.name,
            config=manifest["config"],
            resume="allow" if images else "never",
            **(place if package == "wandb" else {}),
        )

    def log(self, values: Mapping[str, float], images: int) -> None:
        own = {key: value for key, value in values.items() if key != "step"}  # trackio's own key
        self.module.log(own, step=images)

    def close(self) -> None:
        self.module.finish()


def require_trackers(names: Iterable[TrackerName]) -> None:
    """
    Raises:
        InputError: the package of one is not installed.
    """
    for name in names:
        if not any(map(find_spec, PACKAGES[name])):
            raise InputError(
                f'the tracker "{name}" is not installed: pip install "tryonbench[{name}]"'
            )


@contextmanager
def opened(names: Iterable[TrackerName], run: Run, images: int) -> Iterator[list[Tracker]]:
    """The trackers of a run that goes on after `images`; closed at the end of the block."""
    with ExitStack() as stack:
        trackers: list[Tracker] = []
        for name in names:
            trackers.append(_open(name, run, images))
            stack.callback(trackers[-1].close)
        yield trackers


def _open(name: TrackerName, run: Run, images: int) -> Tracker:
    if name == "tensorboard":
        return TensorBoard(run, images)
    return ModuleTracker(name, run, images)
