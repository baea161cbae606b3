"""Shards in place of the folder that they were made from: nothing differs."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import torch
from webdataset.tariterators import group_by_keys, tar_file_expander

from tryonbench.batch import MODALITIES
from tryonbench.data.dataset import VitonHD, fingerprint, joined, training_loader
from tryonbench.data.layout import open_split, splits
from tryonbench.data.pairs import own_garments, pairs_of
from tryonbench.data.prepared import find_prepared, plan, prepare
from tryonbench.errors import InputError
from tryonbench.images import decode
from tryonbench.shards.path import ShardPath

SIZE = (64, 48)
BOTH = pytest.mark.parametrize("name", ["train", "test"])


def _dataset(root: Path, name: str) -> VitonHD:
    split = open_split(root, name)
    return VitonHD(split, pairs_of(split, "paired", f"{name}_pairs.txt"), SIZE, MODALITIES)


@BOTH
@pytest.mark.parametrize("pairing", ["paired", "unpaired"])
def test_pairs_and_fingerprint_are_the_folders(
    synth_root: Path, sharded_root: Path, name: str, pairing: str
) -> None:
    opened = [open_split(root, name) for root in (synth_root, sharded_root)]
    folder, shards = (pairs_of(split, pairing, f"{name}_pairs.txt") for split in opened)
    assert folder == shards
    assert own_garments(opened[0]) == own_garments(opened[1])
    assert fingerprint(opened[0], folder, True) == fingerprint(opened[1], shards, True)
    assert splits(sharded_root) == splits(synth_root)


@BOTH
def test_every_file_is_the_folders(synth_root: Path, sharded_root: Path, name: str) -> None:
    folder, shards = (open_split(root, name) for root in (synth_root, sharded_root))
    for kind in folder.places:
        assert shards.has(kind) == folder.has(kind)
        assert shards.ids(kind) == folder.ids(kind)
        for one in folder.ids(kind):
            path = shards.path(kind, one)
            assert path.read_bytes() == folder.path(kind, one).read_bytes()
            assert path.stat().st_size == folder.path(kind, one).stat().st_size
    assert (shards.root / "synth.json").read_text() == (synth_root / "synth.json").read_text()
    drawn = sorted(path.name for path in (folder.folder / "attributes").iterdir())
    assert sorted(path.name for path in (shards.folder / "attributes").iterdir()) == drawn


@pytest.mark.parametrize("workers", [0, 1])
def test_batches_and_their_order_are_the_folders(
    synth_root: Path, sharded_root: Path, workers: int
) -> None:
    def batches(root: Path, start: int) -> list[tuple[tuple[str, ...], bytes]]:
        loader = iter(training_loader(_dataset(root, "train"), 3, 1, start, workers))
        found = [next(loader) for _ in range(4)]
        return [(b.ids, b.need("image").numpy().tobytes()) for b in found]

    assert batches(synth_root, 0) == batches(sharded_root, 0)
    assert batches(sharded_root, 0)[2:] == batches(sharded_root, 6)[:2], "as a resumed run sees it"


def test_every_tensor_is_the_folders(synth_root: Path, sharded_root: Path) -> None:
    folder, shards = (_dataset(root, "test") for root in (synth_root, sharded_root))
    one, other = (joined([data[i] for i in range(len(data))]) for data in (folder, shards))
    assert all(torch.equal(one.need(name), other.need(name)) for name in MODALITIES)


def test_paths_work_in_another_process_and_from_another_folder(
    sharded_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sharded_root.parent)
    split = open_split(Path(sharded_root.name), "test")
    assert split.ids("image") == open_split(sharded_root, "test").ids("image")
    path = split.path("image", "00001_00").resolve()
    monkeypatch.setattr("tryonbench.shards.path._ARCHIVES", {})
    again = pickle.loads(pickle.dumps(path))
    assert isinstance(again, ShardPath)
    assert again.read_bytes()[:2] == b"\xff\xd8"


def test_a_missing_and_a_broken_file_are_named_as_in_a_folder(
    sharded_root: Path, synth_root: Path
) -> None:
    shards, folder = (open_split(root, "test") for root in (sharded_root, synth_root))
    for path in (shards.path("image", "nobody"), folder.path("image", "nobody")):
        with pytest.raises(InputError, match=r"test/image/nobody\.jpg is missing"):
            decode(path, "RGB")
    with pytest.raises(InputError, match=r"synth\.json cannot be read \(cannot identify image"):
        decode(shards.root / "synth.json", "RGB")
    with pytest.raises(OSError, match="read-only"):
        shards.path("image", "00001_00").write_bytes(b"")


def test_prepared_arrays_are_made_from_shards(
    sharded_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path))
    split = open_split(sharded_root, "test")
    prepare(plan(split, SIZE, ("image", "parse")), workers=1)
    assert find_prepared(split, SIZE) is not None


def test_commands_say_the_same(command, synth_root: Path, sharded_root: Path) -> None:
    for words in (("check",), ("stats",)):
        folder, shards = (
            json.loads(command("data", *words, root, "--json").stdout)
            for root in (synth_root, sharded_root)
        )
        assert {**shards, "root": ""} == {**folder, "root": ""}
    shown = command("data", "show", sharded_root, "--samples", "1")
    assert shown.returncode == 0, shown.stderr


def test_evaluation_says_the_same(command, synth_root: Path, sharded_root: Path) -> None:
    chosen = ("--protocol", "synth/unpaired-64x48", "--metrics", "ssim,l1,garment_ciede2000")
    results = []
    for number, root in enumerate((synth_root, sharded_root)):
        words = ("--data", root, "--runs", f"runs{number}", "--no-efficiency", "--json")
        done = command("eval", "mean-colour", *chosen, *words)
        assert done.returncode == 0, done.stderr
        results.append(json.loads(done.stdout))
    assert results[0]["metrics"] == results[1]["metrics"]
    assert results[0]["fingerprint"] == results[1]["fingerprint"]


def test_webdataset_reads_the_shards(sharded_root: Path, synth_root: Path) -> None:
    samples = {}
    for tar in sorted(sharded_root.glob("train-*.tar")):
        with tar.open("rb") as stream:
            files = tar_file_expander([{"url": str(tar), "stream": stream}])
            samples |= {sample["__key__"]: sample for sample in group_by_keys(files)}
    assert sorted(samples) == open_split(synth_root, "train").ids("image")
    for name, sample in samples.items():
        assert sample["image.jpg"] == (synth_root / f"train/image/{name}.jpg").read_bytes()
        assert json.loads(sample["keypoints.json"])["people"]
