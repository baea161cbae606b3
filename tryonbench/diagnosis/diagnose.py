"""All checks on one run."""

from __future__ import annotations

from tryonbench.diagnosis.balance import discriminator_won
from tryonbench.diagnosis.findings import Check, Diagnosis, Finding, NotJudged
from tryonbench.diagnosis.history import read_history
from tryonbench.diagnosis.inputs import conditions_constant, data_repeated, garment_ignored
from tryonbench.diagnosis.stability import broken_off, learning_rate_too_high, plateau
from tryonbench.runs import Run

CHECKS: dict[str, Check] = {
    "broken_off": broken_off,
    "plateau": plateau,
    "discriminator_won": discriminator_won,
    "garment_ignored": garment_ignored,
    "learning_rate_too_high": learning_rate_too_high,
    "data_repeated": data_repeated,
    "conditions_constant": conditions_constant,
}


def diagnose(run: Run) -> Diagnosis:
    """What the log of a training run shows to be wrong.

    Raises:
        InputError: it is no training run, or has not trained yet.
    """
    history = read_history(run)
    findings: list[Finding] = []
    not_judged = {}
    for key, check in CHECKS.items():
        try:
            found = check(history)
        except NotJudged as reason:
            not_judged[key] = str(reason)
            continue
        findings += [found] if found else []
    return Diagnosis(run.name, tuple(findings), not_judged)
