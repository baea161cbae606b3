"""Which runs may be compared, and what is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tryonbench.errors import InputError
from tryonbench.results.compare import compare_runs, verdict
from tryonbench.results.schema import DataSource, Efficiency, MetricValue, Result
from tryonbench.results.seeds import seed_spread
from tryonbench.results.store import write_halves, write_result, write_samples
from tryonbench.runs import Run
from tryonbench.stats.family import PairTest
from tryonbench.stats.paired import holm

PROTOCOL = "synth/paired-64x48"
N = 40


def _values(offset: float) -> dict[str, np.ndarray]:
    """SSIM moves by the offset, L1 is noise; both are the same images'."""
    rng = np.random.default_rng(int(1000 * offset))
    hard = np.random.default_rng(7).normal(scale=0.2, size=N)
    ssim = 0.5 + hard + offset + rng.normal(scale=0.02, size=N)
    return {"ssim": ssim, "l1": 0.1 + rng.normal(scale=0.02, size=N)}


def _result(run: Run, values: dict[str, np.ndarray], **changes: Any) -> Result:
    metrics = {
        key: MetricValue(value=float(np.nanmean(x)), n=len(x), higher_is_better=key == "ssim")
        for key, x in values.items()
    }
    kid = MetricValue(value=0.01, n=N, higher_is_better=False)
    fid = MetricValue(value=None, higher_is_better=False, missing="no weights; get them: do it")
    data = DataSource(root="/r", split="test", fingerprint=changes.pop("data", "d1"), pairs="p")
    common: dict[str, Any] = {
        "method": changes.pop("method", run.name),
        "run": run.name,
        "family": "gan",
        "protocol": PROTOCOL,
        "fingerprint": "f1",
        "n": len(values["ssim"]) if values else 0,
        "seed": 0,
        "size": (64, 48),
        "pairing": "paired",
        "metrics": {**metrics, "kid": kid, "fid": fid},
        "efficiency": Efficiency(),
        "environment": {},
        "data": data,
        "key": "k",
    }
    return Result(**{**common, **changes})


def _run(root: Path, name: str, offset: float = 0.0, **changes: Any) -> Run:
    """A run with a result and its per-image values."""
    run = Run(root / name)
    method = changes.get("method", name)
    config = {"method": method, "seed": changes.pop("training_seed", 0)}
    about = {"kind": "training", "method": method, "family": "gan", "config": config}
    run.write_manifest(about)
    values, ids = _values(offset), changes.pop("ids", [f"{i:05d}" for i in range(N)])
    values = {key: x[: len(ids)] for key, x in values.items()}
    protocol = changes.get("protocol", PROTOCOL)
    write_samples(run.samples(protocol), pd.DataFrame({"id": ids, **values}))
    write_result(run.result(protocol), _result(run, values, **changes))
    return run


def test_two_runs(tmp_path: Path) -> None:
    runs = [_run(tmp_path, "a"), _run(tmp_path, "b", 0.02)]
    found = compare_runs(runs, None)
    ssim, l1 = found.tests
    assert (found.result.protocol, found.runs, found.n) == (PROTOCOL, ("a", "b"), N)
    assert (ssim.metric, ssim.better) == ("ssim", "b")
    assert ssim.difference == pytest.approx(-0.02, abs=0.01)
    assert (l1.metric, l1.better) == ("l1", None)
    assert found.left_out["fid"] == "a has no value: no weights; get them: do it"
    assert "one number for a set" in found.left_out["kid"]
    assert found.notes == ()
    assert verdict(ssim) == "b is better than a in SSIM (p = 0.0024 after Holm's correction)"
    text = f"in L1 no difference between a and b can be shown with {N} images; about "
    assert verdict(l1).startswith(text)


def test_a_distance_between_sets_is_compared_by_its_halves(tmp_path: Path) -> None:
    """The halves go up and down together, so that a small difference shows."""
    runs = [_run(tmp_path, "a"), _run(tmp_path, "b")]
    rng = np.random.default_rng(0)
    both = 5 + rng.normal(scale=0.5, size=201)
    for run, offset in zip(runs, (0.0, 0.3), strict=True):
        own = both + offset + rng.normal(scale=0.05, size=201)
        write_halves(run.halves(PROTOCOL), {"kid": own})
    found = {test.metric: test for test in compare_runs(runs, None).tests}
    assert found["kid"].better == "a"
    assert found["kid"].difference == pytest.approx(-0.3, abs=0.15)
    other = _run(tmp_path, "c", ids=[f"{i:05d}" for i in range(N - 1)])
    write_halves(other.halves(PROTOCOL), {"kid": both})
    assert "the same images" in compare_runs([runs[0], other], None).left_out["kid"]


def test_pairing_is_by_id_not_by_row(tmp_path: Path) -> None:
    a, b = _run(tmp_path, "a"), _run(tmp_path, "b", 0.02)
    straight = compare_runs([a, b], None).tests
    shuffled = pd.read_parquet(b.samples(PROTOCOL)).sample(frac=1, random_state=0)
    write_samples(b.samples(PROTOCOL), shuffled)
    assert compare_runs([a, b], None).tests == straight


def test_three_runs_are_one_family(tmp_path: Path) -> None:
    runs = [_run(tmp_path, name, by) for name, by in (("a", 0.0), ("b", 0.02), ("c", 0.022))]
    tests = compare_runs(runs, PROTOCOL, ["ssim"]).tests
    assert [(test.first, test.second) for test in tests] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert [test.p_holm for test in tests] == holm([test.p for test in tests])
    assert [test.better for test in tests] == ["b", "c", None]


def test_images_that_only_one_has_are_left_out_and_told(tmp_path: Path) -> None:
    some = [f"{i:05d}" for i in range(30)]
    runs = [_run(tmp_path, "a"), _run(tmp_path, "b", 0.02, ids=some, missing_images=["00030"])]
    found = compare_runs(runs, None)
    assert {test.n for test in found.tests} == {30}
    assert found.notes[0] == "compared on the 30 images that all have, of 40"
    assert found.notes[1] == "b: 1 of 31 images are missing (00030)"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fingerprint": "f2"}, "different fingerprints of synth/paired-64x48 (f1, f2)"),
        ({"data": "d2"}, "evaluated on different data (/r d1, /r d2)"),
        ({"skipped": "too small"}, "b was skipped under synth/paired-64x48: too small"),
        ({"protocol": "synth/other"}, "b has no result under synth/paired-64x48 (it has: synth/"),
        ({"ids": ["x", "y", "z"]}, "a, b have no image in common"),
        ({"n": 39}, "does not belong to the result beside it"),
        ({"ids": ["00000"] * N}, "does not belong to the result beside it"),
    ],
)
def test_what_cannot_be_compared(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    runs = [_run(tmp_path, "a"), _run(tmp_path, "b", **changes)]
    with pytest.raises(InputError) as raised:
        compare_runs(runs, PROTOCOL)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_other_fingerprints_are_compared_if_asked_and_marked(tmp_path: Path) -> None:
    runs = [
        _run(tmp_path, "a", method="m"),
        _run(tmp_path, "b", 0.02, method="m", training_seed=1),
        _run(tmp_path, "c", 0.02, method="m", training_seed=2, fingerprint="f2"),
    ]
    with pytest.raises(InputError, match=r"\(f1, f2\); evaluate .* again, or .* --mix, marked"):
        compare_runs(runs, None)
    found = compare_runs(runs, None, ["ssim"], mix=True)
    assert found.runs == ("a", "b", "c †")
    assert verdict(found.tests[1]).startswith("c † is better than a in SSIM")
    said = "c †: fingerprint f2, that of a is f1: measured with other settings"
    assert found.notes[0].startswith(said)
    assert list(found.seeds) == ["a, b"], "other settings are no other seed"


def test_the_protocol_is_guessed_only_if_there_is_one(tmp_path: Path) -> None:
    a, b = _run(tmp_path, "a"), _run(tmp_path, "b", 0.02)
    for run in (a, b):
        _run(tmp_path, run.name, protocol="synth/other")
    with pytest.raises(InputError, match="choose one with --protocol: synth/other, synth/paired"):
        compare_runs([a, b], None)
    with pytest.raises(InputError, match="not evaluated under one protocol; do that: tryonbench"):
        compare_runs([a, _run(tmp_path, "c", protocol="synth/third")], None)


def test_the_same_run_twice_is_no_comparison(tmp_path: Path) -> None:
    a = _run(tmp_path, "a")
    _run(tmp_path, "a", protocol="synth/other")
    for runs in ([a], [a, Run(tmp_path / "." / "a")]):
        with pytest.raises(InputError, match="name two different runs or more"):
            compare_runs(runs, None)


def test_runs_of_the_same_name_go_by_their_folders(tmp_path: Path) -> None:
    runs = [_run(tmp_path / "1", "a"), _run(tmp_path / "2", "a", 0.02)]
    assert compare_runs(runs, None).runs == (str(tmp_path / "1/a"), str(tmp_path / "2/a"))


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("ssin", 'no run has the metric "ssin"; did you mean "ssim"?'),
        ("fid", "fid cannot be compared: a has no value: no weights; get them: do it"),
        ("kid", "kid cannot be compared: it is one number for a set"),
    ],
)
def test_metrics_that_cannot_be_compared(tmp_path: Path, key: str, said: str) -> None:
    runs = [_run(tmp_path, "a"), _run(tmp_path, "b", 0.02)]
    with pytest.raises(InputError) as raised:
        compare_runs(runs, PROTOCOL, ["ssim", key])
    assert said in str(raised.value)


def test_seeds_of_one_method_are_summed_up(tmp_path: Path) -> None:
    runs = [
        _run(tmp_path, f"m-s{seed}", 0.01 * seed, method="m", training_seed=seed)
        for seed in range(3)
    ]
    [(names, spread)] = compare_runs([*runs, _run(tmp_path, "b")], None).seeds.items()
    assert names == "m-s0, m-s1, m-s2"
    assert spread["ssim"].runs == 3
    assert "fid" not in spread


def test_the_spread_over_seeds() -> None:
    def seed(value: float | None, **changes: Any) -> Result:
        ssim = MetricValue(value=value, higher_is_better=True)
        return _result(Run(Path("m")), {}, metrics={"ssim": ssim}, **changes)

    spread = seed_spread([seed(0.7), seed(0.8), seed(0.75)])["ssim"]
    assert (spread.runs, spread.low, spread.high) == (3, 0.7, 0.8)
    assert spread.mean == pytest.approx(0.75)
    assert spread.std == pytest.approx(0.05)
    assert seed_spread([seed(0.7), seed(None)]) == {}
    with pytest.raises(InputError, match="needs two runs or more"):
        seed_spread([seed(0.7)])
    for other in ({"method": "n"}, {"fingerprint": "f2"}, {"data": "d2"}):
        with pytest.raises(InputError, match="are not seeds of one method"):
            seed_spread([seed(0.7), seed(0.8, **other)])


def _test(**changes: Any) -> PairTest:
    common: dict[str, Any] = {
        "metric": "psnr", "higher_is_better": True, "first": "a", "second": "b", "n": 200,
        "value_first": 1.0, "value_second": 2.0, "difference": -1.0, "low": None, "high": None,
        "effect": None, "superiority": None, "p": 0.5,
    }  # fmt: skip
    return PairTest(**{**common, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"images_needed": 874},
            "in PSNR no difference between a and b can be shown with 200 images; about 880 would "
            "be needed",
        ),
        ({}, "in PSNR no difference between a and b can be shown with 200 images"),
        ({"difference": 0.0}, "in PSNR a and b have the same value on 200 images"),
        (
            {"better": "b", "p_holm": 0.003},
            "b is better than a in PSNR (p = 0.003 after Holm's correction)",
        ),
        (
            {"better": "a", "p_holm": 1e-9},
            "a is better than b in PSNR (p < 0.0001 after Holm's correction)",
        ),
    ],
)
def test_verdicts(changes: dict[str, Any], said: str) -> None:
    assert verdict(_test(**changes)) == said
