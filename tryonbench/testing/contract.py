"""The checks. Each takes a registered name and raises AssertionError with what is wrong."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tryonbench.batch import MODALITIES, TryOnBatch
from tryonbench.checkpoint import load_method, save_weights
from tryonbench.config import RunConfig
from tryonbench.data.random_batch import random_batch
from tryonbench.method import TrainState, TryOnMethod, size_problem
from tryonbench.processes.rows import Rows
from tryonbench.protocols import all_protocols
from tryonbench.random_weights import seeded, shake
from tryonbench.registry import method_class, preset_values, refuse_value, run_config
from tryonbench.testing.turns import by_turns
from tryonbench.training.ema import tensors
from tryonbench.tune.space import refuse_impossible, space_of

SEEDS = (11, 12, 13)
BATCH = 3
"""Rows of a batch that two processes share; it does not divide."""
SHARED, NOISE = 1e-3, 1e-6
"""What rounding may change of a loss or gradient, relative to its own largest element and to the
largest of all: some gradients are sums that cancel out."""
ROUNDING = 1e-4
"""What the order of additions may change, of a range of 2: a fortieth of a grey level."""


def check_info(name: str) -> None:
    """Name, paper, licence and inputs are stated; presets are valid; sizes fit them."""
    method = method_class(name)
    info = method.info
    assert info.name == name, f'info.name is "{info.name}", registered as "{name}"'
    assert info.family, "info.family is empty"
    assert info.paper, "info.paper is empty"
    assert info.licence, "info.licence is empty"
    unknown = set(info.inputs) - set(MODALITIES)
    assert not unknown, f"info.inputs names unknown modalities {unknown}"
    assert not info.trainable or method.presets(), "a trainable method needs a preset"
    for preset in method.presets():
        config = run_config(method, preset_values(method, preset))
        problem = size_problem(info, config.size)
        assert problem is None, f"preset {preset}: {problem}"


def check_skip(name: str) -> None:
    """`skip` answers None or a reason for every protocol."""
    for protocol in all_protocols().values():
        reason = method_class(name).skip(protocol)
        assert reason is None or (isinstance(reason, str) and reason), f"skip gave {reason!r}"


def check_sweep_axes(name: str) -> None:
    """`sweep_axes` names settings of `config_class`, each with values that it can have."""
    method, trained = method_class(name), _method(name).config
    for key, values in method.sweep_axes(trained).items():
        assert key in method.config_class.model_fields, f"sweep_axes names {key}: no setting"
        assert values, f"sweep_axes gives no value for {key}"
        for value in values:
            refuse_value(method, key, value)


def check_search_space(name: str) -> None:
    """What `tryonbench tune` tries is possible with every preset that it is for."""
    method = method_class(name)
    for preset in method.presets() if method.search_space() else ():
        space = space_of(method, None, preset)
        refuse_impossible(method, preset_values(method, preset), space)


def check_output(name: str) -> None:
    """`generate` returns finite float32 images of the right shape in [-1, 1]."""
    method, batch = _method(name), _batch(name)
    images = _generate(method, batch, SEEDS)
    assert images.shape == (3, 3, *batch.size), f"shape {tuple(images.shape)}"
    assert images.dtype == torch.float32, f"dtype {images.dtype}"
    assert torch.isfinite(images).all(), "not finite"
    assert images.abs().max() <= 1, f"range up to {images.abs().max():.3f}, not 1"


def check_seeds(name: str) -> None:
    """The same seeds give the same images, whatever torch's global generator holds."""
    method, batch = _method(name), _batch(name)
    first = _generate(method, batch, SEEDS)
    torch.manual_seed(99)
    assert torch.equal(first, _generate(method, batch, SEEDS)), "seeds do not decide the images"


def check_batch_size(name: str) -> None:
    """An image does not depend on the others in its batch, nor on their order."""
    method, batch = _method(name), _batch(name)
    together = _generate(method, batch, SEEDS)
    for i in range(3):
        alone = _generate(method, batch.rows(slice(i, i + 1)), SEEDS[i : i + 1])
        off = (alone - together[i : i + 1]).abs().max()
        assert off <= ROUNDING, f"image {i} differs by {off:.2e} when generated alone"


def check_inputs(name: str) -> None:
    """`generate` reads nothing that `info.inputs` does not declare, and changes no input."""
    method, batch = _method(name), _batch(name)
    before = {m: _need(batch, m).clone() for m in method.info.inputs}
    _generate(method, batch, SEEDS)
    for modality, tensor in before.items():
        assert torch.equal(tensor, _need(batch, modality)), f"{modality} was changed in place"


def check_garment_matters(name: str) -> None:
    """A trainable method's image changes with the garment, with weights away from zero."""
    method = _method(name)
    if not method.info.trainable or "cloth" not in method.info.inputs:
        return
    shake(method.networks)
    batch = _batch(name)
    other = replace(batch, cloth=-batch.need("cloth"))
    off = (_generate(method, batch, SEEDS) - _generate(method, other, SEEDS)).abs().mean()
    assert off > 1e-5, "the garment has no influence on the image"


def check_training(name: str) -> None:
    """Every phase gives finite scalar losses, and a gradient reaches each of its parameters."""
    method = _method(name)
    if not method.info.trainable:
        return
    assert method.phases, "a trainable method needs phases"
    shake(method.networks)
    method.networks.train()
    for phase in method.phases:
        losses = _losses(method, phase.name, step=0)
        assert losses, f"phase {phase.name} has no loss"
        for key, loss in losses.items():
            assert loss.ndim == 0, f"{phase.name}/{key} is not a scalar"
            assert math.isfinite(loss.item()), f"{phase.name}/{key} is not finite"
        dead = _without_gradient(method, phase.networks, losses)
        assert not dead, f"no gradient reaches {dead}"


def check_training_is_deterministic(name: str) -> None:
    """The same global seed gives the same losses: a resumed run repeats."""
    method = _method(name)
    method.networks.train()
    for phase in method.phases:
        state = {key: t.clone() for key, t in tensors(dict(method.networks.items())).items()}
        first = {k: v.item() for k, v in _losses(method, phase.name, step=1).items()}
        _restore(method, state)
        second = {k: v.item() for k, v in _losses(method, phase.name, step=1).items()}
        assert first == second, f"{phase.name}: {first} then {second}"


def check_training_is_shared(name: str) -> None:
    """Two processes that share a batch learn what one does: see `tryonbench.processes.rows`."""
    if not method_class(name).info.trainable:
        return
    whole = _learnt(name)
    first, second = by_turns(partial(_learnt, name), 2, BATCH)
    largest = {key: value.abs().max().item() for key, value in whole.items()}
    noise = NOISE * max(largest.values())
    for key, value in whole.items():
        off = ((first[key] + second[key]) / 2 - value).abs().max().item()
        assert off <= SHARED * largest[key] + noise, (
            f"{key} differs by {off:.1e} when two processes share the batch: draw with `drawn`, "
            "and take means over the batch with `batch_mean` (tryonbench.processes.rows)"
        )


def check_checkpoint(name: str) -> None:
    """Weights that are saved and loaded give the same images."""
    method = _method(name)
    if not method.info.trainable:
        return
    shake(method.networks)
    config, batch = _config(name), _batch(name)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.safetensors"
        save_weights(file, config, 0, tensors(method.inference_networks))
        loaded = load_method(file, name)
    same = torch.equal(_generate(method, batch, SEEDS), _generate(loaded, batch, SEEDS))
    assert same, "the loaded method gives other images"


CHECKS: tuple[Callable[[str], None], ...] = (
    check_info,
    check_skip,
    check_sweep_axes,
    check_search_space,
    check_output,
    check_seeds,
    check_batch_size,
    check_inputs,
    check_garment_matters,
    check_training,
    check_training_is_deterministic,
    check_training_is_shared,
    check_checkpoint,
)


def _config(name: str) -> RunConfig[Any]:
    """The first preset; of `nano` if there is one."""
    method = method_class(name)
    preset = "nano" if "nano" in method.presets() else next(iter(method.presets()))
    return run_config(method, preset_values(method, preset))


def _method(name: str) -> TryOnMethod:
    """The method with random weights, in evaluation mode."""
    method = method_class(name)
    with seeded(name):
        if not method.info.trainable:
            built = method(method.config_class(), (64, 48))
        else:
            config = _config(name)
            built = method(config.model, config.size)
    built.networks.eval()
    return built


def _batch(name: str) -> TryOnBatch:
    method = method_class(name)
    size = _config(name).size if method.info.trainable else (64, 48)
    return random_batch(3, size, method.info.inputs, seed=5)


def _need(batch: TryOnBatch, modality: Any) -> Tensor:
    return batch.need(modality)


def _generate(method: TryOnMethod, batch: TryOnBatch, seeds: tuple[int, ...]) -> Tensor:
    with torch.inference_mode():
        return method.generate(batch, seeds).clone()


@torch.no_grad()
def _restore(method: TryOnMethod, state: dict[str, Tensor]) -> None:
    for key, tensor in tensors(dict(method.networks.items())).items():
        tensor.copy_(state[key])


def _losses(method: TryOnMethod, phase: str, step: int) -> dict[str, Tensor]:
    batch = _training_batch(method, 4)
    with seeded("step", step):
        return method.training_step(batch, TrainState(phase, step, step * len(batch)))


def _training_batch(method: TryOnMethod, count: int) -> TryOnBatch:
    inputs = tuple(dict.fromkeys(method.training_modalities()))
    return random_batch(count, method.size, inputs, seed=3)


def _learnt(name: str, rows: Rows | None = None) -> dict[str, Tensor]:
    """The losses, gradients and buffers of one update; of some rows' losses and gradients, their
    share, whose mean over the processes is the batch's."""
    method, found, carried = _method(name), dict[str, Tensor](), dict[str, Tensor]()
    shake(method.networks)
    method.networks.train()
    batch = _training_batch(method, BATCH)
    with seeded("update"):
        if rows:
            rows.seed(torch.initial_seed())
            batch = batch.rows(slice(rows.start, rows.stop))
        for phase in method.phases:
            state = TrainState(phase.name, 0, 0, carried=carried)
            losses = method.training_step(batch, state)
            weighted = {key: loss * (rows.weight if rows else 1.0) for key, loss in losses.items()}
            found |= {f"loss {phase.name}/{key}": v.detach() for key, v in weighted.items()}
            found |= _gradients(method, phase.networks, weighted)
    return found | {f"buffer {n}": b for n, b in method.networks.named_buffers()}


def _gradients(
    method: TryOnMethod, networks: tuple[str, ...], losses: dict[str, Tensor]
) -> dict[str, Tensor]:
    """The gradients of some networks' parameters that the losses give."""
    method.networks.zero_grad()
    sum(losses.values(), torch.zeros(())).backward()  # type: ignore[no-untyped-call]
    named = [(n, p) for n in networks for p in method.networks[n].named_parameters(prefix=n)]
    zeros = torch.zeros_like
    return {f"gradient of {key}": zeros(p) if p.grad is None else p.grad for _, (key, p) in named}


def _without_gradient(
    method: TryOnMethod, networks: tuple[str, ...], losses: dict[str, Tensor]
) -> list[str]:
    """The parameters of some networks that a step would not move."""
    found = _gradients(method, networks, losses)
    return [key for key, gradient in found.items() if not gradient.abs().sum() > 0]
