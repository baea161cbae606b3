"""What the options of `tryonbench eval` ask for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tryonbench.cli.targets import protocols_for
from tryonbench.data.layout import Split
from tryonbench.errors import InputError, did_you_mean
from tryonbench.protocols import Protocol
from tryonbench.protocols.presets import preset_protocols
from tryonbench.request import Request

PAIRINGS = ("paired", "unpaired")


@dataclass(frozen=True)
class Asked:
    """The options of an evaluation."""

    source: Split
    protocols: tuple[str, ...]
    presets: tuple[str, ...]
    pairing: str
    """For presets."""
    metrics: tuple[str, ...]
    allow_missing: bool
    efficiency: bool
    pairs: Path | None
    changes: tuple[str, ...] = ()
    """Settings that the pictures are made with, in place of a run's own."""

    def requests(self, size: tuple[int, int], paired_only: bool = False) -> list[Request]:
        """One request a protocol, for images of a size (height, width).

        Raises:
            InputError: unknown protocol, preset or pairing; no protocol has this size.
        """
        return [
            Request(
                protocol,
                self.source,
                self.metrics,
                self.allow_missing,
                self.efficiency,
                self.pairs,
            )
            for protocol in self._protocols(size, paired_only)
        ]

    def _protocols(self, size: tuple[int, int], paired_only: bool) -> list[Protocol]:
        if not self.presets:
            own_list = self.pairs is not None
            return list(protocols_for(self.protocols, size, self.source, paired_only, own_list))
        if self.pairing not in PAIRINGS:
            raise InputError(f'pairing "{self.pairing}": {did_you_mean(self.pairing, PAIRINGS)}')
        found = list(preset_protocols(self.presets, self.pairing, size).values())
        if not found:
            raise InputError(f"{', '.join(self.presets)}: not evaluated {self.pairing} there")
        return found
