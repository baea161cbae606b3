"""More weight on the worn garment's pixels."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tryonbench.data.labels import UPPER
from tryonbench.method import TrainState
from tryonbench.registry import method_class
from tryonbench_methods.common.emphasis import emphasis, emphasised

SETTINGS = {
    "pix2pix": {"losses": {"garment_weight": 3.0}},
    "stylegan": {"losses": {"garment_weight": 3.0}},
    "diffusion": {"garment_weight": 3.0},
}
TERM = {"pix2pix": "l1", "stylegan": "l1", "diffusion": "flow"}


def test_every_garment_label_weighs_more_and_every_picture_the_same() -> None:
    parse = torch.zeros(2, 4, 4, dtype=torch.int64)
    parse[0, 0, :3] = torch.tensor(UPPER)
    weights = emphasis(parse, 3.0)
    assert weights.shape == (2, 1, 4, 4)
    torch.testing.assert_close(weights.mean((1, 2, 3)), torch.ones(2))
    torch.testing.assert_close(weights[0, 0, 0, :3] / weights[0, 0, 0, 3], torch.full((3,), 3.0))
    assert torch.equal(weights[1], torch.ones(1, 4, 4))


def test_the_mean_leans_to_the_garment_also_of_a_smaller_picture() -> None:
    parse = torch.zeros(1, 4, 4, dtype=torch.int64)
    parse[:, :2] = UPPER[0]
    errors = torch.tensor([1.0, 0.0]).view(1, 1, 2, 1).expand(1, 3, 2, 2)
    assert emphasised(errors, parse, 1.0).mean() == 0.5
    assert emphasised(errors, parse, 3.0).mean() == 0.75


@pytest.mark.parametrize("name", SETTINGS)
def test_a_garment_that_weighs_more_changes_the_loss_alone(name, make_batch) -> None:
    chosen = method_class(name)
    plain, heavy = (
        chosen(chosen.config_class.model_validate(settings), (64, 48))
        for settings in ({}, SETTINGS[name])
    )
    heavy.networks.load_state_dict(plain.networks.state_dict())
    bare = replace(make_batch(2), parse=torch.zeros(2, 64, 48, dtype=torch.int64))
    parse = bare.need("parse").clone()
    parse[:, 20:40, 10:30] = UPPER[0]
    losses = [_loss(method, batch, TERM[name]) for method in (plain, heavy) for batch in
              (bare, replace(bare, parse=parse))]  # fmt: skip
    assert losses[0] == losses[1] == pytest.approx(losses[2], rel=1e-5)
    assert losses[3] != pytest.approx(losses[0], rel=1e-3)


def _loss(method, batch, term: str) -> float:
    torch.manual_seed(0)
    return method.training_step(batch, TrainState("generator", 0, 0))[term].item()
