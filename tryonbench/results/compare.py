"""Runs compared under a protocol: tests, verdicts in words, and what stands against them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tryonbench.results.cells import short_label
from tryonbench.results.contenders import (
    Contender,
    chosen_metrics,
    common_ids,
    common_protocol,
    contenders,
)
from tryonbench.results.schema import Result
from tryonbench.results.seeds import SeedSpread, spreads_of
from tryonbench.results.tables import tables
from tryonbench.runs import Run
from tryonbench.stats.family import PairTest, compare_methods


@dataclass(frozen=True)
class Comparison:
    """What a comparison found."""

    result: Result
    """The first run's; protocol, fingerprint and data are those of all."""
    runs: tuple[str, ...]
    n: int
    """Images that all runs have."""
    alpha: float
    tests: tuple[PairTest, ...]
    left_out: dict[str, str]
    """Why a metric was not compared."""
    seeds: dict[str, dict[str, SeedSpread]]
    """By the names of runs that differ in their seed alone: their spread by metric."""
    notes: tuple[str, ...]
    """What stands against the verdicts."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`, and for other tools."""
        return {
            "schema": 1,
            "protocol": self.result.protocol,
            "fingerprint": self.result.fingerprint,
            "data": self.result.data.fingerprint,
            "runs": list(self.runs),
            "n": self.n,
            "alpha": self.alpha,
            "tests": [asdict(test) | {"verdict": verdict(test)} for test in self.tests],
            "not_compared": self.left_out,
            "seeds": {
                names: {key: asdict(spread) for key, spread in found.items()}
                for names, found in self.seeds.items()
            },
            "notes": list(self.notes),
        }


def compare_runs(
    runs: Sequence[Run],
    protocol: str | None,
    metrics: Sequence[str] = (),
    alpha: float = 0.05,
    mix: bool = False,
) -> Comparison:
    """Every pair of runs in every metric that says how it varies, one Holm family.

    Args:
        protocol: the only one that all runs have results of, if None.
        metrics: keys; all that can be compared if empty.
        mix: compare results of different fingerprints, too; those that have not the first run's
            are marked.

    Raises:
        InputError: the runs cannot be compared; the message says why.
    """
    found = contenders(runs, protocol or common_protocol(runs), mix)
    measured, left_out = chosen_metrics(found, metrics)
    names = tuple(one.name for one in found)
    tests, n = compare_methods(names, measured, alpha), len(common_ids(found))
    empty = {one.key for one in measured} - {test.metric for test in tests}
    return Comparison(
        result=found[0].result,
        runs=names,
        n=n,
        alpha=alpha,
        tests=tuple(tests),
        left_out=left_out | dict.fromkeys(sorted(empty), "fewer than 2 images count"),
        seeds=spreads_of([(one.name, one.run, one.result) for one in found]),
        notes=tuple(_notes(found, n)),
    )


def _notes(found: Sequence[Contender], common: int) -> list[str]:
    """What each result says of itself, other settings, and images that only some runs have."""
    most = max(len(one.samples) for one in found)
    shared = [f"compared on the {common} images that all have, of {most}"] if common < most else []
    own = [f"{one.name}: {note}" for one in found for note in _own_notes(one.result)]
    return [*shared, *_other_settings(found), *own]


def _other_settings(found: Sequence[Contender]) -> list[str]:
    """The marked ones, with both fingerprints."""
    first = found[0]
    return [
        f"{one.name}: fingerprint {one.result.fingerprint}, that of {first.name} is "
        f"{first.result.fingerprint}: measured with other settings, so a difference may be theirs"
        for one in found
        if one.result.fingerprint != first.result.fingerprint
    ]


def _own_notes(result: Result) -> list[str]:
    (table,) = tables([result])
    note = table.rows[0].note
    return [*([note] if note else []), *table.imported]


def verdict(test: PairTest) -> str:
    """What a test allows to say."""
    label = short_label(test.metric)
    if test.better:
        worse = test.second if test.better == test.first else test.first
        sure = f"({p_text(test.p_holm)} after Holm's correction)"
        return f"{test.better} is better than {worse} in {label} {sure}"
    pair = f"{test.first} and {test.second}"
    if test.difference == 0:
        return f"in {label} {pair} have the same value on {test.n} images"
    shown = f"in {label} no difference between {pair} can be shown with {test.n} images"
    if test.images_needed is None:
        return shown
    return f"{shown}; about {_rounded(test.images_needed)} would be needed"


def p_text(p: float) -> str:
    """With `p =`, four decimals at most.

    >>> p_text(0.0312), p_text(0.000004)
    ('p = 0.0312', 'p < 0.0001')
    """
    return f"p = {round(p, 4):g}" if p >= 0.0001 else "p < 0.0001"


def _rounded(count: int) -> str:
    """Two digits, upwards.

    >>> _rounded(874), _rounded(12341)
    ('880', '13,000')
    """
    unit = 10 ** max(0, len(str(count)) - 2)
    return f"{math.ceil(count / unit) * unit:,}"
