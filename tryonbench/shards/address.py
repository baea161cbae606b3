"""`--data shards:…`: a local root for tars or for an address."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tryonbench.data.default import cache_folder
from tryonbench.data.layout import V32
from tryonbench.errors import InputError
from tryonbench.files import digest, make_folder, replacing
from tryonbench.progress import progress
from tryonbench.shards.fetch import NEEDS, fetched_root, receive
from tryonbench.shards.index import INDEX, Contents, contents_file, write_contents, write_index
from tryonbench.shards.naming import ATTRIBUTES, extension
from tryonbench.shards.scan import contents_of

PREFIX = "shards:"


def shards_root(data: Path, tell: Callable[[str], None]) -> Path:
    """The folder to open for `shards:FOLDER`, `shards:ADDRESS` or `shards:….tar`; any other path
    as it is.

    Args:
        tell: called with what the user should know.

    Raises:
        InputError: there are no shards, or they cannot be read.
    """
    if not str(data).startswith(PREFIX):
        return data
    place = _place(data)
    if place.endswith((".tar.gz", ".tgz")):
        raise InputError(f"{place} is compressed, and files are read at random: unpack it first")
    if place.endswith(".tar"):
        return _scanned_root(place)
    if "://" not in place:
        return Path(place)
    root, problem = fetched_root(place, cache_folder() / "shards")
    if problem:
        tell(f"warning: {problem}; using the copy in {root}")
    return root


def is_remote(data: Path) -> bool:
    """Whether data are shards at an address.

    >>> is_remote(Path("shards:https://host/set")), is_remote(Path("shards:set"))
    (True, False)
    """
    return str(data).startswith(PREFIX) and "://" in _place(data)


def _place(data: Path) -> str:
    """What stands behind the prefix; a path has lost one of an address's slashes."""
    return re.sub(r"^(\w+):/+", r"\1://", str(data).removeprefix(PREFIX))


def _scanned_root(pattern: str) -> Path:
    """Tars without an index: each is read once, and its list kept in the cache."""
    sources = [s if "://" in s else str(Path(s).resolve()) for s in _expanded(pattern)]
    names = [source.rsplit("/", 1)[1] for source in sources]
    if len(set(names)) < len(names):
        raise InputError(f"{pattern} names two shards alike; give each its own name")
    root = make_folder(cache_folder() / "shards" / digest(*sources)[:12])
    tars = [_placed(source, root / name) for source, name in zip(sources, names, strict=True)]
    todo = [tar for tar in tars if not _is_listed(tar)]
    if todo:
        (root / INDEX).unlink(missing_ok=True)
        with progress("list shards", len(todo)) as update:
            for number, tar in enumerate(todo, 1):
                write_contents(tar, _listed_or_dropped(tar))
                update(number)
    if not (root / INDEX).is_file():
        write_index(root, tars)
    return root


def _expanded(pattern: str) -> list[str]:
    """`a-{000000..000003}.tar` as four names, by webdataset's rule."""
    if "{" not in pattern:
        return [pattern]
    try:
        from webdataset.shardlists import expand_urls
    except ImportError as error:
        raise InputError(f"{{…}} in {PREFIX} {NEEDS}") from error
    return [str(name) for name in expand_urls(pattern)]


def _placed(source: str, tar: Path) -> Path:
    """The tar in the cache: a copy of an address, a link to a file."""
    if "://" in source:
        if not tar.is_file():
            with replacing(tar) as temporary:
                receive(source, temporary)
        return tar
    if not Path(source).is_file():
        raise InputError(f"the shard {source} is missing; correct {PREFIX} in --data")
    if not tar.is_symlink():
        tar.unlink(missing_ok=True)
        tar.symlink_to(source)
    return tar


def _is_listed(tar: Path) -> bool:
    """Whether the contents were listed, and the tar is still the same."""
    path = contents_file(tar)
    return path.is_file() and path.stat().st_mtime_ns >= tar.stat().st_mtime_ns


def _listed_or_dropped(tar: Path) -> Contents:
    """The contents of a tar; a bad copy of an address is not kept."""
    try:
        return _listed(tar)
    except InputError:
        tar.unlink()
        raise


def _listed(tar: Path) -> Contents:
    """The contents of a tar whose name begins with its split's.

    Raises:
        InputError: it does not, or there is no photograph in the tar.
    """
    split = re.match(r"(train|test)(?![a-z])", tar.name)
    if split is None:
        raise InputError(
            f'{tar.name} must begin with "train" or "test", or have an index beside it '
            f"(tryonbench data shard writes one); then give its folder as --data"
        )
    kept = {extension(name, p.ending): p for name, p in V32.items()}
    places = {
        ext: (f"{split[1]}/{p.folder}", p.ending)
        for ext, p in (kept | {"attributes.json": ATTRIBUTES}).items()
    }
    found = contents_of(tar, split[1], places)
    if not found.samples:
        raise InputError(
            f"{tar.resolve()} holds no ID.image.jpg, ID.cloth.jpg, …: see docs/shards.md"
        )
    return found
