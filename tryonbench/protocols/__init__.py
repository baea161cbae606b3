"""Protocols: what is compared with what, at which size, with which metrics and settings.

A protocol is data (YAML in this folder). Its fingerprint is in every result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import NonNegativeInt, PositiveInt

from tryonbench.config import Strict, checked, merged
from tryonbench.errors import InputError, did_you_mean
from tryonbench.files import canonical_json, digest

CUSTOM = "@"
"""Stands between a protocol's name and that of a pair list that is not its own."""


class Protocol(Strict):
    """One way to evaluate. Every field counts towards the fingerprint."""

    name: str
    pairing: Literal["paired", "unpaired"]
    """Paired: the person's own garment, so the photograph is the truth."""
    split: str
    pairs: str
    """The pair list's file name below the data root."""
    size: tuple[PositiveInt, PositiveInt]
    """Height and width at which outputs are made and compared."""
    resize: Literal["lanczos", "bicubic", "bilinear"]
    """PIL filter that brings the photographs to `size`."""
    codec: Literal["png"]
    """How generated images are saved."""
    seed: NonNegativeInt
    """With an image's id, it seeds the image's noise."""
    batch_size: PositiveInt
    """For generation and for the throughput."""
    metrics: dict[str, dict[str, Any]]
    """Metrics by key, each with its settings."""

    @property
    def fingerprint(self) -> str:
        """12 hex digits that change with any setting, metric defaults included."""
        from tryonbench.metrics import settings

        full = {key: settings(key, given) for key, given in self.metrics.items()}
        return digest(canonical_json({**self.model_dump(), "metrics": full}))[:12]


@cache
def all_protocols() -> Mapping[str, Protocol]:
    """Every protocol that ships with the package, by name."""
    folder = files("tryonbench.protocols")
    sets = [entry for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    found = [protocol for entry in sets for protocol in _read(entry.name, entry.read_text("utf-8"))]
    return {protocol.name: protocol for protocol in sorted(found, key=lambda p: p.name)}


def _read(file_name: str, text: str) -> list[Protocol]:
    """The protocols of one file: `defaults` and what each protocol changes."""
    content = yaml.safe_load(text)
    prefix = file_name.removesuffix(".yaml")
    return [
        checked(Protocol, {**merged(content["defaults"], values), "name": f"{prefix}/{name}"})
        for name, values in content["protocols"].items()
    ]


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
