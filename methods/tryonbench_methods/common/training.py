"""Helpers of the training steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from tryonbench.method import TrainState

PICTURES = "pictures"
"""What a generator's phase carries to the discriminator's."""
WORDS = {
    "l1": "L1: mean absolute difference",
    "perceptual": "perceptual: difference in VGG19's features",
    "lpips": "LPIPS: learned perceptual difference",
    "adversarial": "adversarial: the discriminator's verdict",
    "real": "real: discriminator's loss on photographs",
    "fake": "fake: discriminator's loss on pictures",
}
"""What the losses of a method with a discriminator are, for `TryOnMethod.words`."""


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Within the block, gradients pass through the network but none is computed for its weights."""
    learning = [p for p in network.parameters() if p.requires_grad]
    for parameter in learning:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_(True)


def painted_before(state: TrainState, paint: Callable[[], Tensor]) -> Tensor:
    """The generator phase's pictures, or newly painted ones where a phase runs on its own."""
    if PICTURES in state.carried:
        return state.carried[PICTURES]
    with torch.no_grad():
        return paint()


def shares(losses: Mapping[str, Tensor]) -> dict[str, float]:
    """`share/NAME`: each weighted term's size as a share of the sum of their sizes, in [0, 1].

    >>> shares({"l1": torch.tensor(3.0), "adversarial": torch.tensor(-1.0)})
    {'share/l1': 0.75, 'share/adversarial': 0.25}
    """
    sizes = torch.stack(list(losses.values())).detach().abs()
    parts = (sizes / sizes.sum().clamp(min=torch.finfo(sizes.dtype).tiny)).tolist()
    return {f"share/{name}": part for name, part in zip(losses, parts, strict=True)}


def balance(real: Tensor, fake: Tensor, boundary: float | None) -> dict[str, float]:
    """What a discriminator says of photographs and of pictures, to see whether it has won.

    Args:
        real, fake: its outputs, one or more a picture.
        boundary: outputs above it mean a photograph; None: they are scores without one.

    Returns:
        `real` and `fake`, the means; with a boundary also `accuracy_real` and `accuracy_fake`,
        the share of outputs on the right side of it.

    >>> balance(torch.tensor([1.0, -1.0]), torch.tensor([-2.0, -4.0]), 0.0)
    {'real': 0.0, 'fake': -3.0, 'accuracy_real': 0.5, 'accuracy_fake': 1.0}
    """
    values = {"real": real, "fake": fake}
    if boundary is not None:
        values |= {"accuracy_real": real > boundary, "accuracy_fake": fake <= boundary}
    means = torch.stack([value.detach().float().mean() for value in values.values()])
    return dict(zip(values, means.tolist(), strict=True))
