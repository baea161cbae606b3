"""A panel a tensor of a batch, drawn from the tensor itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from tryonbench.batch import Modality, TryOnBatch
from tryonbench.images import Pixels, resized, to_pixels
from tryonbench.show.contract import distinct, doubts, kind_of, shape_of, violations
from tryonbench.show.panel import Panel
from tryonbench.show.pictures import Picture, coloured, drawing, exact, legend
from tryonbench.show.pose import JOINTS, coco18_pose

STRIP = 96
"""Height of a channel's small picture."""


def tensor_panel(name: Modality, batch: TryOnBatch, readers: str) -> Panel:
    """One tensor of a batch of one sample.

    Args:
        readers: who gets it, such as "training and generation".
    """
    tensor = batch.need(name)
    panel = Panel(
        name,
        "read",
        readers,
        facts=tuple(_facts(name, tensor)),
        errors=violations(name, tensor, batch.size),
        doubts=doubts(name, tensor),
    )
    drawable = tuple(tensor.shape) == shape_of(name, batch.size)
    return DRAW[kind_of(name)](panel, tensor, batch) if drawable else panel


def _facts(name: Modality, tensor: Tensor) -> Iterator[tuple[str, str]]:
    yield "shape", " × ".join(map(str, tensor.shape))
    yield "type", str(tensor.dtype).removeprefix("torch.")
    if kind_of(name) in ("mask", "labels"):
        yield "range", f"{tensor.min().item():.4g} to {tensor.max().item():.4g}"
        yield "values", f"{len(distinct(tensor))} different"
    else:
        yield "range", f"{tensor.min().item():.4f} to {tensor.max().item():.4f}"
    yield "mean", f"{tensor.double().mean().item():.4f}"


def _alt(panel: Panel, batch: TryOnBatch) -> str:
    return f"tensor {panel.title} of {batch.ids[0]}"


def pixels_of(tensor: Tensor) -> Pixels:
    """(1, 3, H, W) in [-1, 1] -> uint8 (H, W, 3); what is not finite becomes black."""
    finite: Pixels = to_pixels(torch.nan_to_num(tensor, nan=-1.0))[0]
    return finite


def _grey(channel: Tensor) -> Pixels:
    """(H, W) in [0, 1] -> uint8 (H, W); what is outside is cut."""
    scaled = torch.nan_to_num(channel.float()).clamp(0, 1).mul(255).round()
    grey: Pixels = scaled.to(torch.uint8).numpy()
    return grey


def _draw_picture(panel: Panel, tensor: Tensor, batch: TryOnBatch) -> Panel:
    return replace(panel, picture=exact(pixels_of(tensor), _alt(panel, batch)))


def _draw_mask(panel: Panel, tensor: Tensor, batch: TryOnBatch) -> Panel:
    return replace(panel, picture=exact(_grey(tensor[0, 0]), _alt(panel, batch)))


def _draw_labels(panel: Panel, tensor: Tensor, batch: TryOnBatch) -> Panel:
    labels = tensor[0].to(torch.int64).numpy()
    picture = exact(coloured(labels), _alt(panel, batch))
    return replace(panel, picture=picture, legend=legend(labels))


def _draw_joints(panel: Panel, tensor: Tensor, batch: TryOnBatch) -> Panel:
    """Over the photograph's tensor, if the batch has it."""
    pose = coco18_pose(tensor[0].numpy(), batch.size)
    ground = None
    if batch.image is not None:
        ground = drawing(pixels_of(batch.image), f"joints of {batch.ids[0]} over the tensor image")
    return replace(panel, picture=ground, pose=pose, table=True)


def _draw_heatmaps(panel: Panel, tensor: Tensor, batch: TryOnBatch) -> Panel:
    """The maximum over the joints, and a small picture a joint."""
    picture = exact(_grey(tensor[0].amax(0)), f"{_alt(panel, batch)}: maximum over the joints")
    maps = zip(JOINTS, tensor[0], strict=True)
    channels = tuple((name, _small(channel, f"heatmap: {name}")) for name, channel in maps)
    return replace(panel, picture=picture, channels=channels)


def _small(channel: Tensor, alt: str) -> Picture:
    image = Image.fromarray(_grey(channel))
    height = min(STRIP, image.height)
    width = max(1, round(image.width * height / image.height))
    return exact(np.asarray(resized(image, (height, width), "bilinear")), alt)


DRAW: dict[str, Callable[[Panel, Tensor, TryOnBatch], Panel]] = {
    "picture": _draw_picture,
    "mask": _draw_mask,
    "labels": _draw_labels,
    "joints": _draw_joints,
    "heatmaps": _draw_heatmaps,
}
