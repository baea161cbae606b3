"""Made-up measurements: nothing here is a result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def point(batch: int, milliseconds: float | None) -> dict[str, Any]:
    """A batch of `tryonbench bench`, or the end of memory."""
    if milliseconds is None:
        return {"batch": batch, "out_of_memory": "CUDA out of memory"}
    values = {"p50": milliseconds, "p90": milliseconds, "p99": milliseconds, "mean": milliseconds}
    run = {
        "batch": batch,
        "calls": {"values": [milliseconds] * 3, **values, "std": 0.0},
        "memory": {"rss_mb": 900.0, "allocated_mb": 1234.0},
        "startup": {"imports": 1.0, "build": 1.0, "first_call": 1.0},
        "energy": {"joules_per_image": 2.5},
        "parameters": {"generator": 1},
        "disk_mb": 1.0,
        "device": "Made-up H200",
        "threads": 1,
    }
    return {"batch": batch, "runs": [run]}


def bench_entry(name: str, points: list[dict[str, Any]], problem: str | None = None) -> Any:
    """What `run.py` keeps of one command."""
    method, preset = name.split()
    target = {"label": name, "method": method, "preset": preset, "size": [512, 384]}
    row = {"target": target, "device": "cuda", "precision": "bf16-mixed", "points": points}
    report = {"created": "never", "command": [], "environment": {}}
    rows = [{**row, "problem": problem}]
    return {"label": name, "report": {**report, "rows": rows}, "failed": None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one part of each kind."""
    step = {"method": "pix2pix", "preset": "base", "size": [256, 192], "batch": 16}
    timed = {"precision": "32-true", "steps_per_s": 8.0, "images_per_s": 128.0}
    trained = {**step, **timed, "allocated_mb": 5000.0}
    who = [("usual", 80.0), ("ours, cold", 20.0)]
    both = [{"params": {"who": w}, "stats": {"median": s}, "group": "all"} for w, s in who]
    parts = {
        "efficiency-512x384": [
            bench_entry("pix2pix base", [point(16, 80.0)]),
            bench_entry("diffusion base-512", [point(1, 1500.0), point(16, None)]),
            {"label": "stylegan base-512", "report": None, "failed": "no time was left"},
        ],
        "training": [{"label": "t", "report": trained, "failed": None}],
        "evaluation": [{"label": "e", "report": {"benchmarks": both}, "failed": None}],
    }
    for name, entries in parts.items():
        about = {"device": "Made-up H200", "date": "2026-01-01", "tiny": False, "part": name}
        more = {"versions": {"torch": "2.11.0"}, "command": "run.sh", "entries": entries}
        (tmp_path / f"gpu-{name}.json").write_text(json.dumps({**about, **more}))
    return tmp_path
