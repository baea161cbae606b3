"""The Inception of FID: resizing and features against clean-fid, pytorch-fid, torch-fidelity."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tryonbench.metrics import make_metric
from tryonbench.metrics.frechet import frechet_distance
from tryonbench.metrics.inception import TAPS, make_extractor
from tryonbench.metrics.inception_input import inception_input, tf1_bilinear
from tryonbench.metrics.kernel import Kid
from tryonbench.weights import find

CPU = torch.device("cpu")
SIZES = [(512, 384), (64, 48), (299, 299), (301, 257)]


def _random_state() -> dict[str, torch.Tensor]:
    """Weights that let the input through, so that the last features still differ."""
    from torchvision.models.inception import Inception3

    torch.manual_seed(0)
    state = Inception3(1008, aux_logits=False, init_weights=False).state_dict()
    for name, value in state.items():
        if name.endswith("running_var"):
            value.uniform_(0.05, 0.15)
        elif name.endswith(("running_mean", "bn.bias")):
            value.normal_(0, 0.1)
    return state


@pytest.mark.parametrize("size", SIZES)
def test_clean_resizing_is_clean_fids(pictures, size: tuple[int, int]) -> None:
    resize = pytest.importorskip("cleanfid.resize").build_resizer("clean")
    images = pictures(*size)
    theirs = np.stack([resize(image) for image in images.permute(0, 2, 3, 1).numpy()])
    ours = (inception_input(images, "clean") * 128 + 128).permute(0, 2, 3, 1).numpy()
    assert np.abs(ours - theirs).max() < 0.01


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.usefixtures("quiet_peers")
def test_pytorch_fids_resizing(pictures, size: tuple[int, int]) -> None:
    resize = pytest.importorskip("cleanfid.resize").build_resizer("legacy_pytorch")
    images = pictures(*size)
    theirs = np.stack([resize(image) for image in images.permute(0, 2, 3, 1).numpy()])
    ours = inception_input(images, "pytorch-fid").permute(0, 2, 3, 1).numpy()
    assert np.abs((ours + 1) * 127.5 - theirs).max() < 0.01


@pytest.mark.parametrize("size", SIZES)
def test_tf1_resizing_is_torch_fidelitys(pictures, size: tuple[int, int]) -> None:
    module = pytest.importorskip("torch_fidelity.interpolate_compat_tensorflow")
    pixels = pictures(*size).float()
    theirs = module.interpolate_bilinear_2d_like_tensorflow1x(
        pixels, (299, 299), align_corners=False
    )
    assert (tf1_bilinear(pixels) - theirs).abs().max() < 0.01


@pytest.mark.parametrize("size", SIZES)
def test_tf1_resizing_is_the_kernel_of_tensorflow_1(pictures, size: tuple[int, int]) -> None:
    """resize_bilinear_op.cc, align_corners and half_pixel_centers false, in float64."""
    pixels = pictures(*size)
    ours = tf1_bilinear(pixels.float()).numpy()
    array = pixels.double().numpy()
    for y, x in [(0, 0), (0, 298), (298, 0), (298, 298), (100, 17), (211, 150)]:
        (y0, y1, dy), (x0, x1, dx) = (_neighbours(i, n) for i, n in zip((y, x), size, strict=True))
        top = array[:, :, y0, x0] * (1 - dx) + array[:, :, y0, x1] * dx
        bottom = array[:, :, y1, x0] * (1 - dx) + array[:, :, y1, x1] * dx
        assert np.allclose(ours[:, :, y, x], top * (1 - dy) + bottom * dy, atol=0.01)


def _neighbours(index: int, size: int) -> tuple[int, int, float]:
    place = index * size / 299
    low = int(place)
    return low, min(low + 1, size - 1), place - low


@pytest.mark.usefixtures("quiet_peers")
def test_every_layer_is_pytorch_fids(official, pictures) -> None:
    """clean-fid ships pytorch-fid's network; it reads the official .pth in torch hub's folder."""
    module = pytest.importorskip("cleanfid.inception_pytorch")
    state = _random_state()
    official("inception-pytorch", state)
    official("inception-partial", state)
    images = pictures(96, 80)
    peer = module.InceptionV3((0, 1, 2, 3), resize_input=False, normalize_input=False).eval()
    with torch.inference_mode():
        layers = peer(inception_input(images, "pytorch-fid"))
        theirs = [layer.mean(dim=(2, 3)) for layer in layers]
        whole = make_extractor("inception-pytorch", "pytorch-fid", CPU)(images)
        part = make_extractor("inception-partial", "pytorch-fid", CPU)(images)
    ours = [*(part[:, columns] for columns in TAPS.values()), whole]
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.shape == other.shape
        assert other.std(dim=0).max() > 1e-4
        assert torch.allclose(mine, other, rtol=1e-5, atol=1e-5 * other.abs().max().item())


@pytest.mark.parametrize("width", TAPS)
def test_each_shallow_metric_reads_its_own_layer(width: int) -> None:
    one, two = np.random.default_rng(0).normal(size=(2, 20, 1024)).astype(np.float32)
    columns = [features[:, TAPS[width]] for features in (one, two)]
    assert columns[0].shape == (20, width)
    assert make_metric(f"fid_{width}", {}).value(one, two) == frechet_distance(*columns)
    if width == 768:
        assert make_metric("kid_768", {}).value(one, two) == Kid().value(*columns)
    with pytest.raises(ValueError, match="2048 features are not those of inception-partial"):
        make_metric(f"fid_{width}", {}).value(np.zeros((20, 2048)), np.zeros((20, 2048)))


@pytest.mark.usefixtures("quiet_peers")
def test_features_are_torch_fidelitys(official, pictures) -> None:
    module = pytest.importorskip("torch_fidelity.feature_extractor_inceptionv3")
    official("inception-pytorch", _random_state())
    file = str(find("inception-pytorch"))
    peer = module.FeatureExtractorInceptionV3(
        "inception-v3-compat", ["2048"], feature_extractor_weights_path=file
    )
    images = pictures(96, 80)
    with torch.inference_mode():
        theirs = peer(images)[-1]
        ours = make_extractor("inception-pytorch", "tf1", CPU)(images)
    assert torch.allclose(ours, theirs, rtol=1e-4, atol=1e-5 * theirs.abs().max().item())
