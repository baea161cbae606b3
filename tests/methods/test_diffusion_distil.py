"""A student that makes its teacher's pictures in fewer steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from tryonbench.checkpoint import save_weights
from tryonbench.errors import InputError
from tryonbench.method import TrainState
from tryonbench.registry import run_config
from tryonbench.training.ema import tensors
from tryonbench_methods.diffusion.config import DiffusionConfig
from tryonbench_methods.diffusion.distil import distilled_errors, step_times
from tryonbench_methods.diffusion.flow import euler
from tryonbench_methods.diffusion.method import Diffusion

SIZE = (32, 24)
TINY = {"channels": [16, 32], "head_dim": 16, "embedding": 32, "shift": 2.0}
STATE = TrainState("generator", 0, 0)


@pytest.fixture
def taught(tmp_path: Path) -> Path:
    """A checkpoint that takes four steps, guided."""
    values = {"method": "diffusion", "preset": "nano", "size": SIZE, "images": 1, "batch_size": 1}
    whole = run_config(Diffusion, {**values, "model": {**TINY, "steps": 4, "guidance": 2.0}})
    torch.manual_seed(3)
    method = Diffusion(whole.model, SIZE)
    torch.nn.init.normal_(method.networks["person_unet"].head.weight, std=0.02)
    save_weights(tmp_path / "model.safetensors", whole, 1, tensors(method.inference_networks))
    return tmp_path


def student(taught: Path | None, **changes: Any) -> Diffusion:
    teacher = str(taught) if taught else None
    settings = {**TINY, "stage": "distil", "steps": 1, "teacher": teacher, **changes}
    return Diffusion(DiffusionConfig.model_validate(settings), SIZE)


def test_the_steps_of_teacher_and_student_meet() -> None:
    whole = torch.cat([step_times(2, 6, 0, 3.0), step_times(2, 6, 1, 3.0)[1:]])
    torch.testing.assert_close(whole, step_times(1, 6, 0, 3.0))
    assert step_times(2, 6, 0, 3.0)[-1] == step_times(2, 6, 1, 3.0)[0]


@pytest.mark.parametrize("step", [0, 1])
def test_a_student_that_jumps_to_where_the_teacher_arrives_has_no_error(step: int) -> None:
    def teacher(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return 0.5 * x.tanh() + 0.1 * t.view(-1, 1, 1, 1)

    x0, noise = torch.randn(2, 2, 3, 4, 4).unbind()
    times = step_times(2, 8, step, 2.0)
    now, after = times[0], times[-1]
    start = torch.lerp(x0, noise, now)

    def perfect(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        assert torch.equal(x, start)
        return x - now * (x - euler(teacher, x, times)) / (now - after)

    assert distilled_errors(perfect, teacher, x0, noise, times).max() < 1e-8
    reached = euler(perfect, start, torch.stack([now, after]))
    torch.testing.assert_close(reached, euler(teacher, start, times))
    assert distilled_errors(teacher, teacher, x0, noise, times).max() > 1e-4


def test_a_student_starts_as_its_teacher_and_learns_its_pictures(taught, make_batch) -> None:
    torch.manual_seed(0)
    method, batch = student(taught), make_batch(4, SIZE)
    method.initialise()
    own, teachers = method.networks.state_dict(), method.teacher.networks.state_dict()
    assert all(torch.equal(own[key], teachers[key]) for key in teachers)
    before = {key: tensor.clone() for key, tensor in teachers.items()}

    def off() -> float:
        with torch.no_grad():
            made = method.generate(batch, [1, 2, 3, 4])
            return (made - method.teacher.generate(batch, [1, 2, 3, 4])).abs().mean().item()

    first, optimizer = off(), torch.optim.Adam(method.networks.parameters(), 3e-3)
    for _ in range(100):
        optimizer.zero_grad()
        method.training_step(batch, STATE)["distil"].backward()
        optimizer.step()
    assert off() < 0.5 * first
    assert all(torch.equal(before[key], teachers[key]) for key in before)


@pytest.mark.parametrize(
    ("changes", "size", "advice"),
    [
        ({"teacher": None}, SIZE, "model.teacher=RUN_FOLDER"),
        ({"steps": 3}, SIZE, "takes 4 steps: model.steps=3 must be a part"),
        ({"steps": 4}, SIZE, "takes 4 steps: model.steps=4 must be a part"),
        ({"shift": 8.0}, SIZE, "has model.shift=2, not 8"),
        ({}, (64, 48), "makes pictures of 32x24, not 64x48"),
    ],
)
def test_a_teacher_that_cannot_teach_is_refused(changes, size, advice, taught) -> None:
    model = student(taught, **changes).config.model_dump()
    values = {"method": "diffusion", "preset": "nano", "images": 1, "batch_size": 1}
    config = run_config(Diffusion, {**values, "size": size, "model": model})
    with pytest.raises(InputError, match=advice):
        Diffusion.require_for_training(config)


def test_other_networks_than_the_teacher_s_are_refused(taught) -> None:
    with pytest.raises(InputError, match="does not fit diffusion"):
        student(taught, channels=[16, 64]).initialise()


@pytest.mark.parametrize(
    "wrong", [{"guidance": 2.0}, {"sampler": "heun"}, {"objective": "v", "sampler": "ddim"}]
)
def test_what_cannot_be_distilled_is_refused(wrong) -> None:
    with pytest.raises(ValidationError, match="the stage distil has"):
        DiffusionConfig.model_validate({"stage": "distil", **wrong})
