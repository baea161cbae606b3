"""Presets: the evaluation of other papers as protocols, each a YAML file in this folder.

A preset may compare at whatever size the images have, so its protocols are made for a size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from tryonbench.config import checked
from tryonbench.errors import InputError, did_you_mean
from tryonbench.protocols import Protocol, base_name, get_protocol, protocol_files, settings_of

ALL = "all"
IMAGES = "images"
"""In place of a size: that of the images."""


@cache
def presets() -> Mapping[str, Mapping[str, dict[str, Any]]]:
    """Settings by preset and pairing."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for file in protocol_files("tryonbench.protocols.presets"):
        for name, values in settings_of(file):
            preset, pairing = name.split("/")
            found.setdefault(preset, {})[pairing] = values
    return dict(sorted(found.items()))


def preset_protocols(
    names: Iterable[str], pairing: str, size: tuple[int, int]
) -> dict[str, Protocol]:
    """The protocols of presets, by preset, for images of a size (height, width).

    A preset without this pairing is left out.

    Raises:
        InputError: no such preset.
    """
    asked = list(names)
    for name in asked:
        if name not in presets() and name != ALL:
            raise InputError(f'unknown preset "{name}"; {did_you_mean(name, [*presets(), ALL])}')
    wanted = presets() if ALL in asked else dict.fromkeys(asked)
    return {name: _protocol(name, pairing, size) for name in wanted if pairing in presets()[name]}


def protocol_or_preset(name: str, pairing: str, size: tuple[int, int]) -> Protocol:
    """The protocol that a result names, or the preset's for its size; on its own pair list.

    Raises:
        InputError: no such protocol.
    """
    preset = name.partition("/")[0]
    if preset in presets():
        return preset_protocols([preset], pairing, size)[preset]
    return get_protocol(base_name(name))


def _protocol(name: str, pairing: str, size: tuple[int, int]) -> Protocol:
    values = dict(presets()[name][pairing])
    if values["size"] == IMAGES:
        values["size"] = size
    height, width = values["size"]
    named = {**values, "name": f"{name}/{pairing}-{height}x{width}"}
    protocol: Protocol = checked(Protocol, named)
    return protocol
