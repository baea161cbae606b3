"""DressCode's layout, on files made as its public description says (there are none here)."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from tryonbench.batch import MODALITIES
from tryonbench.cli.targets import protocols_for
from tryonbench.data.dataset import VitonHD, fingerprint, joined
from tryonbench.data.dresscode import TO_LIP, read_joints
from tryonbench.data.labels import LABELS
from tryonbench.data.layout import open_split, splits
from tryonbench.data.pairs import Pair, own_garments, pairs_of
from tryonbench.data.sample import Sample
from tryonbench.errors import InputError
from tryonbench.evaluation import evaluate
from tryonbench.registry import method_class
from tryonbench.request import Request
from tryonbench.shards.write import Limit, plan, write
from tryonbench.subjects import baseline_subject

ATR = (
    "background", "hat", "hair", "sunglasses", "upper clothes", "skirt", "trousers", "dress",
    "belt", "left shoe", "right shoe", "face", "left leg", "right leg", "left arm", "right arm",
    "bag", "scarf",
)  # fmt: skip
JOINTS = {
    0: (192, 60), 1: (192, 110), 2: (150, 115), 3: (140, 180), 4: (135, 240), 5: (234, 115),
    6: (244, 180), 7: (249, 240), 8: (165, 250), 11: (219, 250),
}  # fmt: skip
"""COCO-18 joints in pixels of 384x512."""
GARMENT = {"upper_body": 4, "lower_body": 6, "dresses": 7}


def _person(root: Path, name: str, category: str) -> None:
    """A person of rectangles at 256x192."""
    parse = np.zeros((256, 192), np.uint8)
    parse[10:50, 80:112], parse[55:125, 65:127] = 11, 4
    parse[55:120, 55:65], parse[55:120, 127:137] = 15, 14
    parse[125:220, 70:122], parse[230:250, 70:122] = 6, 9
    if category == "dresses":
        parse[(parse == 4) | (parse == 6)] = 7
    image = Image.fromarray(np.stack([parse * 12] * 3, axis=-1))
    image.save(root / "images" / f"{name}_0.jpg", quality=95)
    Image.fromarray(parse).save(root / "label_maps" / f"{name}_4.png")
    points = [[*JOINTS.get(i, (-1, -1)), 0.9 if i in JOINTS else 0, i] for i in range(18)]
    (root / "keypoints" / f"{name}_2.json").write_text(json.dumps({"keypoints": points}))


def _garment(root: Path, name: str) -> None:
    cloth = np.full((256, 192, 3), 255, np.uint8)
    cloth[60:200, 40:150] = (180, 30, 60)
    cloth[100:120, 90:100] = 255
    Image.fromarray(cloth).save(root / "images" / f"{name}_1.jpg", quality=95)


@pytest.fixture(params=["upper_body", "lower_body", "dresses"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "DressCode" / request.param
    for name in ("images", "label_maps", "keypoints"):
        (folder / name).mkdir(parents=True)
    for name in ("020714", "020715", "020716", "020717"):
        _person(folder, name, request.param)
        _garment(folder, name)
    lists = {
        "train_pairs": "020716_0.jpg 020716_1.jpg\n020717_0.jpg 020717_1.jpg\n",
        "test_pairs_paired": "020714_0.jpg 020714_1.jpg\n020715_0.jpg\t020715_1.jpg\n",
        "test_pairs_unpaired": "020714_0.jpg 020715_1.jpg\n020715_0.jpg\t020714_1.jpg\n",
    }
    for name, text in lists.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


def test_splits_and_pairs_come_from_the_lists(root: Path) -> None:
    assert splits(root) == ["test", "train"]
    train, test = open_split(root, "train"), open_split(root, "test")
    assert train.ids("image") == train.ids("cloth") == ["020716", "020717"]
    assert own_garments(train).pairs == (Pair("020716", "020716"), Pair("020717", "020717"))
    unpaired = pairs_of(test, "unpaired", "test_pairs.txt")
    assert unpaired.pairs == (Pair("020714", "020715"), Pair("020715", "020714"))
    paired = pairs_of(test, "paired", "test_pairs.txt")
    assert paired.pairs == (Pair("020714", "020714"), Pair("020715", "020715"))


def test_labels_are_translated_by_their_names() -> None:
    nameless = {"belt", "bag"}
    for atr, lip in enumerate(TO_LIP):
        assert LABELS[lip] == ("glove" if ATR[atr] in nameless else ATR[atr])


def test_joints_are_body25_in_pixels_of_the_photograph(root: Path) -> None:
    sample = Sample(open_split(root, "test"), Pair("020714", "020714"), (512, 384))
    assert sample.body25[2, :2].tolist() == [75, 57.5], "half of 384x512"
    assert sample.body25[9, :2].tolist() == [82.5, 125], "right hip: 8 of COCO-18, 9 of Body25"
    assert sample.body25[8, :2].tolist() == [96, 125], "the middle of the hips"
    assert not sample.body25[10:12].any()
    assert sample.coco18[2, :2].tolist() == [150, 115]


def test_every_modality_but_densepose_loads(root: Path) -> None:
    split = open_split(root, "test")
    names = tuple(name for name in MODALITIES if name != "densepose")
    sample = VitonHD(split, pairs_of(split, "unpaired", "test_pairs.txt"), (128, 96), names)[0]
    assert sample.need("agnostic").shape == (1, 3, 128, 96)
    mask = sample.need("cloth_mask")[0, 0]
    assert mask[40, 30] == 1
    assert mask[10, 10] == 0
    assert mask[55, 47] == 1, "white that the garment encloses"
    with pytest.raises(InputError, match="lacks the folders image-densepose"):
        VitonHD(split, own_garments(split), (128, 96), ("densepose",))


def test_what_is_covered_follows_the_category(root: Path) -> None:
    split = open_split(root, "test")
    names = ("agnostic", "agnostic_mask", "parse", "parse_agnostic")
    sample = VitonHD(split, own_garments(split), (256, 192), names)[0]
    covered = sample.need("agnostic_mask")[0, 0].bool()
    above, below, face, shoes = (covered[y, 96] for y in (90, 180, 30, 240))
    assert bool(above) == (root.name != "lower_body")
    assert bool(below) == (root.name != "upper_body")
    assert not face
    assert not shoes
    garment = torch.isin(sample.need("parse")[0], torch.tensor(split.garment_labels))
    assert garment.any()
    assert covered[garment].float().mean() > 0.99
    assert not sample.need("parse_agnostic")[0][garment].any()


def test_it_is_evaluated_under_its_own_protocols(root: Path, tmp_path: Path) -> None:
    split = open_split(root, "test")
    found = list(protocols_for([], (256, 192), split))
    assert [p.name for p in found] == ["dresscode/paired-256x192", "dresscode/unpaired-256x192"]
    subject = baseline_subject(method_class("grey-fill"), tmp_path / "runs")
    metrics = ("ssim", "garment_ciede2000")
    result = evaluate(subject, Request(found[0], split, metrics, efficiency=False))
    assert result.n == 2
    assert result.metrics["garment_ciede2000"].n == 2


def test_the_command_finds_the_protocols_that_fit(command, root: Path, tmp_path: Path) -> None:
    shards = tmp_path / "shards" / root.name
    assert command("data", "shard", root, "--out", shards).returncode == 0
    for data in (root, shards):
        words = ("--data", data, "--metrics", "l1", "--no-efficiency", "--runs", data.parent / "r")
        done = command("eval", "grey-fill", *words)
        assert done.returncode == 0, done.stderr
        assert "dresscode/paired-256x192  n = 2" in done.stdout


@pytest.mark.parametrize("text", ["{", "{}", '{"keypoints": [[1, 2, 3]]}'])
def test_other_keypoint_files_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match="is not a DressCode keypoint file"):
        read_joints(tmp_path / "a.json")


def test_a_label_over_17_and_an_unknown_split_are_refused(root: Path) -> None:
    split = open_split(root, "test")
    Image.fromarray(np.full((256, 192), 18, np.uint8)).save(split.path("parse", "020714"))
    with pytest.raises(InputError, match="holds the label 18"):
        VitonHD(split, own_garments(split), (64, 48), ("parse",))[0]
    with pytest.raises(InputError, match='has no split "validation"; found: test, train'):
        open_split(root, "validation")


def test_traversal_is_refused(root: Path) -> None:
    (root / "test_pairs_unpaired.txt").write_text("../020714_0.jpg 020714_1.jpg\n")
    with pytest.raises(InputError, match="line 1"):
        pairs_of(open_split(root, "test"), "unpaired", "test_pairs.txt")


def test_another_process_reads_it_as_well(root: Path) -> None:
    """A split that was pickled, as for a loader's processes, is still DressCode's."""
    split = pickle.loads(pickle.dumps(open_split(root, "test")))
    assert split.is_dresscode
    dataset = VitonHD(split, own_garments(split), (64, 48), ("parse", "keypoints"))
    batch = next(iter(DataLoader(dataset, 2, num_workers=1, collate_fn=joined)))
    assert 13 in batch.need("parse").unique().tolist(), "the face, 11 in the file"


def test_shards_keep_it(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "shards" / root.name
    with pytest.raises(InputError, match=f"--out .*other/{root.name}"):
        plan(open_split(root, "test"), tmp_path / "other", Limit(1, None))
    for name in ("train", "test"):
        write(plan(open_split(root, name), out, Limit(1, None)), lambda done: None)
    for name in ("train", "test"):
        folder, shards = open_split(root, name), open_split(out, name)
        assert (shards.category, shards.ids("cloth")) == (root.name, folder.ids("cloth"))
        pairs = pairs_of(shards, "unpaired", f"{name}_pairs.txt")
        assert fingerprint(shards, pairs, True) == fingerprint(folder, pairs, True)
        one, other = (VitonHD(s, pairs, (64, 48), ("parse",))[0] for s in (folder, shards))
        assert torch.equal(one.need("parse"), other.need("parse"))
