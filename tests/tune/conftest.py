"""Plans of studies on a tiny data set, and studies whose trials cost nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tune.made import SMALL, SPACE, MakePlan
from tryonbench.data.layout import open_split
from tryonbench.protocols import get_protocol
from tryonbench.tune.objectives import objectives_of
from tryonbench.tune.plan import Asked, Plan, make_plan


@pytest.fixture
def space(tmp_path: Path) -> Path:
    path = tmp_path / "space.yaml"
    path.write_text(SPACE)
    return path


@pytest.fixture
def planned(synth_root: Path, tmp_path: Path, space: Path) -> MakePlan:
    """A plan of pix2pix on the tiny set."""

    def make(
        *metrics: str,
        assignments: tuple[str, ...] = SMALL,
        images: int | None = 8,
        prune: str | None = None,
        name: str = "mine",
        protocol: str = "synth/paired-64x48",
        method: str = "pix2pix",
        space: Path | None = space,
    ) -> Plan:
        asked = Asked(method, "nano", None, assignments, space, images, prune)
        folder = tmp_path / "runs" / "tune" / name
        split, chosen = open_split(synth_root, "train"), get_protocol(protocol)
        return make_plan(asked, objectives_of(metrics or ("ssim",)), split, chosen, folder)

    return make
