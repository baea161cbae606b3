"""CLIP embeddings of images (Radford et al., 2021), as CMMD takes them."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import normalize as unit

from tryonbench.metrics.base import Extractor
from tryonbench.metrics.eight_bit import resized_8bit
from tryonbench.metrics.vision_transformer import build_vision_transformer, renamed
from tryonbench.weights import load_state_dict

SIDE = 336
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
EPSILON = 1e-5
PART = "visual."
"""How the names of the image encoder's tensors begin; the rest is CLIP's text encoder."""
NAMES = {
    PART: "",
    "class_embedding": "class_token",
    "positional_embedding": "positions",
    "conv1.": "patches.",
    "ln_pre.": "norm_before.",
    "ln_post.": "norm_after.",
    "transformer.resblocks.": "blocks.",
    "attn.": "self_attn.",
    "ln_1.": "norm1.",
    "ln_2.": "norm2.",
    "mlp.c_fc.": "linear1.",
    "mlp.c_proj.": "linear2.",
}


def clip_extractor(device: torch.device) -> Extractor:
    """uint8 (N, 3, H, W) -> float32 (N, 768), of length 1: the embedding of ViT-L/14 at 336.

    The file's program is not run: it holds float16 casts and the device that it was made on.

    Raises:
        MissingWeights: the file is not there.
    """
    state = clip_state(load_state_dict("clip"))
    network = build_vision_transformer(state, quick_gelu, EPSILON).to(device)
    return lambda images: unit(network(clip_input(images).to(device))).float().cpu()


def clip_input(images: Tensor) -> Tensor:
    """uint8 (N, 3, H, W) -> float32 (N, 3, 336, 336), CLIP's mean 0 and deviation 1.

    As CMMD's `io_util.py` (google-research, commit 1963839) reads files: the middle square, then
    Pillow's bicubic resizing to 8 bits. Of a portrait, what is above and below is not seen.

    >>> white = torch.full((1, 3, 64, 48), 255, dtype=torch.uint8)
    >>> clip_input(white)[0, :, 0, 0]
    tensor([1.9303, 2.0749, 2.1459])
    """
    from torchvision.transforms.functional import normalize  # takes seconds to import

    square = _middle_square(images).float() / 255
    standard: Tensor = normalize(resized_8bit(square, (SIDE, SIDE), "bicubic"), MEAN, STD)
    return standard


def clip_state(official: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The image encoder's tensors, float32, by the names of `VisionTransformer`.

    Args:
        official: as `ViT-L-14-336px.pt` has them, mostly float16.
    """
    visual = {name: value.float() for name, value in official.items() if name.startswith(PART)}
    state = renamed(visual, NAMES)
    state["projection.weight"] = state.pop("proj").T.contiguous()
    return state


def quick_gelu(x: Tensor) -> Tensor:
    """CLIP's activation.

    >>> quick_gelu(torch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.1542,  0.0000,  0.8458])
    """
    return x * torch.sigmoid(1.702 * x)


def _middle_square(images: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 3, S, S), S the shorter side; an odd rest goes below and to the right."""
    height, width = images.shape[2:]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return images[:, :, top : top + side, left : left + side]
