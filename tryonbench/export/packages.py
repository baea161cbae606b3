"""What exporting and running exports needs beyond tryonbench's own dependencies."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from tryonbench.errors import InputError
from tryonbench.export.schema import Format

RUNNING = ("onnxruntime",)
EXPORTING = ("onnx", "onnxscript", *RUNNING)


def require(form: Format, *, only_run: bool = False) -> None:
    """
    Raises:
        InputError: a package is not installed.
    """
    needed = () if form != "onnx" else RUNNING if only_run else EXPORTING
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        raise InputError(
            f'{form} needs {", ".join(missing)}: pip install "tryonbench[export]", '
            "or take --format torchscript"
        )


def versions(form: Format) -> dict[str, str]:
    """Of tryonbench, torch, and the packages of a format."""
    names = ("tryonbench", "torch", *(EXPORTING if form == "onnx" else ()))
    return {name: found for name in names if (found := _version(name))}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
