"""The file that says what an exported method is: `export.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError

from tryonbench.errors import InputError
from tryonbench.files import read_json
from tryonbench.results.schema import Record

Format = Literal["onnx", "torchscript", "torch-export"]
Mode = Literal["dynamic", "static"]
FORMATS: tuple[Format, ...] = get_args(Format)
MODES: tuple[Mode, ...] = get_args(Mode)
TOLERANCE = 1e-4
"""Largest difference of pictures in [-1, 1] between a method and its export."""


class TensorSpec(Record):
    """An input or output of a part."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]
    """The first is `batch`: any number from 1 on."""
    range: str | None = None
    """Of the values, in words."""


class PartFile(Record):
    """One function of tensors, in one file."""

    name: str
    file: str
    sha256: str
    bytes: int
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]


class Quantisation(Record):
    """How the weights became int8, and of `static` the activations, too."""

    mode: Mode
    per_channel: Literal[True] = True
    operators: tuple[str, ...]
    """What was quantised, where its weights are constants."""
    excluded: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """By part, the nodes that stay float32."""
    data: str | None = None
    """Root and split of the calibration."""
    ids: tuple[str, ...] = ()
    """The samples of the calibration."""


class Difference(Record):
    """Between pictures of the method and of its export, in [-1, 1]."""

    largest: float
    mean: float


class Parity(Record):
    """Random inputs, in batches that are not the traced one."""

    batches: tuple[int, ...]
    tolerance: float
    random_weights: Difference
    own_weights: Difference
    quantised: Difference | None = None
    """Of int8, with its own weights; there is no tolerance: `tryonbench eval` says what is lost."""


class Weights(Record):
    """Where the weights come from."""

    source: str
    """The checkpoint's path, or `fresh` with the seed."""
    sha256: str | None = None
    """Of the checkpoint."""
    images: int
    """Images seen in training; 0 = never trained."""


class ExportManifest(Record):
    """What is in the folder."""

    version: Literal[1] = 1
    kind: Literal["export"] = "export"
    method: str
    config: dict[str, Any]
    """The method's `RunConfig`, of the training and with the settings of the export."""
    settings: str = ""
    """Those in place of the training's, `steps=2`."""
    size: tuple[int, int]
    """Height and width."""
    format: Format
    opset: int | None = None
    """Of ONNX."""
    parameters: dict[str, int]
    """By network, whichever parts it is in."""
    parts: tuple[PartFile, ...] = Field(min_length=1)
    quantisation: Quantisation | None = None
    weights: Weights
    parity: Parity
    versions: dict[str, str]
    created: str

    @property
    def suffix(self) -> str:
        mode = self.quantisation.mode if self.quantisation else None
        return suffix(self.format, mode, self.settings)


def suffix(form: Format, mode: Mode | None, settings: str = "") -> str:
    """What an export's name ends with.

    >>> suffix("onnx", None), suffix("onnx", "static", "steps=2")
    ('+onnx', '@steps=2+onnx-int8-static')
    """
    return (f"@{settings}" if settings else "") + f"+{form}" + (f"-int8-{mode}" if mode else "")


def read_manifest(path: Path) -> ExportManifest:
    """
    Raises:
        InputError: the file is missing or is no manifest of an export.
    """
    try:
        return ExportManifest.model_validate(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"{path} is no manifest of an export ({where}: {first['msg']}); export again"
        ) from error
