"""The loss by noise level: the mean alone hides a network that learns only the easy times."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

BINS = 4


def by_time(name: str, errors: Tensor, t: Tensor) -> dict[str, float]:
    """`NAME_by_t/0` (nearly clean) to `NAME_by_t/3` (nearly noise): the mean loss of the samples
    whose time lies in that quarter of [0, 1]; quarters without samples are left out.

    Args:
        errors: (N, C, H, W), whose mean is the loss.
        t: (N,) in [0, 1].

    >>> import torch
    >>> by_time("flow", torch.ones(3, 1, 1, 1), torch.tensor([0.1, 0.2, 1.0]))
    {'flow_by_t/0': 1.0, 'flow_by_t/3': 1.0}
    """
    losses = errors.detach().float().flatten(1).mean(1).tolist()
    quarters: dict[int, list[float]] = {}
    for loss, time in zip(losses, t.tolist(), strict=True):
        quarters.setdefault(min(int(time * BINS), BINS - 1), []).append(loss)
    return {f"{name}_by_t/{q}": sum(found) / len(found) for q, found in sorted(quarters.items())}


def time_words(names: Iterable[str]) -> dict[str, str]:
    """What the keys of `by_time` mean, for losses of these names.

    >>> time_words(["flow"])["flow_by_t/2"]
    'loss at noise level 3 of 4 (t 0.5 to 0.75)'
    """
    return {
        f"{name}_by_t/{q}": f"loss at noise level {q + 1} of {BINS} "
        f"(t {q / BINS:g} to {(q + 1) / BINS:g})"
        for name in names
        for q in range(BINS)
    }
