"""Rows of the data's own pictures: the truth as JPEG, and one half of the photographs."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import adaptive_avg_pool2d

from tryonbench.data.layout import open_split
from tryonbench.errors import InputError
from tryonbench.evaluation import evaluate, explain, generate
from tryonbench.floor import FLOOR, SPLIT_HALF, TRUTH_JPEG
from tryonbench.metrics import engine, plan, references
from tryonbench.metrics.frechet import frechet_distance
from tryonbench.protocols import Protocol, Reference, get_protocol
from tryonbench.request import Request
from tryonbench.results.schema import Result
from tryonbench.results.tables import tables
from tryonbench.runs import Run
from tryonbench.subjects import floor_subject, run_subject
from tryonbench.synth import SynthSpec, write_dataset

PAIRED, UNPAIRED = get_protocol("synth/paired-64x48"), get_protocol("synth/unpaired-64x48")
METRICS = ("fid", "kid", "ssim", "psnr")


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stands for Inception: the picture itself at 4x3."""

    def make(*_):
        return lambda images: adaptive_avg_pool2d(images.float(), (4, 3)).flatten(1) / 255

    file = tmp_path / "weights.pt"
    file.write_bytes(b"weights")
    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(engine, "make_extractor", make)
    monkeypatch.setattr(plan, "missing_weights", lambda name: None)
    for place in (references, plan):
        monkeypatch.setattr(place, "find", lambda name: file)


def _request(root: Path, protocol: Protocol, metrics: tuple[str, ...] = METRICS) -> Request:
    return Request(protocol, open_split(root, "test"), metrics)


def _score(name: str, root: Path, protocol: Protocol, runs: Path, metrics=METRICS) -> Result:
    return evaluate(floor_subject(name, runs), _request(root, protocol, metrics))


def _jpeg(image: Image.Image) -> np.ndarray:
    stream = io.BytesIO()
    image.save(stream, format="JPEG", quality=75)
    return np.asarray(Image.open(stream))


@pytest.mark.parametrize("protocol", [PAIRED, UNPAIRED], ids=["paired", "unpaired"])
def test_the_truth_as_jpeg(synth_root: Path, tmp_path: Path, protocol: Protocol) -> None:
    """Its pictures are the truth after JPEG, and score so."""
    result = _score(TRUTH_JPEG, synth_root, protocol, tmp_path, ("psnr",))
    split, errors = open_split(synth_root, "test"), []
    for pair, name in zip(*_pairs(synth_root, protocol), strict=True):
        own = pair.person == pair.cloth
        path = split.path("image", name) if own else split.path("truth", pair.truth)
        truth = Image.open(path).convert("RGB")
        made = Image.open(tmp_path / TRUTH_JPEG / "outputs" / protocol.name / f"{name}.png")
        assert np.array_equal(np.asarray(made), _jpeg(truth))
        errors.append((np.asarray(made) / 255.0 - np.asarray(truth) / 255.0) ** 2)
    expected = np.mean([-10 * np.log10(error.mean()) for error in errors])
    assert result.metrics["psnr"].value == pytest.approx(expected, rel=1e-5)
    assert (result.family, result.note) == ("truth", None)
    assert result.efficiency.missing == "no method makes this row"


def _pairs(root: Path, protocol: Protocol):
    pairs = _request(root, protocol).pairs
    return pairs.pairs, pairs.ids


@pytest.mark.parametrize("resize", ["bilinear", "lanczos"])
def test_the_truth_is_resized_as_the_protocol_says(
    synth_root: Path, tmp_path: Path, resize: str
) -> None:
    """Another filter means other pictures, also in a folder that has some already."""
    subject = floor_subject(TRUTH_JPEG, tmp_path)
    for chosen in ("bicubic", resize):
        change = {"size": (32, 24), "resize": chosen}
        folder = generate(subject, _request(synth_root, PAIRED.model_copy(update=change)))
    kind = Image.Resampling[resize.upper()]
    photo = Image.open(synth_root / "test/image/00000_00.jpg").resize((24, 32), kind)
    assert np.array_equal(np.asarray(Image.open(folder / "00000_00.png")), _jpeg(photo))


def test_real_unpaired_pairs_have_no_truth(own_root: Path, tmp_path: Path, network: None) -> None:
    """Then it is the photographs themselves, for the distances between sets only; it says so."""
    for name in ("unpaired-truth", "unpaired-parse"):
        shutil.rmtree(own_root / "test" / name)
    result = _score(TRUTH_JPEG, own_root, UNPAIRED, tmp_path)
    assert result.note == "the photographs themselves: real unpaired pairs have no ground truth"
    assert "no ground truth" in str(result.metrics["ssim"].missing)
    assert 0 < (result.metrics["fid"].value or 0) < 0.01
    photo = Image.open(own_root / "test/image/00000_00.jpg")
    made = Image.open(tmp_path / TRUTH_JPEG / "outputs" / UNPAIRED.name / "00000_00.png")
    assert np.array_equal(np.asarray(made), _jpeg(photo))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """21 test samples at 32x32."""
    path = tmp_path_factory.mktemp("many") / "root"
    write_dataset(path, SynthSpec(size=(32, 32), train=1, test=21, seed=0), workers=1)
    return path


def test_one_half_against_the_other(root: Path, tmp_path: Path, network: None) -> None:
    """Every photograph is in one half at most; FID is that of the two halves."""
    protocol = PAIRED.model_copy(update={"size": (32, 32)})
    result = _score(SPLIT_HALF, root, protocol, tmp_path)
    names = open_split(root, "test").ids("image")
    pictures = [Image.open(root / "test/image" / f"{name}.jpg") for name in names]
    pixels = torch.from_numpy(np.stack([np.asarray(p) for p in pictures])).permute(0, 3, 1, 2)
    features = (adaptive_avg_pool2d(pixels.float(), (4, 3)).flatten(1) / 255).numpy()
    order = np.random.default_rng(protocol.seed).permutation(21)
    expected = frechet_distance(features[order[:10]], features[order[10:20]])
    fid = result.metrics["fid"]
    assert fid.value == pytest.approx(expected, rel=1e-6)
    assert fid.low is not None
    assert fid.low < fid.value < (fid.high or 0)
    assert (result.n, fid.n) == (10, 10)
    assert "different people" in str(result.metrics["ssim"].missing)
    assert str(result.note).startswith("between two random halves of the photographs, 10 images")
    other = protocol.model_copy(update={"seed": 1})
    assert _score(SPLIT_HALF, root, other, tmp_path / "b").metrics["fid"].value != fid.value


def test_a_person_listed_twice_is_in_one_half(root: Path, tmp_path: Path, network: None) -> None:
    names = open_split(root, "test").ids("image")
    lines = [f"{a}.jpg {b}.jpg" for a in names[:4] for b in names[4:6]]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    protocol = UNPAIRED.model_copy(update={"size": (32, 32)})
    request = Request(protocol, open_split(root, "test"), ("fid",), pair_file=tmp_path / "list.txt")
    assert evaluate(floor_subject(SPLIT_HALF, tmp_path), request).n == 2


def test_all_photographs_at_their_own_size(root: Path, tmp_path: Path, network: None) -> None:
    """Where the protocol's reference is every photograph, the halves are of those."""
    every = Reference(photographs="all", size="native")
    protocol = PAIRED.model_copy(update={"reference": every})
    list_of_two = tmp_path / "two.txt"
    names = open_split(root, "test").ids("image")[:2]
    list_of_two.write_text("\n".join(f"{name}.jpg {name}.jpg" for name in names))
    request = Request(protocol, open_split(root, "test"), ("fid",), pair_file=list_of_two)
    assert evaluate(floor_subject(SPLIT_HALF, tmp_path), request).metrics["fid"].n == 10


def test_too_few_photographs(synth_root: Path, tmp_path: Path, network: None) -> None:
    one = tmp_path / "one.txt"
    one.write_text("00000_00.jpg 00001_00.jpg\n")
    request = Request(UNPAIRED, open_split(synth_root, "test"), ("fid",), pair_file=one)
    found = evaluate(floor_subject(SPLIT_HALF, tmp_path), request).metrics["fid"]
    assert found.missing == "needs 2 images or more, there are 0"


def test_floor_rows_stand_below_the_line(synth_root: Path, tmp_path: Path, network: None) -> None:
    results = [_score(name, synth_root, PAIRED, tmp_path) for name in FLOOR]
    [table] = tables(results)
    assert [(row.name, row.floor, row.contends) for row in table.rows] == [
        (SPLIT_HALF, True, False),
        (TRUTH_JPEG, True, False),
    ]


def test_a_run_folder_of_a_floor_row_is_known_again(tmp_path: Path) -> None:
    for name in FLOOR:
        subject = floor_subject(name, tmp_path)
        assert run_subject(Run(tmp_path / name)) == subject
        assert subject.method_class() is None


def test_a_distance_between_photographs_makes_no_images(synth_root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="split-half makes no images; score it: tryonbench eval"):
        generate(floor_subject(SPLIT_HALF, tmp_path), _request(synth_root, PAIRED))


def test_what_it_would_do_is_explained(synth_root: Path, tmp_path: Path, network: None) -> None:
    request = _request(synth_root, PAIRED)
    lines = explain([request], floor_subject(SPLIT_HALF, tmp_path))
    assert lines[0] == "split the photographs in two random halves, seed 0"
    assert lines[1].startswith("features of 4 photographs")
    assert not any("outputs" in line for line in lines)
    assert explain([request], floor_subject(TRUTH_JPEG, tmp_path))[0].startswith("decode 4 outputs")
