"""`eval --all` in several processes: what one of them alone cannot do ends the command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tryonbench.cli import evaluate
from tryonbench.errors import InputError
from tryonbench.processes import world
from tryonbench.processes.world import ProcessFailed, World


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], Any]:
    """`eval --all` of two rows in the first of two processes; with what each of them does."""
    monkeypatch.setattr(world, "_world", World(0, 2, 0, 2))
    monkeypatch.setattr(world, "on_first", lambda work: work())
    monkeypatch.setattr("tryonbench.cli.targets.everything", lambda runs: (["one", "two"], []))
    monkeypatch.setattr("tryonbench.cli.targets.subject_of", lambda name, runs: name)

    def asked(results: Callable[[], Any]) -> Any:
        monkeypatch.setattr(evaluate, "_results", lambda subject, asked: results())
        return evaluate._evaluate_runs([], True, None, None)  # type: ignore[arg-type]

    return asked


def test_an_error_of_one_process_ends_it(ask) -> None:
    """It would ask for the second row while the others are at the first."""

    def failing() -> None:
        raise InputError("only here")

    with pytest.raises(InputError, match="only here"):
        ask(failing)


@pytest.mark.parametrize("outcome", [{"error": InputError("no file")}, {"trace": "a bug"}])
def test_an_error_of_all_leaves_the_other_rows(ask, capsys, outcome: dict[str, Any]) -> None:
    told = ask(lambda: world._values([world._Outcome[None](**outcome)]))
    assert told.failed
    assert [line for line in capsys.readouterr().err.splitlines() if line.startswith("failed")] == [
        f"failed: {name}: {outcome.get('error') or 'a bug'}" for name in ("one", "two")
    ]


def test_alone_every_error_leaves_the_other_rows(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "_world", World())

    def failing() -> None:
        raise ProcessFailed("a bug")

    assert ask(failing).failed
