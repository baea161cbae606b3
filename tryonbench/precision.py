"""The precision that pictures are made in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from tryonbench.config import Precision
from tryonbench.errors import InputError

TYPES = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}


def refuse_precision(precision: Precision, device: str) -> None:
    """
    Raises:
        InputError: fp16 without an accelerator.
    """
    if precision == "16-mixed" and device == "cpu":
        raise InputError("precision 16-mixed needs a GPU; on a CPU take bf16-mixed or 32-true")


@contextmanager
def generating(device: str, precision: Precision) -> Iterator[None]:
    """No gradients, and mixed precision if it is asked for."""
    mixed = TYPES.get(precision)
    with torch.inference_mode(), torch.autocast(device, mixed, enabled=mixed is not None):
        yield
