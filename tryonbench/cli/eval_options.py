"""The options of `tryonbench eval`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

Names = Annotated[
    Optional[list[str]], typer.Argument(help="Runs, or methods that need no training.")
]
All = Annotated[bool, typer.Option("--all", help="Every run and baseline.")]
Images = Annotated[
    Optional[Path], typer.Option(help="Score a folder of images made elsewhere (ID.png|jpg).")
]
SplitName = Annotated[str, typer.Option("--split", help="Split to evaluate on.")]
Preset = Annotated[
    Optional[str],
    typer.Option(help="With --images: evaluate as these papers do, comma separated, or all."),
]
Pairing = Annotated[
    Optional[str], typer.Option(help="With --preset: paired (the default) or unpaired images.")
]
Settings = Annotated[
    Optional[list[str]],
    typer.Option("--set", help="Make the pictures otherwise: model.steps=8, precision=bf16-mixed."),
]
Metrics = Annotated[Optional[str], typer.Option(help="Metrics, comma separated.")]
AllowMissing = Annotated[
    bool, typer.Option("--allow-missing", help="Score what is there; the row says so.")
]
Check = Annotated[
    bool, typer.Option("--check", help="With --images: say what is wrong with them, no scores.")
]
Measure = Annotated[
    bool, typer.Option("--efficiency/--no-efficiency", help="Measure latency and memory.")
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Only say what would be done, and how often.")
]
Out = Annotated[Optional[Path], typer.Option(help="With --images: the run folder to write.")]
