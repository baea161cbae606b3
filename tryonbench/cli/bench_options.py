"""The options of `tryonbench bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

Methods = Annotated[
    Optional[list[str]],
    typer.Option("--method", help="A method, run (RUN@best) or checkpoint; repeatable."),
]
All = Annotated[bool, typer.Option("--all", help="Every preset of the size, of every method.")]
Preset = Annotated[
    Optional[str], typer.Option(help="Of methods with fresh weights; nano by default.")
]
Size = Annotated[Optional[str], typer.Option(help="HEIGHTxWIDTH; by default the preset's.")]
Batches = Annotated[
    Optional[str], typer.Option("--batch", help="These alone, such as 1,8, in place of the search.")
]
MaxBatch = Annotated[
    Optional[int],
    typer.Option("--max-batch", min=1, help="Largest of the search; 16 on a CPU, 1024 on CUDA."),
]
Steps = Annotated[
    Optional[int], typer.Option(min=1, help="Sampling steps, the same as --set model.steps=N.")
]
Settings = Annotated[
    Optional[list[str]], typer.Option("--set", help="One of the method's settings: model.a=value.")
]
PrecisionName = Annotated[str, typer.Option(help="32-true, bf16-mixed or 16-mixed (GPU only).")]
Compile = Annotated[bool, typer.Option("--compile", help="Compile the networks (torch.compile).")]
DeviceName = Annotated[
    Optional[str], typer.Option("--device", help="cpu or cuda; by default cuda if there is one.")
]
Repeats = Annotated[int, typer.Option(min=1, help="Fresh processes a number, to see the noise.")]
Calls = Annotated[int, typer.Option("--iterations", min=1, help="Timed calls at least.")]
Seconds = Annotated[float, typer.Option(min=0.0, help="Timed seconds at least.")]
TimeLimit = Annotated[
    float, typer.Option("--time-limit", min=1.0, help="Seconds that one measurement may take.")
]
MemoryLimit = Annotated[
    Optional[float],
    typer.Option("--memory-limit", help="GiB it may take; by default 80 % of what is available."),
]
DataRoot = Annotated[
    Optional[Path],
    typer.Option(
        "--data", help="Root to time loading on, and that a sweep scores on; else drawn samples."
    ),
]
Sweep = Annotated[
    Optional[str],
    typer.Option(help="Axes such as sampler,steps: every combination, quality against time."),
]
Values = Annotated[
    Optional[list[str]],
    typer.Option(help="Of an axis of --sweep: steps=1,2,4; by default the method's own."),
]
ProtocolName = Annotated[
    Optional[str], typer.Option("--protocol", help="What a sweep scores runs on.")
]
Metrics = Annotated[
    Optional[str], typer.Option(help="Of a sweep, comma separated; the figure shows the first.")
]
Out = Annotated[Optional[Path], typer.Option(help="File to write; by default in RUNS/bench/.")]
