"""Getting weights when asked to: downloads and imports, kept only if the SHA-256 is right."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import AbstractContextManager
from http.client import HTTPException
from pathlib import Path
from typing import IO, cast
from urllib.request import Request, urlopen

from tryonbench.errors import InputError, did_you_mean
from tryonbench.files import file_sha256, replacing
from tryonbench.progress import Update, progress
from tryonbench.weights.lookup import candidates, hub_folder, mend
from tryonbench.weights.registry import REGISTRY, Source, Weights

CHUNK = 1 << 20
"""Bytes that are read at a time."""
TIMEOUT = 60.0
"""Seconds without an answer after which a download fails."""
MEGABYTE = 10**6


def registered(name: str) -> Weights:
    """The weights of that name.

    Raises:
        InputError: there are none.
    """
    if name not in REGISTRY:
        raise InputError(f'no weights are called "{name}"; {did_you_mean(name, REGISTRY)}')
    return REGISTRY[name]


def download(name: str) -> Path:
    """Download a network's official file into torch hub's folder; it is there whole or not at all.

    Raises:
        InputError: no such weights, no address, no connection, or a content with another SHA-256.
    """
    source = registered(name).official
    if source.url is None:
        raise InputError(f"{source.file} comes with tryonbench; mend it: {mend(name)}")
    path = hub_folder() / source.file
    with replacing(path) as temporary:
        found = _receive(source, temporary)
        if found != source.sha256:
            raise InputError(
                f"{source.url} gave a file with SHA-256 {found}, not {source.sha256}; it was "
                f"deleted; try again, or: tryonbench weights import FILE"
            )
    return path


def _receive(source: Source, path: Path) -> str:
    """Write what the official address gives, with progress; its SHA-256."""
    megabytes = (source.size or 0) // MEGABYTE
    with progress(f"get {source.file} [MB]", megabytes) as update:
        try:
            return _copy_url(str(source.url), path, update)
        except (OSError, HTTPException) as error:
            raise InputError(
                f"cannot download {source.url}: {error}; download it on another machine, then: "
                f"tryonbench weights import FILE"
            ) from error


def _copy_url(url: str, path: Path, update: Update) -> str:
    """Stream an address into a file; the SHA-256 of what came."""
    with open_url(url) as answer, path.open("wb") as file:
        return copy_stream(answer, file, update)


def open_url(url: str) -> AbstractContextManager[IO[bytes]]:
    """What an http or https address gives."""
    request = Request(url, headers={"User-Agent": "tryonbench"})
    return cast(AbstractContextManager[IO[bytes]], urlopen(request, timeout=TIMEOUT))


def copy_stream(stream: IO[bytes], file: IO[bytes], update: Update) -> str:
    """Copy a stream with progress in MB; the SHA-256 of what came."""
    sha, done = hashlib.sha256(), 0
    while block := stream.read(CHUNK):
        file.write(block)
        sha.update(block)
        done += len(block)
        update(done // MEGABYTE)
    return sha.hexdigest()


def import_file(file: Path) -> tuple[Path, list[str]]:
    """Copy a file that is one of the registered ones, by its content, into torch hub's folder.

    Returns:
        Where it lies now, and the names of the weights that it is.

    Raises:
        InputError: it is none of them.
    """
    if not file.is_file():
        raise InputError(f"{file} is not a file; give the path of a weights file")
    found = file_sha256(file)
    source, names = _recognised(file, found)
    path = hub_folder() / source.file
    if not (path.is_file() and file_sha256(path) == found):
        with replacing(path) as temporary:
            shutil.copyfile(file, temporary)
    return path, names


def _recognised(file: Path, sha256: str) -> tuple[Source, list[str]]:
    """The first source with a content, and the names of all weights that it belongs to."""
    known = [(s, w.name) for w in REGISTRY.values() for s in w.sources if s.sha256 == sha256]
    if known:
        return known[0][0], list(dict.fromkeys(name for _, name in known))
    for weights in REGISTRY.values():
        for source in weights.sources:
            if source.file == file.name:
                raise InputError(
                    f"{file} is not the official {file.name}: its SHA-256 is {sha256}, not "
                    f"{source.sha256}; get the right one: tryonbench weights get {weights.name}"
                )
    raise InputError(
        f"{file} (SHA-256 {sha256}) is none of the registered weights ({', '.join(REGISTRY)}); "
        f"see: tryonbench weights list"
    )


def verify() -> list[tuple[Path, bool]]:
    """Hash every file that has a registered name: the path, and if its content is right."""
    found = {path: source for name in REGISTRY for path, source in candidates(name)}
    return [(path, file_sha256(path) == source.sha256) for path, source in found.items()]
