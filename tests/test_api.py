"""`tryonbench.load(…).generate(…)`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import tryonbench
from tryonbench.checkpoint import save_weights
from tryonbench.data.dataset import VitonHD
from tryonbench.data.keypoints import read_body25
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments
from tryonbench.errors import InputError
from tryonbench.images import to_pixels, to_tensor
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench.synth import SynthSpec, write_dataset
from tryonbench.training.ema import tensors

README = Path(__file__).parent.parent / "README.md"


def saved(folder: Path, name: str) -> Path:
    """A checkpoint with random weights."""
    chosen = method_class(name)
    config = run_config(chosen, preset_values(chosen, "nano"))
    torch.manual_seed(0)
    method = chosen(config.model, config.size)
    for parameter in method.networks.parameters():
        parameter.data.add_(torch.randn_like(parameter) * 0.02)
    path = folder / f"{name}.safetensors"
    save_weights(path, config, 0, tensors(method.inference_networks))
    return path


def files(root: Path, person: str = "00000_00", cloth: str = "00000_00") -> dict[str, Path]:
    split = open_split(root, "test")
    return {
        "person": split.path("image", person),
        "parse": split.path("parse", person),
        "pose": split.path("keypoints", person),
        "cloth": split.path("cloth", cloth),
        "cloth_mask": split.path("cloth_mask", cloth),
    }


AGNOSTIC = ("agnostic", "agnostic_mask", "parse_agnostic")


@pytest.mark.parametrize("name", ["diffusion", "pix2pix", "stylegan"])
@pytest.mark.parametrize("computed", [True, False])
def test_pictures_are_those_of_the_dataset(
    own_root: Path, tmp_path: Path, name: str, computed: bool
) -> None:
    dresser, split = tryonbench.load(saved(tmp_path, name)), open_split(own_root, "test")
    given = files(own_root)
    for folder in AGNOSTIC:
        if computed:
            shutil.rmtree(split.folder / split.places[folder].folder)
        else:
            given[folder] = split.path(folder, "00000_00")
    dataset = VitonHD(split, own_garments(split), (64, 48), dresser.info.inputs)
    index = dataset.ids.index("00000_00")
    with torch.inference_mode():
        (expected,) = to_pixels(dresser.method.generate(dataset[index], [5]))
    image = dresser.generate(**given, seed=5)
    assert image.dtype == np.uint8
    assert (image == expected).all()


def test_pictures_of_another_size_are_resized_as_the_dataset_does(tmp_path: Path) -> None:
    root = tmp_path / "large"
    write_dataset(root, SynthSpec(size=(128, 96), train=1, test=2, seed=1), workers=1)
    dresser, split = tryonbench.load(saved(tmp_path, "diffusion")), open_split(root, "test")
    name = split.ids("image")[0]
    given = files(root, name, name)
    for folder in AGNOSTIC:
        given[folder] = split.path(folder, name)
    dataset = VitonHD(split, own_garments(split), (64, 48), dresser.info.inputs)
    with torch.inference_mode():
        (expected,) = to_pixels(dresser.method.generate(dataset[0], [0]))
    assert (dresser.generate(**given) == expected).all()


def test_files_pictures_arrays_and_tensors_are_equal(synth_root: Path, tmp_path: Path) -> None:
    dresser, given = tryonbench.load(saved(tmp_path, "pix2pix")), files(synth_root)
    pictures = {k: Image.open(v) for k, v in given.items() if k != "pose"}
    pose = read_body25(given["pose"])
    arrays = {k: np.array(v) for k, v in pictures.items()}
    floats = {k: to_tensor(arrays[k]) for k in ("person", "cloth")}
    expected = dresser.generate(**given)
    maps = {k: torch.from_numpy(arrays[k])[None] for k in ("parse", "cloth_mask")}
    for sources in (pictures, arrays, floats | maps):
        assert (dresser.generate(**sources, pose=pose) == expected).all()
    for picture in pictures.values():
        picture.close()


def test_a_batch_has_a_seed_for_each_picture(synth_root: Path, tmp_path: Path) -> None:
    dresser = tryonbench.load(saved(tmp_path, "diffusion"))
    one, two = files(synth_root), files(synth_root, "00001_00", "00002_00")
    both: dict[str, Any] = {key: [one[key], two[key]] for key in one}
    images = dresser.generate(**both, seed=[7, 9])
    assert images.shape == (2, 64, 48, 3)
    for image, given, seed in zip(images, (one, two), (7, 9), strict=True):
        alone = dresser.generate(**given, seed=seed).astype(int)
        assert np.abs(image - alone).max() <= 1
    assert (dresser.generate(**both, seed=[7, 9], batch_size=1) == images).mean() > 0.99
    assert (images[0] != dresser.generate(**one, seed=8)).any()
    shared = dresser.generate(**(one | {"cloth": both["cloth"], "cloth_mask": None}))
    assert shared.shape == (2, 64, 48, 3)


@pytest.mark.parametrize("seed", [3, np.int64(3), np.array(3), torch.tensor(3), [3], np.array([3])])
def test_seeds_are_whole_numbers_of_any_kind(synth_root: Path, tmp_path: Path, seed: Any) -> None:
    dresser = tryonbench.load(saved(tmp_path, "diffusion"))
    given = files(synth_root)
    picture = dresser.generate(**given, seed=seed)
    assert np.array_equal(picture, dresser.generate(**given, seed=3))


def test_masks_of_shares_and_of_bytes_are_equal(synth_root: Path, tmp_path: Path) -> None:
    dresser = tryonbench.load(saved(tmp_path, "pix2pix"))
    given = files(synth_root)
    mask = np.array(Image.open(given["cloth_mask"]).convert("L"))
    expected = dresser.generate(**{**given, "cloth_mask": mask})
    for same in (mask / 255, torch.tensor(mask / 255)[None], mask.astype(np.int64)):
        assert np.array_equal(dresser.generate(**{**given, "cloth_mask": same}), expected)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"seed": 1.5}, "seed=1.5: give a whole number"),
        ({"seed": None}, "seed=None: give a whole number"),
        ({"seed": -1}, "give numbers from 0"),
        ({"seed": 2**64}, "give numbers from 0"),
        ({"batch_size": 0}, "batch_size=0: give 1 or more"),
        ({"cloth": []}, "a list is empty"),
        ({"pose": {"a": 1}}, "give a file of OpenPose"),
        ({"pose": np.full((25, 3), np.nan)}, "not finite"),
        ({"cloth_mask": np.full((64, 48), -1.0)}, "cloth_mask must hold whole numbers"),
        ({"cloth": torch.full((3, 64, 48), 200.0)}, "finite ones in"),
        ({"cloth": torch.full((3, 64, 48), torch.nan)}, "finite ones in"),
    ],
)
def test_wrong_values_are_refused_in_one_line(
    synth_root: Path, tmp_path: Path, wrong: dict[str, Any], message: str
) -> None:
    dresser = tryonbench.load(saved(tmp_path, "diffusion"))
    with pytest.raises(InputError, match=message):
        dresser.generate(**{**files(synth_root), **wrong})


def test_only_what_the_method_reads_is_asked_for(synth_root: Path, tmp_path: Path) -> None:
    dresser, given = tryonbench.load(saved(tmp_path, "pix2pix")), files(synth_root)
    with pytest.raises(InputError, match="parse is missing; give parse="):
        dresser.generate(person=given["person"], cloth=given["cloth"], pose=given["pose"])
    split = open_split(synth_root, "test")
    own = {k: split.path(k, "00000_00") for k in ("agnostic", "parse_agnostic")}
    garment = {k: given[k] for k in ("cloth", "cloth_mask", "pose")}
    assert dresser.generate(**own, **garment).shape == (64, 48, 3), "no person, no parse"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"person": np.zeros((64, 48), np.uint8)}, r"give uint8 \(H, W, 3\)"),
        ({"person": torch.zeros(64, 48, 3)}, r"give a tensor \(3, H, W\)"),
        ({"person": np.zeros((32, 24, 3), np.uint8)}, "maps are 64x48, but the .* is 32x24"),
        ({"pose": np.zeros((18, 3))}, r"Body25, \(25, 3\)"),
        ({"parse": np.full((64, 48), 20)}, "label 20; the last is 19"),
        ({"parse": np.zeros((64, 48, 3))}, r"give a map \(H, W\)"),
        ({"person": ["a", "b"], "cloth": ["a"]}, "person has 2, cloth has 1; give as many"),
        ({"seed": [1, 2]}, "2 seeds for 1 pictures"),
        ({"cloth": "no.jpg"}, "no.jpg is missing"),
    ],
)
def test_what_cannot_be_read_is_named(
    synth_root: Path, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    dresser = tryonbench.load(saved(tmp_path, "pix2pix"))
    with pytest.raises(InputError, match=message):
        dresser.generate(**(files(synth_root) | changes))


def test_the_example_of_the_readme(
    synth_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = re.findall(r"```python\n(import tryonbench\n.*?)```", README.read_text(), re.S)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "runs/diffusion-nano-s0/checkpoints/000000000"
    folder.mkdir(parents=True)
    saved(tmp_path, "diffusion").rename(folder / "model.safetensors")
    for name, file in files(synth_root).items():
        (tmp_path / f"{name}{file.suffix}").write_bytes(file.read_bytes())
    exec(compile(code, "README.md", "exec"), {})
    with Image.open(tmp_path / "dressed.png") as image:
        assert image.size == (48, 64)


def test_importing_stays_fast() -> None:
    code = "import sys, tryonbench; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
