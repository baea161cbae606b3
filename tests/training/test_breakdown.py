"""A training that goes wrong stops, says where, and leaves the last good checkpoint."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tryonbench.checkpoint import read_header, weights_file
from tryonbench.diagnosis.diagnose import diagnose
from tryonbench.errors import InputError, TryonbenchError
from tryonbench.method import TryOnMethod
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench.runs import Run
from tryonbench.training.guard import FACTOR, OVERFLOWS, PATIENCE, Guard

Paint = Callable[..., Run]
Change = Callable[[torch.Tensor, int], torch.Tensor]
CALM = 6
"""Updates before something goes wrong."""
LONG = ("images=80", "batch_size=4", "checkpoint_seconds=1e-9")


def spoilt(painter: type[TryOnMethod], change: Change) -> type[TryOnMethod]:
    """The method with another loss from update `CALM` on."""

    class Spoilt(painter):  # type: ignore[misc, valid-type]
        def training_step(self, batch: Any, state: Any) -> dict[str, torch.Tensor]:
            losses = super().training_step(batch, state)
            if state.step < CALM:
                return losses
            return {name: change(loss, state.step) for name, loss in losses.items()}

    return Spoilt


def guard_of(folder: Path, **settings: Any) -> Guard:
    method = method_class("pix2pix")
    values = {**preset_values(method, "nano"), **settings}
    return Guard(Run(folder), run_config(method, values))


def broken_off(paint: Paint, method: type[TryOnMethod], tmp_path: Path, *more: str) -> str:
    """The message with which it stops; the checkpoint it keeps is of the last good update."""
    with pytest.raises(TryonbenchError) as caught:
        paint(*LONG, *more, method=method)
    assert caught.value.exit_code == 1
    last = weights_file(tmp_path / "run")
    assert read_header(last).images == CALM * 4
    assert f"the last checkpoint, {last.parent}, is kept" in str(caught.value)
    state = torch.load(last.parent / "training.pt", weights_only=True)
    assert all(t.isfinite().all() for t in state["networks"].values())
    return str(caught.value)


def test_a_loss_that_is_not_finite(paint: Paint, painter: Any, tmp_path: Path) -> None:
    method = spoilt(painter, lambda loss, _: loss * math.nan)
    message = broken_off(paint, method, tmp_path)
    assert message.startswith(f"generator loss l2 is not finite at step {CALM};")
    assert "lower --set optimizer.lr" in message


def test_a_gradient_that_is_not_finite(paint: Paint, painter: Any, tmp_path: Path) -> None:
    method = spoilt(painter, lambda loss, _: loss + (loss - loss.detach()).sqrt())
    message = broken_off(paint, method, tmp_path)
    assert message.startswith(f"the gradient of the phase generator is not finite at step {CALM};")


def test_a_loss_that_explodes(paint: Paint, painter: Any, tmp_path: Path) -> None:
    method = spoilt(painter, lambda loss, step: loss * 10.0**step)
    message = broken_off(paint, method, tmp_path)
    step = CALM + PATIENCE - 1
    assert re.match(rf"generator loss l2 has exploded: \S+ at step {step}, over 10000 ", message)


def test_a_loss_that_jumps_and_comes_back_is_let_be(paint: Paint, painter: Any) -> None:
    jump = spoilt(painter, lambda loss, step: loss * (1e6 if step < CALM + PATIENCE - 1 else 1))
    run = paint(*LONG, "optimizer.grad_clip=1e-3", method=jump)
    assert read_header(weights_file(run.folder)).images == 80


def test_a_loss_at_rest_at_zero_may_rise(tmp_path: Path) -> None:
    guard = guard_of(tmp_path)
    for step, value in enumerate([0.0] * 10 + [1.0] * 10):
        guard.check_growth({"loss/critic/hinge": value}, step)
    assert not guard.alarmed


def test_a_resumed_guard_goes_on(tmp_path: Path) -> None:
    guard = guard_of(tmp_path)
    for step, value in enumerate([1.0] * 9 + [2 * FACTOR] * (PATIENCE - 1)):
        guard.check_growth({"loss/critic/real": value}, step)
    assert guard.alarmed
    again = guard_of(tmp_path)
    again.load(guard.state())
    with pytest.raises(TryonbenchError, match=r"critic loss real has exploded.*no checkpoint"):
        again.check_growth({"loss/critic/real": 2 * FACTOR}, 13)


def test_the_advice_reaches_every_phase_and_leaves_out_what_is_done(tmp_path: Path) -> None:
    with pytest.raises(TryonbenchError) as caught:
        guard_of(tmp_path).check_losses("generator", {"l1": math.nan}, 3)
    lower = "begin again with a lower --set optimizer.lr or --set optimizers.discriminator.lr"
    assert str(caught.value).endswith(f"{lower}, or with --set optimizer.grad_clip=1")
    clipped = {"optimizer": {"lr": 1e-3, "grad_clip": 1.0}}
    with pytest.raises(TryonbenchError) as caught:
        guard_of(tmp_path, **clipped).check_losses("generator", {"l1": math.nan}, 3)
    assert str(caught.value).endswith(lower), "the discriminator's gradients are clipped, too"


def test_diagnose_says_that_a_training_broke_off(
    paint: Paint, painter: Any, tmp_path: Path
) -> None:
    broken_off(paint, spoilt(painter, lambda loss, _: loss * math.nan), tmp_path, "log_every=1")
    (finding, *_) = diagnose(Run(tmp_path / "run")).findings
    assert finding.key == "broken_off"
    assert finding.evidence == (f"generator loss l2 is not finite at step {CALM}",)
    assert "lower --set optimizer.lr" in finding.advice
    run = paint(*LONG, "log_every=1", fresh=True)
    assert all(found.key != "broken_off" for found in diagnose(run).findings)


def test_fp16_may_skip_updates_but_not_for_ever(tmp_path: Path) -> None:
    guard = guard_of(tmp_path, precision="16-mixed")
    for step in range(OVERFLOWS):
        guard.check_gradient("generator", math.inf, step)
    guard.check_gradient("generator", 1.0, OVERFLOWS)
    for step in range(OVERFLOWS):
        guard.check_gradient("generator", math.inf, step)
    with pytest.raises(TryonbenchError, match="gradient of the phase generator is not finite"):
        guard.check_gradient("generator", math.inf, OVERFLOWS)


def out_of_memory(painter: type[TryOnMethod], error: Callable[[], Any]) -> type[TryOnMethod]:
    """The method, which needs more memory than there is."""

    class Large(painter):  # type: ignore[misc, valid-type]
        def training_step(self, batch: Any, state: Any) -> dict[str, torch.Tensor]:
            error()
            return super().training_step(batch, state)  # type: ignore[no-any-return]

    return Large


def on_a_gpu() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")


@pytest.mark.parametrize("error", [on_a_gpu, lambda: torch.empty(1 << 50)])
def test_out_of_memory_says_what_to_try(paint: Paint, painter: Any, error: Any) -> None:
    with pytest.raises(TryonbenchError) as caught:
        paint("batch_size=8", method=out_of_memory(painter, error))
    what, kept, advice = str(caught.value).split("; ")
    assert what == "out of memory training painter nano, batch 8, 64x48"
    assert kept == "there is no checkpoint"
    assert "--set batch_size=4 --set accumulate=2" in advice
    assert "--set precision=bf16-mixed" in advice
    assert advice.endswith("--preset tiny")


def test_out_of_memory_with_nothing_to_halve(paint: Paint, painter: Any) -> None:
    small = ("batch_size=1", "precision=bf16-mixed", "size=16x16", "images=4")
    with pytest.raises(TryonbenchError, match=r"begin again with a smaller --set size=HxW$"):
        paint(*small, method=out_of_memory(painter, on_a_gpu))


def test_another_error_is_left_as_it_is(paint: Paint, painter: Any) -> None:
    def wrong() -> None:
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        paint(method=out_of_memory(painter, wrong))


def test_a_loading_process_that_dies_is_said_in_one_line(paint: Paint, painter: Any) -> None:
    def killed() -> None:
        raise RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed.")

    with pytest.raises(TryonbenchError, match=r"a process that loads data died.*workers=1"):
        paint("batch_size=8", "workers=2", method=out_of_memory(painter, killed))


def test_settings_that_change_no_result_may_change_on_resuming(paint: Paint) -> None:
    run = paint("images=8")
    paint("images=8", "workers=1", "checkpoint_seconds=9", "log_every=2")
    with pytest.raises(InputError, match="other settings"):
        paint("images=8", "batch_size=2")
    assert run.log.is_file()


def test_a_changed_configuration_is_refused_with_the_difference(paint: Paint) -> None:
    paint("batch_size=4")
    with pytest.raises(TryonbenchError) as caught:
        paint("batch_size=8", "optimizer.lr=0.5", "validate_every=8", "validate_samples=1")
    assert caught.value.exit_code == 2
    for change in ("batch_size: 4 -> 8", "optimizer.lr: 0.0001 -> 0.5", "validate_every: 0 -> 8"):
        assert change in str(caught.value)
    assert "\n" not in str(caught.value)
