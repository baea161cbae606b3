"""Super-resolution stages: Ho et al. 2022, "Cascaded Diffusion Models"."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from torch import Tensor
from torch.nn import functional as F

from tryonbench.checkpoint import read_header, weights_file
from tryonbench.errors import InputError
from tryonbench.method import TryOnBatch

Size = tuple[int, int]


def resized(picture: Tensor, size: Size) -> Tensor:
    """(N, C, H, W) -> (N, C, *size), bilinear, antialiased where it shrinks."""
    return F.interpolate(picture, size, mode="bilinear", antialias=True)


def low_resolution(photo: Tensor, scale: int) -> Tensor:
    """A photograph as an ideal stage before would give it: shrunk and enlarged again."""
    height, width = photo.shape[2:]
    return resized(resized(photo, (height // scale, width // scale)), (height, width))


def smaller(batch: TryOnBatch, size: Size) -> TryOnBatch:
    """What `diffusion` reads of a batch, at a smaller size (height, width)."""
    extent = batch.need("keypoints").new_tensor(
        [size[1] / batch.size[1], size[0] / batch.size[0], 1]
    )
    return replace(
        batch,
        size=size,
        agnostic=resized(batch.need("agnostic"), size),
        cloth=resized(batch.need("cloth"), size),
        agnostic_mask=(resized(batch.need("agnostic_mask"), size) >= 0.5).float(),
        cloth_mask=(resized(batch.need("cloth_mask"), size) >= 0.5).float(),
        keypoints=batch.need("keypoints") * extent,
    )


def previous_file(path: str) -> Path:
    """The weights file of the run that `previous` names.

    Raises:
        InputError: it is not there.
    """
    try:
        return weights_file(Path(path))
    except InputError as error:
        raise InputError(
            f"model.previous={path}: there is no checkpoint of the stage whose pictures this one "
            "enlarges; put that run back there"
        ) from error


def stage_file(path: str | None, size: Size) -> Path:
    """The weights file of the stage before, by its run or checkpoint.

    Raises:
        InputError: none is named, it is no checkpoint of `diffusion`, or it is of another size.
    """
    wanted = f"{size[0]}x{size[1]}"
    if path is None:
        raise InputError(
            f"diffusion: this stage enlarges the pictures of one trained at {wanted}; "
            "name its run with --set model.previous=RUN_FOLDER"
        )
    file = previous_file(path)
    header = read_header(file)
    if header.method != "diffusion":
        raise InputError(f"model.previous={path} is a run of {header.method}, not of diffusion")
    own = "x".join(map(str, header.config["size"]))
    if own != wanted:
        raise InputError(f"model.previous={path} makes pictures of {own}, not {wanted}")
    return file
