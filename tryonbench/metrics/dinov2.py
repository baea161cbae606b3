"""DINOv2 features of images (Oquab et al., 2023), as dgm-eval (Stein et al., 2023) takes them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt

import torch
from torch import Tensor
from torch.nn.functional import gelu, interpolate

from tryonbench.metrics.base import Extractor
from tryonbench.metrics.eight_bit import resized_8bit
from tryonbench.metrics.vision_transformer import build_vision_transformer, renamed
from tryonbench.weights import load_state_dict

SIDE = 224
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
EPSILON = 1e-6
OFFSET = 0.1
"""DINOv2 adds it to the number of patches when it scales its positions, which shifts them."""
NAMES = {
    "cls_token": "class_token",
    "pos_embed": "positions",
    "patch_embed.proj.": "patches.",
    "attn.qkv.": "self_attn.in_proj_",
    "attn.proj.": "self_attn.out_proj.",
    "mlp.fc1.": "linear1.",
    "mlp.fc2.": "linear2.",
    "norm.": "norm_after.",
}


def dinov2_extractor(device: torch.device) -> Extractor:
    """uint8 (N, 3, H, W) -> float32 (N, 1024): the class token of ViT-L/14, normalised.

    Raises:
        MissingWeights: the file is not there.
    """
    state = dinov2_state(load_state_dict("dinov2"), SIDE)
    network = build_vision_transformer(state, _gelu, EPSILON).to(device)
    return lambda images: network(dinov2_input(images).to(device)).float().cpu()


def dinov2_input(images: Tensor) -> Tensor:
    """uint8 (N, 3, H, W) -> float32 (N, 3, 224, 224), ImageNet's mean 0 and deviation 1.

    dgm-eval's default (`models/dinov2.py`, commit d57a6d2, without `--clean_resize`): Pillow's
    bicubic resizing of 8-bit pictures, to a square whatever the aspect.

    >>> white = torch.full((1, 3, 64, 48), 255, dtype=torch.uint8)
    >>> dinov2_input(white)[0, :, 0, 0]
    tensor([2.2489, 2.4286, 2.6400])
    """
    from torchvision.transforms.functional import normalize  # takes seconds to import

    square = resized_8bit(images.float() / 255, (SIDE, SIDE), "bicubic")
    standard: Tensor = normalize(square, MEAN, STD)
    return standard


def dinov2_state(official: Mapping[str, Tensor], side: int) -> dict[str, Tensor]:
    """The official file's tensors by the names of `VisionTransformer`, for pictures of side x side.

    Args:
        official: as `dinov2_vitl14_pretrain.pth` has them.
    """
    state = renamed(_without_layer_scale(official), NAMES)
    del state["mask_token"]
    grid = side // state["patches.weight"].shape[-1]
    state["class_token"] = state["class_token"].flatten()
    state["positions"] = scaled_positions(state["positions"][0], grid)
    return state


def scaled_positions(positions: Tensor, grid: int) -> Tensor:
    """Positions of a class token and n x n patches, (1 + n^2, D) -> (1 + grid^2, D).

    `interpolate_pos_encoding` of facebookresearch/dinov2 (models/vision_transformer.py): bicubic
    without antialiasing, output i at (i + 1/2) * n / (grid + 0.1) - 1/2.
    """
    trained = isqrt(len(positions) - 1)
    if trained == grid:
        return positions
    square = positions[1:].T.reshape(1, -1, trained, trained)
    scale = (grid + OFFSET) / trained
    scaled = interpolate(square, scale_factor=(scale, scale), mode="bicubic")
    return torch.cat([positions[:1], scaled.flatten(2)[0].T])


def _without_layer_scale(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Each block's two factors (D,) multiplied into the linear layers that they follow."""
    found = {name: value for name, value in state.items() if not name.endswith(".gamma")}
    for name in state.keys() - found.keys():
        block, scale, _ = name.rsplit(".", 2)
        layer = f"{block}.attn.proj" if scale == "ls1" else f"{block}.mlp.fc2"
        found[f"{layer}.weight"] = state[name][:, None] * found[f"{layer}.weight"]
        found[f"{layer}.bias"] = state[name] * found[f"{layer}.bias"]
    return found


def _gelu(x: Tensor) -> Tensor:
    """Exact, not tanh's approximation."""
    return gelu(x)
