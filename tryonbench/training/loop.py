"""The training loop. It counts images, and every step is a function of the state before it.

Randomness comes from seeds derived from (run seed, images seen), data order from the position in
an endless shuffle, the learning rate from the images seen: so a run that is killed and resumed
repeats the uninterrupted one exactly.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor

from tryonbench.batch import TryOnBatch
from tryonbench.checkpoint import MODEL, TRAINING, load_training, save_weights
from tryonbench.config import RunConfig
from tryonbench.data.dataset import VitonHD, training_loader
from tryonbench.errors import TryonbenchError
from tryonbench.files import write_text
from tryonbench.interrupts import deferred_interrupts
from tryonbench.method import Phase, TrainState, TryOnMethod
from tryonbench.progress import progress
from tryonbench.runs import Run, read_log
from tryonbench.seeds import derive
from tryonbench.training.ema import Ema, tensors
from tryonbench.training.optim import check_phases, lr_scale, make_optimizer, phase_config


class Trainer:
    """A method, its optimisers and how far they are."""

    def __init__(self, method: TryOnMethod, config: RunConfig[Any], run: Run) -> None:
        check_phases(config, method.phases)
        self.method, self.config, self.run = method, config, run
        self.fabric = Fabric(accelerator="auto", devices=1, precision=config.precision)
        self.images, self.step, self.seconds = 0, 0, 0.0
        if config.channels_last:
            method.networks.to(memory_format=torch.channels_last)
        for name, network in list(method.networks.items()):
            method.networks[name] = self.fabric.setup_module(network)
        self.optimizers = {phase.name: self._optimizer(phase) for phase in method.phases}
        self.ema = Ema(method.inference_networks, config.ema_decay)

    def _optimizer(self, phase: Phase) -> Any:
        networks = [self.method.networks[name] for name in phase.networks]
        parameters = [p for network in networks for p in network.parameters()]
        optimizer = make_optimizer(phase_config(self.config, phase), parameters)
        return self.fabric.setup_optimizers(optimizer)

    def fit(self, dataset: VitonHD) -> None:
        """Train from where the run is to its end; on Ctrl-C save and raise KeyboardInterrupt.

        Raises:
            TryonbenchError: a loss is not finite.
        """
        self.method.networks.train()
        title = f"train {self.run.name}"
        with (
            deferred_interrupts() as stop,
            progress(title, self.config.images, self.images) as update,
        ):
            saved = time.monotonic()
            for batch in self._batches(dataset):
                self._step(batch)
                update(self.images)
                if stop.asked or time.monotonic() - saved > self.config.checkpoint_seconds:
                    self.save()
                    saved = time.monotonic()
                if stop.asked:
                    raise KeyboardInterrupt
            self.save()

    def _batches(self, dataset: VitonHD) -> Iterator[TryOnBatch]:
        """The batches that are left."""
        config = self.config
        left = math.ceil((config.images - self.images) / config.batch_size)
        loader = training_loader(
            dataset, config.batch_size, config.seed, self.images, config.workers, config.augment
        )
        yield from islice(loader, left)

    def _step(self, batch: TryOnBatch) -> None:
        """One update of every phase."""
        started = time.monotonic()
        batch = batch.to(self.fabric.device)
        torch.manual_seed(derive("step", self.config.seed, self.images))
        record: dict[str, float] = {}
        carried: dict[str, Tensor] = {}
        for phase in self.method.phases:
            state = TrainState(phase.name, self.step, self.images, carried=carried)
            record |= self._update(phase, batch, state)
        self.ema.update(self.method.inference_networks, self.step)
        self.step += 1
        self.images += len(batch)
        self.seconds += time.monotonic() - started
        if self.step % self.config.log_every == 0 or self.images >= self.config.images:
            self._log(record)

    def _update(self, phase: Phase, batch: TryOnBatch, state: TrainState) -> dict[str, float]:
        """One optimiser step; what to log of it."""
        optimizer, settings = self.optimizers[phase.name], phase_config(self.config, phase)
        lr = settings.lr * lr_scale(self.config.schedule, self.images, self.config.images)
        for group in optimizer.param_groups:
            group["lr"] = lr
        losses = self.method.training_step(batch, state)
        self._refuse_nonfinite(phase, losses)
        optimizer.zero_grad()
        self.fabric.backward(sum(losses.values(), torch.zeros((), device=self.fabric.device)))
        norm = self._clip(phase, settings.grad_clip)
        optimizer.step()
        values = {f"loss/{phase.name}/{name}": loss.item() for name, loss in losses.items()}
        extra = {f"{phase.name}/{name}": value for name, value in state.logged.items()}
        return {f"lr/{phase.name}": lr, f"grad_norm/{phase.name}": norm, **values, **extra}

    def _clip(self, phase: Phase, limit: float | None) -> float:
        """The norm of a phase's gradient, limited if the configuration says so."""
        parameters = [p for name in phase.networks for p in self.method.networks[name].parameters()]
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit or math.inf)
        return float(norm)

    def _refuse_nonfinite(self, phase: Phase, losses: dict[str, Tensor]) -> None:
        broken = [name for name, loss in losses.items() if not torch.isfinite(loss)]
        if broken:
            raise TryonbenchError(
                f"{phase.name} loss {', '.join(broken)} is not finite at step {self.step}; the "
                f"last checkpoint in {self.run.checkpoints} is good; try a lower --set optimizer.lr"
            )

    def _log(self, record: dict[str, float]) -> None:
        """Append one JSON line."""
        speed = self.images / self.seconds
        place = {"step": self.step, "images": self.images, "seconds": self.seconds}
        with self.run.log.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({**place, "images_per_s": speed, **record}) + "\n")

    def save(self) -> None:
        """Write a checkpoint folder under its final name, whole; then drop the older ones."""
        target = self.run.checkpoints / f"{self.images:09d}"
        with _new_folder(target) as folder:
            save_weights(folder / MODEL, self.config, self.images, self.ema.state)
            torch.save(self._state(), folder / TRAINING)
        for old in sorted(self.run.checkpoints.glob("[0-9]*"))[:-2]:
            shutil.rmtree(old)

    def _state(self) -> dict[str, Any]:
        return {
            "images": self.images,
            "step": self.step,
            "seconds": self.seconds,
            "networks": tensors(dict(self.method.networks.items())),
            "ema": self.ema.state,
            "optimizers": {name: o.state_dict() for name, o in self.optimizers.items()},
        }

    def resume(self) -> None:
        """Go back to the newest checkpoint, if there is one.

        Raises:
            InputError: it is corrupted.
        """
        for unfinished in self.run.checkpoints.glob(".*.tmp"):
            shutil.rmtree(unfinished)
        folders = sorted(self.run.checkpoints.glob("[0-9]*"))
        if not folders:
            self.run.log.unlink(missing_ok=True)
            return
        state = load_training(folders[-1] / TRAINING)
        self.images, self.step, self.seconds = state["images"], state["step"], state["seconds"]
        _copy_into(tensors(dict(self.method.networks.items())), state["networks"])
        _copy_into(self.ema.state, state["ema"])
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(state["optimizers"][name])
        self._cut_log()

    def _cut_log(self) -> None:
        """Drop the records of steps that will be done again."""
        kept = [r for r in read_log(self.run.log) if r["images"] <= self.images]
        write_text(self.run.log, "".join(json.dumps(record) + "\n" for record in kept))


@torch.no_grad()
def _copy_into(own: dict[str, Tensor], saved: dict[str, Tensor]) -> None:
    for name, tensor in own.items():
        tensor.copy_(saved[name])


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder; it takes the target's name only if the block succeeds."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        shutil.rmtree(target, ignore_errors=True)
        temporary.replace(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
