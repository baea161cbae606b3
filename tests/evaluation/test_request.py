"""What decides whether a result still holds, and what asking for less or more does to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tryonbench import evaluation
from tryonbench.data.layout import open_split
from tryonbench.evaluation import evaluate
from tryonbench.protocols import Reference, get_protocol
from tryonbench.request import Request
from tryonbench.runs import Run
from tryonbench.subjects import images_subject

PAIRED = "synth/paired-64x48"


def _request(root: Path, *metrics: str) -> Request:
    split = open_split(root, "test")
    return Request(get_protocol(PAIRED), split, metrics=metrics, efficiency=False)


def _score(images: Path, request: Request, tmp_path: Path):
    return evaluate(images_subject(Run(tmp_path / "run"), images), request)


def test_asking_for_another_metric_loses_none(
    images: Path, synth_root: Path, tmp_path: Path, monkeypatch
) -> None:
    _score(images, _request(synth_root, "ssim", "psnr"), tmp_path)
    both = _score(images, _request(synth_root, "l1"), tmp_path)
    assert set(both.metrics) == {"ssim", "psnr", "l1"}
    monkeypatch.setattr(evaluation, "_scored", lambda *_: pytest.fail("scored again"))
    assert _score(images, _request(synth_root, "psnr"), tmp_path) == both


def test_a_result_that_no_longer_holds_adds_no_metric(
    images: Path, own_root: Path, tmp_path: Path
) -> None:
    _score(images, _request(own_root, "ssim", "psnr"), tmp_path)
    _turn(sorted((own_root / "test/image").iterdir())[0])
    assert set(_score(images, _request(own_root, "l1"), tmp_path).metrics) == {"l1"}


def test_photographs_outside_the_list_count_where_all_are_the_reference(
    own_root: Path, tmp_path: Path
) -> None:
    lines = (own_root / "test_pairs.txt").read_text().splitlines()
    listed, rest = (line.split()[0] for line in lines[:2])
    one = tmp_path / "one.txt"
    one.write_text(f"{listed} {listed}")
    before = {every: _data(own_root, one, every) for every in (False, True)}
    _turn(own_root / "test/image" / rest)
    assert _data(own_root, one, False) == before[False]
    assert _data(own_root, one, True) != before[True]


def _turn(photo: Path) -> None:
    Image.open(photo).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(photo)


def _data(root: Path, pairs: Path, every: bool) -> str:
    reference = Reference(photographs="all" if every else "pairs")
    protocol = get_protocol(PAIRED).model_copy(update={"reference": reference})
    return Request(protocol, open_split(root, "test"), pair_file=pairs).data


@pytest.mark.parametrize("position", [0, 2])
def test_one_lacking_parse_map_is_named(
    images: Path, own_root: Path, tmp_path: Path, position: int
) -> None:
    lacking = sorted((own_root / "test/image-parse-v3").iterdir())[position]
    lacking.unlink()
    result = _score(images, _request(own_root, "garment_ciede2000", "ssim"), tmp_path)
    said = f"1 of 4 pairs without parse map: {lacking.stem}; add what is missing"
    assert result.metrics["garment_ciede2000"].missing == said
    assert result.metrics["ssim"].value == pytest.approx(1)
