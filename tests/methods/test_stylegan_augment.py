"""DiffAugment: condition and picture, changed alike and differentiably."""

from __future__ import annotations

import pytest
import torch

from tryonbench_methods.stylegan import augment
from tryonbench_methods.stylegan.augment import CHANGES, augmented


@pytest.mark.parametrize("change", CHANGES)
def test_condition_and_picture_are_changed_alike(change):
    pictures = torch.rand(6, 3, 16, 12) + 0.5
    one, two = augmented([change], pictures, pictures)
    assert torch.equal(one, two)
    changed = [(a - b).abs().mean() > 1e-3 for a, b in zip(one, pictures, strict=True)]
    assert sum(changed) >= 4
    torch.testing.assert_close(augmented([], pictures, one), (pictures, one))


@pytest.mark.parametrize("change", CHANGES)
def test_the_generator_learns_through_the_change(change):
    pictures = torch.rand(2, 3, 16, 12, requires_grad=True)
    augmented([change], pictures)[0].square().sum().backward()
    assert pictures.grad.any()


def test_recolouring_has_the_values_of_its_formula(monkeypatch):
    """Brightness +0.25, then saturation 0.5, then contrast 1.5."""
    draws = iter((0.75, 0.25, 1.0))
    monkeypatch.setattr(augment, "_random", lambda x: torch.tensor(next(draws)))
    x = torch.tensor([[0.0, 1.0], [0.3, 1.0], [0.6, 1.0]])
    pale = torch.tensor([[0.15, 1.0], [0.3, 1.0], [0.45, 1.0]]) + 0.25
    expected = pale.mean() + 1.5 * (pale - pale.mean())
    torch.testing.assert_close(augment.recoloured(x.view(1, 1, 3, 1, 2))[0, 0, :, 0], expected)


def test_translation_moves_by_an_eighth_at_most_and_fills_with_grey():
    x = torch.arange(1.0, 16 * 24 + 1).view(1, 1, 1, 16, 24)
    padded, shifts = torch.nn.functional.pad(x, (3, 3, 3, 3)), set()
    for _ in range(80):
        moved = augment.translated(x)
        ((down, right),) = ((moved == x[..., 8, 12].item())[0, 0, 0].nonzero()).tolist()
        down, right = down - 8, right - 12
        expected = padded[..., 3 - down : 19 - down, 3 - right : 27 - right]
        assert torch.equal(moved, expected)
        shifts |= {(abs(down), abs(right))}
    assert max(down for down, _ in shifts) == 2
    assert max(right for _, right in shifts) == 3


def test_the_hole_is_half_as_high_and_wide():
    holes = [(augment.cut_out(torch.ones(1, 1, 1, 16, 12)) == 0).sum().item() for _ in range(99)]
    assert max(holes) == 8 * 6
    assert min(holes) >= 4 * 3
