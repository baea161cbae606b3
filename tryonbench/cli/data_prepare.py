"""`tryonbench data prepare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from tryonbench.cli.options import data_root, note

if TYPE_CHECKING:
    from tryonbench.batch import Modality
    from tryonbench.data.layout import Split


def prepare(
    root: Annotated[Path, typer.Argument(help="A data root.")],
    size: Annotated[str, typer.Option(help="HEIGHTxWIDTH.")],
    split: Annotated[
        Optional[list[str]], typer.Option("--split", help="Repeatable; every split by default.")
    ] = None,
    method: Annotated[
        Optional[str], typer.Option(help="Only what this method reads; else every modality.")
    ] = None,
    workers: Annotated[Optional[int], typer.Option(min=1, help="Processes; one a core.")] = None,
) -> None:
    """Decode and resize a data set once, so that training and generation need not.

    `train`, `generate` and `eval` use the result where size and files are the same. It is kept in
    the cache (TRYONBENCH_CACHE); when a file changes, it is left unused until it is made anew.

    Example: `tryonbench data prepare VITON_HD --size 256x192 --method NAME`
    """
    from tryonbench.data.default import parse_size
    from tryonbench.data.layout import open_split, splits
    from tryonbench.data.prepared import plan
    from tryonbench.data.prepared import prepare as make
    from tryonbench.progress import progress

    root = data_root(root)
    chosen = [open_split(root, name) for name in split or splits(root) or ["train"]]
    for one in chosen:
        wanted = plan(one, parse_size(size), _modalities(one, method))
        title = f"prepare {one.name} ({wanted.bytes() / 1e9:.2f} GB)"
        with progress(title, len(wanted.persons) + len(wanted.cloths)) as update:
            made = make(wanted, workers, update)
        note(f"prepared {', '.join(made.meta['modalities'])} in {made.folder}")


def _modalities(split: Split, method: str | None) -> list[Modality]:
    """What a method reads, augmentation included, or everything that the root can give."""
    from tryonbench.batch import MODALITIES
    from tryonbench.config import AugmentConfig
    from tryonbench.data.augment import needed
    from tryonbench.data.sample import missing_folders
    from tryonbench.registry import method_class

    if method is None:
        return [name for name in MODALITIES if not missing_folders(split, name)]
    return list(needed(method_class(method).training_modalities(), AugmentConfig(colour=1.0)))
