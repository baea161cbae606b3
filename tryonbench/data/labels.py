"""The 20 labels of VITON-HD's parse maps (CIHP-PGN's, usually called LIP)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

LABELS = (
    "background", "hat", "hair", "glove", "sunglasses", "upper clothes", "dress", "coat", "socks",
    "trousers", "neck", "scarf", "skirt", "face", "left arm", "right arm", "left leg", "right leg",
    "left shoe", "right shoe",
)  # fmt: skip
COUNT = len(LABELS)

PALETTE = (
    (0, 0, 0), (128, 0, 0), (254, 0, 0), (0, 85, 0), (169, 0, 51), (254, 85, 0), (0, 0, 85),
    (0, 119, 220), (85, 85, 0), (0, 85, 85), (85, 51, 0), (52, 86, 128), (0, 128, 0), (0, 0, 254),
    (51, 169, 220), (0, 254, 254), (85, 254, 169), (169, 254, 85), (254, 254, 0), (254, 169, 0),
)  # fmt: skip
"""RGB of the labels 0..19, as in VITON-HD's parse maps."""

UPPER = (5, 6, 7)
"""What try-on replaces: upper clothes, dress, coat."""
NECK = 10
"""Skin of neck and torso. In LIP proper, 10 is a jumpsuit."""
LEFT_ARM, RIGHT_ARM = 14, 15
HEAD = (4, 13)
SHOES = (18, 19)
BELOW_WAIST = (9, 12, 16, 17)
"""Trousers, skirt and legs."""
LOWER = (*BELOW_WAIST, *SHOES)

MERGED = (
    "background", "hair", "face", "upper", "bottom", "left arm", "right arm", "left leg",
    "right leg", "left shoe", "right shoe", "socks", "noise",
)  # fmt: skip
GROUPS = (
    (0, 10), (1, 2), (4, 13), UPPER, (9, 12), (14,), (15,), (16,), (17,), (18,), (19,), (8,),
    (3, 11),
)  # fmt: skip
"""The labels of each merged channel, as in VITON-HD and HR-VITON."""
MIRRORED = {LEFT_ARM: RIGHT_ARM, 16: 17, 18: 19}
"""Labels that swap when a picture is flipped."""


def merged(labels: Tensor) -> Tensor:
    """The 13-channel merge of VITON-HD and HR-VITON, int64 0..19 -> 0..12, any shape.

    The neck (10) goes to the background there, as the garment decides how much of it shows.
    """
    table = labels.new_zeros(COUNT)
    for channel, group in enumerate(GROUPS):
        table[list(group)] = channel
    merged_labels: Tensor = table[labels]
    return merged_labels


def one_hot(labels: Tensor, count: int = COUNT) -> Tensor:
    """A channel a label, int64 (N, H, W) in 0..count-1 -> float32 (N, count, H, W) in {0, 1}."""
    from torch.nn.functional import one_hot as channels

    return channels(labels, count).movedim(-1, 1).float()
