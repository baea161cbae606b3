"""Which samples' pictures the file carries, where there are too many for all."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tryonbench.report.images import PerImage


def chosen(images: PerImage, limit: int) -> list[int]:
    """Positions of the samples to show, in the list's order.

    Of each method the worst, median and best in each metric, as far as the limit lasts; then
    samples evenly over the mean rank of all, so that good and bad ones have their share.
    """
    count = len(images.ids)
    if count <= limit:
        return list(range(count))
    wanted: dict[int, None] = dict.fromkeys(_extremes(images))
    picked = list(wanted)[: limit // 2]
    spread = [i for i in _by_mean_rank(images) if i not in set(picked)]
    steps = np.linspace(0, len(spread) - 1, limit - len(picked)).round().astype(int)
    return sorted({*picked, *(spread[i] for i in steps)})


def _extremes(images: PerImage) -> Iterable[int]:
    """Worst, then best, then median of each method, metric by metric."""
    for share in (0, -1, 0.5):
        for column in images.metrics:
            for method in images.methods:
                order = _worst_first(
                    images.values[method][column.key], bool(column.higher_is_better)
                )
                if len(order):
                    yield int(order[int(share * len(order))] if share > 0 else order[int(share)])


def _worst_first(values: NDArray[np.float64], higher_is_better: bool) -> NDArray[np.intp]:
    """Positions of the finite values."""
    known = np.flatnonzero(np.isfinite(values))
    ranked: NDArray[np.intp] = known[np.argsort(values[known], kind="stable")]
    return ranked if higher_is_better else ranked[::-1]


def _by_mean_rank(images: PerImage) -> list[int]:
    """Every position, the samples that are worst for all methods first."""
    total = np.zeros(len(images.ids))
    for column in images.metrics:
        for method in images.methods:
            order = _worst_first(images.values[method][column.key], bool(column.higher_is_better))
            total[order] += np.arange(len(order))
    return [int(i) for i in np.argsort(total, kind="stable")]
