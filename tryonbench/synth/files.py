"""The files of one sample, in the formats of VITON-HD v3.2."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tryonbench.data.agnostic import agnostic_mask, covered, parse_agnostic
from tryonbench.data.labels import PALETTE
from tryonbench.files import write_text
from tryonbench.synth.garment import Garment
from tryonbench.synth.geometry import Array
from tryonbench.synth.person import Person
from tryonbench.synth.render import Flat, Rendered

Pixels = NDArray[np.uint8]

WARP_STEPS = 32
"""A warp is stored in this part of a pixel: int16 then holds pictures of up to 1024."""
NOWHERE = np.iinfo(np.int16).min
"""Stands for a pixel that shows no garment."""


def save_sample(
    split: Path, name: str, flat: Flat, worn: Rendered, state: tuple[Person, Garment]
) -> None:
    """Write every modality of a sample; the last file is `attributes/<name>.json`."""
    joints, parse = worn.keypoints, worn.parse
    mask = agnostic_mask(parse, joints)
    save_jpeg(split / "image" / f"{name}.jpg", worn.image)
    save_jpeg(split / "cloth" / f"{name}.jpg", flat.cloth)
    save_jpeg(split / "cloth-mask" / f"{name}.jpg", _white(flat.mask))
    save_parse(split / "image-parse-v3" / f"{name}.png", parse)
    save_parse(split / "image-parse-agnostic-v3.2" / f"{name}.png", parse_agnostic(parse, joints))
    save_png(split / "openpose_img" / f"{name}_rendered.png", worn.openpose)
    save_json(split / "openpose_json" / f"{name}_keypoints.json", openpose_record(joints))
    save_jpeg(split / "image-densepose" / f"{name}.jpg", worn.densepose)
    save_jpeg(split / "agnostic-v3.2" / f"{name}.jpg", covered(worn.image, mask))
    save_png(split / "agnostic-mask" / f"{name}_mask.png", np.repeat(_white(mask)[..., None], 3, 2))
    save_warp(split / "warp" / f"{name}.npz", worn.warp)
    record = {"person": asdict(state[0]), "garment": asdict(state[1])}
    write_text(split / "attributes" / f"{name}.json", _compact(record))


def is_written(split: Path, name: str) -> bool:
    """Whether a sample is complete."""
    return (split / "attributes" / f"{name}.json").is_file()


def _white(mask: NDArray[np.bool_]) -> Pixels:
    return mask.astype(np.uint8) * np.uint8(255)


def save_jpeg(path: Path, pixels: Pixels) -> None:
    """Write H x W (x 3) as JPEG, quality 95, full chroma."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="JPEG", quality=95, subsampling=0)
    _save(path, stream)


def save_png(path: Path, pixels: Pixels) -> None:
    """Write H x W x 3 losslessly."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG", compress_level=2)
    _save(path, stream)


def save_parse(path: Path, labels: Pixels) -> None:
    """Write labels as the indices of a palette PNG."""
    image = Image.fromarray(labels)
    image.putpalette([channel for colour in PALETTE for channel in colour])
    stream = io.BytesIO()
    image.save(stream, format="PNG", compress_level=2)
    _save(path, stream)


def save_json(path: Path, value: Any) -> None:
    """Write compact JSON, keys in the order given."""
    _save(path, io.BytesIO(_compact(value).encode()))


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def save_warp(path: Path, warp: Array) -> None:
    """Write the H x W x 2 array `warp` (NaN outside the garment) for `read_warp`."""
    steps = np.rint(warp * WARP_STEPS)
    stored = np.where(np.isnan(steps), np.float32(NOWHERE), steps).astype(np.int16)
    stream = io.BytesIO()
    entry = zipfile.ZipInfo("warp.npy")
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(stream, "w", compresslevel=1) as archive, archive.open(entry, "w") as file:
        np.lib.format.write_array(file, stored)
    _save(path, stream)


def read_warp(path: Path) -> Array:
    """The warp of a sample, H x W x 2, float32, exact to 1/64 pixel.

    For each pixel that shows the worn garment, the place (x, y) of its cloth in the picture of
    the flat garment, in pixels; NaN elsewhere.
    """
    with np.load(path) as archive:
        stored = archive["warp"]
    return np.where(stored == NOWHERE, np.nan, stored / np.float32(WARP_STEPS)).astype(np.float32)


def _save(path: Path, content: io.BytesIO) -> None:
    """Write a file of a sample that is not complete until its last file is there."""
    try:
        path.write_bytes(content.getbuffer())
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.getbuffer())


def openpose_record(joints: Array) -> dict[str, Any]:
    """The content of an OpenPose file for one person; joints are 25 x 3 in pixels."""
    person: dict[str, Any] = {"person_id": [-1]}
    person["pose_keypoints_2d"] = [round(v, 3) for v in joints.reshape(-1).tolist()]
    others = ("face", "hand_left", "hand_right")
    person |= {f"{part}_keypoints_2d": [] for part in others}
    person |= {f"{part}_keypoints_3d": [] for part in ("pose", *others)}
    return {"version": 1.3, "people": [person]}
