"""Shards from an address: copies in the cache, each checked by its SHA-256."""

from __future__ import annotations

from contextlib import AbstractContextManager
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any, cast

from tryonbench.errors import InputError, masked
from tryonbench.files import digest, local_lock, make_folder, read_json, replacing, write_json
from tryonbench.progress import progress
from tryonbench.shards.index import INDEX, SOURCE, Index, Shard, contents_file, parsed, read_index
from tryonbench.weights.fetch import MEGABYTE, copy_stream, open_url

AGAIN = "try again, or mend it there"
NEEDS = 'needs the package webdataset: pip install "tryonbench[shards]"'


def fetched_root(address: str, cache: Path) -> tuple[Path, str | None]:
    """A folder with the index of the shards at an address; shards come when they are read.

    Returns:
        The folder, and why the index could not be asked for anew if a copy is used unasked.

    Raises:
        InputError: there is no index at the address, or no connection and no copy of it.
    """
    base = address.removesuffix(INDEX).rstrip("/")
    root = cache / digest(base)[:12] / base.rsplit("/", 1)[-1]
    try:
        _renew(base, root)
    except InputError as error:
        if (root / INDEX).is_file():
            return root, str(error)
        raise
    return root, None


def _renew(base: str, root: Path) -> None:
    """Fetch the index, and the lists of contents that are not there."""
    with replacing(root / INDEX) as temporary:
        receive(f"{base}/{INDEX}", temporary)
        index = parsed(Index, temporary.read_bytes(), f"{base}/{INDEX}")
        _drop_changed(root, index)
        write_json(root / SOURCE, {"base": base})
        for shard in index.shards:
            _fetch(root, contents_file(root / shard.name).name, shard.contents)


def fetch_shard(root: Path, shard: Shard) -> None:
    """Copy a shard into the folder of its index; one process of a machine does it, others wait.

    Raises:
        InputError: no connection, or a content with another SHA-256.
    """
    _fetch(root, shard.name, shard.sha256, shard.bytes)


def _drop_changed(root: Path, index: Index) -> None:
    """Delete the copies that the index does not name any more."""
    old = read_index(root).shards if (root / INDEX).is_file() else ()
    for shard in set(old) - set(index.shards):
        (root / INDEX).unlink(missing_ok=True)
        (root / shard.name).unlink(missing_ok=True)
        contents_file(root / shard.name).unlink(missing_ok=True)


def _fetch(root: Path, name: str, sha256: str, size: int = 0) -> None:
    url = f"{read_json(root / SOURCE)['base']}/{name}"
    make_folder(root)
    with local_lock(root / name):
        if (root / name).is_file():
            return
        with replacing(root / name) as temporary:
            found, came = receive(url, temporary, size), temporary.stat().st_size
            where = masked(url)
            if size and came != size:
                raise InputError(f"{where} gave {came} of {size} bytes; they were deleted; {AGAIN}")
            if found != sha256:
                raise InputError(
                    f"{where} gave a file with SHA-256 {found}, not {sha256}; it was deleted; "
                    f"{AGAIN}"
                )


def receive(url: str, path: Path, size: int = 0) -> str:
    """Write what an address gives; its SHA-256.

    Raises:
        InputError: nothing is to be had there.
    """
    try:
        with (
            progress(f"get {url.rsplit('/', 1)[1]} [MB]", size // MEGABYTE) as update,
            _stream(url) as stream,
            path.open("wb") as file,
        ):
            return copy_stream(stream, file, update)
    except (OSError, HTTPException) as error:
        raise InputError(
            f"cannot get {masked(url)}: {error}; mend that and run the same command again"
        ) from error


def _stream(url: str) -> AbstractContextManager[IO[bytes]]:
    """HTTP by Python's library; what else webdataset opens, by the command that it runs for it."""
    if url.startswith(("http://", "https://")):
        return open_url(url)
    schemes = _openers()
    scheme = url.split("://", 1)[0]
    if scheme not in schemes:
        raise InputError(
            f"cannot read {masked(url)}; known: http, https, {', '.join(sorted(schemes))}"
        )
    return cast(AbstractContextManager[IO[bytes]], schemes[scheme](url, "rb"))


def _openers() -> dict[str, Any]:
    """webdataset's, by scheme, without those that run a command of the address's own."""
    try:
        from webdataset.gopen import gopen_schemes
    except ImportError as error:
        raise InputError(f"an address other than http:// {NEEDS}") from error
    own = ("__default__", "pipe", "file", "http", "https", "sftp", "ftps", "scp")
    return {name: opener for name, opener in gopen_schemes.items() if name not in own}
