"""A person in a garment: everything that the drawing reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryonbench.synth.body import Body, pose_body
from tryonbench.synth.cutting import eased, tucked
from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.garment import Garment
from tryonbench.synth.laying import FlatCut, lay_flat
from tryonbench.synth.person import Person

WAIST = 0.64
"""The v of a waistband's upper edge."""


@dataclass(frozen=True)
class Wearing:
    """A person in a garment, posed."""

    person: Person
    garment: Garment
    body: Body
    flat: FlatCut
    front: TorsoFrame
    """The torso of the garment on the body."""
    tucked: bool
    """Whether the garment goes into the waistband."""

    def generator(self, *purpose: int) -> np.random.Generator:
        """Random numbers for details of how this person wears this garment."""
        return np.random.default_rng([self.garment.look.detail, self.person.detail, *purpose])


def wear(person: Person, garment: Garment) -> Wearing:
    """Put the garment on; only a long enough one can be tucked in."""
    body, cut = pose_body(person), garment.cut
    inside = person.tucked and cut.hem > WAIST + 0.15
    front = tucked(body.frame, cut, WAIST + 0.01) if inside else eased(body.frame, cut)
    return Wearing(person, garment, body, lay_flat(cut), front, inside)
