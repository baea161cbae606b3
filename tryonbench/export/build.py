"""Making an export: trace, compare, quantise, write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten
from typing import Any

from torch import Tensor

from tryonbench.checkpoint import EXPORT
from tryonbench.config import RunConfig
from tryonbench.efficiency.measure import parameters
from tryonbench.errors import InputError, TryonbenchError
from tryonbench.export.calibration import Calibration, calibration_calls
from tryonbench.export.engines import Engine, engine_of
from tryonbench.export.packages import require, versions
from tryonbench.export.parity import BATCHES, difference, examples, require_equal
from tryonbench.export.quantise import OPERATORS, quantise
from tryonbench.export.schema import (
    TOLERANCE,
    Difference,
    ExportManifest,
    Format,
    Mode,
    Parity,
    PartFile,
    Quantisation,
    TensorSpec,
    Weights,
)
from tryonbench.export.writing import BATCH, ENDINGS, Example, write_part
from tryonbench.files import file_sha256, write_json
from tryonbench.method import TryOnMethod
from tryonbench.random_weights import shaken

MOST = 2**31 - 2**24
"""Bytes of weights that an ONNX file can hold."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """How to export."""

    form: Format
    opset: int | None
    """Of ONNX alone."""
    mode: Mode | None = None
    calibration: Calibration | None = None
    """Of static quantisation."""
    settings: str = ""
    """Those in place of the training's, for the name."""


@dataclass(frozen=True)
class Source:
    """What is exported."""

    method: TryOnMethod
    """On the CPU, in evaluation mode."""
    config: RunConfig[Any]
    weights: Weights


def refuse_unexportable(method: TryOnMethod, form: Format) -> None:
    """
    Raises:
        InputError: the method has no parts or reads other runs, its weights do not fit, or a
            package is missing.
    """
    name = method.info.name
    if method.checkpoints_read(method.config):
        raise InputError(
            f"{name} reads the checkpoint of a stage before; export that one by itself"
        )
    if not method.parts():
        raise InputError(f"{name} cannot be exported: it names no parts (TryOnMethod.parts)")
    require(form)
    tensors = [t for network in method.inference_networks.values() for t in network.parameters()]
    size = sum(tensor.nbytes for tensor in tensors)
    if form == "onnx" and size > MOST:
        raise InputError(
            f"{name}: {size / 1e9:.1f} GB of weights, and an ONNX file holds 2; "
            "take --format torch-export"
        )


def build_export(source: Source, wanted: Wanted, folder: Path, tell: Tell) -> ExportManifest:
    """Write the parts and the manifest into a folder.

    Raises:
        TryonbenchError: the export makes other pictures than the method.
    """
    method = source.method
    with shaken(method.networks):
        random = _compared(method, wanted, folder, "random weights", tell)
    own = _compared(method, wanted, folder, "its own weights", tell)
    quantisation, quantised = None, None
    if wanted.mode:
        tell(f"quantise {method.info.name} ({wanted.mode})")
        quantisation = _quantised(method, wanted.mode, wanted.calibration, folder)
        quantised = difference(method, _engines(method, wanted.form, folder))
    manifest = ExportManifest(
        method=method.info.name,
        config=source.config.model_dump(mode="json"),
        settings=wanted.settings,
        size=method.size,
        format=wanted.form,
        opset=wanted.opset,
        parameters=parameters(method),
        parts=_part_files(method, wanted.form, folder),
        quantisation=quantisation,
        weights=source.weights,
        parity=Parity(
            batches=BATCHES,
            tolerance=TOLERANCE,
            random_weights=random,
            own_weights=own,
            quantised=quantised,
        ),
        versions=versions(wanted.form),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    write_json(folder / EXPORT, manifest.model_dump(mode="json"))
    return manifest


def _compared(
    method: TryOnMethod, wanted: Wanted, folder: Path, what: str, tell: Tell
) -> Difference:
    """Write the parts with the weights as they are, and compare pictures.

    Raises:
        TryonbenchError: they differ, or torch's exporter or the runtime refuses the method.
    """
    tell(f"export {method.info.name} with {what}")
    try:
        for name, example in examples(method).items():
            write_part(example, _file(folder, name, wanted.form), wanted.form, wanted.opset or 0)
        found = difference(method, _engines(method, wanted.form, folder))
    except Exception as error:
        reason = shorten(str(error) or type(error).__name__, 300, placeholder=" …")
        name = method.info.name
        raise TryonbenchError(f"{name} cannot be exported as {wanted.form}: {reason}") from error
    return require_equal(found, what)


def _file(folder: Path, part: str, form: Format) -> Path:
    return folder / f"{part}{ENDINGS[form]}"


def _engines(method: TryOnMethod, form: Format, folder: Path) -> Mapping[str, Engine]:
    return {name: engine_of(_file(folder, name, form), form) for name in method.parts()}


def _quantised(
    method: TryOnMethod, mode: Mode, calibration: Calibration | None, folder: Path
) -> Quantisation:
    """Quantise the files in place."""
    calls = calibration_calls(method, calibration) if calibration else {}
    excluded = {}
    for name in method.parts():
        excluded[name] = quantise(_file(folder, name, "onnx"), mode, calls.get(name, ())).excluded
    return Quantisation(
        mode=mode,
        operators=OPERATORS[mode],
        excluded={name: kept for name, kept in excluded.items() if kept},
        data=calibration.named if calibration else None,
        ids=calibration.ids if calibration else (),
    )


def _part_files(method: TryOnMethod, form: Format, folder: Path) -> tuple[PartFile, ...]:
    found = examples(method)
    return tuple(_part_file(example, _file(folder, name, form)) for name, example in found.items())


def _part_file(example: Example, file: Path) -> PartFile:
    part = example.part
    return PartFile(
        name=file.stem,
        file=file.name,
        sha256=file_sha256(file),
        bytes=file.stat().st_size,
        inputs=tuple(
            _spec(name, tensor, words)
            for (name, words), tensor in zip(part.inputs.items(), example.inputs, strict=True)
        ),
        outputs=tuple(
            _spec(name, tensor, None)
            for name, tensor in zip(part.outputs, example.outputs, strict=True)
        ),
    )


def _spec(name: str, tensor: Tensor, words: str | None) -> TensorSpec:
    dtype = str(tensor.dtype).removeprefix("torch.")
    return TensorSpec(name=name, dtype=dtype, shape=(BATCH, *tensor.shape[1:]), range=words)
