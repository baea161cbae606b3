"""A process's part in a training that several share."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from typing import Any

import torch
from lightning_fabric import Fabric

from tryonbench.data.dataset import EVERY
from tryonbench.method import Phase, TryOnMethod
from tryonbench.processes.rows import Rows, having
from tryonbench.processes.world import world


class Team:
    """Which rows of each batch are this process's; alone, all of them."""

    def __init__(self, fabric: Fabric, batch_size: int) -> None:
        """
        Raises:
            InputError: there are more processes than rows.
        """
        self.fabric = fabric
        self.rows = Rows(batch_size) if world().count > 1 else None

    @property
    def loaded(self) -> slice:
        """Of each batch."""
        return slice(self.rows.start, self.rows.stop) if self.rows else EVERY

    @property
    def weight(self) -> float:
        """Of these rows' loss: the gradients' mean over the processes is then the batch's."""
        return self.rows.weight if self.rows else 1.0

    def seed(self, seed: int) -> None:
        """Seed torch's global generator, and what the processes draw together."""
        if self.rows:
            self.rows.seed(seed)
        else:
            torch.manual_seed(seed)

    def at_work(
        self, method: TryOnMethod, phase: Phase, last: bool
    ) -> AbstractContextManager[object]:
        """Inside, a method sees rows of a batch; its gradients are averaged over the processes if
        this is the last batch of an update.

        Those that other phases' networks get on the way are thrown away, and never averaged.
        """
        stack = ExitStack()
        stack.enter_context(having(self.rows))
        trained = dict.fromkeys(name for p in method.phases for name in p.networks)
        for name in trained if self.rows else ():
            if not last or name not in phase.networks:
                network: Any = method.networks[name]
                stack.enter_context(self.fabric.no_backward_sync(network))
        return stack
