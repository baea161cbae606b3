"""One sample from what a program has at hand: files, pictures, arrays or tensors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from tryonbench.batch import Modality, TryOnBatch
from tryonbench.data import agnostic, dresscode, keypoints
from tryonbench.data.labels import COUNT
from tryonbench.data.modalities import Stored, as_tensor, stored_as
from tryonbench.errors import InputError, listed
from tryonbench.images import Pixels, cut, decode, nearest, shrunk, to_pixels

Source: TypeAlias = str | Path | Image.Image | NDArray[Any] | Tensor
"""A file; a PIL image; uint8 (H, W, 3), or (H, W) for maps; a tensor (3, H, W), float in [-1, 1] or
uint8, or (H, W) or (1, H, W) for maps."""
Argument = Literal[
    "person",
    "cloth",
    "cloth_mask",
    "parse",
    "pose",
    "agnostic",
    "agnostic_mask",
    "parse_agnostic",
    "densepose",
]


ROUNDING = 1e-3
"""By which a float may be out of range: an eighth of a grey level."""


@dataclass(frozen=True, eq=False)
class Given:
    """What was given for one sample. Maps and pose are those of the person's picture."""

    sources: dict[Argument, Any]
    size: tuple[int, int]
    """Height and width of the method's images."""

    def batch(self, modalities: tuple[Modality, ...], name: str) -> TryOnBatch:
        """The modalities as a batch of one.

        Raises:
            InputError: one can neither be read nor computed.
        """
        tensors: dict[str, Any] = {
            m: as_tensor(m, READERS[stored_as(m)](self), self.size)[None] for m in modalities
        }
        return TryOnBatch((name,), (name,), (name,), self.size, **tensors)

    def picture(self, name: Argument) -> Image.Image:
        """An RGB picture at its own size."""
        source = self._source(name)
        if isinstance(source, (str, Path)):
            return decode(Path(source), "RGB")
        if isinstance(source, Image.Image):
            return source.convert("RGB")
        return Image.fromarray(_rgb(name, source))

    def map(self, name: Argument) -> Pixels:
        """Labels or a mask at its own size, uint8 (H, W)."""
        return _whole(name, self._flat(name))

    def mask(self, name: Argument) -> Pixels:
        """A mask in 0..255 at its own size, uint8 (H, W); one in 0..1 is scaled."""
        flat = self._flat(name)
        if flat.dtype.kind == "f" and flat.max() <= 1:
            return _whole(name, np.rint(flat * 255))
        mask = _whole(name, flat)
        return mask * np.uint8(255) if mask.max() <= 1 else mask

    def _flat(self, name: Argument) -> NDArray[Any]:
        """What was given as a map, (H, W), in its own numbers."""
        source = self._source(name)
        if isinstance(source, (str, Path)):
            return np.asarray(decode(Path(source), "L" if name.endswith("mask") else "P"))
        array = np.squeeze(np.asarray(source.cpu() if isinstance(source, Tensor) else source))
        if array.ndim != 2:
            raise InputError(f"{name} has the shape {array.shape}; give a map (H, W)")
        return array

    def has(self, name: Argument) -> bool:
        return self.sources.get(name) is not None

    def _source(self, name: Argument) -> Any:
        if not self.has(name):
            raise InputError(f"{name} is missing; give {name}=, a file, picture, array or tensor")
        return self.sources[name]

    @cached_property
    def parse(self) -> Pixels:
        """Labels 0..19, uint8 (H, W)."""
        labels = self.map("parse")
        if labels.max() >= COUNT:
            raise InputError(f"parse holds the label {labels.max()}; the last is {COUNT - 1}")
        return labels

    @cached_property
    def body25(self) -> keypoints.Array:
        """Joints in pixels of the person's picture, (25, 3)."""
        source = self._source("pose")
        if isinstance(source, (str, Path)):
            return keypoints.read_body25(Path(source))
        try:
            joints = np.asarray(source, np.float32)
        except (TypeError, ValueError) as error:
            raise InputError("pose: give a file of OpenPose, or its Body25 as (25, 3)") from error
        if joints.shape != (25, 3):
            raise InputError(f"pose has the shape {joints.shape}; give OpenPose's Body25, (25, 3)")
        if not np.isfinite(joints).all():
            raise InputError("pose holds numbers that are not finite; a joint not found is 0, 0, 0")
        return joints

    @cached_property
    def person_size(self) -> tuple[int, int]:
        """Height and width of the picture that the joints are measured in."""
        for name in ("parse", "parse_agnostic", "agnostic_mask"):
            if self.has(name):
                height, width = self.map(name).shape
                return height, width
        picture = self.picture("person" if self.has("person") else "agnostic")
        return picture.height, picture.width

    @cached_property
    def cover(self) -> agnostic.Mask:
        """What is to be painted, bool (H, W)."""
        if self.has("agnostic_mask"):
            mask: agnostic.Mask = self.mask("agnostic_mask") >= 128
            return mask
        return agnostic.agnostic_mask(self.parse, self.body25)


def _whole(name: str, array: NDArray[Any]) -> Pixels:
    """
    Raises:
        InputError: there is something else than whole numbers in 0..255.
    """
    if array.dtype not in (np.uint8, np.bool_):
        inside = (array >= 0) & (array <= 255) & (array == np.rint(array))
        if not inside.all():
            raise InputError(
                f"{name} must hold whole numbers in 0..255 (a mask also shares in 0..1); it has "
                f"{array.min():.3g} to {array.max():.3g}"
            )
    return array.astype(np.uint8)


def _rgb(name: str, source: Any) -> Pixels:
    """uint8 (H, W, 3) of an array or a tensor."""
    if hasattr(source, "detach"):
        source = _channels_last(name, source.detach().cpu())
    array = np.asarray(source)
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
        raise InputError(f"{name} is {array.dtype} {array.shape}; give uint8 (H, W, 3)")
    return array


def _channels_last(name: str, tensor: Tensor) -> Pixels:
    """uint8 (H, W, 3) of a tensor (3, H, W), float in [-1, 1] or uint8."""
    if tensor.ndim != 3 or tensor.shape[0] != 3:
        raise InputError(f"{name} has the shape {tuple(tensor.shape)}; give a tensor (3, H, W)")
    if tensor.is_floating_point():
        if not (tensor.abs() <= 1 + ROUNDING).all():
            raise InputError(f"{name} is a tensor of floats: give finite ones in [-1, 1]")
        pixels: Pixels = to_pixels(tensor[None])[0]
        return pixels
    return np.asarray(tensor.permute(1, 2, 0))


def _keypoints(given: Given) -> Stored:
    return keypoints.rescaled(keypoints.coco18(given.body25), given.person_size, given.size)


def _cloth_mask(given: Given) -> Stored:
    """The mask that was given, or what is not white in the garment's picture."""
    if given.has("cloth_mask"):
        return cut(Image.fromarray(given.mask("cloth_mask")), given.size)
    drawn = dresscode.garment_mask(np.asarray(given.picture("cloth")))
    return cut(Image.fromarray(drawn), given.size)


def _agnostic(given: Given) -> Stored:
    if given.has("agnostic"):
        return shrunk(given.picture("agnostic"), given.size)
    person = np.asarray(given.picture("person"))
    if person.shape[:2] != given.cover.shape:
        sizes = (f"{a}x{b}" for a, b in (given.cover.shape, person.shape[:2]))
        raise InputError("the maps are {}, but the person's picture is {}".format(*sizes))
    return shrunk(Image.fromarray(agnostic.covered(person, given.cover)), given.size)


def _agnostic_mask(given: Given) -> Stored:
    if given.has("agnostic_mask"):
        return cut(Image.fromarray(given.mask("agnostic_mask")), given.size)
    return cut(Image.fromarray(given.cover.astype(np.uint8) * np.uint8(255)), given.size)


def _parse_agnostic(given: Given) -> Stored:
    if given.has("parse_agnostic"):
        return nearest(given.map("parse_agnostic"), given.size)
    return nearest(agnostic.parse_agnostic(given.parse, given.body25), given.size)


READERS: dict[Modality, Callable[[Given], Stored]] = {
    "image": lambda g: shrunk(g.picture("person"), g.size),
    "cloth": lambda g: shrunk(g.picture("cloth"), g.size),
    "cloth_mask": _cloth_mask,
    "agnostic": _agnostic,
    "agnostic_mask": _agnostic_mask,
    "parse": lambda g: nearest(g.parse, g.size),
    "parse_agnostic": _parse_agnostic,
    "keypoints": _keypoints,
    "densepose": lambda g: shrunk(g.picture("densepose"), g.size),
}


def samples_of(arguments: dict[Argument, Any]) -> list[dict[Argument, Any]]:
    """One dictionary a sample: lists and tuples give a value for each, others are shared.

    Raises:
        InputError: lists of different lengths.
    """
    lengths = {k: len(v) for k, v in arguments.items() if isinstance(v, (list, tuple))}
    if 0 in lengths.values():
        raise InputError("a list is empty; give one value for each picture")
    if len(set(lengths.values())) > 1:
        raise InputError(f"{listed(f'{k} has {n}' for k, n in lengths.items())}; give as many each")
    count = next(iter(lengths.values()), 1)
    return [{k: v[i] if k in lengths else v for k, v in arguments.items()} for i in range(count)]
