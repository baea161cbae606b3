"""What a number was made with: code, packages, machine."""

from __future__ import annotations

import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from tryonbench.files import digest, file_sha256

PACKAGES = (
    "tryonbench", "torch", "torchvision", "torchmetrics", "lpips", "lightning-fabric",
    "numpy", "scipy", "pandas", "pyarrow", "pillow", "opencv-python-headless", "safetensors",
    "plotly", "jinja2", "pydantic", "pyyaml", "typer", "rich", "filelock",
)  # fmt: skip


@cache
def package_versions() -> dict[str, str | None]:
    """Installed versions; None where a package is not installed."""
    return {name: _version(name) for name in PACKAGES}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@cache
def code_digest(name: str) -> str:
    """12 hex digits of the code of a module, or of a package with all below it (`.py`, `.yaml`).

    Raises:
        ModuleNotFoundError: there is none of that name.
    """
    spec = find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"there is no module {name}")
    roots = [Path(root) for root in spec.submodule_search_locations or [str(spec.origin)]]
    found = [(root, file) for root in roots for file in (root, *sorted(root.rglob("*")))]
    code = [(root, file) for root, file in found if file.suffix in (".py", ".yaml")]
    return digest(*(f"{file.relative_to(root)} {file_sha256(file)}" for root, file in code))[:12]


def git_state() -> str:
    """The commit of the code that runs, with `-dirty` if files differ; or `not a git checkout`."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    folder = Path(__file__).parent
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "not a git checkout"
    return done.stdout.strip() if done.returncode == 0 else "not a git checkout"


def device_name() -> str:
    """The accelerator's name, or the processor's."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else processor()


def processor() -> str:
    """The processor's model."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


@cache
def environment() -> dict[str, str]:
    """The environment as one flat record for manifests and results."""
    found = {f"package {name}": v for name, v in package_versions().items() if v}
    system = {"python": platform.python_version(), "platform": platform.platform()}
    return {"git": git_state(), "device": device_name(), **system, **found}
