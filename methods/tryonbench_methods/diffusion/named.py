"""Runs that a setting names: the stage before, the teacher."""

from __future__ import annotations

from pathlib import Path

from tryonbench.checkpoint import read_header, weights_file
from tryonbench.errors import InputError


def named_file(setting: str, path: str | None, size: tuple[int, int] | None, why: str) -> Path:
    """The weights file of the run or checkpoint of `diffusion` that a setting names.

    Args:
        setting: such as `model.previous`.
        path: its value.
        size: height and width of the pictures that it must make; None: any.
        why: what it is needed for, in words.

    Raises:
        InputError: none is named or there, it is of another method, or of another size.
    """
    if path is None:
        at = f" of {size[0]}x{size[1]}" if size else ""
        raise InputError(f"diffusion: {why}{at}; name its run with --set {setting}=RUN_FOLDER")
    try:
        file = weights_file(Path(path))
    except InputError as error:
        text = f"{setting}={path}: there is no checkpoint there, and {why}; put that run back"
        raise InputError(text) from error
    header = read_header(file)
    if header.method != "diffusion":
        raise InputError(f"{setting}={path} is a run of {header.method}, not of diffusion")
    own = tuple(header.config["size"])
    if size not in (None, own):
        shown = ["x".join(map(str, one)) for one in (own, size)]
        raise InputError(f"{setting}={path} makes pictures of {shown[0]}, not {shown[1]}")
    return file
