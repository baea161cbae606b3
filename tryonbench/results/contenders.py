"""Which runs may be compared under a protocol, and on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tryonbench.errors import InputError, did_you_mean, listed
from tryonbench.results.schema import Result
from tryonbench.results.store import read_halves, read_result, read_samples, result_files
from tryonbench.results.tables import marks_of
from tryonbench.runs import Run
from tryonbench.stats.family import ImageValues, SetDistances

WHOLE_SET = "it is one number for a set of images, and the results keep nothing to resample"
OTHER_IMAGES = "it is one number for a set of images, and not all runs have the same images"


@dataclass(frozen=True)
class Contender:
    """A run with its result under the protocol."""

    name: str
    run: Run
    result: Result
    samples: pd.DataFrame
    """A row an image, by id; a column a metric."""
    halves: dict[str, NDArray[np.float64]]
    """By distance between sets, that of all images and of random halves."""


def contenders(runs: Sequence[Run], protocol: str, mix: bool = False) -> list[Contender]:
    """The runs' results under a protocol, ready to be compared.

    Args:
        mix: results of other fingerprints than the first one's are marked, not refused.

    Raises:
        InputError: fewer than two runs; one has no result, or no images; fingerprints or data
            differ; or no image is common to all.
    """
    names = _names(runs)
    found = [_contender(*named, protocol) for named in zip(names, runs, strict=True)]
    for other in found[1:]:
        _refuse_different(found[0], other, mix)
    if not common_ids(found):
        raise InputError(f"{', '.join(names)} have no image in common under {protocol}")
    marks = marks_of([one.result for one in found], found[0].result.fingerprint)
    return [_marked(one, marks[one.result.fingerprint]) for one in found]


def _marked(one: Contender, mark: str) -> Contender:
    return replace(one, name=f"{one.name} {mark}") if mark else one


def common_protocol(runs: Sequence[Run]) -> str:
    """The protocol under which all runs were evaluated.

    Raises:
        InputError: there is none, or there are several; or the runs are not different ones.
    """
    names = _names(runs)
    every = [set(_evaluated(run)) for run in runs]
    common = sorted(set.intersection(*every))
    if len(common) == 1:
        return common[0]
    if common:
        raise InputError(
            f"the runs share several protocols; choose one with --protocol: {listed(common)}"
        )
    words = " ".join(run.name for run in runs)
    raise InputError(
        f"{', '.join(names)} were not evaluated under one protocol; do that: "
        f"tryonbench eval {words}"
    )


def _evaluated(run: Run) -> list[str]:
    """The protocols that a run has results of."""
    root = run.folder / "results"
    return [str(file.relative_to(root).with_suffix("")) for file in result_files(run.folder)]


def _names(runs: Sequence[Run]) -> list[str]:
    """The runs' names, or their folders where two runs have the same name.

    Raises:
        InputError: fewer than two runs, or one that is given twice.
    """
    places = [run.folder.resolve() for run in runs]
    again = [place.name for i, place in enumerate(places) if place in places[:i]]
    if again or len(runs) < 2:
        given = f"{again[0]} is given twice" if again else "one run is given"
        raise InputError(f"{given}; name two different runs or more: tryonbench compare A B")
    names = [run.name for run in runs]
    return names if len(set(names)) == len(names) else [str(run.folder) for run in runs]


def _contender(name: str, run: Run, protocol: str) -> Contender:
    file = run.result(protocol)
    if not file.is_file():
        known = listed(_evaluated(run)) or "none"
        raise InputError(
            f"{name} has no result under {protocol} (it has: {known}); make it: "
            f"tryonbench eval {name} --protocol {protocol}"
        )
    result = read_result(file)
    if result.skipped is not None:
        raise InputError(f"{name} was skipped under {protocol}: {result.skipped}")
    samples = own_samples(run, result)
    return Contender(name, run, result, samples, read_halves(run.halves(protocol)))


def own_samples(run: Run, result: Result) -> pd.DataFrame:
    """Per-image values by id.

    Raises:
        InputError: they are not there, or are not those of the result.
    """
    path = run.samples(result.protocol)
    if result.imported and not path.is_file():
        raise InputError(
            f"{run.name} was imported from {result.imported} without the values of single images; "
            "ask for a file made with --per-image"
        )
    samples = read_samples(path)
    if "id" not in samples or not samples["id"].is_unique or len(samples) != result.n:
        raise InputError(
            f"{path} does not belong to the result beside it; delete both, and evaluate again"
        )
    return samples.set_index("id")


def _refuse_different(one: Contender, other: Contender, mix: bool) -> None:
    """Only results of one fingerprint, unless mixed, and the same data are compared."""
    first, second, again = one.result, other.result, f"evaluate {one.name} and {other.name} again"
    if first.fingerprint != second.fingerprint and not mix:
        raise InputError(
            f"{one.name} and {other.name} have different fingerprints of {first.protocol} "
            f"({first.fingerprint}, {second.fingerprint}); {again}, or compare them as "
            "they are with --mix, marked"
        )
    if first.data.fingerprint != second.data.fingerprint:
        raise InputError(
            f"{one.name} and {other.name} were evaluated on different data ({first.data.root} "
            f"{first.data.fingerprint}, {second.data.root} {second.data.fingerprint}); {again} on "
            "the same"
        )


def common_ids(found: Sequence[Contender]) -> list[str]:
    """The images that all have, in the first one's order."""
    ids = [set(one.samples.index) for one in found]
    return [name for name in found[0].samples.index if all(name in own for own in ids)]


def chosen_metrics(
    found: Sequence[Contender], keys: Sequence[str]
) -> tuple[list[ImageValues | SetDistances], dict[str, str]]:
    """The metrics to compare, and why the others are not.

    Args:
        keys: the metrics asked for; all that can be compared if empty.

    Raises:
        InputError: an unknown metric, one asked for that cannot be compared, or none that can.
    """
    known = list(dict.fromkeys(key for one in found for key in one.result.metrics))
    reasons = {key: _against(found, key) for key in known}
    for key in keys:
        _refuse(key, reasons)
    wanted = [key for key in keys or known if not reasons[key]]
    if not wanted:
        raise InputError(f"no metric can be compared ({_sentence(reasons)})")
    ids = common_ids(found)
    left_out = {key: why for key, why in reasons.items() if why and not keys}
    return [_values(found, key, ids) for key in dict.fromkeys(wanted)], left_out


def _against(found: Sequence[Contender], key: str) -> str | None:
    """Why a metric cannot be compared."""
    for one in found:
        value = one.result.metrics.get(key)
        if value is None:
            return f"{one.name} was not scored in it"
        if value.value is None:
            return f"{one.name} has no value: {value.missing}"
        if key not in one.samples and key not in one.halves:
            return WHOLE_SET
    return _against_halves(found, key)


def _against_halves(found: Sequence[Contender], key: str) -> str | None:
    """Halves were drawn by position, so that they may only be compared for the same images."""
    if key in found[0].samples:
        return None
    same = all(list(one.samples.index) == list(found[0].samples.index) for one in found)
    return None if same else OTHER_IMAGES


def _refuse(key: str, reasons: dict[str, str | None]) -> None:
    if key not in reasons:
        raise InputError(f'no run has the metric "{key}"; {did_you_mean(key, reasons)}')
    if reasons[key]:
        raise InputError(f"{key} cannot be compared: {reasons[key]}")


def _sentence(reasons: dict[str, str | None]) -> str:
    return "; ".join(f"{key}: {reason}" for key, reason in reasons.items()) or "there is none"


def _values(found: Sequence[Contender], key: str, ids: list[str]) -> ImageValues | SetDistances:
    if key not in found[0].samples:
        return SetDistances(key, {one.name: one.halves[key] for one in found}, len(ids))
    values = {one.name: one.samples.loc[ids, key].to_numpy(np.float64) for one in found}
    return ImageValues(key, found[0].result.metrics[key].higher_is_better, values)
