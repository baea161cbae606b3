"""A run's log as series of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryonbench.errors import InputError
from tryonbench.runs import Run, read_log

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """One logged number over the training."""

    images: Values
    """Images seen, (R,)."""
    values: Values
    """(R,)."""

    def __len__(self) -> int:
        return len(self.values)

    def first(self, share: float) -> Values:
        """The values of the first part, one at least."""
        return self.values[: max(1, round(share * len(self)))]

    def last(self, share: float) -> Values:
        """The values of the last part, one at least."""
        return self.values[-max(1, round(share * len(self))) :]

    def before(self, images: float) -> Series:
        """What was logged up to so many images."""
        kept = self.images <= images
        return Series(self.images[kept], self.values[kept])


@dataclass(frozen=True)
class History:
    """What a training run logged, and its manifest."""

    manifest: dict[str, Any]
    records: tuple[dict[str, Any], ...]
    broken_off: str | None = None
    """With what the training stopped, if it went wrong."""

    def series(self, key: str) -> Series:
        """The records that have a number of that name."""
        found = [(r["images"], r[key]) for r in self.records if key in r]
        images, values = np.array(found, dtype=np.float64).reshape(-1, 2).T
        return Series(images, values)

    def names(self, prefix: str) -> list[str]:
        """What follows a prefix in the names of logged numbers, in the order of the log."""
        keys = dict.fromkeys(key for record in self.records for key in record)
        return [key.removeprefix(prefix) for key in keys if key.startswith(prefix)]

    @property
    def phases(self) -> list[str]:
        """The phases of a step; the first one's networks generate."""
        return self.names("lr/")

    def losses(self) -> Iterator[tuple[str, Series]]:
        """The terms of the first phase by name."""
        prefix = f"loss/{self.phases[0]}/"
        for name in self.names(prefix):
            yield name, self.series(prefix + name)

    def total(self) -> Series:
        """The sum of the first phase's terms; a term that is not computed at each step is left
        out."""
        terms = [series for _, series in self.losses()]
        longest = max(terms, key=len)
        whole = [series.values for series in terms if len(series) == len(longest)]
        return Series(longest.images, np.sum(whole, axis=0))

    def fastest_phase(self) -> str:
        """The phase of the highest learning rate."""
        return max(self.phases, key=self.learning_rate)

    def learning_rate(self, phase: str) -> float:
        """The configured one of a phase."""
        config = self.manifest["config"]
        settings = config["optimizers"].get(phase, config["optimizer"])
        return float(settings["lr"])

    def rate_setting(self, phase: str) -> str:
        """The setting that holds it."""
        own = phase in self.manifest["config"]["optimizers"]
        return f"optimizers.{phase}.lr" if own else "optimizer.lr"


def read_history(run: Run) -> History:
    """
    Raises:
        InputError: the folder is no training run, or its log has no training step.
    """
    manifest = run.manifest()
    if "config" not in manifest:
        raise InputError(f"{run.folder} is no training run; there is nothing to diagnose")
    records = tuple(record for record in read_log(run.log) if "images" in record)
    stopped = run.broken_off
    reason = stopped.read_text(encoding="utf-8").strip() if stopped.is_file() else None
    history = History(manifest, records, reason)
    if reason and not history.phases:
        raise InputError(f"{run.folder} broke off at once: {reason}")
    if not history.phases:
        raise InputError(
            f"{run.log} has no training step yet; train on, or log more often: --set log_every=1"
        )
    return history
