"""The index of a set of shards: `shards.json`, and beside each `NAME.tar` a `NAME.json`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from tryonbench.config import Strict
from tryonbench.errors import InputError
from tryonbench.files import file_sha256, write_text

INDEX = "shards.json"
SOURCE = "source.json"
"""Where the copies in a folder come from, if from an address."""
Model = TypeVar("Model", bound=BaseModel)


class Contents(Strict):
    """What is in one shard, `NAME.json`."""

    split: str
    bytes: int
    sha256: str
    """Of the tar."""
    files: dict[str, str]
    """Small files of the data root that it carries, such as pair lists: text by name."""
    places: dict[str, tuple[str, str]]
    """By WebDataset's extension (`image.jpg`): the folder below the root, and how names end."""
    samples: dict[Annotated[str, Field(pattern=r"^[^/\\]+$")], dict[str, tuple[int, int, int]]]
    """By id and extension: offset of the content in the tar, size, CRC-32."""


class Shard(Strict):
    """A line of the index."""

    name: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*\.tar$")
    bytes: int
    sha256: str
    contents: str
    """SHA-256 of `NAME.json`."""


class Index(Strict):
    """`shards.json`; it is written last, so that with it all the shards are whole."""

    format: Literal["tryonbench shards"] = "tryonbench shards"
    version: Literal[1] = 1
    shards: tuple[Shard, ...]


def contents_file(tar: Path) -> Path:
    """The list of a shard's contents."""
    return tar.with_suffix(".json")


def parsed(model: type[Model], content: bytes, name: str) -> Model:
    """Read a file of the index.

    Raises:
        InputError: it is not one.
    """
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{part}: " for part in first["loc"])
        raise InputError(
            f"{name} is no index of shards ({where}{first['msg']}); make it again with "
            "tryonbench data shard, or copy it again"
        ) from error


def read_index(root: Path) -> Index:
    """The index of a folder of shards.

    Raises:
        InputError: it is missing or broken.
    """
    return parsed(Index, (root / INDEX).read_bytes(), str(root / INDEX))


def read_contents(root: Path, shard: Shard) -> Contents:
    """What a shard holds.

    Raises:
        InputError: the list is missing, or not the one that the index names.
    """
    path = contents_file(root / shard.name)
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing; copy the whole folder, {INDEX} last") from error
    if hashlib.sha256(content).hexdigest() != shard.contents:
        raise InputError(f"{path} is not the one that {root / INDEX} names; copy both again")
    return parsed(Contents, content, str(path))


def write_contents(tar: Path, contents: Contents) -> None:
    """Write a shard's list, atomically."""
    write_text(contents_file(tar), contents.model_dump_json() + "\n")


def write_index(root: Path, tars: list[Path]) -> None:
    """Write the index of shards whose contents are listed, atomically."""
    shards = []
    for tar in sorted(tars):
        path = contents_file(tar)
        found = parsed(Contents, path.read_bytes(), str(path))
        listed = Shard(
            name=tar.name, bytes=found.bytes, sha256=found.sha256, contents=file_sha256(path)
        )
        shards.append(listed)
    write_text(root / INDEX, Index(shards=tuple(shards)).model_dump_json(indent=1) + "\n")
