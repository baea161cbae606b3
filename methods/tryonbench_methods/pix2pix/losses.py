"""The terms of the two losses, unweighted scalars."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F


def least_squares(verdict: Tensor, target: float) -> Tensor:
    """Mean squared distance of the verdict to 1 = real or 0 = generated; Mao et al. 2017."""
    return (verdict - target).square().mean()


def feature_matching(fake: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """Mean L1 over the hidden layers' activations of picture and photograph."""
    pairs = list(zip(fake, real, strict=True))[:-1]
    return torch.stack([F.l1_loss(f, r) for f, r in pairs]).mean()
