"""What a command works on: runs, methods without training, a checkpoint, or a folder of images."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tryonbench.errors import InputError, listed
from tryonbench.runs import IMPORTED, OVERFIT

if TYPE_CHECKING:
    from tryonbench.data.layout import Split
    from tryonbench.protocols import Protocol
    from tryonbench.runs import Run
    from tryonbench.subjects import Subject


def subject_of(name: str, runs: Path, changes: Sequence[str] = ()) -> Subject:
    """A run by folder or name, `RUN@best` for its best checkpoint; a method that needs no training,
    or a floor row, by its own name.

    Args:
        changes: settings that its pictures are made with, such as `model.steps=8`; the subject is
            then the run's variant.

    Raises:
        InputError: no such run or method, a run without a checkpoint, or no such variant.
    """
    from tryonbench.generation import device
    from tryonbench.subjects import run_subject
    from tryonbench.variants import make_variant

    found = _named_subject(name, runs)
    return run_subject(make_variant(found, changes, device().type)) if changes else found


def _named_subject(name: str, runs: Path) -> Subject:
    from tryonbench.floor import FLOOR
    from tryonbench.registry import entries, method_class
    from tryonbench.runs import find_run
    from tryonbench.subjects import baseline_subject, best_run, floor_subject, run_subject

    if name in FLOOR:
        return floor_subject(name, runs)
    if name in entries() and not method_class(name).info.trainable:
        return baseline_subject(method_class(name), runs)
    run = find_run(Path(without_best(name)), runs)
    return run_subject(best_run(run) if without_best(name) != name else run)


def without_best(name: str) -> str:
    """The run that a name means, `RUN` of `RUN@best`.

    >>> without_best("run@best")
    'run'
    """
    return name.removesuffix("@best")


def refuse_unknown(names: Iterable[str], runs: Path) -> None:
    """Check names before anything is made for them.

    Raises:
        InputError: one is neither a run nor a method that needs no training, nor a floor row.
    """
    from tryonbench.floor import FLOOR
    from tryonbench.registry import entries
    from tryonbench.runs import find_run

    known = {*entries(), *FLOOR}
    for name in names:
        if name not in known:
            find_run(Path(without_best(name)), runs)


def everything(runs: Path) -> tuple[list[str], list[str]]:
    """For `--all`: the names of all runs, methods without training and floor rows; and those of
    methods without a run."""
    from tryonbench.floor import FLOOR
    from tryonbench.registry import entries, method_class
    from tryonbench.runs import runs_below

    found = runs_below(runs)
    trained = {_trained_method(run) for run in found}
    no_method = {run.name for run in found if _has_no_method(run)}
    free = [name for name in entries() if not method_class(name).info.trainable]
    missing = [name for name in entries() if name not in trained and name not in free]
    return sorted({*(run.name for run in found), *free, *FLOOR} - no_method), missing


def _has_no_method(run: Run) -> bool:
    """Whether a run learnt a few samples by heart, or was imported; a broken manifest fails
    later."""
    try:
        return run.manifest()["kind"] in (OVERFIT, IMPORTED)
    except InputError:
        return False


def _trained_method(run: Run) -> str | None:
    """The method of a training run; a broken manifest fails later, with its own message."""
    try:
        manifest = run.manifest()
    except InputError:
        return None
    return str(manifest["method"]) if manifest["kind"] == "training" else None


def protocols_for(
    names: Collection[str],
    size: tuple[int, int],
    split: Split,
    paired_only: bool = False,
    own_list: bool = False,
) -> Iterator[Protocol]:
    """The protocols asked for; else those of the images' size for this kind of data.

    Args:
        own_list: the user gives the pairs, so that the data need no list.

    Raises:
        InputError: unknown name, or no protocol has this size.
    """
    from tryonbench.data.default import is_procedural
    from tryonbench.protocols import all_protocols, get_protocol

    if names:
        yield from (get_protocol(name) for name in names)
        return
    fitting = [p for p in all_protocols().values() if p.size == size]
    own = "dresscode/" if split.is_dresscode else "viton-hd/"
    wanted = "synth/" if is_procedural(split.root) else own
    chosen = [p for p in fitting if p.name.startswith(wanted)] or fitting
    chosen = [p for p in chosen if p.pairing == "paired" or not paired_only]
    if not chosen:
        sizes = sorted({"x".join(map(str, p.size)) for p in all_protocols().values()})
        text = f"no protocol has images of {size[0]}x{size[1]}; there are {listed(sizes)}"
        raise InputError(f"{text} (choose one with --protocol)")
    yield from (p for p in chosen if p.pairing == "paired" or own_list or _has_list(split, p))


def _has_list(split: Split, protocol: Protocol) -> bool:
    return split.pair_list(protocol.pairs, protocol.pairing).is_file()
