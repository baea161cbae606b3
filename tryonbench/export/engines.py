"""Exported parts as functions of tensors, read back from their files. They compute on the CPU."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tryonbench.errors import InputError
from tryonbench.export.schema import Format

Engine = Callable[..., Sequence[Tensor]]
PROVIDER = "CPUExecutionProvider"


def engine_of(path: Path, form: Format) -> Engine:
    """The function in a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return _READERS[form](path)
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise InputError(f"{path} cannot be read ({reason}); export again") from error


def _onnx(path: Path) -> Engine:
    """By ONNX Runtime, with as many threads as torch has."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=[PROVIDER])
    names = [taken.name for taken in session.get_inputs()]

    def run(*inputs: Tensor) -> list[Tensor]:
        arrays = [tensor.numpy(force=True) for tensor in inputs]
        results = session.run(None, dict(zip(names, arrays, strict=True)))
        return [torch.from_numpy(array).to(inputs[0].device) for array in results]

    return run


def _torchscript(path: Path) -> Engine:
    with quiet_torchscript():
        module = torch.jit.load(path, map_location="cpu")  # type: ignore[no-untyped-call]
    return _of_module(module)


def _torch_export(path: Path) -> Engine:
    return _of_module(torch.export.load(path).module())


def _of_module(module: Any) -> Engine:
    def run(*inputs: Tensor) -> list[Tensor]:
        results = module(*(tensor.cpu() for tensor in inputs))
        return [tensor.to(inputs[0].device) for tensor in results]

    return run


_READERS: dict[Format, Callable[[Path], Engine]] = {
    "onnx": _onnx,
    "torchscript": _torchscript,
    "torch-export": _torch_export,
}


@contextmanager
def quiet_torchscript() -> Iterator[None]:
    """Without two warnings: that TorchScript is deprecated, and that sizes become constants. They
    should, but for the batch, which the comparison of pictures checks."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)  # type: ignore[attr-defined]
        warnings.filterwarnings("ignore", message=r"`?torch\.jit", category=DeprecationWarning)
        warnings.filterwarnings("ignore", message=r"`?torch\.jit", category=FutureWarning)
        yield
