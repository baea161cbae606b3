"""From runs to a file of results."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from tryonbench.errors import InputError, listed
from tryonbench.exchange.protocol import todays_protocol
from tryonbench.exchange.schema import Origin, Parcel, Trained, read_exchange
from tryonbench.exchange.scrub import scrubbed, scrubbed_command
from tryonbench.files import file_sha256
from tryonbench.metrics.outputs import Problems, find_outputs
from tryonbench.results.contenders import own_samples
from tryonbench.results.schema import Result
from tryonbench.results.store import read_halves, read_result, result_files
from tryonbench.results.tables import TRUTH
from tryonbench.runs import IMPORTED, Run

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Collected:
    """What the results of some runs come to."""

    parcels: list[Parcel]
    left_out: list[str]
    """Why a run or a result is not among them."""


def collect_parcels(
    runs: Sequence[Run], protocols: Sequence[str] = (), per_image: bool = False
) -> Collected:
    """Every result of the runs, ready to travel.

    Args:
        protocols: only those of these names, if any is given.
        per_image: with the values of single images.

    Raises:
        InputError: there is none, or two runs have the same name.
    """
    if twice := [name for name, times in Counter(run.name for run in runs).items() if times > 1]:
        raise InputError(f"two runs are called {twice[0]}; rename one, or export them one by one")
    found = Collected([], [])
    for run in runs:
        files = [file for file in result_files(run.folder) if _asked(run, file, protocols)]
        if not files:
            under = f" under {listed(protocols)}" if protocols else ""
            again = f"make some: tryonbench eval {run.name}"
            found.left_out.append(f"{run.name} has no results{under}; {again}")
        for file in files:
            try:
                found.parcels.append(_parcel(run, file, per_image))
            except InputError as error:
                found.left_out.append(str(error))
    if not found.parcels:
        raise InputError(f"nothing to export: {found.left_out[0]}")
    return found


def _asked(run: Run, file: Path, protocols: Sequence[str]) -> bool:
    name = str(file.relative_to(run.folder / "results").with_suffix(""))
    return not protocols or name in protocols


def _parcel(run: Run, file: Path, per_image: bool) -> Parcel:
    """
    Raises:
        InputError: the run or its result cannot be read, its images are gone, or its protocol is
            not today's.
    """
    manifest = run.manifest()
    result = read_result(file).model_copy(update={"run": run.name})
    if manifest["kind"] == IMPORTED:
        return _without_values(kept_parcel(run, result.protocol), per_image)
    samples = own_samples(run, result) if result.skipped is None else None
    return Parcel(
        result=_travelling(result),
        protocol=todays_protocol(result).complete,
        origin=origin_of(run, manifest),
        images=_hashes(run, manifest, result, samples),
        per_image=_values(samples) if per_image else None,
        halves=_halves(run, result) if per_image else None,
    )


def kept_parcel(run: Run, protocol: str) -> Parcel:
    """An imported result as it came.

    Raises:
        InputError: it is not there any more.
    """
    return read_exchange(run.parcel(protocol))[0]


def _without_values(parcel: Parcel, per_image: bool) -> Parcel:
    gone = {} if per_image else {"per_image": None, "halves": None}
    return parcel.model_copy(update=gone)


def _travelling(result: Result) -> Result:
    """The result with no path in it."""
    values = result.model_dump(mode="json")
    return Result.model_validate(scrubbed(values) | {"protocol": result.protocol})


def origin_of(run: Run, manifest: dict[str, Any]) -> Origin:
    """What a manifest says of how the run came about, without paths.

    Raises:
        InputError: it is not as tryonbench writes it.
    """
    data = manifest.get("data")
    try:
        return Origin(
            kind=manifest["kind"],
            method=manifest["method"],
            family=manifest["family"],
            seed=manifest.get("seed"),
            config=scrubbed(manifest.get("config")) or None,
            settings=scrubbed(manifest.get("settings")),
            of=manifest.get("of"),
            checkpoint=scrubbed(manifest.get("checkpoint")),
            trained_on=_trained(data) if data else None,
            command=scrubbed_command(manifest.get("command") or []),
            created=manifest.get("created"),
            environment=scrubbed(manifest.get("environment") or {}),
        )
    except (ValidationError, AttributeError, KeyError, TypeError) as error:
        raise InputError(f"{run.manifest_path} is no manifest of tryonbench: {error!r}") from error


def _trained(data: dict[str, Any]) -> Trained:
    own = {key: data.get(key) for key in ("split", "fingerprint", "samples")}
    return Trained(name=scrubbed(data["root"]), **own)


def _hashes(
    run: Run, manifest: dict[str, Any], result: Result, samples: pd.DataFrame | None
) -> dict[str, str]:
    """SHA-256 of each output by id; none for what makes no images.

    Raises:
        InputError: images are gone.
    """
    folder = Path(manifest.get("images") or run.outputs(result.protocol))
    if samples is None or (result.family == TRUTH and not folder.is_dir()):
        return {}
    files, gone = find_outputs(folder, map(str, samples.index), Problems(), allow_missing=True)
    if gone:
        raise InputError(
            f"{len(gone)} images of {run.name} under {result.protocol} are no longer in {folder} "
            f"({listed(gone, 3)}); delete {run.result(result.protocol)} and evaluate again"
        )
    return {name: file_sha256(file) for name, file in files.items()}


def _values(samples: pd.DataFrame | None) -> dict[str, list[float | None]] | None:
    """By metric; None where an image does not count."""
    if samples is None:
        return None
    numbers = samples.select_dtypes("number").to_dict("list")
    return {str(key): [_finite(value) for value in own] for key, own in numbers.items()} or None


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _halves(run: Run, result: Result) -> dict[str, list[float]] | None:
    found = read_halves(run.halves(result.protocol))
    return {key: [float(value) for value in values] for key, values in found.items()} or None
