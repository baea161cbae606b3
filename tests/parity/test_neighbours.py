"""Precision, recall, density and coverage against direct formulas and torch-fidelity."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from tryonbench.metrics import make_metric
from tryonbench.metrics.base import NotDefined

KEYS = ("precision", "recall", "density", "coverage")


def _sets(n: int, m: int, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping sets, float32, far from the origin."""
    rng = np.random.default_rng(0)
    output = rng.normal(100, 0.8, size=(n, dimensions))
    reference = rng.normal(100.3, 1, size=(m, dimensions))
    return output.astype(np.float32), reference.astype(np.float32)


def _direct(output: np.ndarray, reference: np.ndarray, k: int) -> dict[str, float]:
    """The papers' formulas, by differences in float64; `prdc` takes the open ball."""
    x, y = output.astype(np.float64), reference.astype(np.float64)
    across = _distances(x, y)
    real, fake = (np.sort(_distances(z, z), axis=1)[:, k] for z in (y, x))
    return {
        "precision": (across <= real).any(axis=1).mean(),
        "recall": (fake >= across.T).any(axis=1).mean(),
        "density": (across < real).sum(axis=1).mean() / k,
        "coverage": (across.min(axis=0) < real).mean(),
    }


def _distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.stack([np.sqrt(((row - y) ** 2).sum(axis=1)) for row in x])


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize(("n", "m", "dimensions"), [(40, 30, 2), (300, 520, 8), (64, 64, 768)])
def test_each_is_its_papers_formula(k: int, n: int, m: int, dimensions: int) -> None:
    """300 and 520 are more than one block of rows."""
    sets = _sets(n, m, dimensions)
    direct = _direct(*sets, k)
    assert {key: make_metric(key, {"k": k}).value(*sets) for key in KEYS} == pytest.approx(direct)


def test_defaults_are_the_papers() -> None:
    sets = _sets(40, 30, 2)
    for k, keys in ((3, KEYS[:2]), (5, KEYS[2:])):
        for key in keys:
            assert make_metric(key, {}).value(*sets) == pytest.approx(_direct(*sets, k)[key])


def test_precision_and_recall_are_torch_fidelitys() -> None:
    torch = pytest.importorskip("torch")
    module = pytest.importorskip("torch_fidelity.metric_prc")
    output, reference = _sets(300, 520, 64)
    settings = {"prc_neighborhood": 3, "prc_batch_size": 100, "save_cpu_ram": False}
    found = module.prc_features_to_metric(
        torch.from_numpy(output), torch.from_numpy(reference), verbose=False, **settings
    )
    ours = [make_metric(key, {}).value(output, reference) for key in ("precision", "recall")]
    theirs = [found[module.KEY_METRIC_PRECISION], found[module.KEY_METRIC_RECALL]]
    assert ours == pytest.approx(theirs, rel=1e-5)


def test_a_set_against_itself_in_another_order_is_perfect() -> None:
    """Every k-th neighbour is on the edge of its ball: rounding must not decide."""
    _, reference = _sets(9, 700, 64)
    shuffled = np.random.default_rng(1).permutation(reference)
    assert [make_metric(key, {}).value(shuffled, reference) for key in KEYS] == [1, 1, 1, 1]


def test_constant_images_lie_on_each_other() -> None:
    same = np.ones((8, 16), np.float32)
    assert [make_metric(key, {}).value(same, same) for key in KEYS] == [1, 1, 0, 0]


@pytest.mark.parametrize("key", KEYS)
def test_memory_does_not_hold_all_distances(key: str) -> None:
    """3,000 x 3,000 distances are 72 MB; a block of rows is 6 MB."""
    output, reference = _sets(3000, 3000, 4)
    tracemalloc.start()
    make_metric(key, {}).value(output, reference)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40e6


def test_order_changes_nothing() -> None:
    output, reference = _sets(300, 520, 64)
    rng = np.random.default_rng(2)
    for key in KEYS:
        metric = make_metric(key, {})
        assert metric.value(rng.permutation(output), rng.permutation(reference)) == metric.value(
            output, reference
        )


@pytest.mark.parametrize(("key", "least"), [*zip(KEYS, (4, 4, 6, 6), strict=True)])
def test_too_few_images_are_said(key: str, least: int) -> None:
    few = np.zeros((least - 1, 4), np.float32)
    with pytest.raises(NotDefined, match=f"needs {least} images or more, there are {least - 1}"):
        make_metric(key, {}).value(few, few)
