"""Stopping a training that has gone wrong, at the step where it does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import median
from typing import Any

from tryonbench.config import RunConfig
from tryonbench.errors import TryonbenchError
from tryonbench.runs import Run
from tryonbench.training.checkpoints import last_good

FACTOR, FLOOR = 1e4, 1e-3
"""A loss has exploded beyond FACTOR x its running median, taken as FLOOR at least: a loss may rest
at zero, as hinge losses do."""
PATIENCE = 5
"""Updates in a row for which it may."""
WINDOW, FEWEST = 100, 3
"""Values that the median is taken of."""
OVERFLOWS = 20
"""Updates in a row that fp16 may skip: its scale of 65536 is halved each time."""


class Guard:
    """Watches losses and gradients. It stops a phase before the weights move."""

    def __init__(self, run: Run, config: RunConfig[Any]) -> None:
        """With fp16, updates whose gradient is not finite are left out, and some are allowed."""
        self.run, self.config = run, config
        self.allowed = OVERFLOWS if config.precision == "16-mixed" else 0
        self.calm: dict[str, list[float]] = {}
        self.in_a_row: dict[str, int] = {}

    @property
    def alarmed(self) -> bool:
        """Whether the last update was suspicious, so that it must not be kept."""
        return any(self.in_a_row.values())

    def check_losses(self, phase: str, losses: Mapping[str, float], step: int) -> None:
        """
        Raises:
            TryonbenchError: a loss is not finite.
        """
        broken = [name for name, loss in losses.items() if not math.isfinite(loss)]
        if broken:
            self._stop(f"{phase} loss {', '.join(broken)} is not finite at step {step}")

    def check_gradient(self, phase: str, norm: float, step: int) -> None:
        """
        Raises:
            TryonbenchError: it is not finite, and with fp16 has not been for many updates.
        """
        if self._count(phase, not math.isfinite(norm)) > self.allowed:
            self._stop(f"the gradient of the phase {phase} is not finite at step {step}")

    def check_growth(self, values: Mapping[str, float], step: int) -> None:
        """Compare an update's losses, by `loss/PHASE/TERM`, with those before it.

        Raises:
            TryonbenchError: one has exploded.
        """
        for key, value in values.items():
            calm = self.calm.setdefault(key, [])
            usual = median(calm) if len(calm) >= FEWEST else math.inf
            exploded = abs(value) > FACTOR * max(usual, FLOOR)
            if self._count(key, exploded) >= PATIENCE:
                _, phase, name = key.split("/", 2)
                self._stop(
                    f"{phase} loss {name} has exploded: {value:.3g} at step {step}, over "
                    f"{FACTOR:.0f} times its median of {usual:.3g} for {PATIENCE} updates"
                )
            if not exploded:
                self.calm[key] = [*calm, abs(value)][-WINDOW:]

    def _count(self, key: str, wrong: bool) -> int:
        """How often in a row something has been wrong."""
        self.in_a_row[key] = self.in_a_row.get(key, 0) + 1 if wrong else 0
        return self.in_a_row[key]

    def _stop(self, what: str) -> None:
        """Any phase can be the cause: a discriminator's faults show in the generator's losses."""
        places = ["optimizer", *(f"optimizers.{phase}" for phase in self.config.optimizers)]
        advice = "begin again with a lower " + " or ".join(f"--set {p}.lr" for p in places)
        if not all(o.grad_clip for o in (self.config.optimizer, *self.config.optimizers.values())):
            advice += ", or with --set optimizer.grad_clip=1"
        raise TryonbenchError(f"{what}; {last_good(self.run)}; {advice}")

    def state(self) -> dict[str, Any]:
        """What a resumed run goes on with."""
        return {"calm": self.calm, "in_a_row": self.in_a_row}

    def load(self, state: Mapping[str, Any]) -> None:
        self.calm, self.in_a_row = dict(state["calm"]), dict(state["in_a_row"])
