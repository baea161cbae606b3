"""Reading and writing results below run folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from tryonbench.errors import InputError
from tryonbench.files import read_json, replacing, write_json
from tryonbench.results.schema import Result

if TYPE_CHECKING:
    import pandas as pd


def write_result(path: Path, result: Result) -> None:
    """Write one result file, atomically."""
    write_json(path, result.model_dump(mode="json"))


def read_result(path: Path) -> Result:
    """Read one result file.

    Raises:
        InputError: missing, or not a result of this schema.
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise InputError(f"{path} is not a result file: delete it, and evaluate again")
    try:
        return Result.model_validate(content)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise InputError(f"{path} is not a result file: {where}: {problem['msg']}") from error


def result_files(run: Path) -> list[Path]:
    """The result files of a run folder, by protocol."""
    return sorted((run / "results").rglob("*.json"))


def results_of(runs: Iterable[Path]) -> list[Result]:
    """Every result below some run folders, in order of protocol and method."""
    files = [file for run in runs for file in result_files(run)]
    return sorted(map(read_result, files), key=lambda r: (r.protocol, r.run))


def write_samples(path: Path, samples: pd.DataFrame) -> None:
    """Write per-image values as Parquet, atomically: a row an image, a column a metric."""
    with replacing(path) as temporary:
        samples.to_parquet(temporary, index=False)


def read_samples(path: Path) -> pd.DataFrame:
    """Per-image values of one result.

    Raises:
        InputError: missing or not Parquet.
    """
    import pandas as pd

    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the per-image values {path}: {error}") from error


def write_halves(path: Path, halves: Mapping[str, NDArray[np.float64]]) -> None:
    """Write, by metric, the distances of all images and of random halves, atomically."""
    with replacing(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, **halves)  # type: ignore[arg-type]


def read_halves(path: Path) -> dict[str, NDArray[np.float64]]:
    """What `write_halves` wrote; nothing where there is no file.

    Raises:
        InputError: it is broken.
    """
    if not path.is_file():
        return {}
    try:
        with np.load(path) as archive:
            return dict(archive)
    except (OSError, ValueError, BadZipFile) as error:
        raise InputError(f"cannot read {path}: {error}; delete it and evaluate again") from error
