"""Clothing-agnostic person representations, as shipped with VITON-HD v3.2.

Written from the description of HR-VITON's `get_parse_agnostic` and `get_agnostic`, with the radii
read off the shipped files: all are multiples of r = shoulder width / 16 + 1 at 768x1024, scaled
with the image. Joints are Body25 in pixels of the parse map. Masks are drawn with PIL, as theirs
are, so that edges agree to the pixel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tryonbench.data.keypoints import Array, found
from tryonbench.data.labels import (
    BELOW_WAIST,
    HEAD,
    LEFT_ARM,
    LOWER,
    NECK,
    RIGHT_ARM,
    SHOES,
    UPPER,
)

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

GREY = 128
REFERENCE_WIDTH = 768
R_SHOULDER, L_SHOULDER, R_HIP, L_HIP, NECK_JOINT = 2, 5, 9, 12, 1
LEFT_LIMB, RIGHT_LIMB = (5, 6, 7), (2, 3, 4)


class _Canvas:
    """A mask to draw on with the joints at hand."""

    def __init__(self, size: tuple[int, int], points: Array) -> None:
        self.image = Image.new("1", (size[1], size[0]))
        self.draw = ImageDraw.Draw(self.image)
        self.points = points
        self.found = found(points)

    def at(self, joint: int) -> tuple[float, float]:
        return float(self.points[joint, 0]), float(self.points[joint, 1])

    def ellipse(self, joint: int, rx: float, ry: float | None = None) -> None:
        (x, y), ry = self.at(joint), rx if ry is None else ry
        if self.found[joint]:
            self.draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=1)

    def line(self, first: int, second: int, width: float) -> None:
        if self.found[first] and self.found[second]:
            self.draw.line((self.at(first), self.at(second)), fill=1, width=max(1, round(width)))

    def polygon(self, joints: Sequence[int]) -> None:
        if self.found[list(joints)].all():
            self.draw.polygon([self.at(joint) for joint in joints], fill=1)

    def mask(self) -> Mask:
        return np.asarray(self.image, dtype=bool)


def labelled(parse: Pixels, labels: Iterable[int]) -> Mask:
    """Where the parse map has one of the labels, (H, W)."""
    wanted = np.zeros(256, dtype=bool)
    wanted[list(labels)] = True
    return wanted.take(parse)


def parse_agnostic(parse: Pixels, body25: Array, category: str = "upper_body") -> Pixels:
    """The parse map with upper garment, neck and arms set to 0.

    Args:
        parse: labels 0..19, uint8 (H, W).
        body25: joints (x, y, confidence) in pixels of `parse`, (25, 3).
        category: `upper_body`; or, as DressCode has them, `lower_body` (trousers, skirt and legs
            are hidden instead) or `dresses` (both).
    """
    hidden = labelled(parse, BELOW_WAIST if category != "upper_body" else ())
    if category != "lower_body":
        hidden |= _hidden_above(parse, body25)
    return np.where(hidden, np.uint8(0), parse)


def _hidden_above(parse: Pixels, body25: Array) -> Mask:
    """Upper garment, neck, and the arms' pixels near their joints."""
    if not _has_shoulders(body25):
        return labelled(parse, (*UPPER, NECK, LEFT_ARM, RIGHT_ARM))
    arms = _parse_arm(parse, body25, LEFT_ARM, (R_SHOULDER, *LEFT_LIMB))
    arms |= _parse_arm(parse, body25, RIGHT_ARM, (L_SHOULDER, *RIGHT_LIMB))
    return arms | labelled(parse, (*UPPER, NECK))


def _parse_arm(parse: Pixels, body25: Array, label: int, chain: Sequence[int]) -> Mask:
    """The pixels of an arm that lie near its joints; the hand beyond them stays."""
    radius = _radius(body25, parse.shape[1])
    canvas = _Canvas((parse.shape[0], parse.shape[1]), body25)
    previous = chain[0]
    for joint in chain[1:]:
        if not (canvas.found[previous] and canvas.found[joint]):
            continue
        canvas.line(previous, joint, radius * 10)
        canvas.ellipse(joint, radius * (4 if joint == chain[-1] else 15))
        previous = joint
    near: Mask = canvas.mask() & (parse == label)
    return near


def agnostic_mask(parse: Pixels, body25: Array, category: str = "upper_body") -> Mask:
    """What `agnostic_image` covers, (H, W): torso, neck and arms, but not hands, face, lower body.

    Of `lower_body` it covers trousers, skirt and legs with a margin, of `dresses` both. DressCode
    ships no such masks; the margin is ours, a thirty-second of the width.

    Where a shoulder or a hip was not detected, the parse map's upper garment, neck and arms are
    covered as well, so that the garment cannot show.
    """
    if category == "lower_body":
        return _grown(parse, BELOW_WAIST) & ~labelled(parse, UPPER)
    above = _cover_above(parse, body25)
    return above | _grown(parse, (*BELOW_WAIST, *UPPER)) if category == "dresses" else above


def _cover_above(parse: Pixels, body25: Array) -> Mask:
    cover = np.zeros(parse.shape, dtype=bool)
    if _has_shoulders(body25):
        cover |= _drawn_cover(parse, body25)
    if not found(body25)[[R_SHOULDER, L_SHOULDER, R_HIP, L_HIP]].all():
        cover |= labelled(parse, (*UPPER, NECK, LEFT_ARM, RIGHT_ARM))
    return cover & ~labelled(parse, (*HEAD, *LOWER))


def _grown(parse: Pixels, labels: Iterable[int]) -> Mask:
    """Some labels with a margin, less what always stays: head, neck, arms, shoes."""
    margin = 2 * (parse.shape[1] // 64) + 1
    kernel = np.ones((margin, margin), np.uint8)
    grown = cv2.dilate(labelled(parse, labels).astype(np.uint8), kernel).astype(bool)
    return grown & ~labelled(parse, (*HEAD, NECK, LEFT_ARM, RIGHT_ARM, *SHOES))


def agnostic_image(image: Pixels, parse: Pixels, body25: Array) -> Pixels:
    """The photograph with `agnostic_mask` in grey 128, uint8 (H, W, 3)."""
    return covered(image, agnostic_mask(parse, body25))


def covered(image: Pixels, mask: Mask) -> Pixels:
    """The photograph with a mask (H, W) in grey 128."""
    hidden = image.copy()
    hidden[mask] = GREY
    return hidden


def _drawn_cover(parse: Pixels, body25: Array) -> Mask:
    """Torso, neck and arms as thick lines between joints, less the arms' pixels beyond them."""
    points = _hips_at_shoulder_width(body25)
    radius = _radius(points, parse.shape[1])
    canvas = _Canvas((parse.shape[0], parse.shape[1]), points)
    _cover_torso(canvas, radius)
    _cover_arms(canvas, radius)
    kept = _kept_arm(parse, points, LEFT_ARM, LEFT_LIMB, radius)
    kept |= _kept_arm(parse, points, RIGHT_ARM, RIGHT_LIMB, radius)
    return canvas.mask() & ~kept


def _has_shoulders(points: Array) -> bool:
    return bool(found(points)[[R_SHOULDER, L_SHOULDER]].all())


def _radius(points: Array, width: int) -> float:
    """The unit of every radius, in pixels of an image of some width.

    A sixteenth of the shoulder width, plus one, rounded as at VITON-HD's own width.
    """
    scale = width / REFERENCE_WIDTH
    return (int(_distance(points, L_SHOULDER, R_SHOULDER) / scale / 16) + 1) * scale


def _distance(points: Array, first: int, second: int) -> float:
    return float(np.linalg.norm(points[first, :2] - points[second, :2]))


def _hips_at_shoulder_width(body25: Array) -> Array:
    """A copy in which the hips stand as far apart as the shoulders, about the same middle."""
    points = body25.copy()
    width = _distance(points, L_HIP, R_HIP)
    if not found(points)[[R_HIP, L_HIP]].all() or width == 0:
        return points
    middle = (points[R_HIP, :2] + points[L_HIP, :2]) / 2
    factor = _distance(points, L_SHOULDER, R_SHOULDER) / width
    for hip in (R_HIP, L_HIP):
        points[hip, :2] = middle + (points[hip, :2] - middle) * factor
    return points


def _cover_torso(canvas: _Canvas, r: float) -> None:
    """Hips, sides, the trunk between the four corners, and the neck."""
    for hip in (R_HIP, L_HIP):
        canvas.ellipse(hip, r * 3, r * 6)
    canvas.line(R_SHOULDER, R_HIP, r * 6)
    canvas.line(L_SHOULDER, L_HIP, r * 6)
    canvas.line(R_HIP, L_HIP, r * 12)
    canvas.polygon((R_SHOULDER, L_SHOULDER, L_HIP, R_HIP))
    if canvas.found[NECK_JOINT]:
        x, y = canvas.at(NECK_JOINT)
        canvas.draw.rectangle((x - r * 5, y - r * 9, x + r * 5, y), fill=1)


def _cover_arms(canvas: _Canvas, r: float) -> None:
    """Shoulders, upper arms, forearms."""
    canvas.line(R_SHOULDER, L_SHOULDER, r * 12)
    for shoulder in (R_SHOULDER, L_SHOULDER):
        canvas.ellipse(shoulder, r * 5, r * 6)
    for limb in (RIGHT_LIMB, LEFT_LIMB):
        for previous, joint in pairwise(limb):
            if canvas.found[previous] and canvas.found[joint]:
                canvas.line(previous, joint, r * 10)
                canvas.ellipse(joint, r * 5)


def _kept_arm(parse: Pixels, points: Array, label: int, limb: Sequence[int], r: float) -> Mask:
    """An arm's pixels away from its bones: the hand."""
    canvas = _Canvas((parse.shape[0], parse.shape[1]), points)
    canvas.ellipse(limb[0], r * 5, r * 6)
    for previous, joint in pairwise(limb):
        canvas.line(previous, joint, r * 10)
        canvas.ellipse(joint, r * (4 if joint == limb[-1] else 5))
    hand: Mask = ~canvas.mask() & (parse == label)
    return hand
