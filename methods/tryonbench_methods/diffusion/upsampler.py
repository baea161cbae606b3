"""A plain super-resolution UNet, without try-on conditions and attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tryonbench_methods.common.attention import group_norm
from tryonbench_methods.diffusion.blocks import NumberEmbedding, zeroed
from tryonbench_methods.diffusion.config import DiffusionConfig
from tryonbench_methods.diffusion.model import decoder, encoder, film_layer


class PlainUNet(nn.Module):
    """The last stage of the cascade; for flow it predicts a change of the enlarged picture."""

    def __init__(self, config: DiffusionConfig) -> None:
        super().__init__()
        width, self.side = config.channels[0], config.unshuffle
        self.time, self.level = NumberEmbedding(config.embedding), NumberEmbedding(config.embedding)
        self.stem = nn.Conv2d(6 * self.side**2, width, 3, padding=1)
        self.encoder = encoder(config, film_layer(config))
        self.decoder = decoder(config, film_layer(config), 0)
        self.norm = group_norm(width)
        self.head = zeroed(nn.Conv2d(width, 3 * self.side**2, 3, padding=1))
        self.predicts_picture = config.objective == "flow"

    def forward(self, x: Tensor, t: Tensor, low: Tensor, level: Tensor) -> Tensor:
        """The prediction from x_t, (N, 3, H, W).

        Args:
            x: noisy image, (N, 3, H, W).
            t: time in [0, 1], (N,).
            low: the enlarged picture of the stage before, (N, 3, H, W).
            level: its noise augmentation, (N,).
        """
        vector = self.time(t) + self.level(level)
        skips = [self.stem(F.pixel_unshuffle(torch.cat([x, low], 1), self.side))]
        for down in self.encoder:
            skips += down(skips[-1], vector)
        h = skips[-1]
        for up in self.decoder:
            h = up(h, skips, vector)
        out = F.pixel_shuffle(self.head(F.silu(self.norm(h))), self.side)
        return low + out if self.predicts_picture else out
