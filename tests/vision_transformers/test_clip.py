"""CLIP's network and CMMD's input, against torch-fidelity's copy of OpenAI's code and Pillow."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from tryonbench.metrics.clip import MEAN, STD, clip_input
from tryonbench.metrics.inception import make_extractor

CPU = torch.device("cpu")


def _cmmds_input(picture: Tensor) -> np.ndarray:
    """google-research's `cmmd`: `_center_crop_and_resize`, then `normalize_image`."""
    image = Image.fromarray(picture.permute(1, 2, 0).numpy())
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    pixels = np.asarray(square.resize((336, 336), Image.Resampling.BICUBIC)) / 255.0
    return ((pixels - MEAN) / STD).transpose(2, 0, 1)


def test_the_input_is_cmmds(pictures: Tensor) -> None:
    expected = np.stack([_cmmds_input(picture) for picture in pictures])
    assert np.allclose(clip_input(pictures).numpy(), expected, atol=1e-5)


def test_the_network_is_openais(clip: Path, pictures: Tensor) -> None:
    module = pytest.importorskip("torch_fidelity.feature_extractor_clip")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch-fidelity loads TorchScript, which is deprecated
        peer = module.FeatureExtractorCLIP(
            "clip-vit-l-14-336px", ["clip"], feature_extractor_weights_path=str(clip)
        )
    with torch.inference_mode():
        theirs = peer.model.visual(clip_input(pictures))
        found = make_extractor("clip", None, CPU)(pictures)
    expected = theirs / theirs.norm(dim=-1, keepdim=True)
    assert expected.std(dim=0).mean() > 0.001, "the pictures differ"
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-5)
