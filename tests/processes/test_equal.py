"""The result of several processes is that of one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file

from tests.processes.shared_work import PAIRED, TRAININGS, UNPAIRED, resume
from tryonbench.checkpoint import weights_file
from tryonbench.results.store import read_result, read_samples
from tryonbench.runs import Run, read_log

ROUNDING = 1e-5
SCORES = 1e-6
LOGGED = ("loss/", "grad_norm/", "val/", "lr/")


@pytest.fixture(params=["by_two", "by_three"])
def shared(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("method", TRAININGS)
def test_trainings(alone: Path, shared: Path, method: str) -> None:
    _assert_equal_trainings(Run(alone / method), Run(shared / method))


def test_trainings_with_split_weights(alone: Path, by_two: Path) -> None:
    _assert_equal_trainings(Run(alone / "diffusion"), Run(by_two / "fsdp" / "diffusion"))


@pytest.mark.parametrize(
    ("others", "folder", "method"),
    [
        ("by_two", "resumed-fsdp", "diffusion"),  # begun by one
        ("by_three", "resumed", "diffusion"),  # begun by two with split weights
        ("by_three", "resumed", "stylegan"),  # begun by one
    ],
)
def test_trainings_that_others_go_on_with(
    request: pytest.FixtureRequest, alone: Path, others: str, folder: str, method: str
) -> None:
    resumed = request.getfixturevalue(others) / folder
    _assert_equal_trainings(Run(alone / method), Run(resumed / method))
    assert (
        f"goes on with {2 if others == 'by_two' else 3}: the same but for rounding"
        in (resumed.parent / "output-0.txt").read_text()
    )


@pytest.mark.parametrize(
    ("others", "begun"), [("by_two", "fsdp/diffusion"), ("by_three", "stylegan")]
)
def test_trainings_that_one_goes_on_with(
    request: pytest.FixtureRequest, root: Path, alone: Path, tmp_path: Path, others: str, begun: str
) -> None:
    run = request.getfixturevalue(others) / begun
    resume(run.name, root, tmp_path, run)
    _assert_equal_trainings(Run(alone / run.name), Run(tmp_path / run.name))


def test_why_a_training_broke_off_is_kept(by_two: Path) -> None:
    run = Run(by_two / "broken")
    assert "cannot be read" in run.broken_off.read_text()
    assert not run.checkpoints.exists()


def _assert_equal_trainings(one: Run, other: Run) -> None:
    """Losses, gradients of each block if both measured them, validations and weights."""
    first, second = (list(read_log(run.log)) for run in (one, other))
    assert [_made_of(record) for record in first] == [_made_of(record) for record in second]
    for a, b in zip(first, second, strict=True):
        names = [name for name in a if name.startswith(LOGGED) and name in b]
        assert {n: b[n] for n in names} == pytest.approx({n: a[n] for n in names}, rel=ROUNDING)
    weights, others = (load_file(weights_file(run.folder)) for run in (one, other))
    assert weights.keys() == others.keys()
    for name, tensor in weights.items():
        np.testing.assert_allclose(tensor, others[name], rtol=ROUNDING, atol=1e-6, err_msg=name)


def _made_of(record: dict[str, float]) -> tuple[float, list[str]]:
    return record["images"], [name for name in record if name.startswith(("loss/", "val/"))]


@pytest.mark.parametrize("run", ["trained", "mean-colour"])
@pytest.mark.parametrize("protocol", [PAIRED, UNPAIRED])
def test_pictures_and_scores(alone: Path, shared: Path, run: str, protocol: str) -> None:
    one, other = Run(alone / run), Run(shared / run)
    pictures = sorted(one.outputs(protocol).iterdir())
    assert len(pictures) == 17 + 1, "with what says where they come from"
    for file in pictures:
        assert (other.outputs(protocol) / file.name).read_bytes() == file.read_bytes()
    _assert_equal_scores(one, other, protocol)


def test_an_error_in_one_is_told_in_all(shared: Path) -> None:
    told = [file.read_text() for file in shared.glob("told-*.txt")]
    assert told == ["a broken picture"] * len(told)
    assert len(told) in (2, 3)


def _assert_equal_scores(one: Run, other: Run, protocol: str) -> None:
    """Values, intervals, rows and what intervals come from."""
    first, second = (read_result(run.result(protocol)) for run in (one, other))
    assert first.n == second.n == 17
    assert first.key == second.key
    for key, metric in first.metrics.items():
        a, b = (m.model_dump(exclude={"note"}) for m in (metric, second.metrics[key]))
        assert b == pytest.approx(a, rel=SCORES)
    rows, others = (read_samples(run.samples(protocol)) for run in (one, other))
    assert list(rows["id"]) == list(others["id"])
    np.testing.assert_allclose(rows.drop(columns="id"), others.drop(columns="id"), rtol=SCORES)
    with np.load(one.halves(protocol)) as halves, np.load(other.halves(protocol)) as same:
        assert list(halves) == list(same) != []
        for key in halves:
            np.testing.assert_allclose(halves[key], same[key], rtol=SCORES)
