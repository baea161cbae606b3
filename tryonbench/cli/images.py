"""`tryonbench eval --images`: a folder of images made elsewhere."""

from __future__ import annotations

from pathlib import Path

from tryonbench.cli.asked import Asked
from tryonbench.cli.options import note
from tryonbench.environment import environment
from tryonbench.errors import InputError
from tryonbench.evaluation import evaluate_all
from tryonbench.metrics.outputs import picture_size
from tryonbench.processes.world import on_first
from tryonbench.request import Request
from tryonbench.results.schema import Result
from tryonbench.runs import Run
from tryonbench.subjects import images_subject


def evaluate_images(images: Path, out: Path | None, runs: Path, asked: Asked) -> list[Result]:
    """The results of a folder, which gets a run folder of its own.

    Raises:
        InputError: the run folder is another run's.
    """
    requests = image_requests(images, asked)
    folder, place = Run(out or runs / images.resolve().name), images.resolve()
    if folder.manifest_path.is_file() and folder.manifest().get("images") != str(place):
        raise InputError(f"{folder.folder} is another run; name a folder for this one with --out")
    results = evaluate_all(images_subject(folder, place), requests)
    what = {"method": folder.name, "family": "external", "images": str(place)}
    manifest = {"kind": "images", **what, "environment": environment()}
    on_first(lambda: folder.write_manifest(manifest))
    return results


def image_requests(images: Path, asked: Asked) -> list[Request]:
    """The protocols or presets asked for; else the paired protocol of the images' size."""
    requests = asked.requests(picture_size(images), paired_only=True)
    if not asked.protocols and not asked.presets:
        note(f"no --protocol: the images' size fits {requests[0].protocol.name}")
    return requests
