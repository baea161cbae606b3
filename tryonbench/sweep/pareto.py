"""Which points nothing beats: quality against time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tryonbench.efficiency.schema import Row
from tryonbench.sweep.schema import Variant

Losses = tuple[float, ...]
"""Less is better, in each place."""


def dominates(one: Losses, other: Losses) -> bool:
    """Whether `one` is nowhere worse and somewhere better.

    >>> dominates((1.0, 2.0), (1.0, 3.0)), dominates((1.0, 2.0), (1.0, 2.0))
    (True, False)
    """
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def dominators(points: Sequence[Losses | None]) -> list[int | None]:
    """For each point, one that dominates it and that nothing dominates; None where there is none.

    Args:
        points: None takes no part.

    >>> dominators([(1.0, 9.0), (2.0, 5.0), (3.0, 6.0), None])
    [None, None, 1, None]
    """
    by_point: list[int | None] = []
    for point in points:
        over = [] if point is None else list(_over(point, points))
        by_point.append(min(over)[1] if over else None)
    return by_point


def _over(point: Losses, points: Sequence[Losses | None]) -> Iterable[tuple[Losses, int]]:
    """Those that dominate a point; the first of them in order is itself not dominated."""
    for number, other in enumerate(points):
        if other is not None and dominates(other, point):
            yield other, number


def judged(
    variants: Sequence[Variant], rows: Sequence[Row], metrics: Sequence[str]
) -> list[Variant]:
    """The variants with their times, fronts and dominators."""
    timed = [
        variant.model_copy(update={"ms_per_image": _time(row)})
        for variant, row in zip(variants, rows, strict=True)
    ]
    scored = [key for key in metrics if any(_loss(one, key) is not None for one in timed)]
    over = dominators([_losses(one, scored) for one in timed])
    fronts = {key: dominators([_losses(one, [key]) for one in timed]) for key in scored}
    return [
        one.model_copy(
            update={
                "fronts": [
                    key for key in scored if _losses(one, [key]) and fronts[key][number] is None
                ],
                "best": by is None and _losses(one, scored) is not None,
                "dominated_by": None if by is None else timed[by].label,
            }
        )
        for number, (one, by) in enumerate(zip(timed, over, strict=True))
    ]


def _time(row: Row) -> float | None:
    """Milliseconds of an image at the first batch."""
    first = row.points[0] if row.points else None
    return first.calls.p50 / first.batch if first and first.runs else None


def _losses(variant: Variant, metrics: Sequence[str]) -> Losses | None:
    """Its time and its metrics, less being better; None where one is missing."""
    losses = [variant.ms_per_image, *(_loss(variant, key) for key in metrics)]
    found = tuple(loss for loss in losses if loss is not None)
    return found if metrics and len(found) == len(losses) else None


def _loss(variant: Variant, key: str) -> float | None:
    metric = variant.metrics.get(key)
    if metric is None or metric.value is None:
        return None
    return -metric.value if metric.higher_is_better else metric.value
