"""Try-on from Python: `tryonbench.load(checkpoint).generate(person=…, cloth=…)`."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tryonbench.checkpoint import load_method, weights_file
from tryonbench.data.dataset import joined
from tryonbench.data.given import Argument, Given, Source, samples_of
from tryonbench.errors import InputError
from tryonbench.generation import device
from tryonbench.images import Pixels, to_pixels
from tryonbench.method import MethodInfo, TryOnMethod

One = Source | None
Many = One | Sequence[Source]
"""Of one sample, or a list with one for each sample."""
BATCH = 8
SEEDS = 2**63
"""Seeds are below it."""


class TryOn:
    """A trained method, ready to dress people."""

    def __init__(self, method: TryOnMethod) -> None:
        self.method = method
        self.method.networks.to(device()).eval()

    @property
    def info(self) -> MethodInfo:
        """What the method is; `info.inputs` names what it reads."""
        return self.method.info

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the pictures."""
        return self.method.size

    def generate(
        self,
        *,
        person: Many = None,
        cloth: Many = None,
        parse: Many = None,
        pose: Many = None,
        cloth_mask: Many = None,
        agnostic: Many = None,
        agnostic_mask: Many = None,
        parse_agnostic: Many = None,
        densepose: Many = None,
        seed: int | Sequence[int] = 0,
        batch_size: int = BATCH,
    ) -> Pixels:
        """Dress persons in garments.

        Give what the method's `info.inputs` need, of any size. What is agnostic is computed from
        `person`, `parse` and `pose` where it is not given, and `cloth_mask` from the garment's
        white ground. Lists make a batch; what is no list is shared by all samples.

        Args:
            parse: labels 0..19 of the person's picture, as in VITON-HD v3.
            pose: an OpenPose file, or Body25 joints in pixels of the person's picture, (25, 3).
            seed: one for each picture, or the first of them. A picture depends on its own inputs
                and seed alone.

        Returns:
            uint8 (H, W, 3) at `size`; (N, H, W, 3) if anything is a list.

        Raises:
            InputError: something that the method reads is missing or cannot be read.
        """
        arguments: dict[Argument, Any] = {
            "person": person,
            "cloth": cloth,
            "parse": parse,
            "pose": pose,
            "cloth_mask": cloth_mask,
            "agnostic": agnostic,
            "agnostic_mask": agnostic_mask,
            "parse_agnostic": parse_agnostic,
            "densepose": densepose,
        }
        if batch_size < 1:
            raise InputError(f"batch_size={batch_size}: give 1 or more")
        samples = [Given(sources, self.size) for sources in samples_of(arguments)]
        is_batch = any(isinstance(value, (list, tuple)) for value in arguments.values())
        images = self._images(samples, _seeds(seed, len(samples)), batch_size)
        return images if is_batch else images[0]

    @torch.inference_mode()
    def _images(self, samples: Sequence[Given], seeds: Sequence[int], size: int) -> Pixels:
        """uint8 (N, H, W, 3)."""
        rows = [given.batch(self.info.inputs, str(i)) for i, given in enumerate(samples)]
        parts = []
        for start in range(0, len(rows), size):
            batch = joined(rows[start : start + size]).to(device())
            parts.append(to_pixels(self.method.generate(batch, seeds[start : start + size])))
        return np.concatenate(parts)


def _seeds(seed: Any, count: int) -> Sequence[int]:
    """One for each picture; NumPy's and torch's whole numbers are as good as Python's.

    Raises:
        InputError: they are no whole numbers, or not as many as pictures.
    """
    try:
        given = [index(one) for one in (seed if np.ndim(seed) else [seed])]
    except (TypeError, ValueError) as error:
        raise InputError(f"seed={seed!r}: give a whole number, or one for each picture") from error
    seeds = given if np.ndim(seed) else range(given[0], given[0] + count)
    if len(seeds) != count:
        raise InputError(f"{len(seeds)} seeds for {count} pictures; give one each, or one number")
    if not all(0 <= one < SEEDS for one in seeds):
        raise InputError(f"seed={seed!r}: give numbers from 0 to 2^63 - 1")
    return seeds


def load(path: str | Path) -> TryOn:
    """The method of a run folder, a checkpoint folder or a weights file.

    Raises:
        InputError: there are no weights, or they cannot be read.
    """
    return TryOn(load_method(weights_file(Path(path))))
