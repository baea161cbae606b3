"""Starting a training run, or going on with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from tryonbench.checkpoint import BEST, read_header, weights_file
from tryonbench.config import RunConfig
from tryonbench.data.augment import needed
from tryonbench.data.dataset import VitonHD, fingerprint
from tryonbench.data.layout import Split
from tryonbench.data.pairs import PairList, own_garments
from tryonbench.data.prepared import find_prepared
from tryonbench.environment import environment
from tryonbench.errors import InputError, StorageError, TakenError, TryonbenchError
from tryonbench.files import is_vacant, refuse_unwritable, write_text
from tryonbench.method import TryOnMethod, size_problem
from tryonbench.processes.world import on_first, world
from tryonbench.registry import run_config
from tryonbench.runs import OVERFIT, Run
from tryonbench.training.checkpoints import newest_state
from tryonbench.training.hardware import refuse_strategy
from tryonbench.training.loop import Trainer
from tryonbench.training.memory import memory_explained
from tryonbench.training.opening import has_checkpoint, open_run, tidy
from tryonbench.training.overfit import (
    first_pairs,
    judge,
    overfit_config,
    require_region,
    seed_init,
    tell_verdict,
)
from tryonbench.training.trackers import require_trackers
from tryonbench.training.validation import Best, Watch, hold_out, stopped_early

NEUTRAL = {"workers", "checkpoint_seconds", "trackers", "samples_every", "log_every", "strategy"}
"""Settings that a resumed run may change."""
WAITS = 0.2
"""Share of the time from which on waiting for data is worth telling."""
LEAST_WAIT = 10.0
"""Seconds of it."""


def train(
    method: type[TryOnMethod],
    config: RunConfig[Any],
    split: Split,
    run: Run,
    fresh: bool = False,
    overfit: int = 0,
    tell: Callable[[str], None] = lambda line: None,
    watch: Watch | None = None,
) -> bool:
    """Train to the end, from the run's last checkpoint if it has one.

    Each person wears the own garment; a pair list is not read.

    Args:
        fresh: delete what the run folder holds and begin again.
        overfit: learn the first so many samples by heart, and fail if that does not succeed.
        tell: called with lines for the user.
        watch: called with each validation; where it says so, the training ends and is kept.

    Returns:
        False if the run was complete already.

    Raises:
        InputError: the method cannot be trained, or the run was made with other settings.
        TryonbenchError: the training broke down, or the samples of `overfit` were not learnt.
    """
    _check(method, config)
    refuse_unwritable(run.folder)
    config, pairs = _samples(config, split, overfit)
    dataset, held_out = _datasets(method, config, split, pairs, tell)
    data = _data(split, on_first(lambda: fingerprint(split, pairs)), dataset, held_out)
    manifest = _manifest(OVERFIT if overfit else "training", method, config, data)
    with _locked(run):
        on_first(lambda: _refuse_other(run, method, manifest, fresh))
        complete = not fresh and on_first(lambda: _is_complete(run, config))
        if complete:
            on_first(lambda: tidy(run))
        else:
            _tell_processes(run, fresh, tell)
            dataset[0]  # a broken sample or missing file should stop us before networks are built
            with memory_explained(method, config, run):
                trainer = _trainer(method, config, run, held_out)
                on_first(lambda: open_run(run, manifest, fresh))
                _fit(trainer, run, dataset, watch)
            _tell_best(trainer, tell)
            _tell_waiting(trainer, tell, split, dataset)
    if overfit:
        on_first(lambda: tell_verdict(judge(run, method, config, dataset), tell))
    return not complete


def _samples(config: RunConfig[Any], split: Split, overfit: int) -> tuple[RunConfig[Any], PairList]:
    """What is trained on, with the settings for that."""
    pairs = own_garments(split)
    if not overfit:
        return config, pairs
    require_region(split)
    return overfit_config(config), first_pairs(pairs, overfit)


def _fit(trainer: Trainer, run: Run, dataset: VitonHD, watch: Watch | None) -> None:
    """From the last checkpoint to the end."""
    if trainer.validator:
        trainer.validator.watch = watch
    trainer.resume()
    with _noted(run):
        trainer.fit(dataset)


@contextmanager
def _locked(run: Run) -> Iterator[None]:
    """The run's lock; of several processes, the first has it."""
    with ExitStack() as stack:
        on_first(lambda: stack.enter_context(run.locked()))
        yield


def _trainer(
    method: type[TryOnMethod], config: RunConfig[Any], run: Run, held_out: VitonHD
) -> Trainer:
    """The trainer of a method with its first weights."""
    seed_init(config)
    built = method(config.model, config.size)
    built.initialise()
    return Trainer(built, config, run, held_out if held_out.ids else None)


@contextmanager
def _noted(run: Run) -> Iterator[None]:
    """Write down with what the block broke off; what was written before is void."""
    on_first(lambda: run.broken_off.unlink(missing_ok=True))
    try:
        yield
    except (StorageError, TakenError):  # the training itself is sound
        raise
    except TryonbenchError as error:
        write_text(run.broken_off, f"{error}\n")
        raise


def _datasets(
    method: type[TryOnMethod],
    config: RunConfig[Any],
    split: Split,
    pairs: PairList,
    tell: Callable[[str], None],
) -> tuple[VitonHD, VitonHD]:
    """What is trained on, and what is held out for validation, which may be empty."""
    inputs = needed(method.training_modalities(), config.augment)
    prepared = find_prepared(split, config.size)
    if prepared:
        tell(f"reading the prepared data in {prepared.folder}")
    kept, held_out = hold_out(pairs, config)
    return (
        VitonHD(split, kept, config.size, inputs, prepared),
        VitonHD(split, held_out, config.size, inputs, prepared),
    )


def _tell_best(trainer: Trainer, tell: Callable[[str], None]) -> None:
    """Say what validation found, and whether it ended the training."""
    config, best, run = trainer.config, trainer.best, trainer.run
    if stopped_early(config, best):
        tell(f"stopped early: {best.since} validations without a better {config.best}")
    if best.images:
        tell(f"best {config.best} {best.value:.4g} at {best.images} images: {run.folder}@{BEST}")


def _tell_waiting(
    trainer: Trainer, tell: Callable[[str], None], split: Split, dataset: VitonHD
) -> None:
    """Say what would help if a good part of the time was spent waiting for samples."""
    spent, workers = trainer.clock.own, trainer.config.workers
    if spent.wait_share < WAITS or spent.waited < LEAST_WAIT:
        return
    size = "x".join(map(str, dataset.size))
    prepare = f"tryonbench data prepare {split.root} --size {size}, once, or "
    tell(
        f"{spent.wait_share:.0%} of the time was spent waiting for data; to train faster: "
        f"{'' if dataset.prepared else prepare}--set workers={max(2, 2 * workers)}"
    )


def _check(method: type[TryOnMethod], config: RunConfig[Any]) -> None:
    if not method.info.trainable:
        raise InputError(f"{method.info.name} needs no training; evaluate it: tryonbench eval")
    require_trackers(config.trackers)
    if problem := size_problem(method.info, config.size):
        raise InputError(f"{method.info.name} {problem}; change it with --set size=[H,W]")
    refuse_strategy(config, len(method.phases))
    method.require_for_training(config)


def _manifest(
    kind: str, method: type[TryOnMethod], config: RunConfig[Any], data: dict[str, Any]
) -> dict[str, Any]:
    """What the run is; `config` and the data's fingerprint must be equal to go on with it."""
    return {
        "kind": kind,
        "method": method.info.name,
        "family": method.info.family,
        "seed": config.seed,
        "processes": world().count,
        "config": config.model_dump(mode="json"),
        "data": data,
        "environment": environment(),
    }


def _data(split: Split, content: str, dataset: VitonHD, held_out: VitonHD) -> dict[str, Any]:
    """What is trained and validated on."""
    return {
        "root": str(split.root.resolve()),
        "split": split.name,
        "fingerprint": content,
        "samples": len(dataset),
        "held_out": list(held_out.ids),
    }


def _refuse_other(
    run: Run, method: type[TryOnMethod], manifest: dict[str, Any], fresh: bool
) -> None:
    """
    Raises:
        InputError: the folder is no training run, or (unless it begins again or has no
            checkpoint) it was made with another configuration or other data.
    """
    if is_vacant(run.folder):
        return
    known = run.manifest()
    if known["kind"] != manifest["kind"]:
        raise InputError(f"{run.folder} is no {manifest['kind']} run; name another one with --run")
    if fresh or not has_checkpoint(run):
        return
    before = _completed(method, known["config"])
    changes = differences(_deciding(before), _deciding(manifest["config"]))
    if known["data"]["fingerprint"] != manifest["data"]["fingerprint"]:
        changes.append(f"data: {known['data']['root']} -> {manifest['data']['root']}")
    if changes:
        raise InputError(
            f"{run.folder} was made with other settings ({'; '.join(changes)}); "
            "name another run with --run, or begin again with --fresh"
        )


def _tell_processes(run: Run, fresh: bool, tell: Callable[[str], None]) -> None:
    """Say whether a run goes on in another number of processes than it was begun with."""
    if fresh or not has_checkpoint(run):
        return
    before, now = run.manifest().get("processes", 1), world().count
    if before != now:
        tell(f"begun by {before} process(es), goes on with {now}: the same but for rounding")


def _deciding(config: dict[str, Any]) -> dict[str, Any]:
    """The settings without those that change no result."""
    return {key: value for key, value in config.items() if key not in NEUTRAL}


def _completed(method: type[TryOnMethod], config: dict[str, Any]) -> dict[str, Any]:
    """A run's settings with the defaults of those that are younger than the run."""
    try:
        return run_config(method, config).model_dump(mode="json")
    except InputError:  # a setting is no more: the difference tells
        return config


def differences(old: dict[str, Any], new: dict[str, Any], prefix: str = "") -> list[str]:
    """Settings that differ, `name: old -> new`.

    >>> differences({"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 3}})
    ['b.c: 2 -> 3']
    """
    found = []
    for key in sorted({*old, *new}):
        one, two = old.get(key), new.get(key)
        if isinstance(one, dict) and isinstance(two, dict):
            found += differences(one, two, f"{prefix}{key}.")
        elif one != two:
            found.append(f"{prefix}{key}: {one} -> {two}")
    return found


def _is_complete(run: Run, config: RunConfig[Any]) -> bool:
    """Whether the run's last checkpoint is the end of its training."""
    if not has_checkpoint(run):
        return False
    if read_header(weights_file(run.folder)).images >= config.images:
        return True
    state = newest_state(run) if config.early_stop else None
    return state is not None and stopped_early(config, Best(**state["best"]))
