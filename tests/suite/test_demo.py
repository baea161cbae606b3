"""The demo is a suite of all that is installed."""

from __future__ import annotations

from pathlib import Path

from tryonbench.cli.demo import demo_suite
from tryonbench.registry import entries, method_class
from tryonbench.suite.plan import Planner
from tryonbench.suite.spec import check


def test_the_demo_trains_and_scores_every_method(tmp_path: Path) -> None:
    suite = demo_suite(tmp_path / "report")
    check(suite)
    jobs = Planner(suite, tmp_path / "data", tmp_path / "runs").jobs()
    names = [one.name for one in jobs]
    trained = [name for name in entries() if method_class(name).info.trainable]
    assert len(trained) == suite.jobs >= 3
    assert [f"train {name}-nano-s0" in names for name in trained] == [True] * len(trained)
    scored = [name for name in names if name.startswith("eval ")]
    assert len(scored) == len(entries()) + 2, "every method and the two floor rows"
    assert names[-1] == "report"
