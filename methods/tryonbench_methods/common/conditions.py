"""What a batch shows of person and garment, as channels of one tensor."""

from __future__ import annotations

import torch
from torch import Tensor

from tryonbench.batch import Modality, TryOnBatch
from tryonbench.data.labels import COUNT, one_hot

JOINTS = 18
PERSON_INPUTS: tuple[Modality, ...] = ("agnostic", "pose_heatmaps", "parse_agnostic")
PERSON_CHANNELS = 3 + JOINTS + COUNT
"""Agnostic RGB 3 + pose heatmaps 18 + agnostic parse 20 = 41."""
GARMENT_INPUTS: tuple[Modality, ...] = ("cloth", "cloth_mask")
GARMENT_CHANNELS = 3 + 1


def person_representation(batch: TryOnBatch) -> Tensor:
    """The person without the upper garment, (N, 41, H, W).

    The parse is the agnostic one: the full parse shows the outline of the photograph's garment,
    which is the ground truth of the paired protocols.
    """
    parse = one_hot(batch.need("parse_agnostic"))
    return torch.cat([batch.need("agnostic"), batch.need("pose_heatmaps"), parse], 1)


def segmented_garment(batch: TryOnBatch) -> Tensor:
    """The garment on a mid-grey ground (0) and its mask, (N, 4, H, W).

    The mask tells the ground from a mid-grey garment.
    """
    mask = batch.need("cloth_mask")
    return torch.cat([batch.need("cloth") * mask, mask], 1)
