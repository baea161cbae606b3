"""Folders of try-on images as others make them, without a fault and to be broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import pytest
from PIL import Image

from tryonbench.data.check import Finding
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import Pair, pairs_of
from tryonbench.data.truth import garment_region, truth_path
from tryonbench.images import decode
from tryonbench.precheck import check_images
from tryonbench.protocols import get_protocol
from tryonbench.synth import SynthSpec, write_dataset

Pairing = Literal["paired", "unpaired"]
Check = Callable[..., dict[str, Finding]]
"""Findings by kind."""
SIZE = (64, 48)


@pytest.fixture(scope="session")
def dozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 test samples at 64x48: enough for a vote; not to be changed."""
    root = tmp_path_factory.mktemp("dozen") / "root"
    write_dataset(root, SynthSpec(size=SIZE, train=0, test=12, seed=0), workers=1)
    return root


def _tried_on(root: Path, pair: Pair) -> np.ndarray:
    """The truth as a fair method would hit it: noisy, the garment blurred and lit from a side."""
    split = open_split(root, "test")
    truth, region = truth_path(split, pair), garment_region(split, pair, SIZE)
    assert truth is not None
    assert region is not None
    pixels = np.asarray(decode(truth, "RGB")).astype(np.float32)
    columns = np.nonzero(region.any(axis=0))[0]
    light = np.interp(np.arange(SIZE[1]), columns[[0, -1]], (-25, 25))[:, None]
    worn = cv2.GaussianBlur(pixels, (0, 0), 1) + light
    pixels = np.where(region[..., None], worn, pixels)
    noise = np.random.default_rng(0).normal(0, 3, pixels.shape)
    return (pixels + noise).round().clip(0, 255).astype(np.uint8)


@pytest.fixture
def clean(dozen: Path, tmp_path: Path) -> Callable[[Pairing], Path]:
    """A folder of good outputs for a pairing, `ID.png`; a test may break it."""

    def make(pairing: Pairing = "paired") -> Path:
        folder = tmp_path / f"clean-{pairing}"
        folder.mkdir()
        pairs = pairs_of(open_split(dozen, "test"), pairing, "test_pairs.txt")
        for name, pair in zip(pairs.ids, pairs.pairs, strict=True):
            Image.fromarray(_tried_on(dozen, pair)).save(folder / f"{name}.png")
        return folder

    return make


@pytest.fixture
def check(dozen: Path) -> Check:
    """The check of a folder under a synthetic protocol."""

    def run(folder: Path, pairing: Pairing = "paired", root: Path = dozen) -> dict[str, Finding]:
        split, protocol = open_split(root, "test"), get_protocol(f"synth/{pairing}-64x48")
        pairs = pairs_of(split, pairing, protocol.pairs)
        findings = check_images(folder, split, protocol, pairs, workers=1)
        return {finding.kind: finding for finding in findings.all}

    return run
