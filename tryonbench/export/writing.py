"""One part to one file, by torch's exporters."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tryonbench.export.engines import quiet_torchscript
from tryonbench.export.schema import Format
from tryonbench.method import Part, TryOnMethod

TRACED = 2
"""The batch that is traced: torch.export takes 1 for a constant."""
ENDINGS: dict[Format, str] = {"onnx": ".onnx", "torchscript": ".ts", "torch-export": ".pt2"}
OPSETS = range(18, 24)
BATCH = "batch"


class PartModule(nn.Module):
    """A part as a module that has the method's networks: exporters look for weights there."""

    def __init__(self, method: TryOnMethod, part: Part) -> None:
        super().__init__()
        self.networks = nn.ModuleDict(method.inference_networks)
        self._function = part.function
        self.eval()

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """The part's inputs to its outputs."""
        return self._function(*inputs)


@dataclass(frozen=True)
class Example:
    """A part with inputs of the traced batch and what it made of them."""

    part: Part
    module: PartModule
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


def write_part(example: Example, path: Path, form: Format, opset: int) -> None:
    """Write the part so that it takes batches of any number."""
    with torch.no_grad(), _quiet():
        _WRITERS[form](example, path, opset)


def _onnx(example: Example, path: Path, opset: int) -> None:
    """Weights stand in the file itself, if it is below the 2 GB that one can have."""
    program: Any = torch.onnx.export(
        example.module,
        example.inputs,
        dynamo=True,
        opset_version=opset,
        input_names=list(example.part.inputs),
        output_names=list(example.part.outputs),
        dynamic_shapes=_dynamic(example.inputs),
        verbose=False,
    )
    program.save(path)


def _torchscript(example: Example, path: Path, opset: int) -> None:
    with quiet_torchscript(), _whole(path) as stream:
        trace: Any = torch.jit.trace
        torch.jit.save(trace(example.module, example.inputs, check_trace=False), stream)


def _torch_export(example: Example, path: Path, opset: int) -> None:
    shapes = _dynamic(example.inputs)
    program = torch.export.export(
        example.module, example.inputs, dynamic_shapes=shapes, strict=False
    )
    with _whole(path) as stream:
        torch.export.save(program, stream)


@contextmanager
def _whole(path: Path) -> Iterator[io.BytesIO]:
    """A file made in memory: torch's own ends the process (SIGABRT) where a disk is full."""
    stream = io.BytesIO()
    yield stream
    path.write_bytes(stream.getbuffer())


def _dynamic(inputs: Sequence[Tensor]) -> tuple[tuple[dict[int, Any], ...]]:
    """Dimension 0 of every input is the batch."""
    batch = torch.export.Dim(BATCH, min=1, max=2**16)
    return (tuple({0: batch} for _ in inputs),)


_WRITERS: dict[Format, Callable[[Example, Path, int], None]] = {
    "onnx": _onnx,
    "torchscript": _torchscript,
    "torch-export": _torch_export,
}


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporters' progress and advice, which are about their own code."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.filterwarnings("ignore", message=r"# The axis name: batch")
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"onnx|torch\.onnx")
        try:
            yield
        finally:
            logger.setLevel(level)
