"""The options of `tryonbench launch slurm`."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

Words = Optional[list[str]]

Partition = Annotated[Optional[str], typer.Option(help="As sbatch takes it.")]
Account = Annotated[Optional[str], typer.Option(help="As sbatch takes it.")]
Minutes = Annotated[
    int, typer.Option("--time", min=1, help="Minutes; a task that needs more goes on.")
]
Gpus = Annotated[Optional[int], typer.Option(min=0, help="Of each training and evaluation.")]
Cpus = Annotated[Optional[int], typer.Option(min=1, help="Cores of each task.")]
Memory = Annotated[Optional[str], typer.Option("--mem", help="Of each task: 16G.")]
AtOnce = Annotated[int, typer.Option("--max-parallel", min=1, help="Tasks of an array at once.")]
Largest = Annotated[
    int, typer.Option("--max-array", min=1, help="Tasks of an array; below MaxArraySize.")
]
Exclusive = Annotated[
    bool, typer.Option(help="A task that measures time has its machine to itself.")
]
Timeouts = Annotated[
    int, typer.Option(min=0, help="How often a task goes on after its time limit.")
]
Setup = Annotated[Words, typer.Option(help="A line of shell before the command, repeatable.")]
Sbatch = Annotated[Words, typer.Option(help="Another option of sbatch, KEY=VALUE, repeatable.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only print the scripts; needs no Slurm.")]
