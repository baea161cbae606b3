"""The labels of VITON-HD's parse maps that the twin draws."""

from __future__ import annotations

HAIR, UPPER, TROUSERS, NECK, SKIRT, FACE = 2, 5, 9, 10, 12, 13
LEFT_ARM, RIGHT_ARM, LEFT_LEG, RIGHT_LEG = 14, 15, 16, 17


def arm_label(side: int) -> int:
    """The label of the arm on the picture's left (-1: the person's right arm) or right (1)."""
    return RIGHT_ARM if side < 0 else LEFT_ARM
