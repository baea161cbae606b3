"""FD-DINOv2 and CMMD by their formulas, and the whole way from files to a result."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tryonbench.metrics import make_metric
from tryonbench.metrics.base import SetMetric
from tryonbench.metrics.frechet import frechet_distance
from tryonbench.metrics.inception import make_extractor
from tryonbench.stats import subsets
from tryonbench.stats.distances import estimate
from tryonbench.synth import SynthSpec, write_dataset
from tryonbench.weights import REGISTRY

KEYS = ("fd_dinov2", "cmmd")
FILES = {"fd_dinov2": "dinov2_vitl14_pretrain.pth", "cmmd": "ViT-L-14-336px.pt"}


def _unit(rng: np.random.Generator, count: int, shift: float) -> np.ndarray:
    vectors = rng.normal(size=(count, 24)) + shift
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _cmmd(x: np.ndarray, y: np.ndarray) -> float:
    """Equation 5 of Gretton et al. (2012), sigma 10, times 1000, pair by pair."""
    means = [
        np.mean([[np.exp(-(((a - b) ** 2).sum()) / 200) for b in right] for a in left])
        for left, right in ((x, x), (y, y), (x, y))
    ]
    return 1000 * (means[0] + means[1] - 2 * means[2])


def test_cmmd_is_its_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subsets, "ROWS_AT_A_TIME", 4)
    rng = np.random.default_rng(0)
    x, y = _unit(rng, 11, 0.0), _unit(rng, 7, 0.5)
    found = make_metric("cmmd", {}).value(x, y)
    assert found == pytest.approx(_cmmd(x.astype(np.float64), y.astype(np.float64)), rel=1e-9)
    assert make_metric("cmmd", {}).value(x, x) == pytest.approx(0, abs=1e-9)


def test_fd_dinov2_is_the_frechet_distance() -> None:
    rng = np.random.default_rng(0)
    x, y = _unit(rng, 12, 0.0), _unit(rng, 12, 0.5)
    assert make_metric("fd_dinov2", {}).value(x, y) == frechet_distance(x, y)


def test_the_small_files_have_the_tensors_of_the_official_ones(full_bytes: dict[str, int]) -> None:
    """At full size they make the registered file, but for its directory and program."""
    for name, size in full_bytes.items():
        assert 0 < int(REGISTRY[name].official.size or 0) - size < 10**6


@pytest.mark.parametrize("key", KEYS)
def test_halves_begin_with_the_value(key: str) -> None:
    rng = np.random.default_rng(0)
    x, y = _unit(rng, 12, 0.0), _unit(rng, 12, 0.5)
    metric = make_metric(key, {})
    assert isinstance(metric, SetMetric)
    halves = metric.halves(x, y, aligned=True)
    assert halves is not None
    assert halves[0] == pytest.approx(metric.value(x, y), rel=1e-6)
    assert 0 < estimate(halves).error < halves[0]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight test samples, as many as an interval needs."""
    folder = tmp_path_factory.mktemp("eight") / "root"
    write_dataset(folder, SynthSpec(size=(64, 48), train=1, test=8, seed=0), workers=1)
    return folder


@pytest.fixture
def images(root: Path, tmp_path: Path) -> Path:
    """The photographs, upside down."""
    folder = tmp_path / "images"
    folder.mkdir()
    for file in (root / "test" / "image").glob("*.jpg"):
        flipped = Image.open(file).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        flipped.save(folder / f"{file.stem}.png")
    return folder


def _words(images: Path, root: Path) -> list[str]:
    where = ["--images", str(images), "--data", str(root)]
    return ["eval", *where, "--protocol", "synth/paired-64x48", "--metrics", ",".join(KEYS)]


def _by_hand(key: str, *folders: Path) -> float:
    """The distance between the pictures of two folders."""
    metric = make_metric(key, {})
    assert isinstance(metric, SetMetric)
    extract = make_extractor(str(metric.weights), None, torch.device("cpu"))
    stacks = [np.stack([Image.open(file) for file in sorted(f.iterdir())]) for f in folders]
    with torch.inference_mode():
        sets = [extract(torch.from_numpy(s).permute(0, 3, 1, 2)).numpy() for s in stacks]
    return metric.value(*sets)


@pytest.mark.usefixtures("dinov2", "clip")
def test_the_whole_way(command, images: Path, root: Path, tmp_path: Path) -> None:
    done = command(*_words(images, root), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["metrics"]
    photographs = root / "test" / "image"
    for key in KEYS:
        assert found[key]["low"] < found[key]["value"] < found[key]["high"]
        assert found[key]["n"] == 8
        assert found[key]["value"] == pytest.approx(_by_hand(key, images, photographs), rel=1e-4)
    kept = sorted((tmp_path / "cache" / "features").iterdir())
    widths = sorted(np.load(file).shape for file in kept)
    assert widths == [(8, 96), (8, 128)], "CLIP's and DINOv2's features of the photographs"
    plan = command(*_words(images, root), "--explain").stdout
    assert "features of 8 outputs: dinov2, pictures as it is" in plan
    assert "features of 8 outputs: clip, pictures as it is" in plan


def test_missing_and_wrong_files_make_no_number(
    command, images: Path, root: Path, no_weights: Path
) -> None:
    missing = json.loads(command(*_words(images, root), "--json").stdout)["metrics"]
    for key, name in (("fd_dinov2", "dinov2"), ("cmmd", "clip")):
        assert missing[key]["value"] is None
        assert f"get them: tryonbench weights get {name}" in missing[key]["missing"]
        (no_weights / FILES[key]).write_bytes(b"another")
    wrong = json.loads(command(*_words(images, root), "--json").stdout)["metrics"]
    for key in KEYS:
        assert wrong[key]["value"] is None
        assert "has a wrong SHA-256" in wrong[key]["missing"]
