"""The rows of a training batch that a process has, drawn and averaged as if it had them all.

A method whose `training_step` draws by `drawn`, and takes means over a batch by `batch_mean`,
learns the same from one process and from many. Other random numbers of torch are different ones in
each process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, distributed

from tryonbench.errors import InputError
from tryonbench.processes.world import World, each, world
from tryonbench.seeds import derive


class Rows:
    """Which rows of each batch are a process's, and the generators that all processes share."""

    def __init__(self, total: int, place: World | None = None) -> None:
        """
        Args:
            total: rows of a batch; the first processes have one more where it does not divide.
            place: of the process; by default this one's.

        Raises:
            InputError: there are fewer rows than processes.
        """
        self.place = place = place or world()
        if total < place.count:
            raise InputError(
                f"a batch of {total} cannot be shared by {place.count} processes; "
                f"raise it: --set batch_size={place.count}"
            )
        least, more = divmod(total, place.count)
        self.total = total
        self.start = place.rank * least + min(place.rank, more)
        self.stop = self.start + least + (place.rank < more)
        self.generators = _generators()

    @property
    def share(self) -> float:
        """Of the batch."""
        return (self.stop - self.start) / self.total

    @property
    def weight(self) -> float:
        """Of this process's loss, so that the mean over processes is the mean over the batch."""
        return self.share * self.place.count

    def seed(self, seed: int) -> None:
        """Seed what is drawn for the whole batch, and otherwise what each process draws itself."""
        torch.manual_seed(seed)
        self.generators = _generators()
        torch.manual_seed(derive(seed, self.place.rank))

    def add_up(self, x: Tensor) -> None:
        """Put in place of a tensor the sum of those that the processes have."""
        distributed.all_reduce(x)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Inside, torch's global generators are at the place where all processes are."""
        own = _generators()
        _set_generators(self.generators)
        try:
            yield
        finally:
            self.generators = _generators()
            _set_generators(own)


def _generators() -> list[Tensor]:
    """The states of torch's global generators: the CPU's, and this process's GPU's."""
    states = [torch.get_rng_state()]
    return [*states, torch.cuda.get_rng_state()] if torch.cuda.is_available() else states


def _set_generators(states: list[Tensor]) -> None:
    torch.set_rng_state(states[0])
    for state in states[1:]:
        torch.cuda.set_rng_state(state)


_rows: Rows | None = None


@contextmanager
def having(rows: Rows | None) -> Iterator[None]:
    """Inside, batches are some rows of larger ones; None: they are whole."""
    global _rows
    before, _rows = _rows, rows
    try:
        yield
    finally:
        _rows = before


def drawn(draw: Callable[[int], Tensor], count: int, axis: int = 0) -> Tensor:
    """Random numbers for the `count` rows of a batch.

    Args:
        draw: draws for so many rows from torch's global generator.
        axis: along which they lie.

    >>> _ = torch.manual_seed(0)
    >>> drawn(lambda n: torch.rand(2, n), 3, axis=1).shape
    torch.Size([2, 3])
    """
    if _rows is None:
        return draw(count)
    with _rows.together():
        return draw(_rows.total).narrow(axis, _rows.start, count)


def normal_like(x: Tensor) -> Tensor:
    """Standard normal noise for the rows of a batch, (N, …)."""
    if _rows is None:
        return torch.randn_like(x)
    return drawn(lambda n: x.new_empty(n, *x.shape[1:]).normal_(), len(x))


def drawn_once(draw: Callable[[], Tensor]) -> Tensor:
    """Random numbers that all rows of a batch share."""
    if _rows is None:
        return draw()
    with _rows.together():
        return draw()


def batch_mean(x: Tensor) -> Tensor:
    """Mean over the rows of a batch, (N, …) -> (…); twice differentiable."""
    if _rows is None:
        return x.mean(0)
    total: Tensor = _Summed.apply(x.sum(0), _rows)
    return total / _rows.total


def batch_variance(x: Tensor) -> Tensor:
    """Variance over the rows of a batch, (N, …) -> (…), divided by N; twice differentiable."""
    if _rows is None:
        return x.var(0, correction=0)
    return batch_mean((x - batch_mean(x)).square())


class _Summed(torch.autograd.Function):
    """The sum over the processes. Each one's loss depends on it, so gradients are summed, too."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: Rows) -> Tensor:
        ctx.rows = rows
        total = x.clone(memory_format=torch.contiguous_format)  # sent as it lies in memory
        rows.add_up(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return _Summed.apply(gradients[0], ctx.rows), None


def whole_means(means: Mapping[str, float]) -> dict[str, float]:
    """Means over a batch, of the same names in all processes, from those over its rows."""
    if _rows is None:
        return dict(means)
    shares = torch.tensor(list(means.values()), dtype=torch.float64) * _rows.share
    distributed.all_reduce(shares)
    return dict(zip(means, shares.tolist(), strict=True))


def joint_means(means: Mapping[str, float]) -> dict[str, float]:
    """The same for numbers that some processes may lack: those that have one count."""
    if _rows is None:
        return dict(means)
    share = _rows.share
    told = each(lambda: (share, dict(means)))
    names = dict.fromkeys(name for _, own in told for name in own)
    return {name: _weighted([(s, own[name]) for s, own in told if name in own]) for name in names}


def _weighted(values: list[tuple[float, float]]) -> float:
    return sum(weight * value for weight, value in values) / sum(weight for weight, _ in values)
