"""A loader as VITON-HD's and HR-VITON's are described to work, to measure ours against.

Every modality is opened with PIL on each visit, resized and turned into a tensor by torchvision's
classic transforms; the agnostic image, its mask and the agnostic parse map are drawn on the fly at
the photograph's size; a map a joint is drawn at the target size.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor
from torch.utils.data import Dataset
from torchvision import transforms

from tryonbench.data.agnostic import agnostic_image, agnostic_mask, parse_agnostic
from tryonbench.data.keypoints import coco18, read_body25

RADIUS = 5 / 256
"""Half the side of a joint's square, as a share of the height."""


class Straightforward(Dataset[dict[str, Any]]):
    """All modalities of a VITON-HD split, one dictionary a sample."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self.folder, self.size = folder, size
        self.names = sorted(file.stem for file in (folder / "image").glob("*.jpg"))
        normalise = transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
        self.picture = transforms.Compose([transforms.ToTensor(), normalise])

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> dict[str, Any]:
        name = self.names[index]
        photo = self._open(f"image/{name}.jpg")
        parse = np.array(Image.open(self.folder / f"image-parse-v3/{name}.png"))
        joints = read_body25(self.folder / f"openpose_json/{name}_keypoints.json")
        covered = Image.fromarray(agnostic_image(np.array(photo), parse, joints))
        mask = Image.fromarray(agnostic_mask(parse, joints))
        hidden = parse_agnostic(parse, joints)
        return {
            "image": self._picture(photo),
            "cloth": self._picture(self._open(f"cloth/{name}.jpg")),
            "cloth_mask": self._mask(Image.open(self.folder / f"cloth-mask/{name}.jpg")),
            "agnostic": self._picture(covered),
            "agnostic_mask": self._mask(mask.convert("L")),
            "parse": self._channels(parse),
            "parse_agnostic": self._channels(hidden),
            "keypoints": torch.from_numpy(coco18(joints)),
            "pose_heatmaps": self._pose(coco18(joints), photo.size),
            "densepose": self._picture(self._open(f"image-densepose/{name}.jpg")),
        }

    def _open(self, path: str) -> Image.Image:
        return Image.open(self.folder / path).convert("RGB")

    def _resized(self, image: Image.Image, resample: Image.Resampling) -> Image.Image:
        return image.resize((self.size[1], self.size[0]), resample)

    def _picture(self, image: Image.Image) -> Tensor:
        tensor: Tensor = self.picture(self._resized(image, Image.Resampling.LANCZOS))
        return tensor

    def _mask(self, image: Image.Image) -> Tensor:
        scaled = np.array(self._resized(image, Image.Resampling.NEAREST))
        return torch.from_numpy((scaled >= 128).astype(np.float32))[None]

    def _channels(self, labels: np.ndarray) -> Tensor:
        """A label map."""
        image = self._resized(Image.fromarray(labels), Image.Resampling.NEAREST)
        return torch.from_numpy(np.array(image)[None]).long()

    def _pose(self, joints: np.ndarray, photo: tuple[int, int]) -> Tensor:
        """A square a joint, (18, H, W)."""
        (height, width), radius = self.size, RADIUS * self.size[0]
        maps = torch.zeros(len(joints), height, width)
        to_tensor = transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.5, 0.5)])
        for shown, (x, y, _) in zip(maps, joints, strict=True):
            one = Image.new("L", (width, height))
            x, y = x * width / photo[0], y * height / photo[1]
            if x > 1 and y > 1:
                box = (x - radius, y - radius, x + radius, y + radius)
                ImageDraw.Draw(one).rectangle(box, 255, 255)
            shown.copy_(to_tensor(one)[0])
        return maps
