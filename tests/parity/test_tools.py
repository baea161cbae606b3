"""Whole tools on whole folders: what clean-fid, pytorch-fid and torch-fidelity print, and we.

One random network in the official formats on all sides; real photographs against blurred copies.
FID is taken in 64 dimensions: in 2048, sqrtm fails in those tools (or takes minutes) where there
are fewer images than dimensions.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image, ImageFilter, ImageOps

from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments
from tryonbench.files import file_sha256
from tryonbench.metrics.engine import Engine
from tryonbench.metrics.inception_net import build_inception, inception_features
from tryonbench.metrics.loading import Item
from tryonbench.metrics.outputs import Problems
from tryonbench.metrics.plan import Plan, scoring_of
from tryonbench.protocols import Reference, get_protocol
from tryonbench.weights import REGISTRY, hub_folder

CPU = torch.device("cpu")
COUNT, SIZE = 72, (256, 192)
"""Photographs and their mirror images."""
TILES = 32
"""clean-fid's network must have 2048 features: here the 64, so often."""
pytestmark = pytest.mark.usefixtures("quiet_peers")


class _Layers(torch.nn.Module):
    def __init__(self, state: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.network = build_inception(state, 64)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return inception_features(self.network, images, 64)[64].repeat(1, TILES)[..., None, None]


class _Official(torch.nn.Module):
    """As clean-fid's TorchScript file is built, with the first block alone."""

    def __init__(self, state: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.layers = _Layers(state)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.layers(images)


@pytest.fixture
def root(real_samples: Path, tmp_path: Path) -> Path:
    """A data root of real photographs; `outputs` beside it are blurred."""
    for folder in ("root/test/image", "root/test/cloth", "outputs"):
        (tmp_path / folder).mkdir(parents=True)
    for file in sorted((real_samples / "viton-hd-photos/test/image").glob("*.jpg")):
        photo = Image.open(file).convert("RGB").resize(SIZE[::-1])
        for name, shown in ((file.stem, photo), (f"{file.stem}m", ImageOps.mirror(photo))):
            for folder in ("image", "cloth"):
                shown.save(tmp_path / "root/test" / folder / f"{name}.jpg", quality=95)
            shown.filter(ImageFilter.GaussianBlur(1.5)).save(tmp_path / f"outputs/{name}.png")
    return tmp_path


@pytest.fixture
def state(official) -> dict[str, torch.Tensor]:
    """Random weights as pytorch-fid's file has them, saved where each tool looks."""
    from torchvision.models.inception import Inception3

    torch.manual_seed(0)
    network = Inception3(1008, aux_logits=False, init_weights=False)
    weights = network.state_dict()
    for name, value in weights.items():
        if name.endswith("running_var"):
            value.uniform_(0.05, 0.15)
    official("inception-pytorch", weights)
    official("inception-partial", weights)
    return weights


def _ours(root: Path, resize: str, *keys: str) -> dict[str, float | None]:
    split = open_split(root / "root", "test")
    pairs = own_garments(split)
    protocol = _protocol(resize, keys)
    items = [
        Item(name, root / "outputs" / f"{name}.png", pair)
        for name, pair in zip(pairs.ids, pairs.pairs, strict=True)
    ]
    plan = Plan([scoring_of(protocol, keys, split, pairs.pairs)])
    (measured,) = Engine(plan, split, items, CPU).measure(Problems(), "parity")
    return {key: value.value for key, value in measured.values.items()}


def _protocol(resize: str, keys: tuple[str, ...]) -> Any:
    own = get_protocol("viton-hd/paired-256x192")
    native = Reference(size="native")
    metrics = {key: {"resize": resize} for key in keys}
    return own.model_copy(update={"metrics": metrics, "reference": native})


def test_clean_fid(root: Path, state, monkeypatch: pytest.MonkeyPatch) -> None:
    fid = pytest.importorskip("cleanfid.fid")
    from cleanfid.inception_torchscript import InceptionV3W

    file = hub_folder() / REGISTRY["inception"].official.file
    torch.jit.trace(_Official(state).eval(), torch.zeros(1, 3, 299, 299)).save(file)
    source = replace(REGISTRY["inception"].official, sha256=file_sha256(file))
    monkeypatch.setitem(REGISTRY, "inception", replace(REGISTRY["inception"], sources=(source,)))
    network = InceptionV3W(str(hub_folder()), download=False)
    settings = {"num_workers": 0, "device": CPU, "verbose": False, "mode": "clean"}
    sets = [
        fid.get_folder_features(str(root / folder), network, **settings)
        for folder in ("outputs", "root/test/image")
    ]
    ours = _ours(root, "clean", "fid", "kid")
    assert ours["kid"] == pytest.approx(fid.kernel_distance(*sets), rel=1e-4)
    once = [features[:, : features.shape[1] // TILES] for features in sets]
    found = TILES * _unless_scipy_is_new(fid.fid_from_feats, *once)
    assert ours["fid"] == pytest.approx(found, rel=1e-4)


def test_pytorch_fid(root: Path, state) -> None:
    tool = pytest.importorskip("pytorch_fid.fid_score")
    found = _unless_scipy_is_new(
        tool.calculate_fid_given_paths,
        [str(root / "outputs"), str(root / "root/test/image")],
        batch_size=8,
        device=CPU,
        dims=64,
        num_workers=0,
    )
    assert _ours(root, "pytorch-fid", "fid_64")["fid_64"] == pytest.approx(found, rel=1e-4)


def test_torch_fidelity(root: Path, state) -> None:
    tool = pytest.importorskip("torch_fidelity")
    found = tool.calculate_metrics(
        input1=str(root / "outputs"),
        input2=str(root / "root/test/image"),
        feature_extractor_weights_path=str(
            hub_folder() / REGISTRY["inception-pytorch"].official.file
        ),
        feature_layer_fid="64",
        feature_layer_kid="768",
        fid=True,
        kid=True,
        kid_subset_size=COUNT,
        kid_subsets=2,
        cuda=False,
        cache=False,
        verbose=False,
    )
    ours = _ours(root, "tf1", "fid_64", "kid_768")
    assert ours["kid_768"] == pytest.approx(found["kernel_inception_distance_mean"], rel=1e-4)
    assert ours["fid_64"] == pytest.approx(found["frechet_inception_distance"], rel=1e-4)


def _unless_scipy_is_new(compute, *args: Any, **settings: Any) -> float:
    """FID by a tool that calls sqrtm in a way which SciPy 1.18 took away."""
    try:
        return float(compute(*args, **settings))
    except TypeError:
        pytest.skip("this tool cannot compute FID with SciPy >= 1.18")
