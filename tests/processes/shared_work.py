"""What several processes do together, and one alone: the tests compare what is left.

python shared_work.py ROOT OUT TRAINED STRATEGIES, with the environment that torchrun sets.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tryonbench.cli.train import train_method
from tryonbench.data.layout import open_split
from tryonbench.errors import InputError
from tryonbench.evaluation import evaluate_all
from tryonbench.processes.failure import tell_bug
from tryonbench.processes.meeting import join, place_in
from tryonbench.processes.world import World, each, leave, on_first
from tryonbench.protocols import get_protocol
from tryonbench.registry import method_class
from tryonbench.request import Request
from tryonbench.runs import Run
from tryonbench.subjects import Subject, baseline_subject, run_subject

PAIRED, UNPAIRED = "synth/paired-64x48", "synth/unpaired-64x48"
METRICS = ("ssim", "l1", "l1@garment", "garment_ciede2000", "fd_synth", "kd_synth")
SMALL = ("batch_size=5", "images=10", "log_every=1", "diagnose_every=5", "optimizer.name=sgd")
"""Of Adam the first steps are signs of gradients: rounding errors of small ones would show."""
GAN = (*SMALL, "optimizers.generator.name=sgd", "optimizers.discriminator.name=sgd")
TRAININGS: dict[str, tuple[str, ...]] = {
    "diffusion": (*SMALL, "size=32x24", "accumulate=2", "validate_every=10", "validate_samples=3"),
    "pix2pix": (*GAN, "augment.flip=0.5", "model.losses.gan=wgan-gp"),
    "stylegan": (*GAN, "size=32x24", "model.style_mixing=0.5", "model.losses.path_length=2"),
}


LONG = ("size=32x24", "batch_size=4", "images=96", "log_every=1", "checkpoint_seconds=0.1")
"""Of a training that is stopped on the way."""


def train_three(root: Path, out: Path) -> None:
    for method in TRAININGS:
        train_one(method, root, out)


def train_one(method: str, root: Path, out: Path, strategy: str = "ddp") -> None:
    given = [*TRAININGS[method], f"strategy={strategy}"]
    train_method(method, "nano", root, "train", None, given, out, method, fresh=False)


def score_two(root: Path, out: Path, trained: Path) -> None:
    """Make and score the pictures of a trained run, and of a baseline."""
    split = open_split(root, "test")
    names = PAIRED, UNPAIRED
    requests = [Request(get_protocol(n), split, METRICS, efficiency=False) for n in names]
    for subject in on_first(lambda: _subjects(out, trained)):
        evaluate_all(subject, requests)


def _subjects(out: Path, trained: Path) -> list[Subject]:
    """The run is copied, so that the same weights paint for all."""
    own = Run(out / "trained")
    shutil.copytree(trained / "checkpoints", own.checkpoints)
    shutil.copy(trained / "manifest.json", own.manifest_path)
    return [run_subject(own), baseline_subject(method_class("mean-colour"), out)]


def _fail_in_the_last(place: World, out: Path) -> None:
    """What each process is told of an error in one of them."""

    def failing() -> None:
        if place.rank == place.count - 1:
            raise InputError("a broken picture")

    try:
        each(failing)
    except InputError as error:
        (out / f"told-{place.rank}.txt").write_text(str(error))


if __name__ == "__main__":
    place = place_in(os.environ)
    assert place is not None
    join(place)
    root, out, trained = map(Path, sys.argv[1:4])
    try:
        train_three(root, out)
        score_two(root, out, trained)
        if "more" in sys.argv[4:]:
            train_one("diffusion", root, out / "fsdp", "fsdp")
            train_method("stylegan", "nano", root, "train", None, [*LONG], out, "long", False)
        _fail_in_the_last(place, out)
    except Exception as error:
        sys.exit(tell_bug(error))
    leave()
