"""FD-synth and KD-synth on drawn people: they see what is wrong with pictures, and how much."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from tryonbench.metrics import make_metric
from tryonbench.metrics.inception import make_extractor
from tryonbench.metrics.synth_net import FEATURES
from tryonbench.protocols import all_protocols
from tryonbench.synth.labels import UPPER
from tryonbench.synth.render import render_flat, render_look
from tryonbench.synth.sample import garment_of, person_of
from tryonbench.weights import REGISTRY

COUNT, SIZE, SEED = 48, (64, 48), 7
Pictures = np.ndarray
"""uint8 (N, H, W, 3)."""
KEYS = ("fd_synth", "kd_synth")


class Drawn(NamedTuple):
    """The same people wearing their own garments and, in another order, each other's."""

    own: Pictures
    garment: np.ndarray
    """Where the own garment is, bool (N, H, W)."""
    exchanged: Pictures


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    people = [person_of(SEED, "test", i) for i in range(COUNT)]
    garments = [garment_of(SEED, "test", i) for i in range(COUNT)]
    flats = [render_flat(garment, SIZE) for garment in garments]
    looks = [
        [render_look(people[i], garments[j], SIZE, flats[j]) for i, j in enumerate(order)]
        for order in (range(COUNT), np.roll(range(COUNT), 1))
    ]
    own, exchanged = (np.stack([image for image, _ in look]) for look in looks)
    return Drawn(own, np.stack([parse == UPPER for _, parse in looks[0]]), exchanged)


@pytest.fixture(scope="module")
def features() -> Callable[[Pictures], np.ndarray]:
    """(N, 128) features of pictures, 16 at a time."""
    extract = make_extractor("synth-extractor", "clean", torch.device("cpu"))

    @torch.inference_mode()
    def of(pictures: Pictures) -> np.ndarray:
        batches = torch.from_numpy(pictures).permute(0, 3, 1, 2).split(16)
        return torch.cat([extract(batch) for batch in batches]).numpy()

    return of


def blurred(drawn: Drawn, sigma: float) -> Pictures:
    return np.stack([cv2.GaussianBlur(picture, (0, 0), sigma) for picture in drawn.own])


def noisy(drawn: Drawn, sigma: float) -> Pictures:
    noise = np.random.default_rng(0).normal(0, sigma, drawn.own.shape)
    return (drawn.own + noise).round().clip(0, 255).astype(np.uint8)


def as_jpeg(drawn: Drawn, quality: float) -> Pictures:
    def saved(picture: np.ndarray) -> np.ndarray:
        stream = io.BytesIO()
        Image.fromarray(picture).save(stream, "JPEG", quality=int(quality))
        return np.asarray(Image.open(stream))

    return np.stack([saved(picture) for picture in drawn.own])


def other_hue(drawn: Drawn, degrees: float) -> Pictures:
    """The garment's hue turned."""
    turned = np.stack([cv2.cvtColor(picture, cv2.COLOR_RGB2HSV_FULL) for picture in drawn.own])
    turned[..., 0] += np.uint8(degrees / 360 * 256)
    pictures = np.stack([cv2.cvtColor(picture, cv2.COLOR_HSV2RGB_FULL) for picture in turned])
    return np.where(drawn.garment[..., None], pictures, drawn.own)


def other_garments(drawn: Drawn, share: float) -> Pictures:
    """Some of the people in somebody else's garment."""
    count = int(share * COUNT)
    return np.concatenate([drawn.exchanged[:count], drawn.own[count:]])


def ghosts(drawn: Drawn, share: float) -> Pictures:
    """Another garment shines through."""
    return (drawn.own * (1 - share) + drawn.exchanged * share).round().astype(np.uint8)


def grey_garment(drawn: Drawn, share: float) -> Pictures:
    """The garment fades to grey."""
    faded = drawn.own * (1 - share) + 128 * share
    return np.where(drawn.garment[..., None], faded, drawn.own).round().astype(np.uint8)


FAULTS = [
    (blurred, 0.5, 1.0),
    (blurred, 1.0, 2.0),
    (noisy, 4.0, 12.0),
    (as_jpeg, 75, 20),
    (other_hue, 20, 90),
    (other_garments, 0.5, 1.0),
    (ghosts, 0.1, 0.4),
    (grey_garment, 0.3, 1.0),
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("fault", "little", "much"), FAULTS)
def test_a_worse_fault_is_a_larger_distance(
    drawn: Drawn, features, key: str, fault, little: float, much: float
) -> None:
    metric, truth = make_metric(key, {}), features(drawn.own)
    same, near, far = (
        metric.value(features(pictures), truth)
        for pictures in (drawn.own, fault(drawn, little), fault(drawn, much))
    )
    assert same < near < far


def test_a_set_is_at_no_distance_from_itself(drawn: Drawn, features) -> None:
    truth = features(drawn.own)
    assert truth.shape == (COUNT, FEATURES)
    assert make_metric("fd_synth", {}).value(truth, truth[::-1]) == pytest.approx(0, abs=1e-6)


@torch.inference_mode()
def test_the_batch_changes_no_feature(drawn: Drawn) -> None:
    extract = make_extractor("synth-extractor", "clean", torch.device("cpu"))
    pictures = torch.from_numpy(drawn.own[:7]).permute(0, 3, 1, 2)
    together = extract(pictures)
    alone = torch.cat([extract(picture[None]) for picture in pictures])
    assert (together - alone).abs().max() <= 1e-6 * together.abs().max()


def test_features_are_of_variance_1_and_of_the_picture_at_any_size(drawn: Drawn, features) -> None:
    """People of another seed than the network's, drawn at half its size, and enlarged."""
    small = features(drawn.own)
    assert 0.5 < small.var(axis=0).mean() < 2
    large = np.stack([np.asarray(Image.fromarray(p).resize((192, 256), 3)) for p in drawn.own])
    assert ((features(large) - small) ** 2).mean() < 0.05


def test_a_new_network_gives_new_fingerprints() -> None:
    sha256 = REGISTRY["synth-extractor"].official.sha256
    for key in KEYS:
        assert sha256.startswith(make_metric(key, {}).version)


def test_only_protocols_of_drawn_people_have_them_by_default() -> None:
    for name, protocol in all_protocols().items():
        assert [key in protocol.metrics for key in KEYS] == [name.startswith("synth/")] * 2
