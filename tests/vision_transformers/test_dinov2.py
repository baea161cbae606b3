"""DINOv2's network and input, against a plain computation in float64 and dgm-eval's transform."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv2d, layer_norm
from torchvision import transforms
from torchvision.transforms.functional import to_pil_image

from tryonbench.metrics.dinov2 import dinov2_input, scaled_positions
from tryonbench.metrics.inception import make_extractor

CPU = torch.device("cpu")
CENTRES = (np.arange(16) + 0.5) * 37 / 16.1 - 0.5


def _cubic(distance: np.ndarray) -> np.ndarray:
    """Keys' kernel with a = -3/4, as torch has it."""
    x, a = np.abs(distance), -0.75
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * (x**3 - 5 * x**2 + 8 * x - 4)
    return np.where(x <= 1, near, np.where(x < 2, far, 0))


def _resampling() -> np.ndarray:
    """(16, 37): four neighbours of each output, those beyond the edge being its copies."""
    matrix = np.zeros((16, 37))
    for output, centre in enumerate(CENTRES):
        for tap in range(int(np.floor(centre)) - 1, int(np.floor(centre)) + 3):
            matrix[output, np.clip(tap, 0, 36)] += _cubic(np.array(centre - tap))
    return matrix


def _scaled(positions: np.ndarray) -> np.ndarray:
    """(1370, D) -> (257, D)."""
    grid = positions[1:].reshape(37, 37, -1)
    small = np.einsum("ai,bj,ijd->abd", _resampling(), _resampling(), grid)
    return np.concatenate([positions[:1], small.reshape(256, -1)])


def test_positions_are_scaled_as_dinov2_does() -> None:
    positions = torch.randn(1 + 37 * 37, 5, generator=torch.Generator().manual_seed(0))
    expected = _scaled(positions.double().numpy())
    assert np.allclose(scaled_positions(positions, 16).numpy(), expected, atol=1e-5)
    assert scaled_positions(positions, 37) is positions


def _linear(state: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]


def _norm(state: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return layer_norm(x, x.shape[-1:], state[f"{name}.weight"], state[f"{name}.bias"], 1e-6)


def _attention(state: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    """Heads of 64 channels, as dinov2/layers/attention.py."""
    count, tokens, width = x.shape
    split = _linear(state, f"{name}.qkv", x).reshape(count, tokens, 3, width // 64, 64)
    query, key, value = split.permute(2, 0, 3, 1, 4)
    shares = (query @ key.transpose(-2, -1) / 8).softmax(dim=-1)
    return _linear(state, f"{name}.proj", (shares @ value).transpose(1, 2).flatten(2))


def _perceptron(state: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    hidden = _linear(state, f"{name}.fc1", x)
    return _linear(state, f"{name}.fc2", hidden * (1 + torch.erf(hidden / 2**0.5)) / 2)


def _network(official: dict[str, Tensor], images: Tensor) -> Tensor:
    """The official tensors, by their own names, in float64."""
    state = {name: value.double() for name, value in official.items()}
    weight, bias = state["patch_embed.proj.weight"], state["patch_embed.proj.bias"]
    patches = conv2d(images.double(), weight, bias, stride=14).flatten(2).transpose(1, 2)
    x = torch.cat([state["cls_token"].expand(len(images), 1, -1), patches], dim=1)
    x = x + torch.from_numpy(_scaled(state["pos_embed"][0].numpy()))
    for block in ("blocks.0", "blocks.1"):
        update = _attention(state, f"{block}.attn", _norm(state, f"{block}.norm1", x))
        x = x + state[f"{block}.ls1.gamma"] * update
        update = _perceptron(state, f"{block}.mlp", _norm(state, f"{block}.norm2", x))
        x = x + state[f"{block}.ls2.gamma"] * update
    return _norm(state, "norm", x)[:, 0]


def _dgm_evals_input(pictures: Tensor) -> Tensor:
    """`DINOv2Encoder.transform` of dgm-eval."""
    transform = transforms.Compose(
        [
            transforms.Resize((224, 224), transforms.InterpolationMode.BICUBIC),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ]
    )
    return torch.stack([transform(to_pil_image(picture)) for picture in pictures])


def test_the_input_is_dgm_evals(pictures: Tensor) -> None:
    assert torch.allclose(dinov2_input(pictures), _dgm_evals_input(pictures), atol=1e-6)


def test_the_network_is_dinov2s(dinov2: dict[str, Tensor], pictures: Tensor) -> None:
    with torch.inference_mode():
        found = make_extractor("dinov2", None, CPU)(pictures)
        expected = _network(dinov2, _dgm_evals_input(pictures)).float()
    assert expected.std(dim=0).mean() > 0.01, "the pictures differ"
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("weights", ["dinov2", "clip"])
def test_neither_batch_nor_order_changes_features(request, pictures, weights: str) -> None:
    request.getfixturevalue(weights)
    extract = make_extractor(weights, None, CPU)
    with torch.inference_mode():
        together = extract(pictures.flip(0)).flip(0)
        alone = torch.cat([extract(picture[None]) for picture in pictures])
    assert torch.allclose(together, alone, rtol=1e-5, atol=1e-6 * alone.abs().max().item())
