"""A Slurm task's process: what `python -m submitit.core._submit FOLDER` does, forked."""

from __future__ import annotations

import os
from pathlib import Path
from runpy import run_path

from submitit.core.submission import process_job

FAULTS = Path(__file__).parents[1] / "faults"


def main(work: str, environment: dict[str, str], submitted: str) -> None:
    """Run the task that the environment names, as Slurm would in `work`."""
    os.environ.update(environment | {"SUBMITIT_EXECUTOR": "slurm"})
    os.chdir(work)
    run_path(str(FAULTS / "child.py"))["into"](Path("tasks.txt"))
    run_path(str(FAULTS / "forked.py"))["fork_jobs"]()
    process_job(submitted)


if __name__ == "__child__":
    main(*globals()["asked"])
