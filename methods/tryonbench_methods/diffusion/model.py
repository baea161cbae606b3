"""The person UNet and the garment UNet of TryOnDiffusion (Zhu et al. 2023)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tryonbench_methods.common.attention import KeysValues, MapAttention, group_norm
from tryonbench_methods.common.composition import BLEND_CHANNELS, blended, soft_warp
from tryonbench_methods.common.conditions import GARMENT_CHANNELS
from tryonbench_methods.diffusion.blocks import (
    AttentionPool,
    DownLevel,
    FiLMBlock,
    NumberEmbedding,
    PoseEmbedding,
    UpLevel,
    VectorEmbedding,
    zeroed,
)
from tryonbench_methods.diffusion.config import DiffusionConfig

PERSON_CHANNELS = 3 + 3 + 1
"""Noisy image, agnostic, agnostic mask."""
LOW_CHANNELS = 3
"""The enlarged picture of the stage before."""

GarmentFeatures = Mapping[int, Tensor]
"""A feature map for each attention level l, (N, channels[l], h_l, w_l)."""


class GarmentMemory:
    """A garment's features, and the keys and values that attentions made of them, each once.

    In sampling, one memory serves every step at which the features are the same.
    """

    def __init__(
        self,
        features: GarmentFeatures,
        picture: Tensor,
        made: Mapping[MapAttention, KeysValues] | None = None,
    ) -> None:
        """Of the segmented garment and its mask, (N, 4, H, W); with keys and values if `made`."""
        self.features, self.picture = features, picture
        self._made: dict[MapAttention, KeysValues] = dict(made or {})

    def keys_values(self, attention: MapAttention, level: int) -> KeysValues:
        """What an attention at a level reads."""
        if attention not in self._made:
            self._made[attention] = attention.keys_values(self.features[level])
        return self._made[attention]


Layer = Callable[[int, int], nn.Module]
"""(level, input channels) -> a layer of the level's width."""


def encoder(config: DiffusionConfig, layer: Layer) -> nn.ModuleList:
    """The levels from fine to coarse."""
    widths = config.channels
    return nn.ModuleList(
        DownLevel(
            widths[level - 1] if level else None,
            widths[level],
            [layer(level, widths[level]) for _ in range(count)],
        )
        for level, count in enumerate(config.blocks)
    )


def decoder(config: DiffusionConfig, layer: Layer, finest: int) -> nn.ModuleList:
    """The levels from coarse to `finest`; each layer also reads its mirror image's output."""
    widths = config.channels
    coarsest = len(widths) - 1
    return nn.ModuleList(
        UpLevel(
            widths[level + 1] if level < coarsest else None,
            widths[level],
            [layer(level, 2 * widths[level]) for _ in range(config.blocks[level])],
        )
        for level in range(coarsest, finest - 1, -1)
    )


class PersonLayer(nn.Module):
    """FiLM block; at some levels self-attention with pose, then cross-attention to the garment."""

    def __init__(self, config: DiffusionConfig, level: int, inputs: int) -> None:
        super().__init__()
        width, head = config.channels[level], config.head_dim
        self.level = level
        self.block = FiLMBlock(inputs, width, config.embedding)
        self.attends = level in config.attention_levels
        if self.attends:
            self.self_attention = MapAttention(width, head, config.embedding)
            self.cross_attention = MapAttention(width, head)

    def forward(self, x: Tensor, vector: Tensor, pose: Tensor, garment: GarmentMemory) -> Tensor:
        """(N, inputs, h, w) with FiLM vector, pose tokens and garment -> (N, width, h, w)."""
        out: Tensor = self.block(x, vector)
        if self.attends:
            out = self.self_attention(out, out, pose)
            keys_values = garment.keys_values(self.cross_attention, self.level)
            out = self.cross_attention.read(out, keys_values)
        return out


class PersonUNet(nn.Module):
    """The prediction of the objective: the clean picture, v or the noise.

    The picture is predicted as a change of the agnostic one (of the enlarged one in the stage
    `upsample`), learnt inside the mask and outside; v and the noise are predicted as they are.
    Cross-attention carries the garment to its place; its mean features also join the vector that
    drives FiLM.
    """

    def __init__(self, config: DiffusionConfig) -> None:
        super().__init__()
        width, side = config.channels[0], config.unshuffle
        self.time, self.level = NumberEmbedding(config.embedding), NumberEmbedding(config.embedding)
        self.pose = PoseEmbedding(config.embedding)
        self.pool = AttentionPool(config.embedding, config.head_dim)
        self.coarsest_read = max(config.attention_levels)
        self.garment = VectorEmbedding(config.channels[self.coarsest_read], config.embedding)
        self.enlarges = config.stage == "upsample"
        inputs = PERSON_CHANNELS + LOW_CHANNELS * self.enlarges
        self.stem = nn.Conv2d(inputs * side**2, width, 3, padding=1)
        self.encoder = encoder(config, lambda level, inputs: PersonLayer(config, level, inputs))
        self.decoder = decoder(config, lambda level, inputs: PersonLayer(config, level, inputs), 0)
        self.norm = group_norm(width)
        self.finest_read = min(config.attention_levels)
        self.predicts_picture = config.objective == "flow"
        self.warp = soft_warp(config.channels[self.finest_read], config.used_patch)
        seen, painted = (width + 3 * side**2, BLEND_CHANNELS) if self.warp else (width, 3)
        self.head = zeroed(nn.Conv2d(seen, painted * side**2, 3, padding=1))
        self.side = side

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        person: Tensor,
        pose: Tensor,
        level: Tensor,
        garment: GarmentMemory,
    ) -> Tensor:
        """The prediction from x_t, (N, 3, H, W).

        Args:
            x: noisy image, (N, 3, H, W).
            t: time in [0, 1], (N,).
            person: agnostic RGB and mask, (N, 4, H, W); in the stage `upsample` also the enlarged
                picture of the stage before, (N, 7, H, W).
            pose: joints (x, y, found) in [0, 1], (N, 18, 3).
            level: noise augmentation of the conditions, (N,).
            garment: remembers the features from `GarmentUNet`.
        """
        tokens = self.pose(pose)
        vector = self.pool(tokens) + self.time(t) + self.level(level)
        vector = vector + self.garment(garment.features[self.coarsest_read].mean((2, 3)))
        context = (vector, tokens, garment)
        skips = [self.stem(F.pixel_unshuffle(torch.cat([x, person], 1), self.side))]
        for down in self.encoder:
            skips += down(skips[-1], *context)
        maps = [skips[-1]]
        for up in self.decoder:
            maps.append(up(maps[-1], skips, *context))
        worn = maps[len(self.decoder) - self.finest_read]
        base = person[:, -LOW_CHANNELS:] if self.enlarges else person[:, :3]
        return self._painted(F.silu(self.norm(maps[-1])), worn, base, garment)

    def remember(self, features: GarmentFeatures) -> tuple[Tensor, ...]:
        """All that `forward` reads of a garment's features, for `recall`."""
        pairs = [a.keys_values(features[level]) for a, level in self._readers()]
        maps = [features[level] for level in self._seen_levels]
        return (*maps, *(tensor for pair in pairs for tensor in pair))

    def recall(self, remembered: Sequence[Tensor], picture: Tensor) -> GarmentMemory:
        """The memory of a garment (N, 4, H, W) from what `remember` returned."""
        levels = self._seen_levels
        pairs = zip(*[iter(remembered[len(levels) :])] * 2, strict=True)
        attentions = (attention for attention, _ in self._readers())
        features = dict(zip(levels, remembered, strict=False))
        return GarmentMemory(features, picture, dict(zip(attentions, pairs, strict=True)))

    @property
    def remembered_names(self) -> tuple[str, ...]:
        """Of what `remember` returns."""
        count = sum(1 for _ in self._readers())
        pairs = (f"{kind}_{n}" for n in range(count) for kind in ("keys", "values"))
        return (*(f"features_{level}" for level in self._seen_levels), *pairs)

    @property
    def _seen_levels(self) -> list[int]:
        """Whose features are read beside attention."""
        return sorted({self.coarsest_read, *([self.finest_read] if self.warp else [])})

    def _readers(self) -> Iterator[tuple[MapAttention, int]]:
        """Each attention to the garment, with its level."""
        for layer in self.modules():
            if isinstance(layer, PersonLayer) and layer.attends:
                yield layer.cross_attention, layer.level

    def _painted(self, h: Tensor, worn: Tensor, base: Tensor, garment: GarmentMemory) -> Tensor:
        """The prediction from the last map and the one that the garment is laid on."""
        if self.warp is None:
            out = F.pixel_shuffle(self.head(h), self.side)
            return base + out if self.predicts_picture else out
        warped = self.warp(worn, garment.features[self.finest_read], garment.picture)
        seen = torch.cat([h, F.pixel_unshuffle(warped, self.side)], 1)
        return blended(F.pixel_shuffle(self.head(seen), self.side), base, warped)


class GarmentUNet(nn.Module):
    """Feature maps of the flat garment; its decoder stops at the finest level that attends.

    A flat garment has no pose: a learned null vector stands for it. Without the time, the features
    belong to the garment alone and serve every sampling step.
    """

    def __init__(self, config: DiffusionConfig) -> None:
        super().__init__()
        embedding, self.side = config.embedding, config.unshuffle
        self.reads, finest = config.attention_levels, min(config.attention_levels)
        self.null_pose = nn.Parameter(torch.randn(embedding) * 0.02)
        self.level = NumberEmbedding(embedding)
        self.time = NumberEmbedding(embedding) if config.garment_sees_time else None
        self.stem = nn.Conv2d(GARMENT_CHANNELS * self.side**2, config.channels[0], 3, padding=1)
        self.encoder = encoder(config, film_layer(config))
        self.decoder = decoder(config, film_layer(config), finest)

    def forward(self, garment: Tensor, level: Tensor, t: Tensor | None = None) -> GarmentFeatures:
        """Features of garment RGB and mask (N, 4, H, W) at noise level (N,) and time (N,).

        Raises:
            TypeError: the time is missing, or given to a network that does not see it.
        """
        vector = self._vector(level, t)
        skips = [self.stem(F.pixel_unshuffle(garment, self.side))]
        for down in self.encoder:
            skips += down(skips[-1], vector)
        features, coarsest = [skips[-1]], len(self.encoder) - 1
        for up in self.decoder:
            features.append(up(features[-1], skips, vector))
        return {level: features[1 + coarsest - level] for level in self.reads}

    def _vector(self, level: Tensor, t: Tensor | None) -> Tensor:
        """What drives FiLM, (N, embedding)."""
        vector: Tensor = self.null_pose + self.level(level)
        if self.time is not None and t is not None:
            vector += self.time(t)
        elif self.time is not None or t is not None:
            raise TypeError("the garment UNet takes a time if, and only if, garment_sees_time")
        return vector


def film_layer(config: DiffusionConfig) -> Layer:
    """The garment UNet's layers: FiLM blocks without attention."""
    return lambda level, inputs: FiLMBlock(inputs, config.channels[level], config.embedding)
