"""Methods of presets to measure, with VGG19 of random weights where a preset has its loss."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch

from tryonbench.config import RunConfig
from tryonbench.method import TryOnMethod
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench_methods.common import perceptual


@cache
def random_vgg19() -> dict[str, torch.Tensor]:
    from torchvision.models import vgg19

    state: dict[str, torch.Tensor] = vgg19().state_dict()
    return state


def load_random_vgg19(name: str) -> dict[str, torch.Tensor]:
    """In place of `perceptual.load_state_dict`."""
    return random_vgg19()


def forget_vgg19() -> None:
    """So that the next method reads its weights."""
    perceptual.vgg19_distance.cache_clear()


def configured(name: str, preset: str, **changed: Any) -> RunConfig[Any]:
    """The preset's settings, uncompiled."""
    method = method_class(name)
    return run_config(method, {**preset_values(method, preset), "compile": False, **changed})


def built(name: str, config: RunConfig[Any]) -> TryOnMethod:
    torch.manual_seed(0)
    return method_class(name)(config.model, config.size)


def is_student(config: RunConfig[Any]) -> bool:
    """A student needs a trained teacher."""
    return bool(config.model.model_dump().get("stage") == "distil")
