"""The registry of weights, and finding, getting, importing and verifying them."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from tryonbench.metrics import CLASSES, metric_class
from tryonbench.metrics.base import InceptionMetric, Resize
from tryonbench.weights import REGISTRY, MissingWeights, Source, Weights, find, hub_folder, mend
from tryonbench.weights.fetch import download
from tryonbench.weights.lookup import candidates, is_whole, shipped_folder

CONTENT = b"weights" * 300_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server(tmp_path: Path, serve: Callable[[Path], str]) -> str:
    """The address of a server on this machine, which serves `net.pth`."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "net.pth").write_bytes(CONTENT)
    return serve(folder)


@pytest.fixture
def net(server: str, no_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """The official file of weights `net`, nowhere on this machine yet."""
    source = Source("net.pth", SHA256, f"{server}/net.pth", len(CONTENT))
    monkeypatch.setitem(REGISTRY, "net", Weights("net", "", "none", (source,)))
    return source


def _register(monkeypatch: pytest.MonkeyPatch, source: Source) -> None:
    monkeypatch.setitem(REGISTRY, "net", Weights("net", "", "none", (source,)))


def test_every_entry_can_be_got_and_verified() -> None:
    for weights in REGISTRY.values():
        if weights.is_shipped:
            assert is_whole(shipped_folder() / weights.official.file, weights.official)
        else:
            assert str(weights.official.url).startswith("https://")
        assert weights.licence
        for source in weights.sources:
            assert len(bytes.fromhex(source.sha256)) == 32
            assert source.size
            assert str(source.url or source.file).endswith(source.file)


@pytest.mark.parametrize(
    "source", {s for w in REGISTRY.values() for s in w.sources if s.file.endswith(".pth")}
)
def test_the_digits_in_a_torch_file_name_begin_its_hash(source: Source) -> None:
    stem, _, digits = source.file.removesuffix(".pth").rpartition("-")
    if stem:
        assert source.sha256.startswith(digits)


def test_the_registry_names_the_metrics_that_use_each_entry() -> None:
    users = defaultdict(set)
    for key in CLASSES:
        chosen = metric_class(key)
        resizes = get_args(Resize) if issubclass(chosen, InceptionMetric) else ()
        for metric in (chosen(), *(chosen(resize=resize) for resize in resizes)):
            users[metric.weights].add(key)
    users.pop(None)
    named = {name: w.used_by.removesuffix(" (not `clean`)") for name, w in REGISTRY.items()}
    assert users == {name: set(text.split(", ")) for name, text in named.items() if text}


def test_the_offline_files_are_the_registered_ones(real_weights: Path) -> None:
    for name in ("alexnet", "squeezenet", "inception-partial"):
        offline = [(p, s) for p, s in candidates(name) if p.parent == real_weights]
        assert offline
        for path, source in offline:
            assert is_whole(path, source)
            assert path.stat().st_size == source.size


def test_get_makes_weights_found(command, net: Source) -> None:
    with pytest.raises(MissingWeights, match=mend("net")):
        find("net")
    done = command(*mend("net").split()[1:])
    assert done.returncode == 0, done.stderr
    assert find("net") == hub_folder() / "net.pth"
    assert find("net").read_bytes() == CONTENT
    assert "[MB]" in done.stderr
    assert "is there already" in command("weights", "get", "net").stderr


def test_a_wrong_content_is_refused_and_not_kept(command, net: Source, monkeypatch) -> None:
    _register(monkeypatch, Source(net.file, "0" * 64, net.url, net.size))
    done = command("weights", "get", "net")
    assert done.returncode == 2
    assert f"SHA-256 {SHA256}, not {'0' * 64}" in done.stderr
    assert list(hub_folder().iterdir()) == []


def test_a_wrong_file_is_replaced_by_get(command, net: Source) -> None:
    hub_folder().mkdir(parents=True)
    (hub_folder() / "net.pth").write_bytes(b"half")
    assert command("weights", "verify").returncode == 2
    assert command("weights", "get", "net").returncode == 0
    done = command("weights", "verify")
    assert done.returncode == 0
    assert done.stdout == f"whole: {hub_folder() / 'net.pth'}\n"


@pytest.mark.parametrize("address", ["/nothing.pth", "http://127.0.0.1:1/net.pth"])
def test_no_connection_says_what_to_do(command, net: Source, server, monkeypatch, address) -> None:
    url = server + address if address.startswith("/") else address
    _register(monkeypatch, Source(net.file, SHA256, url))
    done = command("weights", "get", "net")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"error: cannot download {url}: ")
    assert done.stderr.endswith("then: tryonbench weights import FILE\n")
    assert list(hub_folder().iterdir()) == []


def test_a_download_that_breaks_off_leaves_nothing(net: Source, monkeypatch) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("tryonbench.weights.fetch._copy_url", interrupted)
    with pytest.raises(KeyboardInterrupt):
        download("net")
    assert list(hub_folder().iterdir()) == []


def test_get_of_an_unknown_name_downloads_nothing(command, net: Source) -> None:
    done = command("weights", "get", "net", "alexnt")
    assert done.returncode == 2
    assert 'did you mean "alexnet"?' in done.stderr
    assert not hub_folder().exists()


def test_import_knows_a_file_by_its_content(command, net: Source, tmp_path: Path) -> None:
    (tmp_path / "renamed.bin").write_bytes(CONTENT)
    done = command("weights", "import", tmp_path / "renamed.bin")
    assert done.returncode == 0, done.stderr
    assert "is net: " in done.stderr
    assert find("net").read_bytes() == CONTENT
    assert (tmp_path / "renamed.bin").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("net.pth", f"is not the official net.pth: its SHA-256 is {'{}'}, not {SHA256}"),
        ("photo.jpg", "is none of the registered weights (inception, "),
    ],
)
def test_import_says_what_a_file_is_not(command, net: Source, tmp_path, name, message) -> None:
    (tmp_path / name).write_bytes(b"other")
    done = command("weights", "import", tmp_path / name)
    assert done.returncode == 2
    assert message.format(hashlib.sha256(b"other").hexdigest()) in done.stderr
    assert not hub_folder().exists()
    assert command("weights", "import", tmp_path / "no such file").returncode == 2


@pytest.mark.parametrize("place", ["clean_fid_folder", "clip_folder"])
def test_the_caches_of_other_packages_are_searched(
    net: Source, tmp_path: Path, monkeypatch, place: str
) -> None:
    monkeypatch.setattr(f"tryonbench.weights.lookup.{place}", lambda: tmp_path / "theirs")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/net.pth").write_bytes(CONTENT)
    assert find("net") == tmp_path / "theirs/net.pth"


def test_list_says_where_each_is(command, net: Source, no_weights: Path) -> None:
    (no_weights / "net.pth").write_bytes(CONTENT)
    (no_weights / "vgg16-397923af.pth").write_bytes(b"wrong")
    rows = {row["name"]: row for row in json.loads(command("weights", "list", "--json").stdout)}
    assert set(rows) == set(REGISTRY)
    assert rows["net"]["path"] == str(no_weights / "net.pth")
    assert {name: rows[name]["state"] for name in ("net", "vgg16", "vgg19")} == {
        "net": "found",
        "vgg16": "wrong SHA-256",
        "vgg19": "missing",
    }
    assert {"licence", "used_by", "url", "sha256", "bytes", "file"} <= rows["vgg19"].keys()
    assert "lpips_vgg" in command("weights", "list").stdout


def test_shipped_weights_are_there_without_asking(command) -> None:
    rows = json.loads(command("weights", "list", "--json").stdout)
    (row,) = (row for row in rows if row["name"] == "synth-extractor")
    assert row["state"] == "shipped"
    assert Path(row["path"]).stat().st_size == row["bytes"] <= 3_000_000
    assert "shipped" in command("weights", "list").stdout
    assert f"whole: {row['path']}" in command("weights", "verify").stdout.splitlines()
    assert "is there already" in command("weights", "get", "synth-extractor").stderr


def test_shipped_weights_that_are_not_whole_are_refused(
    command, no_weights: Path, monkeypatch
) -> None:
    """No address has them, so the advice is another than for the others."""
    monkeypatch.setattr("tryonbench.weights.lookup.shipped_folder", lambda: no_weights)
    (no_weights / REGISTRY["synth-extractor"].official.file).write_bytes(b"half")
    with pytest.raises(MissingWeights, match="wrong SHA-256; delete it, then: pip install --force"):
        find("synth-extractor")
    done = command("weights", "get", "synth-extractor")
    assert done.returncode == 2
    assert done.stderr.startswith("error: synth-extractor.safetensors comes with tryonbench; ")
    assert command("weights", "verify").returncode == 2
