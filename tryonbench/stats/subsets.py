"""FID, KID and CMMD of many subsets of the same images, from what is computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from tryonbench.metrics.cmmd import gaussian_kernel
from tryonbench.metrics.frechet import frechet_distance
from tryonbench.metrics.kernel import polynomial_kernel

Features = NDArray[np.float32]
Matrix = NDArray[np.float64]
Subsets = NDArray[np.bool_]
"""(B, N): True for the images of each subset."""
SubsetDistances = Callable[[Features, Features, Subsets, Subsets], Matrix]
"""Distances (B,) of subsets (B, N) of features (N, D) from subsets (B, M) of features (M, D)."""
Kernel = Callable[[Matrix, Matrix], Matrix]
"""Of all pairs, (N, D) and (M, D) -> (N, M)."""

ROWS_AT_A_TIME, COLUMNS_AT_A_TIME = 512, 8_192
"""Of a kernel; so memory does not grow with the images beyond that."""


def frechet_subsets(
    output: Features, reference: Features, rows: Subsets, columns: Subsets
) -> Matrix:
    """FID of each subset, in float64.

    Subsets of at most D images go through the Gram form: the products of all images with all are
    computed once, each subset takes its own and centres them. Larger ones begin anew.

    >>> x = np.random.default_rng(0).normal(size=(20, 30)).astype(np.float32)
    >>> every = np.ones((1, 20), bool)
    >>> bool(np.isclose(frechet_subsets(x, x + 1, every, every), frechet_distance(x, x + 1)).all())
    True
    """
    origin = reference.mean(axis=0, dtype=np.float64)
    one, two = output - origin, reference - origin
    few = np.minimum(rows.sum(axis=1), columns.sum(axis=1)) <= one.shape[1]
    gram = one @ two.T if few.any() else np.empty((0, 0))
    return np.array(
        [
            _gram_frechet(one[r], two[c], gram[np.ix_(r, c)])
            if small
            else frechet_distance(output[r], reference[c])
            for r, c, small in zip(rows, columns, few, strict=True)
        ]
    )


def _gram_frechet(one: Matrix, two: Matrix, gram: Matrix) -> float:
    """FID of features (n, D) and (m, D), given their products (n, m)."""
    shift = one.mean(axis=0) - two.mean(axis=0)
    centred = gram - gram.mean(axis=0) - gram.mean(axis=1, keepdims=True) + gram.mean()
    product = centred / np.sqrt((len(one) - 1) * (len(two) - 1))
    traces = one.var(axis=0, ddof=1).sum() + two.var(axis=0, ddof=1).sum()
    return float(shift @ shift + traces - 2 * _nuclear_norm(product))


def _nuclear_norm(matrix: Matrix) -> float:
    """Sum of singular values, as roots of the eigenvalues of the smaller product with itself.

    A third of the time of the SVD in `tryonbench.metrics.frechet`, but a singular value of 0 comes
    out as 1e-8 of the largest: enough for a spread, not for a value that has to hold to 1e-6.
    """
    wide = matrix.shape[0] <= matrix.shape[1]
    squares = np.linalg.eigvalsh(matrix @ matrix.T if wide else matrix.T @ matrix)
    return float(np.sqrt(squares.clip(min=0)).sum())


def kernel_subsets(
    output: Features, reference: Features, rows: Subsets, columns: Subsets
) -> Matrix:
    """KID of each subset: the full U-statistic, k(x, y) = (x.y / D + 1)^3, in float64.

    One pass over the kernel in blocks of rows serves all subsets.

    >>> x = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    >>> every = np.ones((1, 20), bool)
    >>> bool(kernel_subsets(x, x + 1, every, every) > kernel_subsets(x, -x, every, every))
    True
    """
    n, m = rows.sum(axis=1), columns.sum(axis=1)
    within, apart, across = _kernel_sums(polynomial_kernel, output, reference, rows, columns)
    within -= rows @ _kernel_with_itself(output)
    apart -= columns @ _kernel_with_itself(reference)
    distances: Matrix = within / (n * (n - 1)) + apart / (m * (m - 1)) - 2 * across / (n * m)
    return distances


def gaussian_subsets(
    output: Features, reference: Features, rows: Subsets, columns: Subsets
) -> Matrix:
    """CMMD / 1000 of each subset: the V-statistic, an image's kernel with itself included.

    >>> x = np.eye(3, dtype=np.float32)
    >>> every = np.ones((1, 3), bool)
    >>> gaussian_subsets(x, x, every, every)
    array([0.])
    """
    n, m = rows.sum(axis=1), columns.sum(axis=1)
    within, apart, across = _kernel_sums(gaussian_kernel, output, reference, rows, columns)
    distances: Matrix = within / n**2 + apart / m**2 - 2 * across / (n * m)
    return distances


def _kernel_sums(
    kernel: Kernel, output: Features, reference: Features, rows: Subsets, columns: Subsets
) -> tuple[Matrix, Matrix, Matrix]:
    """Sums (B,) over the pairs within the outputs, within the references, and across."""
    return (
        _pair_sums(kernel, output, output, rows, rows),
        _pair_sums(kernel, reference, reference, columns, columns),
        _pair_sums(kernel, output, reference, rows, columns),
    )


def _pair_sums(
    kernel: Kernel, one: Features, two: Features, rows: Subsets, columns: Subsets
) -> Matrix:
    """Sums (B,) of the kernel over the pairs of a subset of `one` with a subset of `two`."""
    total = np.zeros(len(rows))
    for there in _blocks(len(two), COLUMNS_AT_A_TIME):
        right = two[there].astype(np.float64)
        for here in _blocks(len(one), ROWS_AT_A_TIME):
            values = kernel(one[here].astype(np.float64), right)
            total += ((rows[:, here].astype(np.float64) @ values) * columns[:, there]).sum(axis=1)
    return total


def _blocks(count: int, size: int) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, count, size))


def _kernel_with_itself(features: Features) -> Matrix:
    """k(x, x) of each image, (N,)."""
    squares: Matrix = np.square(features, dtype=np.float64).sum(axis=1)
    kernel: Matrix = (squares / features.shape[1] + 1) ** 3
    return kernel
