"""The dataset: both layouts, both origins of the agnostic images, batches and order."""

from __future__ import annotations

import os
import shutil
import signal
from itertools import islice
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tryonbench.batch import MODALITIES
from tryonbench.data.dataset import EndlessShuffle, VitonHD, fingerprint, joined, training_loader
from tryonbench.data.layout import LEGACY, open_split
from tryonbench.data.pairs import own_garments, pairs_of
from tryonbench.errors import InputError


def _dataset(root: Path, size: tuple[int, int] = (64, 48), modalities=MODALITIES) -> VitonHD:
    split = open_split(root, "test")
    return VitonHD(split, pairs_of(split, "unpaired", "test_pairs.txt"), size, modalities)


@pytest.mark.parametrize("size", [(64, 48), (96, 64)])
def test_shapes_and_ranges(synth_root: Path, size: tuple[int, int]) -> None:
    dataset = _dataset(synth_root, size)
    batch = joined([dataset[i] for i in range(4)])
    for name in ("image", "cloth", "agnostic", "densepose"):
        tensor = batch.need(name)
        assert tensor.shape == (4, 3, *size)
        assert tensor.min() >= -1
        assert tensor.max() <= 1
    for name in ("cloth_mask", "agnostic_mask"):
        assert set(batch.need(name).unique().tolist()) == {0.0, 1.0}
    for name in ("parse", "parse_agnostic"):
        assert batch.need(name).shape == (4, *size)
        assert batch.need(name).max() < 20
    assert batch.need("keypoints").shape == (4, 18, 3)
    assert batch.need("pose_heatmaps").shape == (4, 18, *size)


def test_only_what_was_asked_for_is_loaded(synth_root: Path) -> None:
    batch = _dataset(synth_root, modalities=("cloth",))[0]
    assert batch.image is None
    with pytest.raises(ValueError, match='"image" was not loaded'):
        batch.need("image")


def test_agnostic_is_computed_where_it_is_missing(own_root: Path) -> None:
    shipped = _dataset(own_root)[0]
    for folder in ("agnostic-v3.2", "agnostic-mask", "image-parse-agnostic-v3.2"):
        shutil.rmtree(own_root / "test" / folder)
    computed = _dataset(own_root)[0]
    assert torch.equal(shipped.need("agnostic_mask"), computed.need("agnostic_mask"))
    assert torch.equal(shipped.need("parse_agnostic"), computed.need("parse_agnostic"))
    assert (shipped.need("agnostic") - computed.need("agnostic")).abs().mean() < 0.05


def test_a_missing_folder_is_named_before_training(own_root: Path) -> None:
    shutil.rmtree(own_root / "test" / "image-densepose")
    with pytest.raises(InputError, match="lacks the folders image-densepose"):
        _dataset(own_root)


def test_a_parse_of_another_size_is_refused(own_root: Path) -> None:
    path = own_root / "test" / "image-parse-v3" / "00000_00.png"
    Image.open(path).resize((10, 10), Image.Resampling.NEAREST).save(path)
    with pytest.raises(InputError, match="is 10x10, but the photograph is 64x48"):
        _dataset(own_root, modalities=("parse",))[0]


def test_a_label_over_19_is_refused(own_root: Path) -> None:
    path = own_root / "test" / "image-parse-v3" / "00000_00.png"
    Image.fromarray(np.full((64, 48), 20, np.uint8)).save(path)
    with pytest.raises(InputError, match="holds the label 20"):
        _dataset(own_root, modalities=("parse",))[0]


def test_the_legacy_layout_loads(own_root: Path) -> None:
    test = own_root / "test"
    (test / "image-parse-v3").rename(test / "image-parse")
    (test / "openpose_json").rename(test / "openpose-json")
    for folder in ("agnostic-v3.2", "agnostic-mask", "image-parse-agnostic-v3.2"):
        shutil.rmtree(test / folder)
    assert open_split(own_root, "test").places == LEGACY
    assert _dataset(own_root)[0].need("agnostic").shape == (1, 3, 64, 48)


def test_real_files_of_both_layouts(real_samples: Path) -> None:
    complete = _dataset(real_samples / "viton-hd-complete", (256, 192))
    assert joined([complete[i] for i in range(3)]).need("parse").shape == (3, 256, 192)
    legacy = open_split(real_samples / "viton-hd-legacy", "test")
    pairs = pairs_of(legacy, "unpaired", "test_pairs.txt")
    sample = VitonHD(legacy, pairs, (256, 192), ("agnostic", "pose_heatmaps", "cloth_mask"))[0]
    assert 0.05 < (sample.need("agnostic").abs() < 0.01).float().mean() < 0.9


def test_the_endless_shuffle_can_start_anywhere() -> None:
    whole = list(islice(EndlessShuffle(10, seed=3, start=0), 35))
    indices = [index for _, index in whole]
    assert [position for position, _ in whole] == list(range(35))
    assert sorted(indices[:10]) == sorted(indices[10:20]) == list(range(10))
    assert indices[:10] != indices[10:20]
    assert list(islice(EndlessShuffle(10, seed=3, start=17), 18)) == whole[17:]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_of_the_whole_process_group_leaves_the_loaders(
    synth_root: Path, number: int
) -> None:
    dataset = _dataset(synth_root, modalities=("cloth_mask",))
    loader = iter(training_loader(dataset, batch_size=2, seed=0, start=0, workers=1))
    next(loader)
    (process,) = active_children()
    assert process.pid
    os.kill(process.pid, number)
    assert sum(len(batch) for batch in islice(loader, 8)) == 16
    assert process.is_alive()
    del loader
    process.join(10)
    assert not process.is_alive()


def test_the_fingerprint_changes_with_files_and_pairs(own_root: Path) -> None:
    split = open_split(own_root, "test")
    pairs = own_garments(split)
    before = fingerprint(split, pairs)
    assert before == fingerprint(split, pairs)
    assert before != fingerprint(split, pairs_of(split, "unpaired", "test_pairs.txt"))
    with (own_root / "test" / "image" / "00000_00.jpg").open("ab") as stream:
        stream.write(b"x")
    assert before != fingerprint(split, pairs)


def test_the_fingerprint_sees_content_of_equal_length(own_root: Path) -> None:
    split = open_split(own_root, "test")
    pairs = own_garments(split)
    before = fingerprint(split, pairs)
    for folder in ("image", "image-parse-v3", "cloth-mask"):
        path = sorted((own_root / "test" / folder).iterdir())[0]
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert fingerprint(split, pairs) != before
        path.write_bytes(whole)
    assert fingerprint(split, pairs) == before
