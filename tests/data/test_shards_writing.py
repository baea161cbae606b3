"""`data shard`: the same tars from the same files, whole or not there; faults in one line."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tryonbench.data.dataset import fingerprint
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments, pairs_of
from tryonbench.errors import InputError, StorageError
from tryonbench.shards import write as writing
from tryonbench.shards.index import INDEX
from tryonbench.shards.write import Limit, plan, write

THREE = Limit(3, None)


def _write(root: Path, out: Path, name: str = "train", limit: Limit = THREE) -> int:
    return len(write(plan(open_split(root, name), out, limit), lambda done: None))


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def shards(sharded_root: Path, tmp_path: Path) -> Path:
    """Shards that a test may break."""
    return Path(shutil.copytree(sharded_root, tmp_path / "shards"))


def test_the_same_files_give_the_same_bytes(own_root: Path, tmp_path: Path) -> None:
    _write(own_root, tmp_path / "one")
    for path in (own_root / "train/image").iterdir():
        os.utime(path, (1, 1))
    os.umask(os.umask(0o077))
    _write(own_root, tmp_path / "two")
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")
    assert len(list((tmp_path / "one").glob("*.tar"))) == 3


def test_megabytes_bound_the_shards(synth_root: Path, tmp_path: Path) -> None:
    _write(synth_root, tmp_path, limit=Limit(None, 60_000))
    tars = list(tmp_path.glob("*.tar"))
    assert 3 <= len(tars) < 8
    assert all(tar.stat().st_size < 60_000 + 20_480 for tar in tars)
    assert len(open_split(tmp_path, "train").ids("image")) == 8


def test_interrupted_it_goes_on(
    synth_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sharded_root: Path
) -> None:
    out, add, calls = tmp_path / "out", writing._add, []

    def stop_in_the_second_shard(*arguments) -> None:
        calls.append(arguments)
        if len(calls) > 40:
            raise KeyboardInterrupt
        add(*arguments)

    monkeypatch.setattr(writing, "_add", stop_in_the_second_shard)
    with pytest.raises(KeyboardInterrupt):
        _write(synth_root, out)
    assert [tar.name for tar in out.glob("*.tar")] == ["train-000000.tar"]
    with pytest.raises(InputError, match=r'no split "train".* `tryonbench data shard` writes'):
        open_split(out, "train")
    monkeypatch.setattr(writing, "_add", add)
    assert _write(synth_root, out) == 2, "what is whole is kept"
    assert _write(synth_root, out) == 0
    _write(synth_root, out, "test")
    assert _bytes(out) == _bytes(sharded_root)


def test_what_a_kill_leaves_is_removed(synth_root: Path, shards: Path) -> None:
    left = [shards / name for name in (".train-000001.json.x.tmp", ".shards.json.x.tmp")]
    other = shards / ".mine.tmp"
    for path in (*left, other):
        path.touch()
    assert _write(synth_root, shards) == 0
    assert [path.exists() for path in (*left, other)] == [False, False, True]


def test_one_split_that_does_not_fit_leaves_the_other_as_it_is(
    command, own_root: Path, shards: Path
) -> None:
    """The test split would fit, and is of changed files."""
    before = _bytes(shards)
    shutil.copyfile(own_root / "test/image/00001_00.jpg", own_root / "test/image/00000_00.jpg")
    for path in own_root.glob("train/*/*"):
        if path.name.startswith(("00010", "00011")):
            path.unlink()
    done = command("data", "shard", own_root, "--out", shards, "--per-shard", "3")
    assert done.returncode == 2
    assert "made with other settings (train-000002.tar)" in done.stderr
    assert _bytes(shards) == before


def test_there_is_no_set_before_all_splits_are_whole(
    command, synth_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(shard: writing.Planned) -> None:
        assert not (tmp_path / "out" / INDEX).exists()
        whole(shard)

    whole = writing._write
    monkeypatch.setattr(writing, "_write", stop)
    done = command("data", "shard", synth_root, "--out", tmp_path / "out", "--per-shard", "3")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / INDEX).exists()


def test_a_full_disk_is_one_line_and_leaves_what_is_whole(
    synth_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = writing._add

    def full(archive, name: str, content: bytes) -> None:
        if name.startswith("00008_00"):
            raise OSError(28, "No space left on device")
        add(archive, name, content)

    with monkeypatch.context() as patch:
        patch.setattr(writing, "_add", full)
        with pytest.raises(StorageError, match="is full; make room"):
            _write(synth_root, tmp_path)
    assert sorted(_bytes(tmp_path)) == ["train-000000.json", "train-000000.tar"]
    assert _write(synth_root, tmp_path) == 2


def test_a_tar_without_its_list_does_not_count(synth_root: Path, shards: Path) -> None:
    (shards / "train-000001.json").unlink()
    with pytest.raises(InputError, match=r"train-000001\.json is missing"):
        open_split(shards, "train")
    assert _write(synth_root, shards) == 1


def test_changed_files_make_their_shard_anew(own_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _write(own_root, out)
    images = own_root / "train/image"
    shutil.copyfile(images / "00005_00.jpg", images / "00004_00.jpg")
    assert _write(own_root, out) == 1
    (own_root / "train_pairs.txt").write_text("00004_00.jpg 00006_00.jpg\n")
    assert _write(own_root, out) == 1
    folder, packed = open_split(own_root, "train"), open_split(out, "train")
    pairs = pairs_of(packed, "unpaired", "train_pairs.txt")
    assert fingerprint(folder, pairs, True) == fingerprint(packed, pairs, True)
    assert len(pairs.pairs) == 1


def test_other_settings_are_refused(synth_root: Path, shards: Path) -> None:
    with pytest.raises(InputError, match=r"made with other settings \(train-000001\.tar"):
        _write(synth_root, shards, limit=Limit(None, 10**9))
    with pytest.raises(InputError, match="is the data root itself"):
        _write(synth_root, synth_root)


def test_a_cut_and_a_missing_shard_are_named(shards: Path) -> None:
    tar = shards / "train-000002.tar"
    tar.write_bytes(tar.read_bytes()[:1000])
    (shards / "test-000000.tar").unlink()
    named = r"test-000000\.tar is missing, train-000002\.tar has 1000 of \d+ bytes; copy"
    with pytest.raises(InputError, match=named):
        open_split(shards, "test")


def test_a_damaged_shard_is_named(command, shards: Path) -> None:
    tar = shards / "test-000001.tar"
    content = bytearray(tar.read_bytes())
    start = content.find(b"\xff\xd8\xff")
    content[start : start + 2000] = bytes(2000)
    tar.write_bytes(content)
    split = open_split(shards, "test")
    with pytest.raises(InputError, match=r"test-000001\.tar is damaged at test/.*; delete, then"):
        fingerprint(split, own_garments(split))
    done = command("data", "check", shards)
    assert done.returncode == 2
    assert done.stderr.count("\n") <= 3
    assert f"error: damaged shards in {shards}: test-000001.tar; delete" in done.stderr


def test_a_broken_index_is_named(shards: Path) -> None:
    (shards / INDEX).write_text("{}")
    with pytest.raises(InputError, match=r"shards\.json is no index of shards"):
        open_split(shards, "test")


def test_names_with_dots_survive(own_root: Path, tmp_path: Path) -> None:
    for folder, ending in (("image", ".jpg"), ("cloth", ".jpg")):
        path = own_root / "train" / folder / f"00004_00{ending}"
        path.rename(path.with_name(f"a.b%{ending}"))
    _write(own_root, tmp_path / "out")
    split = open_split(tmp_path / "out", "train")
    assert "a.b%" in split.ids("image")
    assert split.path("cloth", "a.b%").is_file()


def test_the_command(command, synth_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for written in (2, 0):
        done = command(
            "data", "shard", synth_root, "--out", out, "--split", "test", "--per-shard", 2
        )
        assert done.returncode == 0, done.stderr
        assert f"test: 2 shards, {written} of them written now" in done.stderr
    assert "test-000001.tar" in {path.name for path in out.iterdir()}
