"""Writing a data set with several processes: resumable, and the same whatever their number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tryonbench.errors import InputError
from tryonbench.files import is_vacant, make_folder, read_json, write_json, write_text
from tryonbench.pool import results
from tryonbench.storage import storing
from tryonbench.synth import SYNTH_VERSION, SynthSpec
from tryonbench.synth.files import is_written, save_parse, save_png, save_sample
from tryonbench.synth.garment import Garment
from tryonbench.synth.render import Flat, render, render_flat, render_look
from tryonbench.synth.sample import SPLITS, garment_of, partners, person_of

Progress = Callable[[int, int], None]

MIN_SIDE, MAX_SIDE = 32, 1024
STAMP = "synth.json"
"""Says what a data set holds; the last file to be there."""


@dataclass(frozen=True)
class Job:
    """One sample to write, and for a test sample whose garment the person tries on."""

    split: str
    index: int
    partner: int
    """Index of the other garment."""


def write(root: Path, spec: SynthSpec, *, workers: int | None, progress: Progress | None) -> None:
    """See `tryonbench.synth.write_dataset`."""
    root = root.resolve()
    _check_spec(spec)
    if _holds(root, spec):
        return
    unfinished = root.with_name(f"{root.name}.partial")
    _prepare(unfinished, spec)
    with storing(unfinished):
        _draw(unfinished, spec, workers, progress)
    _finish(unfinished, root)


def _draw(folder: Path, spec: SynthSpec, workers: int | None, progress: Progress | None) -> None:
    """Write the pair lists and the samples that are missing."""
    jobs = _jobs(spec)
    _write_pairs(folder, spec, jobs)
    missing = [job for job in _garments_in_a_row(jobs) if not _is_done(folder, spec, job)]
    work = partial(write_sample, folder, spec)
    for done, _ in enumerate(results(work, missing, workers), 1):
        if progress:
            progress(len(jobs) - len(missing) + done, len(jobs))


def _finish(unfinished: Path, root: Path) -> None:
    """Give the folder its name. An empty one that is there stays itself: somebody may be in it."""
    if not root.exists():
        unfinished.rename(root)
        return
    for entry in sorted(unfinished.iterdir(), key=lambda entry: entry.name == STAMP):
        entry.rename(root / entry.name)
    unfinished.rmdir()


def _is_done(root: Path, spec: SynthSpec, job: Job) -> bool:
    return is_written(root / job.split, _name(spec, job.split, job.index))


def _check_spec(spec: SynthSpec) -> None:
    """Refuse sizes and counts that cannot be drawn."""
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in spec.size):
        raise InputError(
            f"size {spec.size[0]}x{spec.size[1]}: each side must be {MIN_SIDE} to {MAX_SIDE} pixels"
        )
    if spec.train < 0 or spec.test < 0 or spec.train + spec.test == 0 or spec.seed < 0:
        raise InputError(
            "synth needs train and test counts of 0 or more (not both 0) and a seed of 0 or more"
        )
    if spec.test == 1:
        raise InputError("a single test person has nobody's garment to try on; draw 2 or more")


def _stamp(spec: SynthSpec) -> dict[str, Any]:
    """What decides the bytes of a data set."""
    return {"spec": {**asdict(spec), "size": list(spec.size)}, "version": SYNTH_VERSION}


def _holds(root: Path, spec: SynthSpec) -> bool:
    """Whether `root` is this data set already; an error if it is anything else."""
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        return False
    return _is_same(root, spec, "choose another folder")


def _is_same(folder: Path, spec: SynthSpec, advice: str) -> bool:
    """True, or an error that says what the folder holds instead."""
    if not (folder / STAMP).is_file():
        raise InputError(f"{folder} exists and is not a synthetic data set; {advice}")
    found = read_json(folder / STAMP)
    if {key: found.get(key) for key in ("spec", "version")} != _stamp(spec):
        held = f"{found.get('spec')}, version {found.get('version')}"
        raise InputError(f"{folder} holds another synthetic data set ({held}); {advice}")
    return True


def _prepare(folder: Path, spec: SynthSpec) -> None:
    """Make or take up the unfinished folder."""
    if not is_vacant(folder):
        _is_same(folder, spec, "delete it to start again")
        for leftover in folder.rglob(".*.tmp"):
            leftover.unlink()
        return
    make_folder(folder)
    libraries = {name: version(name) for name in ("numpy", "opencv-python-headless", "pillow")}
    write_json(folder / STAMP, {**_stamp(spec), "libraries": libraries})


def _name(spec: SynthSpec, split: str, index: int) -> str:
    """The id of a sample; train ids follow the test ids."""
    return f"{index if split == 'test' else spec.test + index:05d}_00"


def _jobs(spec: SynthSpec) -> list[Job]:
    """All samples."""
    counts = {"test": spec.test, "train": spec.train}
    return [
        Job(split, index, partner)
        for split in SPLITS
        for index, partner in enumerate(partners(spec.seed, split, counts[split]))
    ]


def _garments_in_a_row(jobs: Sequence[Job]) -> list[Job]:
    """The jobs in an order where, most times, the next one's garment is what this one tries on."""
    rest = {(job.split, job.index): job for job in jobs}
    ordered: list[Job] = []
    while rest:
        after = (ordered[-1].split, ordered[-1].partner) if ordered else None
        ordered.append(rest.pop(after if after in rest else next(iter(rest))))
    return ordered


def _write_pairs(root: Path, spec: SynthSpec, jobs: list[Job]) -> None:
    """Write the list of each split: every person with somebody else's garment."""
    for split in SPLITS:
        pairs = [(job.index, job.partner) for job in jobs if job.split == split]
        names = [[f"{_name(spec, split, index)}.jpg" for index in pair] for pair in pairs]
        write_text(root / f"{split}_pairs.txt", "".join(f"{' '.join(line)}\n" for line in names))


def write_sample(root: Path, spec: SynthSpec, job: Job) -> None:
    """Render and write one sample, and for a test sample the truth of its unpaired line first."""
    split, name = root / job.split, _name(spec, job.split, job.index)
    person = person_of(spec.seed, job.split, job.index)
    garment, flat = _garment(spec, job.split, job.index)
    if job.split == "test":
        other, its_flat = _garment(spec, job.split, job.partner)
        image, parse = render_look(person, other, spec.size, its_flat)
        pair = f"{name}__{_name(spec, job.split, job.partner)}"
        save_png(split / "unpaired-truth" / f"{pair}.png", image)
        save_parse(split / "unpaired-parse" / f"{pair}.png", parse)
    save_sample(split, name, flat, render(person, garment, spec.size, flat), (person, garment))


@lru_cache(maxsize=2)
def _garment(spec: SynthSpec, split: str, index: int) -> tuple[Garment, Flat]:
    """A garment and its flat picture; a test garment is drawn for the sample before its own."""
    garment = garment_of(spec.seed, split, index)
    return garment, render_flat(garment, spec.size)
