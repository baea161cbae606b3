"""FD-synth and KD-synth: the distances of FID and KID in features of our own small network.

Never to be read as FID or KID: the network knows drawn people only, so the numbers compare with
each other, on procedural images, and with nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from tryonbench.metrics.frechet import Fid
from tryonbench.metrics.kernel import Kid

WEIGHTS = "synth-extractor"
Version = Literal["d0e61793"]
"""The first digits of the file's SHA-256: another network gives protocols another fingerprint."""


@dataclass(frozen=True)
class FdSynth(Fid):
    """The Fréchet distance (see `frechet_distance`) of `SynthNet`'s 128 features.

    >>> import numpy as np
    >>> features = np.random.default_rng(0).normal(size=(200, 128)).astype(np.float32)
    >>> round(FdSynth().value(features, features + 0.5), 3)
    32.0
    """

    label: ClassVar[str] = "FD-synth"
    resize: Literal["clean"] = "clean"
    """To the network's 128 x 96; there is no other way."""
    version: Version = "d0e61793"

    @property
    def weights(self) -> str:
        return WEIGHTS


@dataclass(frozen=True)
class KdSynth(Kid):
    """The kernel distance (see `mmd2`) of `SynthNet`'s 128 features.

    >>> import numpy as np
    >>> features = np.random.default_rng(0).normal(size=(200, 128)).astype(np.float32)
    >>> KdSynth().value(features, features + 0.5) > KdSynth().value(features, features + 0.2)
    True
    """

    label: ClassVar[str] = "KD-synth"
    scale: ClassVar[float] = 1.0
    resize: Literal["clean"] = "clean"
    """To the network's 128 x 96; there is no other way."""
    version: Version = "d0e61793"

    @property
    def weights(self) -> str:
        return WEIGHTS
