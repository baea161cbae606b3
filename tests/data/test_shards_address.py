"""`--data shards:…`: tars by pattern, and addresses with a checked copy in the cache."""

from __future__ import annotations

import builtins
import gzip
import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from webdataset.gopen import gopen_schemes

from tryonbench.data.dataset import fingerprint
from tryonbench.data.layout import Split, open_split
from tryonbench.data.pairs import pairs_of
from tryonbench.errors import InputError
from tryonbench.shards.address import shards_root

FOREIGN = {
    "train-up": "%2E%2E%2Fup.image.jpg",
    "train-nameless": ".image.jpg",
    "train-latin": "__root__/train_pairs.txt",
}
"""Members that cannot be used, by tar."""
Serve = Callable[[Path], str]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def shards(sharded_root: Path, tmp_path: Path) -> Path:
    """Shards that a test may break."""
    return Path(shutil.copytree(sharded_root, tmp_path / "set"))


def _opened(place: object, name: str = "train") -> Split:
    """As a command opens `--data shards:PLACE`; Typer makes a path of it."""
    return open_split(shards_root(Path(f"shards:{place}"), print), name)


def _tar(path: Path, *names: str, kind: bytes = tarfile.REGTYPE) -> None:
    """A tar of files that are no text, or of links to nowhere."""
    with tarfile.open(path, "a") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, 2 * (kind == tarfile.REGTYPE), "/nowhere"
            archive.addfile(info, io.BytesIO(b"\xff\xfe"))


def _print(split: Split) -> str:
    return fingerprint(split, pairs_of(split, "unpaired", f"{split.name}_pairs.txt"), True)


def test_tars_without_an_index(sharded_root: Path, synth_root: Path, shards: Path) -> None:
    for path in shards.glob("*.json"):
        path.unlink()
    split = _opened(shards / "train-{000000..000002}.tar")
    assert _print(split) == _print(open_split(synth_root, "train"))
    assert split.root.resolve() == _opened(shards / "train-{000000..000002}.tar").root.resolve()


def test_a_changed_tar_is_listed_anew(shards: Path) -> None:
    place = shards / "train-000000.tar"
    assert _opened(place).ids("image") == ["00004_00", "00005_00", "00006_00"]
    shutil.copyfile(shards / "train-000001.tar", place)
    assert _opened(place).ids("image") == ["00007_00", "00008_00", "00009_00"]


@pytest.mark.parametrize("cut", [700, 20_000, -10_240])
def test_a_cut_tar_is_named(shards: Path, cut: int) -> None:
    tar = shards / "train-000001.tar"
    tar.write_bytes(tar.read_bytes()[:cut])
    with pytest.raises(InputError, match=r"train-000001\.tar is no whole tar \(it ends after"):
        _opened(shards / "train-{000000..000002}.tar")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("train-{000000..000007}.tar", r"shard .*/train-000003\.tar is missing"),
        ("other.tar", 'must begin with "train" or "test"'),
        ("train-empty.tar", r"holds no ID\.image\.jpg"),
        ("train-packed.tar", r"no whole tar \(it is compressed, .*: unpack it first\)"),
        ("train-0.tar.gz", r"is compressed, .*: unpack it first"),
        ("train-up.tar", r'"%2E%2E%2Fup\.image\.jpg" names no id, as \'\.\./up\' cannot be one'),
        ("train-nameless.tar", r'"\.image\.jpg" names no id'),
        ("train-latin.tar", r"train_pairs\.txt is no UTF-8 text"),
    ],
)
def test_other_tars_are_refused(shards: Path, name: str, message: str) -> None:
    for stem, member in FOREIGN.items():
        _tar(shards / f"{stem}.tar", member)
    packed = gzip.compress((shards / "train-000000.tar").read_bytes())
    (shards / "train-packed.tar").write_bytes(packed)
    shutil.copyfile(shards / "train-000000.tar", shards / "other.tar")
    (shards / "train-empty.tar").write_bytes(bytes(10_240))
    with pytest.raises(InputError, match=message):
        _opened(shards / name)


def test_long_names_and_folders_are_read_and_links_left_out(shards: Path) -> None:
    """As webdataset does; nothing is ever unpacked."""
    tar = shards / "train-000000.tar"
    before = _opened(tar).ids("image")
    _tar(tar, f"../{'d/' * 90}größe.image.jpg")
    _tar(tar, "link.image.jpg", kind=tarfile.SYMTYPE)
    _tar(tar, "hard.image.jpg", kind=tarfile.LNKTYPE)
    assert _opened(tar).ids("image") == [*before, "größe"]


def test_an_address_with_an_index(
    serve: Serve, sharded_root: Path, synth_root: Path, cache: Path
) -> None:
    split = _opened(serve(sharded_root))
    assert split.ids("image") == open_split(synth_root, "train").ids("image")
    assert not list(cache.rglob("*.tar")), "nothing is fetched before it is read"
    assert _print(split) == _print(open_split(synth_root, "train"))
    assert {tar.name for tar in cache.rglob("*.tar")} == {f"train-00000{n}.tar" for n in range(3)}
    assert not [*cache.rglob("*.tmp"), *cache.rglob("*.lock")], "machines may share the cache"


def test_copies_are_used_without_connection(
    serve: Serve, shards: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address = serve(shards)
    before = _print(_opened(f"{address}/shards.json"))
    shutil.rmtree(shards)
    monkeypatch.setattr("tryonbench.shards.path._ARCHIVES", {})
    again = _opened(address)
    assert _print(again) == before
    assert "warning: cannot get" in capsys.readouterr().out
    with pytest.raises(InputError, match=r"cannot get http://.*/test-000000\.tar: .*404"):
        again.root.joinpath("test/image/00000_00.jpg").read_bytes()


def test_a_wrong_content_is_refused_and_not_kept(serve: Serve, shards: Path, cache: Path) -> None:
    tar, split = shards / "train-000000.tar", _opened(serve(shards))
    whole = tar.read_bytes()
    tar.write_bytes(whole[:-1] + b"x")
    with pytest.raises(InputError, match=r"train-000000\.tar gave a file with SHA-256 .*, not "):
        _print(split)
    tar.write_bytes(whole[:20_000])
    with pytest.raises(InputError, match=rf"gave 20000 of {len(whole)} bytes; they were deleted"):
        _print(split)
    assert not list(cache.rglob("train-000000.tar"))


def test_a_changed_set_replaces_the_copies(serve: Serve, shards: Path, own_root: Path) -> None:
    from tryonbench.shards.write import Limit, plan, write

    address = serve(shards)
    before = _print(_opened(address))
    images = own_root / "train/image"
    shutil.copyfile(images / "00005_00.jpg", images / "00004_00.jpg")
    write(plan(open_split(own_root, "train"), shards, Limit(3, None)), lambda done: None)
    assert _print(_opened(address)) == _print(open_split(own_root, "train")) != before


def test_no_index_at_an_address(serve: Serve, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot get http://.*/nothing/shards\.json: .*404"):
        _opened(f"{serve(tmp_path)}/nothing")


def test_a_password_is_not_told() -> None:
    with pytest.raises(InputError, match=r"cannot get http://me:\*\*\*@127") as refused:
        _opened("http://me:secret@127.0.0.1:1/set")
    assert "secret" not in str(refused.value)


def test_tars_at_an_address(serve: Serve, shards: Path, synth_root: Path) -> None:
    address = serve(shards)
    split = _opened(f"{address}/train-{{000000..000002}}.tar")
    assert _print(split) == _print(open_split(synth_root, "train"))


def test_a_cut_copy_of_a_tar_is_not_kept(serve: Serve, shards: Path, cache: Path) -> None:
    address, tar = serve(shards), shards / "train-000000.tar"
    whole = tar.read_bytes()
    tar.write_bytes(whole[:20_000])
    with pytest.raises(InputError, match="is no whole tar"):
        _opened(f"{address}/train-000000.tar")
    tar.write_bytes(whole)
    assert len(_opened(f"{address}/train-000000.tar").ids("image")) == 3


def test_other_addresses_go_through_webdataset(
    sharded_root: Path, synth_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opener(url: str, mode: str) -> io.BufferedIOBase:
        return (sharded_root / url.rsplit("/", 1)[1]).open(mode)

    monkeypatch.setitem(gopen_schemes, "store", opener)
    assert _print(_opened("store://bucket/set")) == _print(open_split(synth_root, "train"))
    monkeypatch.setenv("PATH", "")  # whatever commands this machine has, none is to be run
    with pytest.raises(InputError, match=r"cannot get gs://bucket/set/shards\.json: .*gsutil"):
        _opened("gs://bucket/set")
    for unknown in ("pipe://cat/x", "nowhere://x/y"):
        with pytest.raises(InputError, match=r"known: http, https, .*store"):
            _opened(unknown)


def test_without_webdataset(
    serve: Serve, sharded_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def lacking(name: str, *arguments, **options):
        if name.startswith("webdataset"):
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", lacking)
    assert _opened(serve(sharded_root)).ids("image"), "an index over http needs none"
    for place in (sharded_root / "train-{000000..000002}.tar", "gs://bucket/set"):
        with pytest.raises(InputError, match=r'pip install "tryonbench\[shards\]"'):
            _opened(place)


def test_commands_take_an_address(command, serve: Serve, sharded_root: Path) -> None:
    address = f"shards:{serve(sharded_root)}"
    done = command("data", "stats", address, "--json")
    assert done.returncode == 0, done.stderr
    made = command(
        "generate", "mean-colour", "--data", address, "--out", "made",
        "--protocol", "synth/paired-64x48",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert len(list(Path("made").glob("*.png"))) == 4
