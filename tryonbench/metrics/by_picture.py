"""Per-image metrics a picture at a time: what is worked on stays in the processor's cache."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor


def by_picture(work: Callable[..., Tensor], *images: Tensor) -> Tensor:
    """What `work` makes of each picture, stacked; as many at once as torch has threads.

    Args:
        work: works on one thread: OpenCV's filters and operations on few pixels do.
        images: (N, …) each.

    >>> by_picture(torch.sum, torch.ones(2, 3))
    tensor([3., 3.])
    """
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        return torch.stack(list(pool.map(work, *images)))
