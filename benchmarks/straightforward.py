"""A loader that works as VITON-HD's and HR-VITON's are described, to measure ours against.

It yields what ours yields. Each visit opens the files with PIL, resizes them (bilinear; masks and
labels nearest) and turns them into tensors with torchvision's classic transforms; both parse maps
become 20 channels and then 13; the agnostic image, its mask and the agnostic parse map are drawn on
the fly at the photograph's size; each joint is a square on a picture of its own. Steps read off
github.com/sangyun884/HR-VITON (cp_dataset.py at 54c9b3c) and github.com/shadow2496/VITON-HD
(datasets.py at 1fa4037); the squares are those of CP-VTON's line. The code is ours.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor
from torch.utils.data import Dataset
from torchvision import transforms
from torchvision.transforms import InterpolationMode

from tryonbench.data.agnostic import agnostic_image, agnostic_mask, parse_agnostic
from tryonbench.data.keypoints import coco18, read_body25
from tryonbench.data.labels import GROUPS

RADIUS = 5 / 256
"""Half the side of a joint's square, as a share of the height."""


class Straightforward(Dataset[dict[str, Tensor]]):
    """All modalities of a VITON-HD split (v3.2), one dictionary a sample."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self.folder, self.size = folder, size
        self.names = sorted(file.stem for file in (folder / "image").glob("*.jpg"))
        self.smooth = transforms.Resize(size[1], interpolation=InterpolationMode.BILINEAR)
        self.nearest = transforms.Resize(size[1], interpolation=InterpolationMode.NEAREST)
        normalise = transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
        self.transform = transforms.Compose([transforms.ToTensor(), normalise])
        self.grey = transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.5, 0.5)])

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        name = self.names[index]
        photo = self._open(f"image/{name}.jpg")
        labels = np.array(self._open(f"image-parse-v3/{name}.png"))
        joints = read_body25(self.folder / f"openpose_json/{name}_keypoints.json")
        covered = agnostic_image(np.array(photo), labels, joints)
        mask = Image.fromarray(agnostic_mask(labels, joints)).convert("L")
        return {
            "image": self._picture(photo),
            "cloth": self._picture(self._open(f"cloth/{name}.jpg").convert("RGB")),
            "cloth_mask": self._mask(self._open(f"cloth-mask/{name}.jpg")),
            "agnostic": self._picture(Image.fromarray(covered)),
            "agnostic_mask": self._mask(mask),
            "parse": self._channels(labels),
            "parse_agnostic": self._channels(parse_agnostic(labels, joints)),
            "keypoints": torch.from_numpy(coco18(joints)),
            "pose": self._pose(coco18(joints), photo.size),
            "densepose": self._picture(self._open(f"image-densepose/{name}.jpg")),
        }

    def _open(self, path: str) -> Image.Image:
        return Image.open(self.folder / path)

    def _picture(self, image: Image.Image) -> Tensor:
        tensor: Tensor = self.transform(self.smooth(image))
        return tensor

    def _mask(self, image: Image.Image) -> Tensor:
        return torch.from_numpy((np.array(self.nearest(image)) >= 128).astype(np.float32))[None]

    def _channels(self, labels: np.ndarray) -> Tensor:
        """A label map as 20 channels, summed to 13."""
        small = np.array(self.nearest(Image.fromarray(labels)))
        index = torch.from_numpy(small[None]).long()
        channels = torch.zeros(20, *self.size).scatter_(0, index, 1.0)
        merged = torch.zeros(len(GROUPS), *self.size)
        for channel, group in enumerate(GROUPS):
            for label in group:
                merged[channel] += channels[label]
        return merged

    def _pose(self, joints: np.ndarray, photo: tuple[int, int]) -> Tensor:
        """A square a joint, (18, H, W)."""
        (height, width), radius = self.size, RADIUS * self.size[0]
        maps = torch.zeros(len(joints), height, width)
        for number, (x, y, _) in enumerate(joints):
            one = Image.new("L", (width, height))
            x, y = x * width / photo[0], y * height / photo[1]
            if x > 1 and y > 1:
                box = (x - radius, y - radius, x + radius, y + radius)
                ImageDraw.Draw(one).rectangle(box, 255, 255)
            maps[number] = self.grey(one)[0]
        return maps
