"""Augmentation: one change for every modality, left and right swapped, nothing by default."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from tryonbench.batch import MODALITIES, TryOnBatch
from tryonbench.config import AugmentConfig
from tryonbench.data.augment import Draw, augmented, draw, needed
from tryonbench.data.dataset import VitonHD, training_loader
from tryonbench.data.keypoints import heatmaps
from tryonbench.data.labels import MIRRORED
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments

SAME = (1.0, 1.0, 1.0, 0.0)
FLIP = Draw(flip=True, shift=(0, 0), scale=1.0, colour=SAME)


@pytest.fixture
def dataset(synth_root: Path) -> VitonHD:
    split = open_split(synth_root, "train")
    return VitonHD(split, own_garments(split), (64, 48), MODALITIES)


@pytest.fixture
def sample(dataset: VitonHD) -> TryOnBatch:
    return dataset[0]


def test_a_flip_mirrors_and_swaps_left_and_right(sample: TryOnBatch) -> None:
    flipped = augmented(sample, FLIP)
    for name in ("image", "cloth", "agnostic", "cloth_mask", "agnostic_mask"):
        assert torch.equal(flipped.need(name), sample.need(name).flip(-1)), name
    for name in ("parse", "parse_agnostic"):
        before, after = sample.need(name).flip(-1), flipped.need(name)
        for one, other in MIRRORED.items():
            assert torch.equal(after == one, before == other)
            assert torch.equal(after == other, before == one)
        assert torch.equal(after == 5, before == 5)
    before, after = sample.need("keypoints")[0], flipped.need("keypoints")[0]
    assert after[2, 0] == 47 - before[5, 0], "the right shoulder is where the left one was"
    assert torch.equal(after[2, 1:], before[5, 1:])
    assert after[0, 0] == 47 - before[0, 0]


def test_two_flips_give_the_sample_back(sample: TryOnBatch) -> None:
    twice = augmented(augmented(sample, FLIP), FLIP)
    for name in MODALITIES:
        limit = 0.08 if name == "densepose" else 1e-5
        assert (twice.need(name) - sample.need(name)).abs().float().mean() < limit, name


def test_a_flip_swaps_densepose_colours(sample: TryOnBatch) -> None:
    """The left upper arm's colour (part 15) takes the place of the right one's (16)."""
    left, right = (np.array(c) / 127.5 - 1 for c in ((145, 191, 116), (170, 189, 105)))
    rendering = torch.full((1, 3, 64, 48), -1.0)
    rendering[0, :, 10:20, 5:10] = torch.tensor(left, dtype=torch.float32)[:, None, None]
    one = TryOnBatch(("a",), ("a",), ("a",), (64, 48), densepose=rendering)
    after = augmented(one, FLIP).need("densepose")
    assert np.allclose(after[0, :, 15, 40], right, atol=0.02)
    assert (after[0, :, 15, 7] == -1).all()


def test_missing_joints_stay_missing(sample: TryOnBatch) -> None:
    joints = sample.need("keypoints").clone()
    joints[0, 4] = 0
    one = TryOnBatch(("a",), ("a",), ("a",), (64, 48), keypoints=joints)
    moved = augmented(one, Draw(flip=True, shift=(3, 2), scale=1.1, colour=SAME))
    assert not moved.need("keypoints")[0, 7].any()
    assert moved.need("keypoints")[0, 4].any()


@pytest.mark.parametrize(("shift", "scale"), [((5, -3), 1.0), ((0, 0), 1.25), ((-4, 6), 0.9)])
def test_joints_and_pixels_move_together(shift: tuple[int, int], scale: float) -> None:
    """A dot at a joint is found at the moved joint, to a fifth of a pixel."""
    picture = torch.full((1, 3, 64, 48), -1.0)
    picture[0, :, 30:33, 20:23] = 1
    joints = torch.zeros(1, 18, 3)
    joints[0, 0] = torch.tensor([21.0, 31.0, 1.0])
    maps = torch.from_numpy(heatmaps(joints[0].numpy(), (64, 48)))[None]
    one = TryOnBatch(
        ("a",), ("a",), ("a",), (64, 48), image=picture, keypoints=joints, pose_heatmaps=maps,
        parse=(picture[:, 0] > 0).long(), cloth_mask=(picture[:, :1] > 0).float(),
    )  # fmt: skip
    moved = augmented(one, Draw(flip=False, shift=shift, scale=scale, colour=SAME))
    x, y, _ = moved.need("keypoints")[0, 0].tolist()
    light = (moved.need("image")[0, 0] + 1) / 2
    rows, columns = torch.meshgrid(torch.arange(64.0), torch.arange(48.0), indexing="ij")
    assert (light * columns).sum() / light.sum() == pytest.approx(x, abs=0.2)
    assert (light * rows).sum() / light.sum() == pytest.approx(y, abs=0.2)
    peak = int(moved.need("pose_heatmaps")[0, 0].argmax())
    assert (peak % 48, peak // 48) == (round(x), round(y))
    assert set(moved.need("parse").unique().tolist()) == {0, 1}
    assert torch.equal(moved.need("parse").bool(), moved.need("cloth_mask")[:, 0].bool())


def test_borders_go_on_with_their_outermost_pixels(sample: TryOnBatch) -> None:
    moved = augmented(sample, Draw(flip=False, shift=(10, 0), scale=1.0, colour=SAME))
    image, before = moved.need("image"), sample.need("image")
    assert torch.allclose(image[..., 10:], before[..., :-10], atol=1e-4)
    assert torch.allclose(image[..., :10], before[..., :1].expand(-1, -1, -1, 10), atol=1e-4)


def test_colour_changes_the_same_way_and_never_the_cover(sample: TryOnBatch) -> None:
    changed = augmented(
        sample, Draw(flip=False, shift=(0, 0), scale=1.0, colour=(0.8, 1.1, 1.2, 0.02))
    )
    assert not torch.equal(changed.need("cloth"), sample.need("cloth"))
    seen = sample.need("agnostic_mask")[0, 0] == 0
    same = (sample.need("image") - sample.need("agnostic")).abs().amax(1)[0] == 0
    both = seen & same
    assert both.sum() > 100
    near = (changed.need("image") - changed.need("agnostic")).abs().amax(1)[0][both]
    assert near.max() < 1e-5
    inside = sample.need("agnostic_mask")[0, 0] == 1
    grey = (changed.need("agnostic")[0, :, inside] - (128 / 127.5 - 1)).abs().amax(0)
    assert (grey < 1e-6).float().mean() > 0.8
    for name in ("parse", "keypoints", "agnostic_mask", "densepose"):
        assert torch.equal(changed.need(name), sample.need(name))


def test_draws_follow_the_seed_and_stay_in_range() -> None:
    config = AugmentConfig(flip=0.5, shift=0.1, scale=0.2, colour=0.3)
    draws = [draw(config, (256, 192), seed) for seed in range(300)]
    assert draws[7] == draw(config, (256, 192), 7)
    assert 100 < sum(d.flip for d in draws) < 200
    assert max(abs(d.shift[0]) for d in draws) <= 19
    assert max(abs(d.shift[1]) for d in draws) <= 26
    assert all(1 / 1.2 <= d.scale <= 1.2 for d in draws)
    assert all(0.7 <= factor <= 1.3 for d in draws for factor in d.colour[:3])
    assert draw(AugmentConfig(), (256, 192), 7) == Draw(False, (0, 0), 1.0, SAME)


def test_what_a_change_needs_is_loaded() -> None:
    on = AugmentConfig(colour=0.1)
    assert needed(("agnostic", "pose_heatmaps"), on) == (
        "agnostic", "agnostic_mask", "keypoints", "pose_heatmaps",
    )  # fmt: skip
    assert needed(("image",), on) == ("image",)
    assert needed(("agnostic", "pose_heatmaps"), AugmentConfig()) == ("agnostic", "pose_heatmaps")


def test_training_batches_are_changed_and_repeat(dataset: VitonHD) -> None:
    config = AugmentConfig(flip=0.5, shift=0.1, scale=0.1, colour=0.1)
    whole = list(islice(training_loader(dataset, 4, 3, 0, 0, config), 3))
    later = next(iter(training_loader(dataset, 4, 3, 8, 0, config)))
    assert torch.equal(later.need("image"), whole[2].need("image")), "as after a resume"
    plain = next(iter(training_loader(dataset, 4, 3, 0, 0)))
    assert whole[0].ids == plain.ids
    assert not torch.equal(whole[0].need("image"), plain.need("image"))
    assert torch.equal(
        plain.need("image")[:1], dataset[dataset.ids.index(plain.ids[0])].need("image")
    )
