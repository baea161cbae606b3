"""The renderer: what it draws agrees with what it says about it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from tryonbench.data.agnostic import agnostic_mask
from tryonbench.synth.draw import worn
from tryonbench.synth.draw.canvas import Canvas
from tryonbench.synth.garment import CATEGORIES, Garment
from tryonbench.synth.patterns import PATTERNS
from tryonbench.synth.person import Person
from tryonbench.synth.render import (
    Flat,
    Rendered,
    drawing_size,
    render,
    render_flat,
    render_look,
)
from tryonbench.synth.sample import garment_of, person_of

SIZE = (96, 72)
UPPER, FACE, HAIR = 5, 13, 2


def sample(index: int) -> tuple[Person, Garment]:
    return person_of(5, "test", index), garment_of(5, "test", index)


@pytest.fixture(scope="module", params=range(4))
def rendered(request: pytest.FixtureRequest) -> Rendered:
    return render(*sample(request.param), SIZE)


def test_every_modality_has_the_asked_size(rendered: Rendered) -> None:
    for pixels in (rendered.image, rendered.openpose, rendered.densepose):
        assert pixels.shape == (*SIZE, 3)
        assert pixels.dtype == np.uint8
    assert rendered.parse.shape == SIZE
    assert rendered.warp.shape == (*SIZE, 2)
    assert rendered.keypoints.shape == (25, 3)


@pytest.mark.parametrize("size", [(64, 48), (65, 49), (128, 160), (256, 100)])
def test_any_size_can_be_drawn(size: tuple[int, int]) -> None:
    result = render(*sample(0), size)
    assert result.image.shape == (*size, 3)
    assert {UPPER, FACE, HAIR} <= set(np.unique(result.parse))


def test_the_same_state_gives_the_same_picture() -> None:
    first, second = render(*sample(1), SIZE), render(*sample(1), SIZE)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.warp, second.warp, equal_nan=True)


def test_joints_lie_in_the_picture_or_are_missing(rendered: Rendered) -> None:
    x, y, certain = rendered.keypoints.T
    assert np.all((x >= 0) & (x <= SIZE[1] - 1) & (y >= 0) & (y <= SIZE[0] - 1))
    assert np.all(rendered.keypoints[certain == 0] == 0)
    assert np.all(certain[[0, 1, 2, 5, 8, 9, 12]] > 0)


def test_the_warp_covers_exactly_the_garment(rendered: Rendered) -> None:
    assert np.array_equal(np.isfinite(rendered.warp).all(-1), rendered.parse == UPPER)


def test_the_agnostic_mask_hides_the_garment(rendered: Rendered) -> None:
    garment = rendered.parse == UPPER
    covered = agnostic_mask(rendered.parse, rendered.keypoints)
    assert (garment & ~covered).sum() <= 0.01 * garment.sum()


def test_worn_cloth_comes_from_inside_the_flat_garment() -> None:
    for index in range(4):
        flat = render_flat(sample(index)[1], SIZE)
        warp = render(*sample(index), SIZE, flat).warp
        x, y = np.round(warp[np.isfinite(warp[..., 0])]).astype(int).T
        assert flat.mask[y, x].mean() > 0.97


@pytest.mark.parametrize("index", range(6))
def test_the_warp_maps_texture_to_worn_pixels_within_a_pixel(
    index: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, garment = sample(index)
    coded = coordinate_flat(render_flat(garment, SIZE))
    monkeypatch.setattr(worn, "lit", lambda base, light: base)
    monkeypatch.setattr(Canvas, "shade", lambda *arguments: None)
    result = render(person, garment, SIZE, coded)
    seen = result.image[..., :2] / 255 * [SIZE[1], SIZE[0]] - 0.5
    inside = interior(result)
    assert inside.sum() > 100
    assert np.abs(seen - result.warp)[inside].max() < 1


def coordinate_flat(flat: Flat) -> Flat:
    """A garment whose red and green are the place in the flat picture, as parts of its sides."""
    height, width = flat.texture.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32) + 0.5
    return replace(flat, texture=np.stack([x / width, y / height, 0 * x], -1))


def interior(result: Rendered) -> NDArray[np.bool_]:
    """Garment pixels all around which the same piece of cloth goes on."""
    smooth = result.parse == UPPER
    for shift in product((-1, 0, 1), repeat=2):
        jump = np.abs(np.roll(result.warp, shift, (0, 1)) - result.warp).max(-1)
        smooth &= jump < 2.5
    return smooth


def test_another_garment_leaves_the_person_as_they_are() -> None:
    person, garment = sample(0)
    own, other = render(person, garment, SIZE), render(person, sample(1)[1], SIZE)
    for label in (FACE, HAIR):
        both = (own.parse == label) & (other.parse == label)
        assert both.sum() > 20
        difference = np.abs(own.image[both].astype(int) - other.image[both])
        assert np.median(difference) == 0
    assert np.array_equal(own.keypoints, other.keypoints)
    assert np.array_equal(own.densepose, other.densepose)


@pytest.mark.parametrize("name", sorted(CATEGORIES))
def test_every_category_can_be_drawn_and_worn(name: str) -> None:
    person, garment = sample(0)
    cut = CATEGORIES[name](np.random.default_rng(0))
    flat = render_flat(replace(garment, category=name, cut=cut), SIZE)
    assert 0.05 < flat.mask.mean() < 0.8
    edge = np.concatenate([flat.mask[0], flat.mask[-1], flat.mask[:, 0], flat.mask[:, -1]])
    assert not edge.any()
    assert (render(person, replace(garment, cut=cut), SIZE, flat).parse == UPPER).sum() > 100


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_every_pattern_can_be_drawn(name: str) -> None:
    garment = sample(0)[1]
    look = replace(garment.look, pattern=name, colours=("ff0000", "00ff00", "0000ff"))
    flat = render_flat(replace(garment, look=look), SIZE)
    colours = flat.texture[flat.texture.shape[0] // 2 :, flat.texture.shape[1] // 2]
    assert np.isfinite(colours).all()
    assert len(np.unique(flat.cloth[flat.mask], axis=0)) > 10


def test_small_pictures_are_supersampled_more() -> None:
    factors = [drawing_size((height, height))[0] / height for height in (64, 128, 256, 512, 1024)]
    assert factors == [4, 3, 1.25, 2, 1]


@pytest.mark.parametrize("size", [(64, 48), (256, 192)])
def test_the_look_alone_is_that_of_the_whole(size: tuple[int, int]) -> None:
    person, garment = sample(2)
    whole = render(person, garment, size)
    image, parse = render_look(person, garment, size, render_flat(garment, size))
    assert np.array_equal(image, whole.image)
    assert np.array_equal(parse, whole.parse)
