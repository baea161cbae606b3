"""Protocols: what is compared with what, at which size, with which metrics and settings.

A protocol is data (YAML in this folder). Its fingerprint is in every result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import NonNegativeInt, PositiveInt

from tryonbench.config import Strict, checked, merged
from tryonbench.errors import InputError, did_you_mean
from tryonbench.files import canonical_json, digest

CUSTOM = "@"
"""Stands between a protocol's name and that of a pair list that is not its own."""


Codec = Literal["png", "jpeg75", "jpeg95"]
"""How a picture is saved before it is scored: losslessly, or as JPEG as Pillow writes it."""
Filter = Literal["lanczos", "bicubic", "bilinear", "cv2_bilinear"]
"""Pillow's filters, antialiased; or OpenCV's bilinear on float values, not antialiased."""


class Reference(Strict):
    """The photographs that distribution metrics compare the outputs with."""

    photographs: Literal["pairs", "all"] = "pairs"
    """Those of the pairs' persons, or every photograph of the split."""
    size: Literal["protocol", "native"] = "protocol"
    codec: Codec = "png"


class Protocol(Strict):
    """One way to evaluate. Every field but `notes` counts towards the fingerprint."""

    name: str
    pairing: Literal["paired", "unpaired"]
    """Paired: the person's own garment, so the photograph is the truth."""
    split: str
    pairs: str
    """The pair list's file name below the data root."""
    size: tuple[PositiveInt, PositiveInt]
    """Height and width at which outputs are made and compared."""
    resize: Filter
    """Brings the photographs to `size`."""
    output_resize: Filter | None = None
    """Brings outputs of another size to `size` for the paired metrics; None: they are refused."""
    codec: Codec
    """How the outputs are saved."""
    truth_codec: Codec = "png"
    """How the photographs are saved once they are resized."""
    reference: Reference = Reference()
    seed: NonNegativeInt
    """With an image's id, it seeds the image's noise."""
    batch_size: PositiveInt
    """For generation and for the throughput."""
    metrics: dict[str, dict[str, Any]]
    """Metrics by key, each with its settings."""
    notes: str = ""
    """Where a preset's settings were read, and what of the paper's evaluation it leaves out."""

    @property
    def generation(self) -> dict[str, Any]:
        """The settings that decide the images which a method makes."""
        return self.model_dump(include={"pairing", "size", "seed"})

    @property
    def fingerprint(self) -> str:
        """12 hex digits that change with any setting, metric defaults included."""
        return self.complete.fingerprint_as_written

    @property
    def complete(self) -> Protocol:
        """The protocol with every setting of its metrics, defaults included."""
        from tryonbench.metrics import settings

        full = {key: settings(key, given) for key, given in self.metrics.items()}
        return Protocol.model_validate({**self.model_dump(), "metrics": full})

    @property
    def fingerprint_as_written(self) -> str:
        """The fingerprint of one that is complete, as a file has it: no default of this version
        takes part."""
        fields = self.model_dump(exclude={"notes"}, exclude_unset=True)
        return digest(canonical_json(fields))[:12]


@cache
def all_protocols() -> Mapping[str, Protocol]:
    """Every protocol of ours, by name."""
    found = [
        checked(Protocol, {**values, "name": name})
        for file in protocol_files("tryonbench.protocols")
        for name, values in settings_of(file)
    ]
    return {protocol.name: protocol for protocol in sorted(found, key=lambda p: p.name)}


def protocol_files(package: str) -> list[Traversable]:
    return [entry for entry in files(package).iterdir() if entry.name.endswith(".yaml")]


def settings_of(file: Traversable) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and settings of the protocols of one file: `defaults` and what each changes."""
    content = yaml.safe_load(file.read_text("utf-8"))
    prefix = file.name.removesuffix(".yaml")
    for name, values in content["protocols"].items():
        yield f"{prefix}/{name}", merged(content["defaults"], values)


def with_pairs(protocol: Protocol, path: Path, content: str) -> Protocol:
    """The protocol on another pair list than its own: another name and another fingerprint.

    Args:
        content: hash of the list.
    """
    stem = re.sub(r"[^A-Za-z0-9_.-]", "-", path.stem)
    change = {"name": f"{protocol.name}{CUSTOM}{stem}", "pairs": f"{path.name} {content}"}
    return protocol.model_copy(update=change)


def base_name(name: str) -> str:
    """The name of the protocol that one `with_pairs` comes from."""
    return name.partition(CUSTOM)[0]


def get_protocol(name: str) -> Protocol:
    """A protocol by name.

    Raises:
        InputError: no such protocol.
    """
    known = all_protocols()
    if name not in known:
        raise InputError(f'unknown protocol "{name}"; {did_you_mean(name, known)}')
    return known[name]
