"""`tryonbench train`."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from tryonbench.cli.options import RUNS, Data, Runs, data_root, note
from tryonbench.cli.processes import Devices, sharing

if TYPE_CHECKING:
    from tryonbench.data.layout import Split
    from tryonbench.method import TryOnMethod
    from tryonbench.runs import Run


def train(
    method: Annotated[str, typer.Option("--method", help="See `tryonbench methods list`.")],
    preset: Annotated[str, typer.Option("--preset", help="A preset of the method.")] = "nano",
    data: Data = None,
    split: Annotated[str, typer.Option("--split", help="Split to train on.")] = "train",
    config: Annotated[
        Optional[Path], typer.Option("--config", help="YAML over the preset.")
    ] = None,
    assignments: Annotated[
        Optional[list[str]], typer.Option("--set", help="One setting, such as optimizer.lr=1e-4.")
    ] = None,
    seed: Annotated[Optional[int], typer.Option("--seed", help="The same as --set seed=N.")] = None,
    stage: Annotated[
        Optional[str],
        typer.Option("--stage", help="Stage of a cascade, the same as --set model.stage=NAME."),
    ] = None,
    runs: Runs = RUNS,
    run: Annotated[Optional[str], typer.Option("--run", help="Name of the run folder.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the run and begin again.")] = False,
    overfit: Annotated[
        int, typer.Option("--overfit", help="Learn so many samples by heart, such as 8, or fail.")
    ] = 0,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse pose files without exactly one person.")
    ] = False,
    devices: Devices = None,
) -> None:
    """Train a method, or go on with its interrupted run.

    Example: `tryonbench train --method NAME --preset nano --set optimizer.lr=1e-3`
    """
    given = with_seed(assignments or [], seed)
    if stage is not None:
        given = [*given, f"model.stage={stage}"]
    with sharing(devices):
        train_method(method, preset, data, split, config, given, runs, run, fresh, strict, overfit)


def with_seed(assignments: list[str], seed: int | None) -> list[str]:
    """The settings with `--seed` among them."""
    from tryonbench.errors import InputError

    if seed is None:
        return assignments
    if any(text.partition("=")[0].strip() == "seed" for text in assignments):
        raise InputError("the seed is given twice: by --seed and by --set seed=")
    return [*assignments, f"seed={seed}"]


def train_method(
    method: str,
    preset: str,
    data: Path | None,
    split: str,
    config: Path | None,
    assignments: list[str],
    runs: Path,
    run: str | None,
    fresh: bool,
    strict: bool = False,
    overfit: int = 0,
) -> Run:
    """Check everything that can be checked, then train; the run."""
    from tryonbench.config import layered
    from tryonbench.errors import InputError
    from tryonbench.registry import method_class, preset_values, run_config
    from tryonbench.runs import named_run
    from tryonbench.training.start import train as start

    chosen = method_class(method)
    if not chosen.info.trainable:
        raise InputError(f"{method} needs no training; evaluate it: tryonbench eval --all")
    values = preset_values(chosen, preset)
    settings = run_config(chosen, layered(values, config, assignments))
    if (settings.method, settings.preset) != (method, values["preset"]):
        raise InputError("method and preset are chosen with --method and --preset, not as settings")
    source = _split(data_root(data), split)
    _tell_poses(chosen, source, strict)
    own = f"{method}-{settings.preset}-{f'overfit{overfit}-' if overfit else ''}s{settings.seed}"
    folder = named_run(runs, own if run is None else run)
    if start(chosen, settings, source, folder, fresh, overfit, tell=note) and not overfit:
        note(f"trained {folder.folder}; next: tryonbench eval {quote(str(folder.folder))}")
    elif not overfit:
        note(f"{folder.folder} is trained already; --fresh begins again")
    return folder


def _tell_poses(method: type[TryOnMethod], split: Split, strict: bool) -> None:
    """Say which persons are used without pose, if the method reads poses."""
    from tryonbench.data.poses import POSE_READERS, pose_report

    if not set(POSE_READERS) & {*method.training_modalities()}:
        return
    if report := pose_report(split, split.ids("image"), strict):
        note(f"warning: {report}")


def _split(root: Path, name: str) -> Split:
    """The split; a root that has only test photographs trains on those, and says so."""
    from tryonbench.data.layout import open_split, splits

    if name == "train" and splits(root) == ["test"]:
        note(f"warning: {root} has no train split: training on its test split;")
        note("warning: scores on these images will be marked as trained on the test data")
        return open_split(root, "test")
    return open_split(root, name)
