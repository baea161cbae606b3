"""Options of `tryonbench export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

Source = Annotated[
    Optional[str], typer.Argument(help="A run (RUN@best) or checkpoint; else --method.")
]
Method = Annotated[
    Optional[str], typer.Option("--method", help="Instead, a method with fresh weights.")
]
Preset = Annotated[Optional[str], typer.Option("--preset", help="Of --method; nano by default.")]
FormatName = Annotated[str, typer.Option("--format", help="onnx, torchscript or torch-export.")]
Quantise = Annotated[
    Optional[str], typer.Option("--quantise", help="Int8 of ONNX: dynamic or static.")
]
Opset = Annotated[Optional[int], typer.Option("--opset", help="Of ONNX, 18 to 23; 18 by default.")]
Settings = Annotated[Optional[list[str]], typer.Option("--set", help="A setting: model.a=value.")]
Calibrate = Annotated[
    int, typer.Option("--calibrate", min=1, help="Training samples for static int8.")
]
DataRoot = Annotated[
    Optional[Path],
    typer.Option("--data", help="Root of those; by default that of the training, or drawn."),
]
Out = Annotated[Optional[Path], typer.Option("--out", help="Folder; by default runs/RUN+FORMAT.")]
