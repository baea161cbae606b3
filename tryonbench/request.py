"""What an evaluation is asked for, and what decides whether a result still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tryonbench.data.dataset import fingerprint
from tryonbench.data.layout import Split
from tryonbench.data.pairs import PairList, pairs_of
from tryonbench.environment import code_digest, package_versions
from tryonbench.errors import InputError
from tryonbench.files import canonical_json, digest
from tryonbench.metrics.plan import Scoring, scoring_of
from tryonbench.protocols import Protocol, with_pairs
from tryonbench.results.schema import Result
from tryonbench.results.store import read_result
from tryonbench.subjects import Subject

SCORING_CODE = ("tryonbench.data", "tryonbench.images", "tryonbench.metrics", "tryonbench.stats")
SCORING_PACKAGES = (
    "torch", "torchvision", "torchmetrics", "lpips", "pillow", "scipy", "opencv-python-headless",
)  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What to evaluate on, and how."""

    protocol: Protocol
    split: Split
    metrics: tuple[str, ...] = ()
    """Metric keys; all of the protocol if empty."""
    allow_missing: bool = False
    efficiency: bool = True
    pair_file: Path | None = None
    """A pair list to use in place of the protocol's."""
    pairs: PairList = field(init=False)

    def __post_init__(self) -> None:
        own, file = self.protocol, self.pair_file
        pairs = pairs_of(self.split, own.pairing, own.pairs, file)
        object.__setattr__(self, "pairs", pairs)
        if file:
            object.__setattr__(self, "protocol", with_pairs(own, file, pairs.digest))

    @cached_property
    def data(self) -> str:
        """The fingerprint of the data."""
        every = self.protocol.reference.photographs == "all"
        return fingerprint(self.split, self.pairs, every)


@dataclass(frozen=True, eq=False)
class Job:
    """A request with what it comes down to."""

    request: Request
    scoring: Scoring
    key: str
    """Of the result."""


def result_in(path: Path) -> Result | None:
    """The result in a file; a broken one counts as none and is written anew."""
    try:
        return read_result(path) if path.is_file() else None
    except InputError:
        return None


def job_of(subject: Subject, request: Request) -> Job:
    """With the metrics of the result that is there, if it still holds: none is lost by asking for
    another."""
    asked = _job(subject, request, request.metrics)
    known = result_in(subject.run.result(request.protocol.name))
    if known is None or not set(known.metrics) - set(asked.scoring.metrics):
        return asked
    try:
        before = _job(subject, request, tuple(known.metrics))
    except InputError:  # a metric of another version
        return asked
    every = dict.fromkeys([*known.metrics, *asked.scoring.metrics])
    return _job(subject, request, tuple(every)) if before.key == known.key else asked


def _job(subject: Subject, request: Request, metrics: Sequence[str]) -> Job:
    """The key changes with the images, the data, the settings, the weights found, and the code
    and packages that score."""
    scoring = scoring_of(request.protocol, metrics, request.split, request.pairs.pairs)
    parts = {
        "identity": [subject.method, subject.identity],
        "protocol": request.protocol.fingerprint,
        "data": request.data,
        "metrics": sorted(scoring.metrics),
        "missing": dict(scoring.missing),
        "weights": scoring.weight_files(),
        "code": [code_digest(name) for name in SCORING_CODE],
        "packages": [package_versions()[name] for name in SCORING_PACKAGES],
        "options": [request.allow_missing, request.efficiency],
    }
    return Job(request, scoring, digest(canonical_json(parts))[:16])
