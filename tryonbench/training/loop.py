"""The training loop. It counts images, and every update is a function of the state before it.

Randomness comes from seeds derived from (run seed, images seen), data order from the position in
an endless shuffle, the learning rate from the images seen: so a run that is killed and resumed
repeats the uninterrupted one exactly. Where an update accumulates several batches, the first phase
seeds each of them by the images before it; later phases draw on from there.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from tryonbench.batch import TryOnBatch
from tryonbench.config import RunConfig
from tryonbench.data.dataset import VitonHD, training_loader
from tryonbench.interrupts import deferred_interrupts
from tryonbench.method import Phase, TrainState, TryOnMethod
from tryonbench.processes.rows import joint_means, whole_means
from tryonbench.processes.world import agreed, on_first, world
from tryonbench.progress import progress
from tryonbench.runs import Run
from tryonbench.seeds import derive
from tryonbench.training.blocks import blocks_of, copies, gradient_norms, update_ratios
from tryonbench.training.checkpoints import (
    newest_state,
    remove_unfinished,
    save_best,
    save_checkpoint,
)
from tryonbench.training.clock import Clock
from tryonbench.training.ema import Ema, copy_into, tensors
from tryonbench.training.guard import Guard
from tryonbench.training.hardware import make_fabric, set_up
from tryonbench.training.log import RunLog, losses_of, means
from tryonbench.training.optim import (
    check_phases,
    clipped_norm,
    lr_scale,
    make_optimizer,
    phase_config,
)
from tryonbench.training.probe import Probe, fixed_batch, is_due
from tryonbench.training.samples import SampleGrids
from tryonbench.training.sharded import load_optimizer, whole_tensors
from tryonbench.training.team import Team
from tryonbench.training.trackers import opened
from tryonbench.training.validation import Best, Validator, stopped_early, worst


@dataclass(frozen=True)
class Part:
    """One of the batches of an update."""

    batch: TryOnBatch
    images: int
    """Images seen before it."""
    carried: dict[str, Tensor] = field(default_factory=dict)
    """What its phases hand on."""


class Trainer:
    """A method, its optimisers and how far they are."""

    def __init__(
        self,
        method: TryOnMethod,
        config: RunConfig[Any],
        run: Run,
        held_out: VitonHD | None = None,
    ) -> None:
        """
        Args:
            held_out: samples to validate on.

        Raises:
            InputError: a setting names a phase that is not there, or needs what the machine lacks.
        """
        check_phases(config, method.phases)
        self.method, self.config, self.run = method, config, run
        self.fabric = make_fabric(config)
        self.team = Team(self.fabric, config.batch_size)
        set_up(method, config, self.fabric)
        self.images, self.step, self.saved, self.clock = 0, 0, 0.0, Clock()
        self.optimizers = {phase.name: self._optimizer(phase) for phase in method.phases}
        self.ema = Ema(method.inference_networks, config.ema_decay)
        self.validator = Validator(method, self.ema, held_out, config) if held_out else None
        self.best = worst(config.best)
        self.guard = Guard(run, config)
        self.log = RunLog(run)
        self.probe: Probe | None = None
        self.grids: SampleGrids | None = None

    def _optimizer(self, phase: Phase) -> Any:
        networks = [self.method.networks[name] for name in phase.networks]
        parameters = [p for network in networks for p in network.parameters()]
        optimizer = make_optimizer(phase_config(self.config, phase), parameters)
        return self.fabric.setup_optimizers(optimizer)

    def fit(self, dataset: VitonHD) -> None:
        """Train from where the run is to its end; on Ctrl-C save and raise KeyboardInterrupt.

        Raises:
            TryonbenchError: a loss is not finite or has exploded, or a gradient is not finite.
        """
        self.method.networks.train()
        self._watch(dataset)
        self.saved = time.monotonic()
        title = f"train {self.run.name}"
        shown = self.config.trackers if world().is_first else ()
        with (
            deferred_interrupts() as stop,
            progress(title, self.config.images, self.images) as update,
            opened(shown, self.run, self.images) as self.log.trackers,
        ):
            for batches in self._batches(dataset):
                with self.clock.running():
                    record = self._step(batches)
                self._log(record)
                self._validate()
                if self.grids:
                    self.grids.write_if_due(self.images)
                update(self.images)
                stopping, due = agreed(stop.asked, self._is_saving_due())
                if stopping:
                    self.save()
                    raise KeyboardInterrupt
                given_up = self.validator and self.validator.ended
                if given_up or stopped_early(self.config, self.best):
                    break
                if due:
                    self.save()
            self.save()

    def _watch(self, dataset: VitonHD) -> None:
        """Set up what looks at a few fixed samples now and then."""
        config, watched = self.config, (self.method, self.ema)
        if config.diagnose_every == 0 and not config.samples_every:
            return
        batch = fixed_batch(dataset).to(self.fabric.device)
        self.probe = Probe(*watched, batch, config) if len(batch) > 1 else None
        self.grids = (
            SampleGrids(*watched, batch, config, self.run) if config.samples_every else None
        )

    def _batches(self, dataset: VitonHD) -> Iterator[tuple[TryOnBatch, ...]]:
        """The batches of each update that is left."""
        config = self.config
        left = math.ceil((config.images - self.images) / config.update_images)
        order = config.batch_size, config.seed, self.images
        loader = training_loader(dataset, *order, config.workers, config.augment, self.team.loaded)
        batches = zip(*[iter(loader)] * config.accumulate, strict=False)
        yield from self.clock.waiting(islice(batches, left))

    def _step(self, batches: Sequence[TryOnBatch]) -> dict[str, float]:
        """One update of every phase; what to log of it."""
        size, device = self.config.batch_size, self.fabric.device
        parts = [Part(b.to(device), self.images + i * size) for i, b in enumerate(batches)]
        record: dict[str, float] = {}
        diagnosed = self._is_diagnosed()
        for phase in self.method.phases:
            record |= self._update(phase, parts, diagnosed)
        self.ema.update(self.method.inference_networks, self.step)
        self.step += 1
        self.images += self.config.update_images
        return record

    def _is_logged(self, step: int) -> bool:
        """Whether the record of so many updates is written."""
        config = self.config
        return step % config.log_every == 0 or step * config.update_images >= config.images

    def _is_diagnosed(self) -> bool:
        """Whether the record of the next update has measurements for `tryonbench diagnose`."""
        images = self.images + self.config.update_images
        return self._is_logged(self.step + 1) and is_due(self.config, images)

    def _validate(self) -> None:
        """Validate if it is time, and keep the weights if they are the best so far."""
        if self.validator is None or not self.validator.is_due(self.images):
            return
        own = self.validator.run(self.images, self.fabric.device)
        values = on_first(lambda: own)
        self.best = self.best.after(self.config.best, values, self.images)
        if self.best.images == self.images:
            weights = whole_tensors(self.ema.state)
            on_first(lambda: save_best(self.run, self.config, weights, self.images))
        self.log.write({"step": self.step, "images": self.images, **values})

    def _update(self, phase: Phase, parts: Sequence[Part], diagnosed: bool) -> dict[str, float]:
        """One optimiser step; what to log of it."""
        optimizer, settings = self.optimizers[phase.name], phase_config(self.config, phase)
        lr = settings.lr * lr_scale(self.config.schedule, self.images, self.config.images)
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.zero_grad()
        last = len(parts) - 1
        values = means([self._accumulate(phase, p, i == last) for i, p in enumerate(parts)])
        self.guard.check_growth(losses_of(values), self.step)
        norm = clipped_norm(self.fabric, self.method.networks, optimizer, settings.grad_clip)
        self.guard.check_gradient(phase.name, norm, self.step)
        by_block = self._optimize(phase, diagnosed)
        return {f"lr/{phase.name}": lr, f"grad_norm/{phase.name}": norm, **values, **by_block}

    def _optimize(self, phase: Phase, diagnosed: bool) -> dict[str, float]:
        """Let a phase's optimiser step; `grad_norm/PHASE/BLOCK` and `update/PHASE/BLOCK` (by what
        share the weights moved) if they are measured."""
        optimizer = self.optimizers[phase.name]
        if not diagnosed or self.config.strategy == "fsdp":
            optimizer.step()
            return {}
        blocks = blocks_of({name: self.method.networks[name] for name in phase.networks})
        norms, before = gradient_norms(blocks), copies(blocks)
        optimizer.step()
        ratios = update_ratios(blocks, before)
        named = {f"grad_norm/{phase.name}/{block}": value for block, value in norms.items()}
        return named | {f"update/{phase.name}/{block}": r for block, r in ratios.items()}

    def _accumulate(self, phase: Phase, part: Part, last: bool) -> dict[str, float]:
        """Add the gradient of one batch, its share of the update's; what to log of it.

        Args:
            last: whether the gradients of several processes are averaged now.
        """
        if phase is self.method.phases[0]:
            self.team.seed(derive("step", self.config.seed, part.images))
        state = TrainState(phase.name, self.step, part.images, carried=part.carried)
        with self.team.at_work(self.method, phase, last):
            losses = self.method.training_step(part.batch, state)
            values = whole_means({name: loss.item() for name, loss in losses.items()})
            self.guard.check_losses(phase.name, values, self.step)
            total = sum(losses.values(), torch.zeros((), device=self.fabric.device))
            self.fabric.backward(total / self.config.accumulate * self.team.weight)
            logged = joint_means(state.logged) if self._is_logged(self.step + 1) else state.logged
        named = {f"loss/{phase.name}/{name}": value for name, value in values.items()}
        return named | {f"{phase.name}/{name}": value for name, value in logged.items()}

    def _log(self, record: dict[str, float]) -> None:
        """Write the record of an update if it is one of those that are written."""
        if not self._is_logged(self.step):
            return
        seconds = self.clock.seconds
        place = {"step": self.step, "images": self.images, "seconds": seconds}
        speed = {"images_per_s": self.images / seconds, "data_wait": self.clock.recent_wait()}
        probed = self.probe.run() if self.probe and is_due(self.config, self.images) else {}
        self.log.write({**place, **speed, **record, **probed})

    def _is_saving_due(self) -> bool:
        """Whether it is time for a checkpoint, unless the training looks as if it breaks down."""
        due = time.monotonic() - self.saved > self.config.checkpoint_seconds
        return due and not self.guard.alarmed

    def save(self) -> None:
        """Write a checkpoint."""
        state = whole_tensors(self._state())
        on_first(lambda: save_checkpoint(self.run, self.config, state["ema"], state))
        self.saved = time.monotonic()

    def _state(self) -> dict[str, Any]:
        return {
            "images": self.images,
            "step": self.step,
            "seconds": self.clock.seconds,
            "networks": tensors(dict(self.method.networks.items())),
            "ema": self.ema.state,
            "optimizers": {name: o.state_dict() for name, o in self.optimizers.items()},
            "best": self.best.state(),
            "guard": self.guard.state(),
            "precision": self.fabric.strategy.precision.state_dict(),
        }

    def resume(self) -> None:
        """Go back to the newest checkpoint, if there is one.

        Raises:
            InputError: it is corrupted.
        """
        on_first(lambda: remove_unfinished(self.run))
        state = newest_state(self.run)
        if state is None:
            on_first(lambda: self.run.log.unlink(missing_ok=True))
            return
        self.images, self.step = state["images"], state["step"]
        self.clock.seconds = state["seconds"]
        copy_into(tensors(dict(self.method.networks.items())), state["networks"])
        copy_into(self.ema.state, state["ema"])
        for name, optimizer in self.optimizers.items():
            load_optimizer(optimizer, state["optimizers"][name])
        self.fabric.strategy.precision.load_state_dict(state["precision"])
        self.best = Best(**state["best"])
        self.guard.load(state["guard"])
        on_first(lambda: self.log.cut(self.images))
