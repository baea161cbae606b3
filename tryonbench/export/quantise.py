"""Int8 weights, and activations, by ONNX Runtime's quantisation."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from tryonbench.export.schema import Mode

Calls = Sequence[Sequence[Tensor]]
"""Inputs of a part, call by call."""
OPERATORS: dict[Mode, tuple[str, ...]] = {"dynamic": ("MatMul",), "static": ("Conv", "MatMul")}
"""Dynamic convolutions are left out: ONNX Runtime's are several times slower than float32."""
CONV = "Conv"


@dataclass(frozen=True)
class Quantised:
    """What became of a part."""

    excluded: tuple[str, ...]
    """Nodes that stay float32."""


def quantise(path: Path, mode: Mode, calls: Calls) -> Quantised:
    """Quantise an ONNX file in place, channel by channel.

    Args:
        calls: for `static`, the inputs that show the range of the activations.
    """
    prepared, result = path.with_suffix(".prepared.onnx"), path.with_suffix(".int8.onnx")
    with _quiet():
        from onnxruntime.quantization import quant_pre_process

        quant_pre_process(path, prepared, skip_symbolic_shape=True)
        kept = outer_nodes(prepared) if mode == "static" else ()
        _MODES[mode](prepared, result, kept, calls)
    prepared.unlink()
    result.replace(path)
    return Quantised(kept)


def outer_nodes(path: Path) -> tuple[str, ...]:
    """What a quantised graph leaves as it is: the first and the last convolution, which see and
    paint pixels, and products of two activations, as in attention."""
    import onnx

    graph = onnx.load(path).graph
    constants = {tensor.name for tensor in graph.initializer}
    convolutions = [node.name for node in graph.node if node.op_type == CONV]
    products = [
        node.name
        for node in graph.node
        if node.op_type == "MatMul" and not constants & set(node.input)
    ]
    return tuple(dict.fromkeys([*convolutions[:1], *convolutions[-1:], *products]))


def _dynamic(source: Path, target: Path, kept: tuple[str, ...], calls: Calls) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=list(OPERATORS["dynamic"]),
        per_channel=True,
        weight_type=QuantType.QInt8,
    )


def _static(source: Path, target: Path, kept: tuple[str, ...], calls: Calls) -> None:
    """QDQ nodes; ranges are the least and largest values seen."""
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    quantize_static(
        source,
        target,
        _Reader(source, calls),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=list(OPERATORS["static"]),
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=list(kept),
    )


_MODES: dict[Mode, Callable[[Path, Path, tuple[str, ...], Calls], None]] = {
    "dynamic": _dynamic,
    "static": _static,
}


class _Reader:
    """Feeds the calls one by one, as ONNX Runtime's `CalibrationDataReader` does."""

    def __init__(self, path: Path, calls: Calls) -> None:
        import onnx

        self._names = [taken.name for taken in onnx.load(path).graph.input]
        self._calls = iter(calls)

    def get_next(self) -> dict[str, Any] | None:
        """One call's inputs by name; None at the end."""
        inputs = next(self._calls, None)
        if inputs is None:
            return None
        arrays = (tensor.numpy() for tensor in inputs)
        return dict(zip(self._names, arrays, strict=True))


@contextmanager
def _quiet() -> Iterator[None]:
    """ONNX Runtime's advice on preparing graphs, which is followed here."""
    logger = logging.getLogger()
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.setLevel(before)
