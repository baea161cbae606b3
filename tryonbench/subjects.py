"""What is evaluated: a method's run, a method that needs no training, or a folder of images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tryonbench.checkpoint import (
    BEST,
    files_read,
    is_export,
    load_method,
    read_header,
    weights_file,
)
from tryonbench.config import Precision, layered
from tryonbench.data.layout import Split
from tryonbench.environment import code_digest, environment
from tryonbench.errors import InputError
from tryonbench.files import canonical_json, digest, file_sha256
from tryonbench.floor import CODE
from tryonbench.images import image_size
from tryonbench.method import TryOnMethod, size_problem
from tryonbench.metrics.outputs import picture_size
from tryonbench.protocols import Protocol
from tryonbench.registry import method_class
from tryonbench.results.tables import TRUTH
from tryonbench.runs import IMPORTED, OVERFIT, Run

VARIANT = "variant"
"""The kind of a run that is another one with other settings (`tryonbench.variants`)."""


@dataclass(frozen=True)
class Subject:
    """What is evaluated: a method's run, images made elsewhere, or the data's own pictures."""

    run: Run
    method: str
    family: str
    identity: str
    """Hash of the weights and of the method's code, or of the images."""
    checkpoint: Path | None = None
    images: Path | None = None
    floor: str | None = None
    """Its name in `tryonbench.floor`, if no method makes it."""
    trained_on: str | None = None
    """Root and split of the training data."""
    held_out: frozenset[str] = frozenset()
    """Persons of that split that it was not trained on."""
    settings: tuple[str, ...] = ()
    """Of a variant: in place of those that it was trained with, such as `model.steps=8`."""
    note: str | None = None
    """What else has to be known of its row."""
    variant: str = ""
    """What the method's name in tables ends with."""

    @property
    def precision(self) -> Precision:
        """Pictures are made in 32 bits, however a run was trained, unless a variant says so."""
        found: Precision = layered({}, None, self.settings).get("precision", "32-true")
        return found

    def method_class(self) -> type[TryOnMethod] | None:
        return None if self.images or self.floor else method_class(self.method)


def run_subject(run: Run) -> Subject:
    """A run of `tryonbench train`, or of a method that needs no training.

    Raises:
        InputError: it has no checkpoint, or that of another method.
    """
    manifest = run.manifest()
    kind, method = manifest["kind"], manifest["method"]
    family = manifest["family"]
    if kind == OVERFIT:
        raise InputError(f"{run.folder} learnt a few samples by heart (--overfit): no result")
    if kind == IMPORTED:
        raise InputError(
            f"{run.folder} was imported, so there is nothing to evaluate; measure {method} here "
            "in another folder: --runs DIR"
        )
    if kind == "images":
        return images_subject(run, Path(manifest["images"]))
    if kind == "floor":
        return Subject(run, method, family, digest(*map(code_digest, CODE)), floor=method)
    if kind == "baseline":
        return Subject(run, method, family, _identity(method))
    file = weights_file(_trained_folder(run, manifest))
    if read_header(file).method != method:
        raise InputError(f'{file} is a checkpoint of "{read_header(file).method}", not of {method}')
    settings = tuple(manifest.get("settings", ())) if kind == VARIANT else ()
    identity = _identity(method, *map(file_sha256, files_read(file)), *settings)
    subject = Subject(
        run,
        method,
        family,
        identity,
        checkpoint=file,
        trained_on=_trained_on(manifest),
        held_out=frozenset((manifest.get("data") or {}).get("held_out", ())),
        settings=settings,
    )
    return _exported(subject, file) if is_export(file) else subject


def _trained_on(manifest: dict[str, Any]) -> str | None:
    """Root and split; an export of a single weights file does not know them."""
    data = manifest.get("data")
    return f"{data['root']} {data['split']}" if data else None


def _exported(subject: Subject, file: Path) -> Subject:
    """
    Raises:
        InputError: its weights were never trained.
    """
    from tryonbench.export.loading import described
    from tryonbench.export.schema import read_manifest

    manifest = read_manifest(file)
    if not manifest.weights.images:
        raise InputError(
            f"{subject.run.folder} has fresh weights: there is no quality to measure; "
            f"measure its cost: tryonbench bench --method {subject.run.folder}"
        )
    return replace(subject, note=described(file), variant=manifest.suffix)


def _trained_folder(run: Run, manifest: dict[str, Any]) -> Path:
    """Where a run's weights are: in itself, or in a checkpoint of the run beside it."""
    if manifest["kind"] not in ("checkpoint", VARIANT):
        return run.folder
    of = Run(run.folder.with_name(manifest["of"]))
    if manifest["kind"] == VARIANT:
        return _trained_folder(of, of.manifest())
    return of.checkpoints / str(manifest["checkpoint"])


def best_run(run: Run) -> Run:
    """The checkpoint that validation chose, as a run of its own beside it: `RUN@best`.

    Raises:
        InputError: the run has none.
    """
    if not (run.checkpoints / BEST).is_dir():
        advice = "validate while training: --set validate_every=IMAGES"
        raise InputError(f"{run.folder} has no best checkpoint; {advice}")
    best = Run(run.folder.with_name(f"{run.name}@{BEST}"))
    if not best.manifest_path.is_file():
        of = {"kind": "checkpoint", "of": run.name, "checkpoint": BEST}
        best.write_manifest({**run.manifest(), **of})
    return best


def _identity(method: str, *weights: str) -> str:
    """Changes with the weights, and with any file of the package that the method comes from."""
    package = method_class(method).__module__.partition(".")[0]
    return digest(*weights, method, code_digest(package))


def baseline_subject(method: type[TryOnMethod], root: Path) -> Subject:
    """A method that needs no training, with a run folder of its own."""
    return _untrained(Run(root / method.info.name), "baseline", method.info.family)


def floor_subject(name: str, root: Path) -> Subject:
    """A row that no method makes (`tryonbench.floor`), with a run folder of its own."""
    return _untrained(Run(root / name), "floor", TRUTH)


def _untrained(run: Run, kind: str, family: str) -> Subject:
    """The run of that name, made if it is not there."""
    if not run.manifest_path.is_file():
        what = {"kind": kind, "method": run.name, "family": family}
        run.write_manifest({**what, "environment": environment()})
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
    if subject.images:
        return picture_size(subject.images)
    return image_size(split.path("image", split.ids("image")[0]))


def skip_reason(subject: Subject, protocol: Protocol) -> str | None:
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
        return load_method(subject.checkpoint, subject.method, subject.settings)
    chosen = method_class(subject.method)
    return chosen(chosen.config_class(), size)
