"""The vision transformer that DINOv2 and CLIP share, of torch's own layers.

Both normalise before each block (ViT; Dosovitskiy et al., 2021). DINOv2's LayerScale is a factor on
each block's last linear layers and is multiplied into their weights when they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

HEAD_WIDTH = 64
"""Channels of an attention head, in DINOv2 and in CLIP alike."""


class VisionTransformer(nn.Module):
    """Images to the last class token, normalised and, where there is one, projected."""

    def __init__(
        self,
        state: Mapping[str, Tensor],
        activation: Callable[[Tensor], Tensor],
        epsilon: float,
    ) -> None:
        """
        Args:
            state: the tensors by this module's names; sizes are read off them, and whether there
                is a norm before the blocks and a projection.
            activation: between the layers of a block's perceptron. Not `torch.nn.functional.gelu`
                itself: torch would fuse the block, and on CUDA its fused GELU is tanh's
                approximation.
            epsilon: of the layer norms.
        """
        super().__init__()
        width, _, patch, _ = state["patches.weight"].shape
        self.patches = nn.Conv2d(3, width, patch, patch, bias="patches.bias" in state)
        self.class_token = nn.Parameter(torch.empty(width))
        self.positions = nn.Parameter(torch.empty(state["positions"].shape))
        before = "norm_before.weight" in state
        self.norm_before = nn.LayerNorm(width, epsilon) if before else nn.Identity()
        depth = sum(name.endswith(".linear1.weight") for name in state)
        hidden = state["blocks.0.linear1.weight"].shape[0]
        blocks = (_block(width, hidden, activation, epsilon) for _ in range(depth))
        self.blocks = nn.Sequential(*blocks)
        self.norm_after = nn.LayerNorm(width, epsilon)
        self.projection = _projection(state.get("projection.weight"))

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, H, W), as many patches as there are positions less one -> (N, D)."""
        patches = self.patches(images).flatten(2).transpose(1, 2)
        first = self.class_token.expand(len(images), 1, -1)
        tokens = self.norm_before(torch.cat([first, patches], dim=1) + self.positions)
        features: Tensor = self.projection(self.norm_after(self.blocks(tokens)[:, 0]))
        return features


def build_vision_transformer(
    state: Mapping[str, Tensor], activation: Callable[[Tensor], Tensor], epsilon: float
) -> VisionTransformer:
    """The network with its weights, ready to run; see `VisionTransformer` for the arguments.

    Raises:
        RuntimeError: a weight is missing, or one too many.
    """
    with torch.device("meta"):  # a billion bytes need be neither drawn at random nor held twice
        network = VisionTransformer(state, activation, epsilon)
    network.load_state_dict(state, assign=True)
    return network.eval()


def renamed(state: Mapping[str, Tensor], names: Mapping[str, str]) -> dict[str, Tensor]:
    """A state dict in which parts of names are replaced, one after the other.

    >>> list(renamed({"norm.weight": torch.zeros(1)}, {"norm.": "norm_after."}))
    ['norm_after.weight']
    """
    found = {}
    for name, value in state.items():
        for old, new in names.items():
            name = name.replace(old, new)
        found[name] = value
    return found


def _block(
    width: int, hidden: int, activation: Callable[[Tensor], Tensor], epsilon: float
) -> nn.Module:
    return nn.TransformerEncoderLayer(
        width,
        width // HEAD_WIDTH,
        hidden,
        dropout=0,
        activation=activation,
        layer_norm_eps=epsilon,
        batch_first=True,
        norm_first=True,
    )


def _projection(weight: Tensor | None) -> nn.Module:
    if weight is None:
        return nn.Identity()
    return nn.Linear(weight.shape[1], weight.shape[0], bias=False)
