"""Prepared arrays: the same tensors, kept until a file changes, whole or not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from tryonbench.batch import MODALITIES
from tryonbench.data import prepared
from tryonbench.data.dataset import VitonHD
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import pairs_of
from tryonbench.data.prepared import find_prepared, plan, prepare
from tryonbench.errors import InputError

SIZE = (48, 40)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def _prepare(root: Path, modalities=MODALITIES) -> prepared.Prepared:
    return prepare(plan(open_split(root, "test"), SIZE, modalities), workers=1)


def _datasets(root: Path) -> tuple[VitonHD, VitonHD]:
    """The unpaired test samples from files, and from what was prepared."""
    split = open_split(root, "test")
    pairs = pairs_of(split, "unpaired", "test_pairs.txt")
    found = find_prepared(split, SIZE)
    assert found is not None
    return (
        VitonHD(split, pairs, SIZE, MODALITIES),
        VitonHD(split, pairs, SIZE, MODALITIES, found),
    )


def test_the_tensors_are_the_same(synth_root: Path) -> None:
    _prepare(synth_root)
    cold, warm = _datasets(synth_root)
    for index in range(len(cold)):
        for name in MODALITIES:
            one, other = cold[index].need(name), warm[index].need(name)
            assert one.dtype == other.dtype
            assert torch.equal(one, other), name


def test_files_are_not_read_again(own_root: Path) -> None:
    _prepare(own_root)
    _, warm = _datasets(own_root)
    for folder in ("image", "cloth", "agnostic-v3.2", "openpose_json"):
        for file in (own_root / "test" / folder).iterdir():
            file.write_bytes(b"broken")
    assert warm[0].need("pose_heatmaps").max() > 0.5


def test_a_changed_file_makes_it_stale_and_then_anew(own_root: Path) -> None:
    before = _prepare(own_root).meta["content"]
    split = open_split(own_root, "test")
    files = sorted((own_root / "test" / "cloth").iterdir())
    files[0].write_bytes(files[1].read_bytes())
    assert find_prepared(split, SIZE) is None
    again = _prepare(own_root)
    assert again.meta["content"] != before
    cold, warm = _datasets(own_root)
    assert torch.equal(cold[0].need("cloth"), warm[0].need("cloth"))


def test_a_new_date_alone_costs_no_new_arrays(
    own_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _prepare(own_root)
    split = open_split(own_root, "test")
    os.utime(own_root / "test" / "image" / "00000_00.jpg", (1, 1))
    assert find_prepared(split, SIZE) is None, "only the content can tell"
    monkeypatch.setattr(prepared, "_fill", lambda *_: pytest.fail("prepared again"))
    _prepare(own_root)
    assert find_prepared(split, SIZE) is not None


def test_changed_code_makes_it_stale(own_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _prepare(own_root)
    monkeypatch.setattr(prepared, "code_digest", lambda name: "edited")
    assert find_prepared(open_split(own_root, "test"), SIZE) is None


def test_an_interrupted_one_goes_on(own_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, jobs = prepared._read, []

    def stop_at_three(*arguments):
        if len(jobs) == 3:
            raise KeyboardInterrupt
        jobs.append(arguments[-1])
        return read(*arguments)

    monkeypatch.setattr(prepared, "_read", stop_at_three)
    with pytest.raises(KeyboardInterrupt):
        _prepare(own_root)
    assert find_prepared(open_split(own_root, "test"), SIZE) is None, "half is not there"
    later: list[int] = []
    monkeypatch.setattr(prepared, "_read", lambda *a: later.append(a[-1]) or read(*a))
    _prepare(own_root)
    assert sorted(jobs + later) == list(range(8)), "nothing was done twice"
    cold, warm = _datasets(own_root)
    assert torch.equal(cold[3].need("parse"), warm[3].need("parse"))


def test_a_broken_file_is_named(own_root: Path) -> None:
    path = own_root / "test" / "cloth" / "00001_00.jpg"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match=r"cloth/00001_00\.jpg cannot be read"):
        _prepare(own_root)


def test_a_full_disk_is_said_before(own_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared.Plan, "bytes", lambda self: 10**18)
    with pytest.raises(InputError, match=r"needs 1000000000\.0 GB, but .* are free"):
        _prepare(own_root)


def test_the_command_and_training_use_it(command, own_root: Path, tmp_path: Path) -> None:
    done = command("data", "prepare", own_root, "--size", "64x48", "--method", "pix2pix")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("prepared image, ") == 2
    small = ["--data", own_root, "--set", "images=8", "--set", "batch_size=4"]
    trained = command("train", "--method", "pix2pix", *small, "--run", "warm")
    assert trained.returncode == 0, trained.stderr
    assert "prepared" in trained.stderr
