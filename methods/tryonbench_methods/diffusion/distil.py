"""A student that makes a teacher's pictures in fewer steps.

Progressive distillation (Salimans and Ho 2022, algorithm 2), for flow matching: one step of the
student has to reach what several of the teacher's reach. Its guidance is learnt with it (Meng et
al. 2023), so that the student takes one pass a step.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from tryonbench.checkpoint import read_header
from tryonbench.errors import InputError
from tryonbench_methods.diffusion.config import DiffusionConfig
from tryonbench_methods.diffusion.flow import SMALLEST_T, Denoiser, euler, shifted
from tryonbench_methods.diffusion.named import named_file


def step_times(student: int, teacher: int, step: int, shift: float) -> Tensor:
    """The times from noise to picture that the teacher visits within a step of the student.

    Args:
        student: steps of the student.
        teacher: steps of the teacher, a multiple of them.
        step: the student's, from 0 on.
        shift: of both.

    >>> step_times(2, 4, 1, shift=1.0)
    tensor([0.5000, 0.2500, 0.0000])
    """
    each = teacher // student
    times = shifted(torch.linspace(1, 0, teacher + 1), shift)
    return times[step * each : (step + 1) * each + 1]


def distilled_errors(
    student: Denoiser, teacher: Denoiser, x0: Tensor, noise: Tensor, times: Tensor
) -> Tensor:
    """Squared errors of the student's velocity over a step, (N, C, H, W).

    Args:
        student: learns; its step goes from times[0] to times[-1].
        teacher: does not; it takes Euler's steps at all `times` (K + 1,).
        x0: pictures, (N, C, H, W).
        noise: of that shape.
    """
    now, after = times[0], times[-1]
    x = torch.lerp(x0, noise, now)
    with torch.no_grad():
        velocity = (x - euler(teacher, x, times)) / (now - after)
    estimate = student(x, now.expand(len(x)))
    return ((estimate - (x - now * velocity)) / now.clamp(min=SMALLEST_T)).square()


def teacher_file(config: DiffusionConfig, size: tuple[int, int]) -> Path:
    """The weights file of the teacher, by its run or checkpoint.

    Raises:
        InputError: none is named, or it cannot teach a student of these settings and this size.
    """
    file = named_file("model.teacher", config.teacher, size, "this stage learns from a trained run")
    teacher = DiffusionConfig.model_validate(read_header(file).config["model"])
    if wrong := _unfit(teacher, config):
        raise InputError(f"model.teacher={config.teacher} {wrong}")
    return file


def _unfit(teacher: DiffusionConfig, student: DiffusionConfig) -> str | None:
    """Why one cannot teach the other, or None."""
    if teacher.objective != "flow" or teacher.stage == "upsample":
        return "was not trained by flow to paint from noise alone, which is what can be distilled"
    if teacher.steps % student.steps or teacher.steps == student.steps:
        return f"takes {teacher.steps} steps: model.steps={student.steps} must be a part of that"
    if teacher.shift != student.shift:
        return f"has model.shift={teacher.shift:g}, not {student.shift:g}"
    return None
