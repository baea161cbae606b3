"""More weight on the pixels that try-on is about."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from tryonbench.data.labels import UPPER


def emphasised(errors: Tensor, parse: Tensor, weight: float) -> Tensor:
    """Errors (N, C, H, W) times weights of mean 1, by which the worn garment's pixels count more.

    Args:
        parse: the photograph's labels 0..19, (N, H', W'); errors of fewer pixels see the mean of
            the weights under each.
        weight: of the garment's pixels, if that of the others is 1.
    """
    if weight == 1:
        return errors
    weights = emphasis(parse, weight)
    if weights.shape[-2:] != errors.shape[-2:]:
        weights = F.interpolate(weights, errors.shape[-2:], mode="area")
    return weights * errors


def emphasis(parse: Tensor, weight: float) -> Tensor:
    """Weights of pixels, (N, 1, H, W), of mean 1 in each picture: those of the worn garment (upper
    clothes, dress, coat) have `weight` times that of the others.

    Where the garment's edge cannot be known, a mean or median so weighted leans to the garment.

    Args:
        parse: labels 0..19, (N, H, W).

    >>> emphasis(torch.tensor([[[0, 5]]]), 3.0)
    tensor([[[[0.5000, 1.5000]]]])
    """
    worn = torch.isin(parse, torch.tensor(UPPER, device=parse.device))[:, None]
    weights = 1 + (weight - 1) * worn.float()
    return weights / weights.mean((1, 2, 3), keepdim=True)
