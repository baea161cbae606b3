"""The methods that need no training."""

from __future__ import annotations

import torch

from tryonbench.config import ModelConfig
from tryonbench.protocols import get_protocol
from tryonbench_methods.copy_person.method import CopyPerson
from tryonbench_methods.grey_fill.method import GreyFill
from tryonbench_methods.mean_colour.method import MeanColour, mean_colour


def test_copy_person_is_skipped_where_the_photograph_is_the_truth():
    assert "ground truth" in CopyPerson.skip(get_protocol("synth/paired-64x48"))
    assert CopyPerson.skip(get_protocol("synth/unpaired-64x48")) is None


def test_copy_person_and_grey_fill_return_their_input(make_batch):
    batch = make_batch(2)
    for method, expected in ((CopyPerson, batch.image), (GreyFill, batch.agnostic)):
        assert torch.equal(method(ModelConfig(), batch.size).generate(batch, [0, 1]), expected)


def test_mean_colour_paints_inside_the_mask_only(make_batch):
    batch = make_batch(2)
    image = MeanColour(ModelConfig(), batch.size).generate(batch, [0, 1])
    inside = batch.agnostic_mask.expand_as(image) > 0
    assert torch.equal(image[~inside], batch.agnostic[~inside])
    assert image[0, 0][inside[0, 0]].unique().numel() == 1


def test_mean_colour_counts_the_garment_only():
    image = torch.tensor([[[[1.0, -1.0, 0.5]]]]).expand(1, 3, 1, 3)
    mask = torch.tensor([[[[1.0, 0.0, 1.0]]]])
    torch.testing.assert_close(mean_colour(image, mask), torch.full((1, 3, 1, 1), 0.75))
    assert not mean_colour(image, torch.zeros_like(mask)).any()
