"""The data set that is used when none is given: procedural, made once, kept in the cache."""

from __future__ import annotations

import os
from pathlib import Path

from tryonbench.errors import InputError
from tryonbench.progress import progress
from tryonbench.synth import SYNTH_VERSION, SynthSpec, write_dataset

DEFAULT = SynthSpec(size=(64, 48), train=2000, test=100, seed=0)


def cache_folder() -> Path:
    """`TRYONBENCH_CACHE`, or the user's cache folder."""
    chosen = os.environ.get("TRYONBENCH_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    return Path(chosen) if chosen else base / "tryonbench"


def make_synth(root: Path, spec: SynthSpec, workers: int | None = None) -> None:
    """Write a procedural data set with progress, or go on with one that was interrupted.

    Raises:
        InputError: the folder holds something else.
    """
    with progress(f"draw {root.name}", spec.train + spec.test) as update:
        write_dataset(root, spec, workers=workers, progress=lambda done, total: update(done))


def default_root() -> Path:
    """The default data set's folder, made if it is not there yet."""
    return drawn_root(DEFAULT)


def drawn_folder(spec: SynthSpec) -> Path:
    """Where a data set lies in the cache; each version has its own folder."""
    height, width = spec.size
    counts = f"{spec.train}-{spec.test}-s{spec.seed}-v{SYNTH_VERSION}"
    return cache_folder() / f"synth-{height}x{width}-{counts}"


def drawn_root(spec: SynthSpec) -> Path:
    """A data set's folder in the cache, made if it is not there yet.

    Raises:
        InputError: such a set cannot be drawn.
    """
    root = drawn_folder(spec)
    if not is_procedural(root):
        make_synth(root, spec)
    return root


def is_procedural(root: Path) -> bool:
    """Whether a data root was drawn by `tryonbench data synth`."""
    return (root / "synth.json").is_file()


def parse_size(text: str) -> tuple[int, int]:
    """`64x48`: height x width.

    Raises:
        InputError: it is not two positive numbers.
    """
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdigit() and int(part) > 0 for part in parts):
        raise InputError(f'the size "{text}" must be HEIGHTxWIDTH, such as 256x192')
    return int(parts[0]), int(parts[1])
