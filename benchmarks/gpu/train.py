"""What a method learns in some minutes: draw a set, train, evaluate, write one JSON file.

The length of the training follows from a short training before it, whose speed is measured.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from tryonbench.environment import package_versions
from tryonbench.files import write_text
from tryonbench.runs import Run, read_log

PROBE_IMAGES = 640
"""Length of the training that measures the speed."""
PRESETS = {"diffusion": "base", "pix2pix": "base", "stylegan": "base-256"}
SHORT = {
    "diffusion": ["optimizer.lr=3e-4", "ema_decay=0.995", "schedule.decay=cosine"],
    "pix2pix": ["ema_decay=0.995", "model.losses.perceptual=0"],
    "stylegan": ["ema_decay=0.995", "model.losses.perceptual=0"],
}
"""Settings for minutes in place of days: a faster average of the weights, and no network whose
weights would have to be downloaded."""


def tryonbench(*arguments: object) -> str:
    """Run the command line; what it prints on stdout."""
    command = [sys.executable, "-m", "tryonbench", *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def draw(asked: argparse.Namespace, root: Path) -> None:
    """The procedural set, prepared for training."""
    counts = ("--train", asked.train, "--test", asked.test)
    tryonbench("data", "synth", "--size", asked.size, *counts, "--seed", 0, "--out", root)
    tryonbench("data", "prepare", root, "--size", asked.size, "--split", "train")


def train(asked: argparse.Namespace, root: Path, name: str, images: int) -> Run:
    """One training of so many images."""
    short = [*SHORT.get(asked.method, ()), *asked.set, f"images={images}"]
    if asked.method == "diffusion":
        short.append(f"schedule.warmup_images={images // 10}")
    settings = [part for setting in short for part in ("--set", setting)]
    where = ("--data", root, "--runs", asked.work / "runs", "--run", name, "--fresh")
    tryonbench("train", "--method", asked.method, "--preset", asked.preset, *where, *settings)
    return Run(asked.work / "runs" / name)


def speed(run: Run) -> float:
    """Images per second over the second half of a training, without its start."""
    records = list(read_log(run.log))
    middle, last = records[len(records) // 2], records[-1]
    return float((last["images"] - middle["images"]) / (last["seconds"] - middle["seconds"]))


def curve(run: Run, points: int = 200) -> list[dict[str, float]]:
    """The losses over the training, thinned."""
    records = list(read_log(run.log))
    kept = records[:: max(1, len(records) // points)]
    return [
        {key: value for key, value in record.items() if key == "images" or "loss/" in key}
        for record in kept
    ]


def device() -> str:
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"


def evaluated(asked: argparse.Namespace, root: Path, run: Run) -> list[dict[str, Any]]:
    """The results of both protocols at the size."""
    protocols = [f"synth/{pairing}-{asked.size}" for pairing in ("paired", "unpaired")]
    chosen = [part for protocol in protocols for part in ("--protocol", protocol)]
    where = ("--data", root, "--runs", run.folder.parent)
    results: list[dict[str, Any]] = json.loads(
        tryonbench("eval", run.folder.name, *where, *chosen, "--json")
    )
    return results


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("method")
    parser.add_argument("preset", nargs="?")
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--size", default="256x192")
    parser.add_argument("--train", type=int, default=4000)
    parser.add_argument("--test", type=int, default=200)
    parser.add_argument("--probe", type=int, default=PROBE_IMAGES)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--work", type=Path, default=Path("runs/gpu"))
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.preset = asked.preset or PRESETS.get(asked.method, "base")
    return asked


def main() -> None:
    asked = parsed()
    root = asked.work / "data"
    draw(asked, root)
    rate = speed(train(asked, root, "probe", asked.probe))
    run = train(
        asked, root, f"{asked.method}-short", max(asked.probe, int(rate * asked.minutes * 60))
    )
    record = {
        "device": device(),
        "date": datetime.now(UTC).date().isoformat(),
        "command": " ".join(sys.argv),
        "versions": package_versions(),
        "images_per_s": speed(run),
        "curve": curve(run),
        "results": evaluated(asked, root, run),
    }
    asked.out.mkdir(parents=True, exist_ok=True)
    path = asked.out / f"gpu-train-{asked.method}.json"
    write_text(path, json.dumps(record, indent=1))
    print(path)


if __name__ == "__main__":
    main()
