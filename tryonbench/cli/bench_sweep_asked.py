"""What the options of `tryonbench bench --sweep` ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tryonbench.cli.options import data_root, keys_of
from tryonbench.cli.targets import protocols_for
from tryonbench.data.default import is_procedural
from tryonbench.data.layout import Split, open_split
from tryonbench.errors import InputError
from tryonbench.protocols import Protocol
from tryonbench.request import Request
from tryonbench.sweep.axes import Asked, axes_asked
from tryonbench.sweep.run import Scores
from tryonbench.variants import changed_keys

USUAL = (("kd_synth", "kid"), ("ssim",), ("garment_ciede2000",))
"""Scored by default: of each group the first that the protocol has. The figure shows the first."""


@dataclass(frozen=True)
class Swept:
    """The axes, and what pictures are scored on."""

    axes: Asked
    data: Path | None
    protocol: str | None
    metrics: tuple[str, ...]

    def scores(self, size: tuple[int, int]) -> Scores:
        """The request for pictures of a size (height, width).

        Raises:
            InputError: unknown protocol or metric, or one that does not fit.
        """
        split = open_split(data_root(self.data), "test")
        protocol = _protocol(self.protocol, size, split)
        metrics = self.metrics or _usual(protocol)
        return Scores(Request(protocol, split, metrics, efficiency=False), metrics)


def _usual(protocol: Protocol) -> tuple[str, ...]:
    found = ([key for key in group if key in protocol.metrics] for group in USUAL)
    return tuple(keys[0] for keys in found if keys)


def _protocol(name: str | None, size: tuple[int, int], split: Split) -> Protocol:
    """The one that was named; else the unpaired one where the truth of unpaired pairs is known."""
    names = [name] if name else []
    found = list(protocols_for(names, size, split))
    pairing = "unpaired" if is_procedural(split.root) else "paired"
    chosen = next((protocol for protocol in found if protocol.pairing == pairing), found[0])
    if chosen.size != size:
        height, width = size
        raise InputError(f"{chosen.name} is not of {height}x{width}, as the pictures are")
    return chosen


def _refuse_contradictions(
    asked: Asked, given: Mapping[str, object], settings: Sequence[str]
) -> None:
    """Refuse options that fix what is swept.

    Args:
        given: by axis, what an option gives for it, if anything.

    Raises:
        InputError: names both.
    """
    fixed = {key: f"--set model.{key}" for key in changed_keys(settings)}
    fixed |= {axis: f"--{axis}" for axis, value in given.items() if value}
    if "batch" in asked.names and "max-batch" in fixed:
        raise InputError("--sweep batch and --max-batch contradict each other; give one")
    for axis in asked.names:
        if axis in fixed:
            raise InputError(f"--sweep {axis} and {fixed[axis]} contradict each other; give one")


def swept(
    sweep: str | None,
    values: Sequence[str] | None,
    protocol: str | None,
    metrics: str | None,
    data: Path | None,
    fixed: Mapping[str, object],
    settings: Sequence[str],
) -> Swept | None:
    """What is swept, if anything.

    Args:
        fixed: by axis, what an option gives for it, if anything.
        settings: of `--set`.

    Raises:
        InputError: an option is wrong, contradicts another, or is for sweeps alone.
    """
    if sweep is None:
        for name, value in {"values": values, "protocol": protocol, "metrics": metrics}.items():
            if value:
                raise InputError(f"--{name} goes with --sweep AXES")
        return None
    if metrics is not None and not keys_of(metrics):
        raise InputError("--metrics names none")
    asked = axes_asked(sweep, values or ())
    _refuse_contradictions(asked, fixed, settings)
    return Swept(asked, data, protocol, keys_of(metrics))
