"""A sweep: what each variant costs, and what its pictures are worth."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tryonbench.efficiency.bench import Tell, bench
from tryonbench.efficiency.journal import Journal
from tryonbench.efficiency.schema import Row
from tryonbench.errors import TryonbenchError
from tryonbench.evaluation import evaluate
from tryonbench.generation import device
from tryonbench.request import Request, job_of, result_in
from tryonbench.results.schema import Result
from tryonbench.subjects import Subject, run_subject
from tryonbench.sweep.grid import Combination
from tryonbench.sweep.pareto import judged
from tryonbench.sweep.schema import LeftOut, Sweep, Variant
from tryonbench.variants import assignments_of, make_variant

FRESH = "the weights are fresh: there is nothing to score"
FILE = "a checkpoint file has no folder for results; name its run"


@dataclass(frozen=True)
class Scores:
    """What pictures are scored on; None where there is nothing to score."""

    request: Request | None
    metrics: tuple[str, ...]


def measured(combinations: Sequence[Combination], journal: Journal, tell: Tell) -> list[Row]:
    """What each combination costs, one after another; what goes wrong is in its row."""
    return [bench(one.target, one.how, journal, tell) for one in combinations]


def scored(
    combinations: Sequence[Combination], rows: Sequence[Row], scores: Scores, tell: Tell
) -> list[Variant]:
    """Make and score each combination's pictures; what was made before an interruption is kept."""
    found: list[Variant] = []
    for number, (one, row) in enumerate(zip(combinations, rows, strict=True), 1):
        if one.base.subject and row.best_batch:
            tell(f"score {one.target.label} ({number} of {len(combinations)})")
        found.append(_scored(one, row, scores))
    return found


def _scored(one: Combination, row: Row, scores: Scores) -> Variant:
    variant = Variant(label=one.target.label, base=one.base.name, changes=one.changes)
    subject, request = one.base.subject, scores.request
    if subject is None or request is None:
        reason = FILE if one.target.checkpoint else FRESH
        return variant.model_copy(update={"unscored": reason})
    if row.best_batch is None:
        return variant.model_copy(update={"unscored": "it makes no pictures"})
    try:
        run = make_variant(subject, assignments_of(one.scored), device().type)
        result = _result(run_subject(run), request)
    except Exception as error:
        if not isinstance(error, TryonbenchError):
            traceback.print_exc()
        reason = str(error).strip() or type(error).__name__
        return variant.model_copy(update={"failed": reason})
    metrics = {key: result.metrics[key] for key in scores.metrics if key in result.metrics}
    found = {"unscored": result.skipped, "run": run.name, "metrics": metrics}
    return variant.model_copy(update=found)


def _result(subject: Subject, request: Request) -> Result:
    """The result; one that `eval` made, which has the costs as well, is as good and is kept."""
    known = result_in(subject.run.result(request.protocol.name))
    whole = replace(request, efficiency=True)
    if known and known.key == job_of(subject, whole).key:
        return known
    return evaluate(subject, request)


def summed_up(
    axes: Sequence[str],
    variants: Sequence[Variant],
    rows: Sequence[Row],
    left_out: Sequence[LeftOut],
    scores: Scores,
) -> Sweep:
    """The sweep's record, with what dominates what."""
    request = scores.request
    return Sweep(
        axes=list(axes),
        metrics=list(scores.metrics) if request else [],
        protocol=request.protocol.name if request else None,
        fingerprint=request.protocol.fingerprint if request else None,
        data=request.data if request else None,
        n=len(request.pairs.pairs) if request else None,
        variants=judged(variants, rows, scores.metrics),
        left_out=list(left_out),
    )
