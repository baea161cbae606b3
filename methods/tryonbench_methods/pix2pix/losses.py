"""The terms of the two losses, unweighted scalars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tryonbench.processes.rows import drawn

Gan = Literal["lsgan", "hinge", "non-saturating", "wgan-gp"]


def least_squares(verdict: Tensor, target: float) -> Tensor:
    """Mean squared distance of the verdict to 1 = real or 0 = generated; Mao et al. 2017."""
    return (verdict - target).square().mean()


def softplus(verdict: Tensor) -> Tensor:
    """Mean of log(1 + exp(verdict)): -log of the probability that a logit gives the other side."""
    return F.softplus(verdict).mean()


class Objective(NamedTuple):
    """What discriminator and generator minimise; each maps verdicts of any shape to a scalar."""

    real: Callable[[Tensor], Tensor]
    """The discriminator's loss by its verdict D(x) on photographs."""
    fake: Callable[[Tensor], Tensor]
    """The discriminator's loss by its verdict D(G) on pictures."""
    generator: Callable[[Tensor], Tensor]
    """The generator's loss by D(G)."""
    boundary: float | None
    """Verdicts above it mean a photograph; None: the verdict is a score without one."""


OBJECTIVES: dict[Gan, Objective] = {
    "lsgan": Objective(
        real=lambda verdict: least_squares(verdict, 1) / 2,
        fake=lambda verdict: least_squares(verdict, 0) / 2,
        generator=lambda verdict: least_squares(verdict, 1),
        boundary=0.5,
    ),
    "hinge": Objective(
        real=lambda verdict: F.relu(1 - verdict).mean(),
        fake=lambda verdict: F.relu(1 + verdict).mean(),
        generator=lambda verdict: -verdict.mean(),
        boundary=0.0,
    ),
    "non-saturating": Objective(
        real=lambda verdict: softplus(-verdict),
        fake=softplus,
        generator=lambda verdict: softplus(-verdict),
        boundary=0.0,
    ),
    "wgan-gp": Objective(
        real=lambda verdict: -verdict.mean(),
        fake=lambda verdict: verdict.mean(),
        generator=lambda verdict: -verdict.mean(),
        boundary=None,
    ),
}
"""By name. D minimises `real` + `fake`:

- lsgan: ((D(x) - 1)^2 + D(G)^2) / 2; G: (D(G) - 1)^2. Mao et al. 2017, equation 9, with the
  generator's half left to its weight.
- hinge: max(0, 1 - D(x)) + max(0, 1 + D(G)); G: -D(G). Lim and Ye 2017; Zhang et al. 2019, eq. 4.
- non-saturating: -log s(D(x)) - log(1 - s(D(G))); G: -log s(D(G)), s the sigmoid.
  Goodfellow et al. 2014.
- wgan-gp: D(G) - D(x), plus the gradient penalty; G: -D(G). Gulrajani et al. 2017, equation 3.
"""


def gradient_penalty(slope: Tensor) -> Tensor:
    """Mean of (norm of the gradient - 1)^2, (N,) -> a scalar; Gulrajani et al. 2017, equation 3."""
    return (slope - 1).square().mean()


def between(real: Tensor, fake: Tensor) -> Tensor:
    """A random point on the line from each photograph to its picture, (N, 3, H, W)."""
    share = drawn(lambda n: torch.rand(n, 1, 1, 1, device=real.device), len(real))
    return torch.lerp(fake, real, share)


def feature_matching(fake: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """Mean L1 over the hidden layers' activations of picture and photograph."""
    pairs = list(zip(fake, real, strict=True))[:-1]
    return torch.stack([F.l1_loss(f, r) for f, r in pairs]).mean()
