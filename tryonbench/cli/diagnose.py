"""`tryonbench diagnose`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tryonbench.cli.options import RUNS, Json, Runs

if TYPE_CHECKING:
    from tryonbench.diagnosis.findings import Diagnosis


def diagnose(
    run: Annotated[Path, typer.Argument(help="A training run, by folder or name.")],
    runs: Runs = RUNS,
    as_json: Json = False,
) -> None:
    """Say why a training does not learn: what its log shows, the evidence, and what to try.

    Example: `tryonbench diagnose RUN`
    """
    from tryonbench.diagnosis.diagnose import diagnose as examine
    from tryonbench.runs import find_run

    diagnosis = examine(find_run(run, runs))
    print(json.dumps(diagnosis.as_json(), indent=2) if as_json else _text(diagnosis))


def _text(diagnosis: Diagnosis) -> str:
    lines = [] if diagnosis.findings else ["nothing found"]
    for finding in diagnosis.findings:
        lines += [finding.says, *(f"  {text}" for text in finding.evidence)]
        lines += [f"  try: {finding.advice}"]
    for key, reason in diagnosis.not_judged.items():
        lines += [f"not judged: {key.replace('_', ' ')}: {reason}"]
    return "\n".join(lines)
