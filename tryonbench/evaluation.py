"""From a run and a protocol to a result: generate what is missing, score, measure the cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tryonbench.checkpoint import load_method, read_header, weights_file
from tryonbench.data.dataset import fingerprint
from tryonbench.data.layout import Split
from tryonbench.data.pairs import PairList, pairs_of
from tryonbench.efficiency import measure_efficiency
from tryonbench.environment import code_digest, device_name, environment, package_versions
from tryonbench.errors import InputError
from tryonbench.files import (
    canonical_json,
    digest,
    file_sha256,
    read_json_if_whole,
    refuse_unwritable,
    write_json,
)
from tryonbench.generation import Task, device, generate_images, missing_positions
from tryonbench.method import TryOnMethod, size_problem
from tryonbench.metrics.engine import (
    Engine,
    Item,
    Measured,
    chosen_metrics,
    missing_reasons,
)
from tryonbench.metrics.outputs import Problems, find_outputs, picture_size
from tryonbench.protocols import Protocol, with_pairs
from tryonbench.registry import method_class
from tryonbench.results.schema import DataSource, Efficiency, Result
from tryonbench.results.store import read_result, write_result, write_samples
from tryonbench.runs import Run

SCORING_CODE = ("tryonbench.data", "tryonbench.images", "tryonbench.metrics", "tryonbench.stats")
SCORING_PACKAGES = ("torch", "torchvision", "torchmetrics", "lpips", "clean-fid", "pillow", "scipy")


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
        return fingerprint(self.split, self.pairs)


@dataclass(frozen=True)
class Subject:
    """What is evaluated: a method's run, or a folder of images made elsewhere."""

    run: Run
    method: str
    family: str
    identity: str
    """Hash of the weights and of the method's code, or of the images."""
    checkpoint: Path | None = None
    images: Path | None = None
    trained_on: str | None = None
    """Root and split of the training data."""

    def method_class(self) -> type[TryOnMethod] | None:
        return None if self.images else method_class(self.method)


def run_subject(run: Run) -> Subject:
    """A run of `tryonbench train`, or of a method that needs no training.

    Raises:
        InputError: it has no checkpoint, or that of another method.
    """
    manifest = run.manifest()
    kind, method = manifest["kind"], manifest["method"]
    family = manifest["family"]
    if kind == "images":
        return images_subject(run, Path(manifest["images"]))
    if kind == "baseline":
        return Subject(run, method, family, _identity(method))
    file = weights_file(run.folder)
    if read_header(file).method != method:
        raise InputError(f'{file} is a checkpoint of "{read_header(file).method}", not of {method}')
    trained_on = f"{manifest['data']['root']} {manifest['data']['split']}"
    identity = _identity(method, file_sha256(file))
    return Subject(run, method, family, identity, file, trained_on=trained_on)


def _identity(method: str, weights: str = "no weights") -> str:
    """Changes with the weights, and with any file of the package that the method comes from."""
    package = method_class(method).__module__.partition(".")[0]
    return digest(weights, method, code_digest(package))


def baseline_subject(method: type[TryOnMethod], root: Path) -> Subject:
    """A method that needs no training, with a run folder of its own."""
    run = Run(root / method.info.name)
    manifest = {"kind": "baseline", "method": method.info.name, "family": method.info.family}
    if not run.manifest_path.is_file():
        run.write_manifest({**manifest, "environment": environment()})
    return run_subject(run)


def images_subject(run: Run, folder: Path) -> Subject:
    """A folder of images made elsewhere; their names and content identify them."""
    files = sorted(f for f in folder.iterdir() if f.is_file()) if folder.is_dir() else []
    content = [(f.name, file_sha256(f)) for f in files]
    return Subject(run, run.name, "external", digest(canonical_json(content)), images=folder)


def subject_size(subject: Subject, split: Split) -> tuple[int, int]:
    """The size a subject's images have: that of its training, else that of the photographs."""
    if subject.checkpoint:
        height, width = read_header(subject.checkpoint).config["size"]
        return height, width
    return picture_size(subject.images or split.folder / "image")


def evaluate(subject: Subject, request: Request) -> Result:
    """The result of one subject under one protocol; from its file if nothing changed since.

    Raises:
        InputError: images are missing, extra, unreadable or of a wrong size.
    """
    refuse_unwritable(subject.run.folder)
    path, key = subject.run.result(request.protocol.name), _key(subject, request)
    known = _known(path)
    if known and known.key == key:
        return known
    reason = _skip_reason(subject, request.protocol)
    result = _skipped(subject, request, key, reason) if reason else _score(subject, request, key)
    write_result(path, result)
    return result


def _known(path: Path) -> Result | None:
    """The result that is there; a broken file counts as none and is written anew."""
    try:
        return read_result(path) if path.is_file() else None
    except InputError:
        return None


def _key(subject: Subject, request: Request) -> str:
    """Changes with the images, the data, the settings, the weights found, and the code and
    packages that score."""
    metrics = chosen_metrics(request.protocol, request.metrics)
    missing = missing_reasons(metrics, request.split, request.pairs.pairs)
    parts = {
        "identity": [subject.method, subject.identity],
        "protocol": request.protocol.fingerprint,
        "data": request.data,
        "metrics": sorted(metrics),
        "missing": missing,
        "code": [code_digest(name) for name in SCORING_CODE],
        "packages": [package_versions()[name] for name in SCORING_PACKAGES],
        "options": [request.allow_missing, request.efficiency],
    }
    return digest(canonical_json(parts))[:16]


def _skip_reason(subject: Subject, protocol: Protocol) -> str | None:
    method = subject.method_class()
    if method is None:
        return None
    if subject.checkpoint:
        height, width = read_header(subject.checkpoint).config["size"]
        if (height, width) != protocol.size:
            return f"was trained at {height}x{width}"
    return size_problem(method.info, protocol.size) or method.skip(protocol)


def load_subject(subject: Subject, size: tuple[int, int]) -> TryOnMethod:
    """The method, ready to generate."""
    if subject.checkpoint:
        return load_method(subject.checkpoint, subject.method)
    chosen = method_class(subject.method)
    return chosen(chosen.config_class(), size)


def generate(subject: Subject, request: Request) -> Path:
    """Generate the images that are missing; the folder they are in."""
    if subject.images:
        return subject.images
    protocol = request.protocol
    folder = subject.run.outputs(protocol.name)
    key = digest(subject.identity, protocol.fingerprint, request.data)[:16]
    task = Task(protocol, request.split, request.pairs, key)
    if todo := missing_positions(task, folder):
        method = load_subject(subject, protocol.size)
        title = f"generate {subject.run.name} {protocol.name}"
        generate_images(method, task, folder, todo, title)
    return folder


def _score(subject: Subject, request: Request, key: str) -> Result:
    folder, problems = generate(subject, request), Problems()
    found, missing = find_outputs(folder, request.pairs.ids, problems, request.allow_missing)
    named = zip(request.pairs.ids, request.pairs.pairs, strict=True)
    items = [Item(name, found[name], pair) for name, pair in named if name in found]
    engine = Engine(request.protocol, request.split, items, device(), request.metrics)
    title = f"score {subject.run.name} {request.protocol.name}"
    measured = engine.measure(problems, title)
    _write_samples(subject.run.samples(request.protocol.name), measured)
    return _result(subject, request, key, measured, missing, _efficiency(subject, request))


def _write_samples(path: Path, measured: Measured) -> None:
    import pandas as pd

    write_samples(path, pd.DataFrame({"id": list(measured.ids), **measured.samples}))


def _efficiency(subject: Subject, request: Request) -> Efficiency:
    if subject.images:
        return Efficiency(missing="the images were made elsewhere")
    if not request.efficiency:
        return Efficiency(missing="not measured (--no-efficiency)")
    size, batch = request.protocol.size, request.protocol.batch_size
    path, key = subject.run.efficiency(size, batch), _efficiency_key(subject)
    if (known := read_json_if_whole(path)) and known["key"] == key:
        return Efficiency.model_validate(known["efficiency"])
    measured = measure_efficiency(subject.method, subject.checkpoint, size, batch)
    if not measured.missing:
        write_json(path, {"key": key, "efficiency": measured.model_dump(mode="json")})
    return measured


def _efficiency_key(subject: Subject) -> str:
    code, torch = code_digest("tryonbench.efficiency"), package_versions()["torch"]
    return f"{subject.identity} {code} torch {torch} {device_name()}"


def _result(
    subject: Subject,
    request: Request,
    key: str,
    measured: Measured | None,
    missing: Sequence[str] = (),
    efficiency: Efficiency | None = None,
    skipped: str | None = None,
) -> Result:
    protocol = request.protocol
    return Result(
        method=subject.method,
        run=subject.run.name,
        family=subject.family,
        protocol=protocol.name,
        fingerprint=protocol.fingerprint,
        n=len(measured.ids) if measured else 0,
        seed=protocol.seed,
        size=protocol.size,
        pairing=protocol.pairing,
        metrics=measured.values if measured else {},
        efficiency=efficiency or Efficiency(),
        environment=environment(),
        data=_data_source(subject, request),
        missing_images=list(missing) or None,
        skipped=skipped,
        key=key,
    )


def _skipped(subject: Subject, request: Request, key: str, reason: str) -> Result:
    return _result(subject, request, key, None, skipped=reason)


def _data_source(subject: Subject, request: Request) -> DataSource:
    root, split = str(request.split.root.resolve()), request.split.name
    return DataSource(
        root=root,
        split=split,
        fingerprint=request.data,
        pairs=request.pairs.digest,
        pair_file=str(request.pair_file.resolve()) if request.pair_file else None,
        trained_on_test=True if subject.trained_on == f"{root} {split}" else None,
    )
