"""`tryonbench bench --sweep`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tryonbench.cli.bench_sweep_asked import Swept
from tryonbench.cli.options import note
from tryonbench.cli.targets import subject_of
from tryonbench.efficiency.bench import How
from tryonbench.efficiency.journal import Journal, journal_of
from tryonbench.efficiency.schema import Row, Target
from tryonbench.efficiency.targets import is_weights
from tryonbench.errors import InputError
from tryonbench.registry import entries
from tryonbench.sweep.axes import Asked
from tryonbench.sweep.grid import Base, Combination, combinations
from tryonbench.sweep.run import Scores, measured, scored, summed_up
from tryonbench.sweep.schema import LeftOut, Sweep
from tryonbench.sweep.table import left_out_lines

Left = list[tuple[Target, str]]


@dataclass(frozen=True)
class Done:
    """What was measured, and the journal that is no longer needed once it is written."""

    rows: list[Row]
    journal: Journal
    sweep: Sweep | None = None


def sweep(
    names: Sequence[str],
    good: Sequence[Target],
    bad: Left,
    asked: Swept,
    how: How,
    runs: Path,
    folder: Path,
) -> Done:
    """Measure and score every combination; those that cannot be are told and left out.

    Args:
        names: as given, of the targets; none for `--all`.
        folder: where an interrupted sweep leaves what it measured.

    Raises:
        InputError: an axis, a value or an option is wrong, or no combination is possible.
    """
    bases = _bases(names, good, runs)
    found, left_out = _grid(bases, asked.axes, how, strict=bool(names))
    left_out += [LeftOut(label=target.label, reason=reason) for target, reason in bad]
    if not found:
        raise InputError(f"nothing to measure: {left_out[0].reason}" if left_out else "no method")
    scores = _scores(found, asked)
    for line in left_out_lines(left_out):
        note(line)
    journal = journal_of(folder, [one.target for one in found], how)
    rows = measured(found, journal, note)
    variants = scored(found, rows, scores, note)
    done = summed_up(asked.axes.names, variants, rows, left_out, scores)
    return Done(rows, journal, done)


def _bases(names: Sequence[str], targets: Iterable[Target], runs: Path) -> list[Base]:
    """With the run of each target that is one."""
    if not names:
        return [Base(_preset(target), target, None) for target in targets]
    return [_base(name, target, runs) for name, target in zip(names, targets, strict=True)]


def _base(name: str, target: Target, runs: Path) -> Base:
    if name in entries():
        return Base(_preset(target), target, None)
    if is_weights(Path(name)):
        return Base(name, target, None)
    subject = subject_of(name, runs)
    if subject.settings:
        of = subject.run.manifest()["of"]
        raise InputError(f"{subject.run.name} is a variant already; sweep {of}")
    return Base(subject.run.name, target, subject)


def _preset(target: Target) -> str:
    return f"{target.method}-{target.preset}" if target.preset else target.method


def _grid(
    bases: Iterable[Base], asked: Asked, how: How, strict: bool
) -> tuple[list[Combination], list[LeftOut]]:
    """All combinations; of `--all`, a method without such an axis is left out."""
    found: list[Combination] = []
    left_out: list[LeftOut] = []
    for base in bases:
        try:
            good, bad = combinations(base, asked, how)
        except InputError as error:
            if strict:
                raise
            good, bad = [], [LeftOut(label=base.name, reason=str(error))]
        found += good
        left_out += bad
    return found, left_out


def _scores(found: Sequence[Combination], options: Swept) -> Scores:
    """What the runs among them are scored on: all on the same.

    Raises:
        InputError: nothing can be scored and options say how; or the runs have several sizes.
    """
    sizes = {one.target.size for one in found if one.base.subject}
    if not sizes and (options.protocol or options.metrics):
        raise InputError("--protocol and --metrics are for runs; fresh weights are not scored")
    if len(sizes) > 1:
        raise InputError("the runs make pictures of several sizes; sweep those of one at a time")
    return options.scores(sizes.pop()) if sizes else Scores(None, ())
