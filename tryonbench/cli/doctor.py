"""`tryonbench doctor`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tryonbench.cli.options import Json

if TYPE_CHECKING:
    from tryonbench.weights.lookup import Status


def doctor(as_json: Json = False) -> None:
    """What is installed, which device, which weights; and the command that mends each gap."""
    rows = [*_system(), *_packages(), *_weights()]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "state", box=None)
    for row in rows:
        table.add_row(row["what"], row["state"])
    console = Console()
    console.print(table)
    for row in rows:
        if row["mend"]:
            line = f"{row['what']}: {row['mend']}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _row(what: str, state: str, mend: str | None = None) -> dict[str, Any]:
    return {"what": what, "state": state, "mend": mend}


def _system() -> list[dict[str, Any]]:
    import platform

    import torch

    from tryonbench.data.default import cache_folder
    from tryonbench.environment import device_name

    kind = "CUDA" if torch.cuda.is_available() else "CPU"
    threads = f"{torch.get_num_threads()} threads" if kind == "CPU" else torch.version.cuda
    return [
        _row("python", platform.python_version()),
        _row("device", f"{kind}: {device_name()} ({threads})"),
        _row("cache", f"{cache_folder()} (TRYONBENCH_CACHE)"),
        _offline_weights(os.environ.get("TRYONBENCH_WEIGHTS")),
    ]


def _offline_weights(folder: str | None) -> dict[str, Any]:
    if folder is None:
        return _row("offline weights", "TRYONBENCH_WEIGHTS not set")
    if Path(folder).is_dir():
        return _row("offline weights", folder)
    mend = "set TRYONBENCH_WEIGHTS to the folder that holds the files, or unset it"
    return _row("offline weights", f"{folder} is no folder", mend)


def _packages() -> list[dict[str, Any]]:
    from tryonbench.environment import package_versions

    def mend(name: str, found: str | None) -> str | None:
        return None if found else f"pip install {name}"

    versions = package_versions()
    return [_row(name, found or "missing", mend(name, found)) for name, found in versions.items()]


def _weights() -> list[dict[str, Any]]:
    from tryonbench.weights.lookup import statuses

    return [_weights_row(status) for status in statuses()]


def _weights_row(status: Status) -> dict[str, Any]:
    """Where the weights are; what no metric uses is no gap."""
    from tryonbench.weights import mend

    name, used_by = status.weights.name, status.weights.used_by
    what = f"weights {name} ({used_by or 'no metric yet'})"
    if status.problem is None:
        return _row(what, str(status.path))
    if not used_by:
        return _row(what, "not needed")
    wrong = "SHA-256" in status.problem
    return _row(what, f"missing: {status.problem}" if wrong else "missing", mend(name))
