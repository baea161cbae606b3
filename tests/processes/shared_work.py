"""What several processes do together, and one alone: the tests compare what is left."""

from __future__ import annotations

import os
import shutil
import sys
from itertools import islice
from pathlib import Path

import torch

from tryonbench.cli.train import train_method
from tryonbench.data.dataset import EndlessShuffle
from tryonbench.data.layout import open_split
from tryonbench.errors import InputError
from tryonbench.evaluation import evaluate_all
from tryonbench.processes.failure import tell_bug
from tryonbench.processes.launch import _environment
from tryonbench.processes.meeting import join
from tryonbench.processes.world import World, each, leave, on_first
from tryonbench.protocols import get_protocol
from tryonbench.registry import method_class
from tryonbench.request import Request
from tryonbench.runs import Run
from tryonbench.subjects import Subject, baseline_subject, run_subject

PAIRED, UNPAIRED = "synth/paired-64x48", "synth/unpaired-64x48"
METRICS = ("ssim", "l1", "l1@garment", "garment_ciede2000", "fd_synth", "kd_synth")
SMALL = (
    "batch_size=5", "images=10", "log_every=1", "diagnose_every=5", "optimizer.name=sgd",
    "checkpoint_seconds=1e-9",
)  # fmt: skip
"""Of Adam the first steps are signs of gradients: rounding errors of small ones would show. There
is a checkpoint after each update."""
GAN = (*SMALL, "optimizers.generator.name=sgd", "optimizers.discriminator.name=sgd")
TRAININGS: dict[str, tuple[str, ...]] = {
    "diffusion": (
        *SMALL,
        "images=20",
        "size=32x24",
        "accumulate=2",
        "validate_every=10",
        "validate_samples=3",
    ),
    "pix2pix": (*GAN, "accumulate=2", "augment.flip=0.5", "model.losses.gan=wgan-gp"),
    "stylegan": (*GAN, "size=32x24", "model.style_mixing=0.5", "model.losses.path_length=2"),
}
LONG = (
    "size=32x24", "batch_size=4", "images=48", "log_every=1", "checkpoint_seconds=0.1",
    "diagnose_every=0",
)  # fmt: skip
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


def resume(method: str, root: Path, out: Path, begun: Path, strategy: str = "ddp") -> None:
    """Go on from the last checkpoint but one of a training that others have begun."""
    run = Run(out / method)

    def copied() -> None:
        shutil.copytree(begun, run.folder)
        *_, last = sorted(run.checkpoints.glob("[0-9]*"))
        shutil.rmtree(last)

    on_first(copied)
    train_one(method, root, out, strategy)


def _train_on_a_broken_picture(root: Path, out: Path) -> None:
    """The last process alone reads it, in the last row of the first batch."""
    broken = out / "broken-root"

    def copied() -> None:
        shutil.copytree(root, broken)
        split, (*_, (_, last)) = open_split(broken, "train"), islice(EndlessShuffle(8, 0, 0), 5)
        file = split.path("image", split.ids("image")[last])
        file.write_bytes(file.read_bytes()[:400])

    on_first(copied)
    given = [*TRAININGS["pix2pix"], "diagnose_every=0"]
    train_method("pix2pix", "nano", broken, "train", None, given, out, "broken", fresh=False)


def _two(root: Path, out: Path, alone: Path) -> None:
    """What is tried with two processes alone. The last thing ends them."""
    train_one("diffusion", root, out / "fsdp", "fsdp")
    resume("diffusion", root, out / "resumed-fsdp", alone / "diffusion", "fsdp")
    train_method("stylegan", "nano", root, "train", None, [*LONG], out, "long", False)
    _train_on_a_broken_picture(root, out)


def _three(root: Path, out: Path, alone: Path, two: Path) -> None:
    """What three go on with."""
    resume("diffusion", root, out / "resumed", two / "fsdp" / "diffusion")
    resume("stylegan", root, out / "resumed", alone / "stylegan")


def main(place: World, port: int, root: Path, out: Path, alone: Path, two: Path) -> None:
    """A process's part. Its exit code is that of a command."""
    os.environ |= _environment(place)
    os.environ |= {"MASTER_PORT": str(port), "TRYONBENCH_CACHE": str(out / "cache")}
    with (out / f"output-{place.rank}.txt").open("ab") as output:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
    torch.set_num_threads(1)
    try:
        join(place)
        train_three(root, out)
        score_two(root, out, alone / "pix2pix")
        _fail_in_the_last(place, out)
        if place.count == 2:
            _two(root, out, alone)
        else:
            _three(root, out, alone, two)
    except InputError as error:
        sys.exit(error.exit_code)
    except Exception as error:
        sys.exit(tell_bug(error))
    leave()


if __name__ == "__child__":
    main(*globals()["asked"])
