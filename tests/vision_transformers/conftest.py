"""Small random networks in the formats of the official files, and pictures."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from torch import Tensor, nn

from tryonbench.files import file_sha256
from tryonbench.weights import REGISTRY

State = dict[str, Tensor]
Shapes = dict[str, tuple[int, ...]]
WIDTH, DEPTH, EMBEDDING = 128, 2, 96


class Text(NamedTuple):
    """Sizes of CLIP's text encoder."""

    width: int
    depth: int
    words: int


@pytest.fixture
def full_bytes() -> dict[str, int]:
    """Bytes of the tensors if the networks were of the official sizes."""
    dinov2 = _dinov2_shapes(1024, 24)
    clip = _clip_shapes(1024, 24, 768, Text(768, 12, 49408))
    return {
        "dinov2": sum(4 * prod(shape) for shape in dinov2.values()),
        "clip": sum(_stored(name).itemsize * prod(shape) for name, shape in clip.items()),
    }


@pytest.fixture
def dinov2(no_weights: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    """The tensors of `dinov2_vitl14_pretrain.pth`, but of a small network; the file is there."""
    state = _random(_dinov2_shapes(WIDTH, DEPTH))
    torch.save(state, no_weights / REGISTRY["dinov2"].official.file)
    _register(monkeypatch, "dinov2", no_weights)
    return state


@pytest.fixture
def clip(no_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`ViT-L-14-336px.pt`, a TorchScript archive, but of a small network."""
    state = _random(_clip_shapes(WIDTH, DEPTH, EMBEDDING, Text(64, 1, 10)))
    network = _Archive({name: value.to(_stored(name)) for name, value in state.items()})
    file = no_weights / REGISTRY["clip"].official.file
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # TorchScript is the official file's format
        torch.jit.trace(network, torch.zeros(1)).save(file)
    _register(monkeypatch, "clip", no_weights)
    return file


@pytest.fixture(params=[(96, 72), (57, 80), (400, 301)], ids=["portrait", "landscape", "large"])
def pictures(request: pytest.FixtureRequest) -> Tensor:
    """uint8 (3, 3, H, W): smooth, noisy, and black beside white."""
    height, width = request.param
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 8, 6, generator=generator)
    smooth = nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    noise = torch.rand(1, 3, height, width, generator=generator)
    halves = (torch.arange(width) < width // 3).float().expand(1, 3, height, width)
    return (torch.cat([smooth, noise, halves]) * 255).round().byte()


def _register(monkeypatch: pytest.MonkeyPatch, name: str, folder: Path) -> None:
    """Make a file the registered one."""
    official = REGISTRY[name].official
    source = replace(official, sha256=file_sha256(folder / official.file))
    monkeypatch.setitem(REGISTRY, name, replace(REGISTRY[name], sources=(source,)))


def _random(shapes: Shapes) -> State:
    """Norms' weights and LayerScale's factors about 1, the others as large as keeps signals so;
    but embeddings so small that the epsilon of the first norm counts."""
    generator = torch.Generator().manual_seed(0)
    state = {}
    for name, shape in shapes.items():
        near_one = len(shape) == 1 and name.endswith(("weight", "gamma"))
        drawn = torch.randn(shape, generator=generator)
        fan_in = max(1, drawn[0].numel()) if len(shape) > 1 else 4
        state[name] = 1 + drawn / 4 if near_one else drawn / fan_in**0.5
        if any(part in name for part in ("embed", "cls_token", "conv1")):
            state[name] /= 50
    return state


def _dinov2_shapes(width: int, depth: int) -> Shapes:
    shapes: Shapes = {
        "cls_token": (1, 1, width),
        "pos_embed": (1, 1 + 37 * 37, width),
        "mask_token": (1, width),
        "patch_embed.proj.weight": (width, 3, 14, 14),
        "patch_embed.proj.bias": (width,),
    }
    for block in range(depth):
        shapes |= {
            f"blocks.{block}.{name}": shape
            for name, shape in (
                *_pair("norm1", width),
                *_pair("attn.qkv", 3 * width, width),
                *_pair("attn.proj", width, width),
                ("ls1.gamma", (width,)),
                *_pair("norm2", width),
                *_pair("mlp.fc1", 4 * width, width),
                *_pair("mlp.fc2", width, 4 * width),
                ("ls2.gamma", (width,)),
            )
        }
    return shapes | dict(_pair("norm", width))


def _clip_shapes(width: int, depth: int, embedding: int, text: Text) -> Shapes:
    """The image encoder, and the text encoder that nobody reads."""
    return {
        "visual.class_embedding": (width,),
        "visual.positional_embedding": (1 + 24 * 24, width),
        "visual.proj": (width, embedding),
        "visual.conv1.weight": (width, 3, 14, 14),
        **dict(_pair("visual.ln_pre", width)),
        **_clip_blocks("visual.transformer", width, depth),
        **dict(_pair("visual.ln_post", width)),
        "positional_embedding": (77, text.width),
        "text_projection": (text.width, embedding),
        "token_embedding.weight": (text.words, text.width),
        **_clip_blocks("transformer", text.width, text.depth),
        **dict(_pair("ln_final", text.width)),
    }


def _clip_blocks(prefix: str, width: int, depth: int) -> Shapes:
    return {
        f"{prefix}.resblocks.{block}.{name}": shape
        for block in range(depth)
        for name, shape in (
            ("attn.in_proj_weight", (3 * width, width)),
            ("attn.in_proj_bias", (3 * width,)),
            *_pair("attn.out_proj", width, width),
            *_pair("ln_1", width),
            *_pair("mlp.c_fc", 4 * width, width),
            *_pair("mlp.c_proj", width, 4 * width),
            *_pair("ln_2", width),
        )
    }


def _pair(name: str, *shape: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]


def _stored(name: str) -> torch.dtype:
    """OpenAI's `convert_weights`: float16, but for norms and embeddings."""
    return torch.float32 if "ln_" in name or "embedding" in name else torch.float16


class _Archive(nn.Module):
    """Tensors by their dotted names, below a program that has no use for them."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.register_buffer("input_resolution", torch.tensor(336))
        for name, value in state.items():
            *path, last = name.split(".")
            place: nn.Module = self
            for part in path:
                if not hasattr(place, part):
                    place.add_module(part, nn.Module())
                place = getattr(place, part)
            place.register_parameter(last, nn.Parameter(value, requires_grad=False))

    def forward(self, x: Tensor) -> Tensor:
        return x
