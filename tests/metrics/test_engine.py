"""The single pass: what is shared between protocols and evaluations, and what never changes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import adaptive_avg_pool2d

from tryonbench.data.layout import Split, open_split
from tryonbench.data.pairs import own_garments
from tryonbench.metrics import engine, loading, plan, references
from tryonbench.metrics.engine import Engine, Measured
from tryonbench.metrics.loading import Item
from tryonbench.metrics.outputs import Problems
from tryonbench.metrics.plan import Plan, explained, scoring_of
from tryonbench.protocols import Protocol, Reference, get_protocol
from tryonbench.protocols.presets import preset_protocols

CPU = torch.device("cpu")
PAIRED = get_protocol("synth/paired-64x48")
KEYS = ("fid", "kid", "ssim", "psnr", "l1")


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Counter[str]:
    """Stands for Inception; counts the pictures that it sees, by resizing."""
    seen: Counter[str] = Counter()

    def make(weights: str, resize: str, device: torch.device):
        def extract(images: torch.Tensor) -> torch.Tensor:
            seen[resize] += len(images)
            return adaptive_avg_pool2d(images.float(), (4, 3)).flatten(1) / 255

        return extract

    file = tmp_path / "weights.pt"
    file.write_bytes(b"weights")
    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(engine, "make_extractor", make)
    monkeypatch.setattr(plan, "missing_weights", lambda name: None)
    monkeypatch.setattr(references, "find", lambda name: file)
    return seen


@pytest.fixture
def split(synth_root: Path) -> Split:
    return open_split(synth_root, "test")


@pytest.fixture
def items(split: Split, tmp_path: Path) -> list[Item]:
    """The photographs with noise, as PNG."""
    rng, found = np.random.default_rng(0), []
    pairs = own_garments(split)
    for name, pair in zip(pairs.ids, pairs.pairs, strict=True):
        photo = np.asarray(Image.open(split.path("image", name))).astype(int)
        noisy = np.clip(photo + rng.integers(-20, 21, photo.shape), 0, 255).astype(np.uint8)
        path = tmp_path / f"{name}.png"
        Image.fromarray(noisy).save(path)
        found.append(Item(name, path, pair))
    return found


def _run(split: Split, items: list[Item], *protocols: Protocol, keys=KEYS) -> list[Measured]:
    pairs = [item.pair for item in items]
    work = Plan([scoring_of(protocol, keys, split, pairs) for protocol in protocols])
    return Engine(work, split, items, CPU).measure(Problems(), "test")


def _values(measured: Measured) -> dict[str, float | None]:
    return {key: metric.value for key, metric in measured.values.items()}


def test_every_file_is_decoded_once_whatever_is_asked(
    split, items, network, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: Counter[str] = Counter()
    original = loading.open_picture

    def counting(path: Path):
        opened[str(path)] += 1
        return original(path)

    monkeypatch.setattr(loading, "open_picture", counting)
    smaller = {"name": "small", "size": (32, 24), "output_resize": "bicubic"}
    _run(split, items, PAIRED, PAIRED.model_copy(update=smaller))
    assert len(opened) == 2 * len(items), "outputs and photographs"
    assert set(opened.values()) == {1}


def test_a_network_sees_each_view_once_and_known_photographs_never(split, items, network) -> None:
    first = _run(split, items, PAIRED)
    assert network["clean"] == 2 * len(items)
    second = _run(split, items, PAIRED)
    assert network["clean"] == 3 * len(items), "only the outputs again"
    assert _values(first[0]) == _values(second[0])


def test_changed_photographs_are_seen_again(own_root: Path, items, network) -> None:
    split = open_split(own_root, "test")
    _run(split, items, PAIRED)
    path = split.path("image", items[0].pair.person)
    Image.open(path).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(path, quality=95)
    before = network["clean"]
    _run(split, items, PAIRED)
    assert network["clean"] - before == 2 * len(items)


def test_a_broken_file_of_features_is_made_anew(split, items, network, tmp_path: Path) -> None:
    expected = _values(_run(split, items, PAIRED)[0])
    (kept,) = (tmp_path / "cache" / "features").iterdir()
    kept.write_bytes(b"\x93NUMPY broken")
    assert _values(_run(split, items, PAIRED)[0]) == expected


def test_together_is_the_same_as_one_by_one(split, items, network) -> None:
    jpeg = PAIRED.model_copy(update={"name": "jpeg", "codec": "jpeg75"})
    together = [_values(measured) for measured in _run(split, items, PAIRED, jpeg)]
    alone = [_values(_run(split, items, protocol)[0]) for protocol in (PAIRED, jpeg)]
    assert together == alone
    assert together[0]["psnr"] != together[1]["psnr"], "the codec counts"


@pytest.mark.parametrize("chunk", [1, 3])
def test_neither_order_nor_chunks_change_a_number(
    split, items, network, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _run(split, items, PAIRED)[0]
    monkeypatch.setattr(loading, "CHUNK", chunk)
    shuffled = _run(split, items[::-1], PAIRED)[0]
    assert shuffled.ids == expected.ids[::-1]
    for key in KEYS:
        assert shuffled.values[key].value == pytest.approx(expected.values[key].value, rel=1e-6)


def test_the_reference_may_be_every_photograph_at_its_own_size(split, items, network) -> None:
    every = Reference(photographs="all", size="native")
    protocol = PAIRED.model_copy(update={"reference": every, "size": (32, 24)})
    protocol = protocol.model_copy(update={"output_resize": "bilinear"})
    found = _run(split, items[:2], protocol, keys=("fid",))[0].values["fid"]
    assert network["clean"] == 2 + len(split.ids("image"))
    assert found.value is not None
    assert found.n == 2


def test_features_that_are_not_finite_make_no_number(
    split, items, network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(*_):
        return lambda images: torch.full((len(images), 4), float("nan"))

    monkeypatch.setattr(engine, "make_extractor", make)
    found = _run(split, items, PAIRED, keys=("fid",))[0].values["fid"]
    assert found.value is None
    assert "features of 4 outputs are not finite" in str(found.missing)


def test_one_image_is_too_few_for_fid(split, items, network) -> None:
    found = _run(split, items[:1], PAIRED, keys=("fid", "ssim"))[0].values
    assert "needs 2 images or more, there are 1" in str(found["fid"].missing)
    assert found["ssim"].value is not None


def test_kid_says_that_its_subsets_are_smaller(split, items, network) -> None:
    four = PAIRED.model_copy(update={"metrics": {"kid": {"subset_size": 4}}})
    asked, given = (_run(split, items, p, keys=("kid",))[0].values["kid"] for p in (PAIRED, four))
    assert asked.note == "subsets of 4 images, not of 1000: there are no more"
    assert (given.note, given.value) == (None, asked.value)


def test_constant_images_have_finite_values(split, items, network) -> None:
    for item in items:
        Image.new("RGB", (48, 64), (9, 9, 9)).save(item.output)
    values = _values(_run(split, items, PAIRED)[0])
    assert set(values) == set(KEYS)
    assert all(value is not None and np.isfinite(value) for value in values.values())
    assert values["psnr"] < 20


def test_the_plan_says_what_is_done_and_what_is_missing(split, items) -> None:
    pairs = [item.pair for item in items]
    presets = preset_protocols(["ladi", "hrviton"], "paired", (64, 48)).values()
    work = Plan([scoring_of(protocol, (), split, pairs) for protocol in presets])
    lines = explained(work, len(items), len(split.ids("image")))
    assert lines[0].startswith("decode 4 outputs once")
    assert any("512x384 by bilinear" in line and "SSIM" in line for line in lines)
    assert any("channels=grey border=valid" in line for line in lines)
    assert any(line.startswith("ladi/paired-512x384: no fid") for line in lines)
