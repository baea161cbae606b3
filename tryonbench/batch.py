"""The one structure in which samples reach a method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Modality = Literal[
    "image",
    "cloth",
    "cloth_mask",
    "agnostic",
    "agnostic_mask",
    "parse",
    "parse_agnostic",
    "keypoints",
    "pose_heatmaps",
    "densepose",
]
MODALITIES: tuple[Modality, ...] = get_args(Modality)
RANGES: dict[Modality, str] = {
    "cloth_mask": "0 or 1",
    "agnostic_mask": "0 or 1",
    "parse": "labels 0..19",
    "parse_agnostic": "labels 0..19",
    "keypoints": "pixels, confidence",
    "pose_heatmaps": "[0, 1]",
}
"""Of what is no picture; those are in [-1, 1]."""


@dataclass(frozen=True)
class TryOnBatch:
    """N samples of one size H x W. A modality that was not asked for is None.

    Images are float32 in [-1, 1], masks float32 in {0, 1}, label maps int64.
    """

    ids: tuple[str, ...]
    """Sample ids; outputs are saved under them."""
    person_ids: tuple[str, ...]
    cloth_ids: tuple[str, ...]
    size: tuple[int, int]
    """Height and width."""
    image: Tensor | None = None
    """The person's photograph, (N, 3, H, W): the training target. In paired evaluation it is the
    ground truth, so `generate` gets it only if the method's `inputs` name it."""
    cloth: Tensor | None = None
    """The flat garment, (N, 3, H, W)."""
    cloth_mask: Tensor | None = None
    """1 = garment, (N, 1, H, W)."""
    agnostic: Tensor | None = None
    """The person with the upper garment and arms covered in grey, (N, 3, H, W)."""
    agnostic_mask: Tensor | None = None
    """1 = paint here, (N, 1, H, W)."""
    parse: Tensor | None = None
    """Labels 0..19 of the full parse, (N, H, W). It shows the original garment's outline."""
    parse_agnostic: Tensor | None = None
    """Labels 0..19 with garment, neck and arms set to 0, (N, H, W)."""
    keypoints: Tensor | None = None
    """COCO-18 joints (x, y, confidence), x and y in pixels of H x W, (N, 18, 3); missing = 0."""
    pose_heatmaps: Tensor | None = None
    """A Gaussian a joint, in [0, 1], (N, 18, H, W)."""
    densepose: Tensor | None = None
    """The DensePose rendering, (N, 3, H, W)."""

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, modalities: Sequence[Modality]) -> TryOnBatch:
        """The same batch with every other modality dropped."""
        hidden = {name: None for name in MODALITIES if name not in modalities}
        return replace(self, **hidden)  # type: ignore[arg-type]

    def to(self, device: torch.device) -> TryOnBatch:
        """The same batch on another device."""
        tensors = {name: getattr(self, name) for name in MODALITIES}
        moved = {
            name: t.to(device, non_blocking=True) for name, t in tensors.items() if t is not None
        }
        return replace(self, **moved)

    def rows(self, index: slice) -> TryOnBatch:
        """Some of the samples."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "size"}
        return replace(self, **{k: v[index] for k, v in values.items() if v is not None})

    @classmethod
    def of(
        cls, modalities: Sequence[Modality], tensors: Sequence[Tensor], size: tuple[int, int]
    ) -> TryOnBatch:
        """A batch without ids, of tensors in the order of the modalities."""
        values = dict(zip(modalities, tensors, strict=True))
        return cls(ids=(), person_ids=(), cloth_ids=(), size=size, **values)

    def need(self, modality: Modality) -> Tensor:
        """A modality that the method declared in its `inputs`.

        Raises:
            ValueError: it was not declared, so it was not loaded.
        """
        tensor: Tensor | None = getattr(self, modality)
        if tensor is None:
            raise ValueError(f'"{modality}" was not loaded: name it in the method\'s info.inputs')
        return tensor
