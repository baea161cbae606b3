"""Inception features for FID and KID, by clean-fid's resizing and network."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from torch import Tensor

from tryonbench.metrics.base import Extractor
from tryonbench.weights import find


def clean_extractor(device: torch.device) -> Extractor:
    """uint8 (N, 3, H, W) -> float32 (N, 2048), as clean-fid's mode "clean".

    Raises:
        MissingWeights: the Inception file is not there.
    """
    from cleanfid.inception_torchscript import InceptionV3W
    from cleanfid.resize import build_resizer

    path = find("inception")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is deprecated, but the official file's format
        model = InceptionV3W(str(path.parent), download=False).to(device)
    resize = build_resizer("clean")

    def extract(images: Tensor) -> Tensor:
        arrays = [resize(image) for image in images.permute(0, 2, 3, 1).cpu().numpy()]
        batch = torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2)
        features: Tensor = model(batch.to(device))
        return features.float().cpu()

    return extract
