import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from tryonbench.errors import InputError
from tryonbench_methods.common.composition import SoftWarp, attend_unlike, blended
from tryonbench_methods.diffusion.config import DiffusionConfig
from tryonbench_methods.diffusion.method import Diffusion
from tryonbench_methods.diffusion.model import PersonUNet
from tryonbench_methods.pix2pix.config import GeneratorConfig
from tryonbench_methods.pix2pix.model import Generator

CELLS, SIZE = (16, 12), (64, 48)


def garment(seed: int = 0) -> torch.Tensor:
    """Four colours, one a quarter, on a grey ground; (1, 4, H, W)."""
    picture = torch.zeros(1, 4, *SIZE)
    colours = torch.rand(2, 2, 3, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    for row in range(2):
        for column in range(2):
            rows, columns = slice(8 + 24 * row, 32 + 24 * row), slice(24 * column, 24 + 24 * column)
            picture[0, :3, rows, columns] = colours[row, column].view(3, 1, 1)
            picture[0, 3, rows, columns] = 1
    return picture


def warped(picture: torch.Tensor) -> torch.Tensor:
    features = torch.randn(1, 64, *CELLS, generator=torch.Generator().manual_seed(1))
    torch.manual_seed(0)
    with torch.no_grad():
        moved: torch.Tensor = SoftWarp(64, 2)(features, features.flip(1), picture)
    return moved


def test_at_first_each_place_shows_the_garment_that_lies_there():
    picture = garment()
    moved = warped(picture)
    here = picture[:, 3:] > 0
    distance = (moved - picture[:, :3]).abs().mean(1, keepdim=True)[here].mean()
    elsewhere = (moved - picture[:, :3].flip(2, 3)).abs().mean(1, keepdim=True)[here].mean()
    assert distance < elsewhere / 2


def test_the_ground_about_the_garment_does_not_tint_it():
    """Mid-grey is no colour of the garment: only its own pixels are averaged."""
    picture = garment()
    red = torch.tensor([0.9, -0.8, -0.8]).view(1, 3, 1, 1)
    picture[:, :3] = torch.where(picture[:, 3:] > 0, red, 0.0)
    worn = picture[:, 3] > 0
    assert (warped(picture) - red).abs().amax(1)[worn].max() < 1e-4


def test_without_a_garment_there_is_nothing_to_lay_on():
    assert not warped(torch.zeros(1, 4, *SIZE)).any()


def test_the_mask_decides_between_garment_and_changed_picture():
    base, cloth, change = torch.full((1, 3, 1, 2), 0.25), torch.ones(1, 3, 1, 2), 0.5
    head = torch.cat([torch.full((1, 3, 1, 2), change), torch.tensor([[[[-99.0, 99.0]]]])], 1)
    assert blended(head, base, cloth)[0, 0, 0].tolist() == [0.75, 1.0]


@pytest.mark.parametrize("width", [4, 16, 48])
def test_padding_to_one_width_changes_nothing(width):
    query, key = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    value = torch.randn(2, 5, width)
    weights = (query @ key.mT / 16**0.5).softmax(-1)
    torch.testing.assert_close(attend_unlike(query, key, value), weights @ value)


@pytest.mark.parametrize(("channels", "patch"), [(32, 2), (32, 4), (64, 4)])
def test_the_warp_needs_no_memory_for_all_pairs_of_patches(channels, patch):
    """Only fused attention is allowed here: any other would raise."""
    features = torch.randn(1, channels, *CELLS)
    warp = SoftWarp(channels, patch)
    with torch.no_grad(), sdpa_kernel([SDPBackend.FLASH_ATTENTION]):
        assert warp(features, features, garment()).shape == (1, 3, *SIZE)


def test_a_plain_super_resolution_stage_has_no_patches():
    config = DiffusionConfig(stage="upsample", attention_levels=(), warp_patch=16)
    assert config.used_patch is None
    Diffusion(config, (40, 24))


def test_patches_must_fill_the_picture():
    with pytest.raises(
        InputError, match=r"warp_patch 16 needs .* divisible by 16, not 40x24; .* another patch"
    ):
        Diffusion(DiffusionConfig(warp_patch=16), (40, 24))


@pytest.mark.parametrize(
    ("config", "composes"),
    [
        ({}, True),
        ({"warp_patch": None}, False),
        ({"objective": "v", "sampler": "ddim"}, False),
    ],
)
def test_only_pictures_are_composed(config, composes):
    unet = PersonUNet(DiffusionConfig(channels=(16, 32), head_dim=16, embedding=32, **config))
    assert (unet.warp is not None) == composes
    assert unet.head.out_channels == (4 if composes else 3) * unet.side**2


def test_the_generator_without_composition_has_no_warp():
    config = GeneratorConfig(stem=8, stages=(16,), residual_blocks=0, head_dim=16)
    plain = Generator(config.model_copy(update={"warp_patch": None}))
    assert plain.warp is None
    assert plain.head.out_channels == 3
