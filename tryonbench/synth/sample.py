"""Which person and which garment a sample of a data set holds."""

from __future__ import annotations

import numpy as np

from tryonbench.synth.garment import Garment, sample_garment
from tryonbench.synth.person import Person, sample_person

SPLITS = ("test", "train")
PERSON, GARMENT, PAIRS = range(3)
"""What a stream of random numbers is for."""


def generator(*path: int) -> np.random.Generator:
    """The random numbers that belong to a place, independent of every other place."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(list(path))))


def person_of(seed: int, split: str, index: int) -> Person:
    """The person of a sample."""
    return sample_person(generator(seed, SPLITS.index(split), index, PERSON))


def garment_of(seed: int, split: str, index: int) -> Garment:
    """The garment of a sample."""
    return sample_garment(generator(seed, SPLITS.index(split), index, GARMENT))


def partners(seed: int, split: str, count: int) -> list[int]:
    """Whose garment each person tries on: one cycle through all, so nobody keeps the own."""
    order = generator(seed, SPLITS.index(split), count, PAIRS).permutation(count)
    following = np.empty(count, int)
    following[order] = np.roll(order, -1)
    return [int(i) for i in following]
