"""FID: the Fréchet distance between Gaussians fitted to Inception features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from tryonbench.metrics.base import Features, Halves, InceptionMetric, NotDefined

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Fid(InceptionMetric):
    """FID (Heusel et al., 2017) with clean-fid's resizing (Parmar et al., 2022), pool3, 2048-d."""

    label: ClassVar[str] = "FID"
    higher_is_better: ClassVar[bool] = False

    def value(self, output: Features, reference: Features) -> float:
        return frechet_distance(output, reference)

    def halves(self, output: Features, reference: Features, aligned: bool) -> Halves:
        return frechet_halves(output, reference, aligned)


def frechet_halves(output: Features, reference: Features, aligned: bool) -> Halves:
    """See `SetMetric.halves`."""
    from tryonbench.stats.distances import half_distances
    from tryonbench.stats.subsets import frechet_subsets

    return half_distances(frechet_subsets, output, reference, aligned=aligned)


@dataclass(frozen=True)
class FidPytorch(Fid):
    """FID with pytorch-fid's resizing (bilinear, not antialiased) and scaling, pool3, 2048-d."""

    label: ClassVar[str] = "FID pytorch-fid"
    resize: Literal["pytorch-fid"] = "pytorch-fid"


def frechet_distance(first: Features, second: Features) -> float:
    """|m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^1/2), covariances with ddof = 1, in float64.

    tr (S1 S2)^1/2 is the nuclear norm of C1 C2^T, where C are the centred features over
    sqrt(N - 1): the eigenvalues of S1 S2 are its squared singular values. Exact for singular
    covariances too. With more images than dimensions, those eigenvalues are L^T S2 L's, where
    S1 = L L^T.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(50, 4)).astype(np.float32)
    >>> round(frechet_distance(x, x + 3.0), 4)
    36.0

    Raises:
        NotDefined: fewer than two images on a side.
    """
    if min(len(first), len(second)) < 2:
        raise NotDefined(f"needs 2 images or more, there are {min(len(first), len(second))}")
    (m1, c1), (m2, c2) = _mean_and_rest(first), _mean_and_rest(second)
    shift = m1 - m2
    total = np.vdot(c1, c1) + np.vdot(c2, c2) - 2 * _nuclear_norm_of_product(c1, c2)
    return float(shift @ shift + total)


def _mean_and_rest(features: Features) -> tuple[Matrix, Matrix]:
    """The mean (D,), and the rows minus it over sqrt(N - 1), (N, D), whose Gram matrix is the
    covariance."""
    rest: Matrix = features.astype(np.float64)
    mean = rest.mean(axis=0)
    rest -= mean
    rest /= np.sqrt(len(rest) - 1)
    return mean, rest


def _nuclear_norm_of_product(c1: Matrix, c2: Matrix) -> float:
    """Sum of singular values of c1 c2^T, through the smaller of (N, M) and (D, D) matrices."""
    if min(len(c1), len(c2)) <= c1.shape[1]:
        return _sum_of_singular_values(c1 @ c2.T)
    try:
        root = np.linalg.cholesky(c1.T @ c1)
    except np.linalg.LinAlgError:  # a feature that is constant, or the sum of others
        one, two = (np.asarray(np.linalg.qr(c, mode="r")) for c in (c1, c2))
        return _sum_of_singular_values(one @ two.T)
    squares = np.linalg.eigvalsh(root.T @ (c2.T @ c2) @ root)
    return float(np.sqrt(np.maximum(squares, 0)).sum())


def _sum_of_singular_values(product: Matrix) -> float:
    return float(np.linalg.svd(product, compute_uv=False).sum())
