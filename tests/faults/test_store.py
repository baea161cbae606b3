"""One store, eight processes that write results into it at once and are killed at random."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.contents import contents
from tests.faults.killing import Moment, run
from tryonbench.results.store import results_of
from tryonbench.runs import runs_below

ROWS = ("grey-fill", "mean-colour", "copy-person", "truth-jpeg75", "split-half")
AT_ONCE, ROUNDS = 8, 2


def _words(root: Path, chance: random.Random) -> list[object]:
    """All rows, in an order of its own."""
    rows = chance.sample(ROWS, len(ROWS))
    return ["eval", *rows, "--data", root, "--no-efficiency", "--metrics", "l1,kd_synth"]


def test_eight_processes_that_are_killed(synth_root: Path, tmp_path: Path) -> None:
    chance = random.Random(8)
    words, alone, shared = _words(synth_root, chance), tmp_path / "alone", tmp_path / "shared"
    for folder in (alone, shared):
        folder.mkdir()
    whole = run(words, alone)
    assert whole.code == 0, (alone / "output.txt").read_text()
    for _ in range(ROUNDS):
        kills = [Moment(change=chance.randint(1, whole.changes)) for _ in range(AT_ONCE - 2)]
        kills += [Moment(seconds=chance.uniform(0, 2 * whole.seconds)) for _ in range(2)]
        orders = [_words(synth_root, chance) for _ in kills]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(run, orders, [shared] * AT_ONCE, kills))
        contents(shared / "runs")
        results_of(one.folder for one in runs_below(shared / "runs"))
    assert any((shared / "runs").rglob(".*.tmp")), "no process was killed while it wrote"
    assert run(words, shared).code == 0, (shared / "output.txt").read_text()
    assert contents(shared / "runs") == contents(alone / "runs")
