"""The file of results: what it holds, reading and writing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from tryonbench import __version__
from tryonbench.errors import InputError
from tryonbench.files import canonical_json, digest, read_json, write_json
from tryonbench.protocols import Protocol
from tryonbench.results.schema import Record, Result

KIND: Literal["results"] = "results"
SCHEMA: Literal[1] = 1
MAKE = "make one: tryonbench results export --out FILE"

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Part(Record):
    """A record whose fields are described in the JSON Schema."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Trained(Part):
    """What a method was trained on."""

    name: str
    """Of the data's folder, without the folders above it."""
    split: str | None = None
    fingerprint: str | None = None
    """Changes with the pairs and the files."""
    samples: int | None = None


class Origin(Part):
    """How a run came about."""

    kind: str
    """`training`, `baseline`, `floor`, `images`, `variant`, `checkpoint`, …"""
    method: str
    family: str
    seed: int | None = None
    """Of the training."""
    config: dict[str, Any] | None = None
    """Every setting of the training."""
    settings: list[str] | None = None
    """Of a variant: in place of those that its run was trained with."""
    of: str | None = None
    """The run that it is a variant or a checkpoint of."""
    checkpoint: str | None = None
    trained_on: Trained | None = None
    command: list[str]
    """Paths without the folders above them."""
    created: str | None = None
    environment: dict[str, str]
    """Commit and version of tryonbench, packages, device."""

    @property
    def identity(self) -> str:
        """Equal for runs that differ only in when and where they were made."""
        own = self.model_dump(mode="json", exclude={"command", "created", "environment", "of"})
        trained = own.pop("trained_on", {}).get("fingerprint", "")
        return digest(canonical_json(own), trained)


class Parcel(Part):
    """One result, how it came about, and what it takes to check it."""

    result: Result
    """The result file."""
    protocol: Protocol
    """With every setting of its metrics, so that the fingerprint follows from it."""
    origin: Origin
    """The run's manifest."""
    images: dict[str, Sha256]
    """SHA-256 of each output's file by its id, in the order of the pair list."""
    per_image: dict[str, list[float | None]] | None = None
    """Values by metric, in the order of `images`; null where an image does not count."""
    halves: dict[str, list[float]] | None = None
    """By distance between sets, that of all images and of random halves, for its tests."""

    @property
    def label(self) -> str:
        """What it is called in messages."""
        return f"{self.result.run} under {self.result.protocol}"


class Exchange(Part):
    """A file of results."""

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    kind: Literal["results"] = KIND
    version: Literal[1] = Field(
        default=SCHEMA, validation_alias="schema", serialization_alias="schema"
    )
    tryonbench: str = __version__
    """The version that wrote it."""
    results: list[Parcel] = Field(min_length=1)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    found = Exchange.model_json_schema(mode="validation", by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def write_exchange(path: Path, parcels: list[Parcel]) -> None:
    """Write a file of results, atomically.

    Raises:
        InputError: the path is a folder, or its folder cannot be written.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; name the file to write with --out FILE")
    write_json(path, Exchange(results=parcels).model_dump(mode="json"))


def content_of(path: Path) -> dict[str, Any]:
    """What a file of results of this schema holds, not yet checked.

    Raises:
        InputError: missing, not JSON, another kind of file, or a newer schema.
    """
    try:
        content = read_json(path)
        canonical_json(content)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; name a file of results") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} holds what is no JSON, such as NaN; {MAKE}") from error
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise InputError(f"{path} is no file of results; {MAKE}")
    schema = content.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        raise InputError(f"{path} has schema {schema}, this version reads {SCHEMA}: update it")
    return content


def problems_of(content: dict[str, Any]) -> list[str]:
    """What of a file's content is not as the schema says; nothing if all is."""
    try:
        Exchange.model_validate(content)
    except ValidationError as error:
        return [
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        ]
    return []


def read_exchange(path: Path) -> list[Parcel]:
    """The results of a file.

    Raises:
        InputError: see `content_of`; or something in it is not as the schema says.
    """
    content = content_of(path)
    if problems := problems_of(content):
        raise InputError(f"{path}: {problems[0]}; see all: tryonbench results verify {path}")
    return Exchange.model_validate(content).results
