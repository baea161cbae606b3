"""The 20 labels of VITON-HD's parse maps (CIHP-PGN's, usually called LIP)."""

from __future__ import annotations

LABELS = (
    "background", "hat", "hair", "glove", "sunglasses", "upper clothes", "dress", "coat", "socks",
    "trousers", "neck", "scarf", "skirt", "face", "left arm", "right arm", "left leg", "right leg",
    "left shoe", "right shoe",
)  # fmt: skip
COUNT = len(LABELS)

UPPER = (5, 6, 7)
"""What try-on replaces: upper clothes, dress, coat."""
NECK = 10
"""Skin of neck and torso. In LIP proper, 10 is a jumpsuit."""
LEFT_ARM, RIGHT_ARM = 14, 15
HEAD = (4, 13)
LOWER = (9, 12, 16, 17, 18, 19)
