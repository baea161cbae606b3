"""What the two UNets are told, and the two ways in which training spoils it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from tryonbench.method import TryOnBatch
from tryonbench.processes.rows import normal_like
from tryonbench_methods.common.conditions import segmented_garment


@dataclass(frozen=True)
class Conditions:
    """N samples. All zeros is the null condition: no real sample has an empty mask."""

    person: Tensor
    """Agnostic RGB in [-1, 1] and agnostic mask, (N, 4, H, W)."""
    garment: Tensor
    """Segmented garment RGB in [-1, 1] and its mask, (N, 4, H, W)."""
    pose: Tensor
    """Joints (x, y, found) in [0, 1], (N, 18, 3); a missing joint is zero."""
    worn: Tensor
    """The garment as `garment`, never spoilt by noise: its pixels are laid on the person."""


def read_conditions(batch: TryOnBatch) -> Conditions:
    """The conditions of a batch."""
    person = torch.cat([batch.need("agnostic"), batch.need("agnostic_mask")], 1)
    pose = normalised_pose(batch.need("keypoints"), batch.size)
    garment = segmented_garment(batch)
    return Conditions(person, garment, pose, garment)


def normalised_pose(keypoints: Tensor, size: tuple[int, int]) -> Tensor:
    """Joints (x, y, confidence) in pixels of `size` (height, width) -> (x, y, found) in [0, 1]."""
    extent = keypoints.new_tensor([size[1], size[0]])
    found = (keypoints[..., :2] != 0).any(-1, keepdim=True).to(keypoints)
    return torch.cat([keypoints[..., :2] / extent * found, found], -1)


def drop(conditions: Conditions, keep: Tensor) -> Conditions:
    """Null every condition of the samples where `keep` (N,) is false: one joint mask.

    Sampling without conditions drops all of them, so training must too.
    """
    shown = keep.to(conditions.person).view(-1, 1, 1, 1)
    return Conditions(
        conditions.person * shown,
        conditions.garment * shown,
        conditions.pose * shown[..., 0],
        conditions.worn * shown,
    )


def augment(conditions: Conditions, level: Tensor) -> Conditions:
    """Mix a share `level` (N,) in [0, 1) of noise into the pictures that the networks see, not into
    masks, pose and the garment that is laid on."""
    pictures = [conditions.person, conditions.garment]
    person, garment = (
        torch.cat([noisy(picture[:, :3], level), picture[:, 3:]], 1) for picture in pictures
    )
    return replace(conditions, person=person, garment=garment)


def noisy(picture: Tensor, level: Tensor) -> Tensor:
    """(1 - level) picture + level noise, (N, C, H, W) and (N,) in [0, 1).

    Noise conditioning augmentation, Ho et al. 2022, with a linear mix.
    """
    return torch.lerp(picture, normal_like(picture), level.view(-1, 1, 1, 1))
