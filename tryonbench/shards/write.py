"""Write a split as shards: the same files give the same tars, and the same command goes on."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from tryonbench.data.layout import Split
from tryonbench.errors import InputError, listed
from tryonbench.files import TEMPORARY, make_folder, replacing
from tryonbench.runs import only_here
from tryonbench.shards.index import INDEX, Contents, contents_file, write_contents, write_index
from tryonbench.shards.naming import (
    ATTRIBUTES,
    ROOT_FILES,
    extension,
    folder_below_root,
    key,
    places_of,
)
from tryonbench.shards.scan import contents_of


class Limit(NamedTuple):
    """Where a shard ends: at so many persons, or before it is larger than so many bytes."""

    persons: int | None
    bytes: int | None


class Entry(NamedTuple):
    """A file that goes into a shard."""

    name: str
    """Its id, or a pair's name."""
    extension: str
    path: Path
    size: int
    date: int
    """Of its last change, in nanoseconds."""

    @property
    def stored(self) -> int:
        """Bytes in the tar, header included."""
        return tarfile.BLOCKSIZE * (1 + -(-self.size // tarfile.BLOCKSIZE))


@dataclass(frozen=True)
class Planned:
    """A shard and what goes into it."""

    tar: Path
    split: str
    places: Mapping[str, tuple[str, str]]
    files: Mapping[str, str]
    entries: Sequence[Entry]


def plan(split: Split, out: Path, limit: Limit) -> list[Planned]:
    """The shards of a split; the first carries the pair lists.

    Raises:
        InputError: `out` cannot hold them.
    """
    _refuse(split, out)
    places = {ext: (folder_below_root(split, p), p.ending) for ext, p in places_of(split).items()}
    files = _root_files(split)
    return [
        Planned(out / f"{split.name}-{n:06d}.tar", split.name, places, {} if n else files, entries)
        for n, entries in enumerate(_cut(_entries(split), limit))
    ]


def write(planned: Sequence[Planned], update: Callable[[int], None]) -> list[Planned]:
    """Write the shards, of one split or several, that are not there yet or whose files changed.

    Args:
        update: called with the number of shards done.

    Returns:
        Those that were written.

    Raises:
        InputError: the folder has shards of these splits that were made with other settings; then
            nothing was changed.
    """
    out = make_folder(planned[0].tar.parent)
    with only_here(out, "written"):
        _refuse_others(planned)
        todo = [shard for shard in planned if not _is_current(shard)]
        if todo:
            (out / INDEX).unlink(missing_ok=True)
        _remove_leftovers(planned)
        for number, shard in enumerate(todo, len(planned) - len(todo) + 1):
            _write(shard)
            update(number)
        if not (out / INDEX).is_file():
            write_index(out, [tar for tar in out.glob("*.tar") if contents_file(tar).is_file()])
        return todo


def _remove_leftovers(planned: Sequence[Planned]) -> None:
    """Remove what a killed process was writing."""
    out = planned[0].tar.parent
    names = [f"{split}-[0-9]*" for split in _splits(planned)]
    for name in (*names, f"{INDEX}.*"):
        for leftover in out.glob(f".{name}{TEMPORARY}"):
            leftover.unlink()


def _splits(planned: Sequence[Planned]) -> list[str]:
    return list(dict.fromkeys(shard.split for shard in planned))


def _refuse(split: Split, out: Path) -> None:
    if out.resolve() == split.root.resolve():
        raise InputError(f"{out} is the data root itself; choose another folder with --out")
    if split.is_dresscode and out.resolve().name != split.category:
        raise InputError(
            f"shards of DressCode must lie in a folder of the category's name: "
            f"--out {out / split.category}"
        )


def _refuse_others(planned: Sequence[Planned]) -> None:
    """Shards of the splits that the plan does not have were made with other settings."""
    out = planned[0].tar.parent
    names = [f"{split}-" + "[0-9]" * 6 + ".tar" for split in _splits(planned)]
    there = {tar for name in names for tar in out.glob(name)} - {shard.tar for shard in planned}
    if there:
        others = listed(sorted(tar.name for tar in there))
        raise InputError(
            f"{out} holds shards made with other settings ({others}); delete them or choose "
            "another folder with --out"
        )


def _root_files(split: Split) -> dict[str, str]:
    """The split's pair lists, and what marks a procedural set."""
    paths = [*split.root.glob(f"{split.name}_pairs*.txt"), *split.root.glob("synth.json")]
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(paths)}


def _entries(split: Split) -> list[Entry]:
    """Every file of the split, those of a person together."""
    found = [
        _entry(name, extension(folder, place.ending), split.path(folder, name))
        for folder, place in split.places.items()
        for name in split.ids(folder)
    ]
    if not split.is_dresscode:
        drawn = (split.folder / ATTRIBUTES.folder).glob(f"*{ATTRIBUTES.ending}")
        found += [_entry(path.stem, "attributes.json", path) for path in drawn]
    return sorted(found, key=lambda entry: (_person(entry), entry.name, entry.extension))


def _entry(name: str, extension: str, path: Path) -> Entry:
    state = path.stat()
    return Entry(name, extension, path, state.st_size, state.st_mtime_ns)


def _person(entry: Entry) -> str:
    """The person of an id or of a pair's name."""
    return entry.name.partition("__")[0]


def _cut(entries: Sequence[Entry], limit: Limit) -> Iterator[list[Entry]]:
    """The entries of each shard; a person's stay together."""
    shard: list[Entry] = []
    persons = stored = 0
    for _, group in groupby(entries, _person):
        files = list(group)
        size = sum(entry.stored for entry in files)
        full = persons == limit.persons or (limit.bytes and stored + size > limit.bytes)
        if shard and full:
            yield shard
            shard, persons, stored = [], 0, 0
        shard, persons, stored = shard + files, persons + 1, stored + size
    if shard:
        yield shard


def _is_current(shard: Planned) -> bool:
    """Whether the shard was written whole, of these files, and none has changed since."""
    path = contents_file(shard.tar)
    try:
        found = Contents.model_validate_json(path.read_bytes())
        whole = shard.tar.stat().st_size == found.bytes
    except (FileNotFoundError, ValidationError):
        return False
    listed_sizes = {
        (name, ext): size
        for name, members in found.samples.items()
        for ext, (_, size, _) in members.items()
    }
    wanted = {(entry.name, entry.extension): entry.size for entry in shard.entries}
    newest = max(entry.date for entry in shard.entries)
    same = listed_sizes == wanted and found.files == dict(shard.files)
    return whole and same and path.stat().st_mtime_ns >= newest


def _write(shard: Planned) -> None:
    """Write a shard, and then the list of its contents, without which it does not count.

    Raises:
        InputError: a file cannot be read, or the disk is full.
    """
    try:
        _write_tar(shard)
        write_contents(shard.tar, contents_of(shard.tar, shard.split, shard.places))
    except OSError as error:
        raise InputError(
            f"cannot write {shard.tar}: {error}; mend that and run the same command again"
        ) from error


def _write_tar(shard: Planned) -> None:
    contents_file(shard.tar).unlink(missing_ok=True)
    with replacing(shard.tar) as temporary, tarfile.open(temporary, "w") as archive:
        for name, text in shard.files.items():
            _add(archive, ROOT_FILES + name, text.encode())
        for entry in shard.entries:
            name = f"{key(entry.name)}.{entry.extension}"
            _add(archive, name, entry.path.read_bytes())


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a file with fixed date, owner and mode."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o644
    archive.addfile(info, io.BytesIO(content))
