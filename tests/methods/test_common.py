"""Pieces that several methods use."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tryonbench_methods.common.attention import MapAttention, fourier, grid
from tryonbench_methods.common.conditions import (
    PERSON_CHANNELS,
    one_hot,
    person_representation,
    segmented_garment,
)
from tryonbench_methods.common.normalisation import InstanceNorm
from tryonbench_methods.common.training import balance, frozen, shares


def test_the_person_is_41_channels_without_the_full_parse(make_batch):
    batch = replace(make_batch(2), parse=None)
    assert person_representation(batch).shape[1] == PERSON_CHANNELS == 41


def test_one_hot_marks_each_label_once():
    labels = torch.tensor([[[0, 19], [5, 5]]])
    channels = one_hot(labels)
    assert channels.shape == (1, 20, 2, 2)
    assert torch.equal(channels.argmax(1), labels)
    assert torch.equal(channels.sum(1), torch.ones(1, 2, 2))


def test_the_ground_around_the_garment_says_nothing(make_batch):
    batch = make_batch(1)
    rgb, mask = segmented_garment(batch).split((3, 1), 1)
    assert torch.equal(mask, batch.cloth_mask)
    assert not (rgb * (1 - mask)).any()


def test_attention_has_an_identity_path():
    attention = MapAttention(32, 16, token_channels=8)
    torch.nn.init.zeros_(attention.out.weight)
    torch.nn.init.zeros_(attention.out.bias)
    x = torch.randn(2, 32, 4, 3) * 7 + 3
    assert torch.equal(attention(x, x, torch.randn(2, 5, 8)), x)


def test_extra_tokens_are_read():
    attention = MapAttention(32, 16, token_channels=8)
    x, extra = torch.randn(1, 32, 4, 3), torch.randn(1, 5, 8)
    assert not torch.allclose(attention(x, x, extra), attention(x, x, -extra))


def test_attention_starts_at_its_own_place():
    attention = MapAttention(32, 32)
    place = fourier(grid(4, 3, torch.device("cpu")), 32)
    logits = attention.query(place) @ attention.key(place).T / 32**0.5
    assert torch.equal(logits.argmax(1), torch.arange(12))


def test_attention_reads_the_source_as_it_is():
    """Values that were normalised over the picture would lose its colour."""
    attention, x = MapAttention(32, 16), torch.randn(1, 32, 4, 3)
    dark, bright = torch.full_like(x, 0.2), torch.full_like(x, 0.9)
    assert not torch.allclose(attention(x, dark), attention(x, bright))


def test_places_tell_cells_apart():
    cells = fourier(grid(4, 3, torch.device("cpu")), 32)
    assert torch.equal((cells @ cells.T).argmax(1), torch.arange(12))


def test_grids_of_any_size_share_one_frame():
    coarse, fine = grid(2, 2, torch.device("cpu")), grid(4, 4, torch.device("cpu"))
    torch.testing.assert_close(coarse, fine.view(2, 2, 2, 2, 2).mean((1, 3)).view(4, 2))


def test_frozen_restores_what_it_changes():
    network = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    network[0].requires_grad_(False)
    before = [p.requires_grad for p in network.parameters()]
    with frozen(network):
        assert not any(p.requires_grad for p in network.parameters())
    assert [p.requires_grad for p in network.parameters()] == before


def test_shares_are_of_sizes_and_bear_a_loss_of_zero():
    found = shares({"one": torch.tensor(-1.0), "two": torch.tensor(3.0)})
    assert found == {"share/one": 0.25, "share/two": 0.75}
    assert shares({"one": torch.tensor(0.0)}) == {"share/one": 0.0}


def test_balance_says_who_is_told_right():
    real, fake = torch.tensor([[0.9], [0.6]]), torch.tensor([[0.7], [0.1]])
    found = {k: round(v, 4) for k, v in balance(real, fake, 0.5).items()}
    assert found == {"real": 0.75, "fake": 0.4, "accuracy_real": 1.0, "accuracy_fake": 0.5}
    assert balance(real, fake, None).keys() == {"real", "fake"}


@pytest.mark.parametrize("count", [1, 2])
def test_instance_norm_takes_gradients_of_any_memory_format(count):
    generator = torch.Generator().manual_seed(0)
    x, above = torch.randn(2, count, 16, 8, 6, generator=generator)
    in_nhwc = above.contiguous(memory_format=torch.channels_last)
    found = _gradient(InstanceNorm(16), x, in_nhwc)
    exact = _gradient(InstanceNorm(16), x.double(), above).float()
    torch.testing.assert_close(found, exact)


def _gradient(norm, x, above):
    x = x.clone().requires_grad_()
    norm(x).backward(above.to(x))
    return x.grad
