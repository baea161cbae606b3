"""What `tryonbench export` writes, and that it makes the method's pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tryonbench
from tryonbench.export.schema import ExportManifest, read_manifest

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")
TOLERANCE = 1e-4


def pictures(path: Path, root: Path, count: int = 3) -> Any:
    person = sorted((root / "test" / "image").iterdir())[0]
    cloth = sorted((root / "test" / "cloth").iterdir())[:1] * count
    found = {"agnostic": person, "cloth": cloth, "seed": list(range(count)), "batch_size": count}
    return tryonbench.load(path).generate(**found).astype(int)


@pytest.mark.parametrize("form", ["torchscript", "torch-export"])
def test_an_export_makes_the_pictures_of_its_run(
    form: str, command: Any, tiny_run: Path, synth_root: Path
) -> None:
    done = command("export", tiny_run.name, "--format", form)
    assert done.returncode == 0, done.stderr
    folder = tiny_run.with_name(f"tiny-nano-s0+{form}")
    assert str(folder.name) in done.stdout
    own, exported = pictures(tiny_run, synth_root), pictures(folder, synth_root)
    assert abs(own - exported).max() <= 1
    assert (own[0] != own[1]).any(), "the seed has no effect: the comparison shows little"


def test_onnx_and_its_manifest(command: Any, tiny_run: Path, synth_root: Path) -> None:
    done = command("export", tiny_run, "--json", "--opset", "20", "--set", "model.gain=0.5")
    assert done.returncode == 0, done.stderr
    found = ExportManifest.model_validate(json.loads(done.stdout))
    assert (found.method, found.format, found.opset, found.size) == ("tiny", "onnx", 20, (64, 48))
    assert found.config["model"] == {"gain": 0.5}
    (picture,) = found.parts
    assert [taken.name for taken in picture.inputs] == ["agnostic", "cloth", "z"]
    assert picture.inputs[2].shape == ("batch", 3, 64, 48)
    assert [taken.range for taken in picture.inputs] == ["[-1, 1]"] * 2 + ["standard normal"]
    assert found.parameters == {"reader": 224, "painter": 2211}
    assert found.weights.images == 8
    assert found.weights.sha256
    assert found.parity.batches == (1, 3)
    assert 0 < found.parity.random_weights.largest <= TOLERANCE
    assert {"torch", "onnx", "onnxruntime", "onnxscript"} <= found.versions.keys()
    folder = tiny_run.with_name("tiny-nano-s0@gain=0.5+onnx")
    assert found == read_manifest(folder / "export.json")
    images = pictures(folder, synth_root)
    assert (images[0] != images[1]).any(), "the seed has no effect"


def test_fresh_weights_are_compared_off_their_zero_head(command: Any, tmp_path: Path) -> None:
    done = command("export", "--method", "tiny", "--format", "torchscript", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["weights"] == {"source": "fresh, seed 0", "images": 0}
    assert (tmp_path / "exports" / "tiny-nano+torchscript" / "picture.ts").is_file()
    refused = command("eval", "exports/tiny-nano+torchscript", "--data", tmp_path)
    assert refused.returncode == 2


@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_int8_is_near_and_says_how_it_was_made(
    mode: str, command: Any, tiny_run: Path, synth_root: Path
) -> None:
    done = command("export", tiny_run, "--quantise", mode, "--calibrate", "4")
    assert done.returncode == 0, done.stderr
    folder = tiny_run.with_name(f"tiny-nano-s0+onnx-int8-{mode}")
    manifest = read_manifest(folder / "export.json")
    assert manifest.quantisation is not None
    assert manifest.quantisation.mode == mode
    if mode == "static":
        assert len(manifest.quantisation.ids) == 4
        assert manifest.quantisation.data == f"{synth_root.resolve()} train"
        assert len(manifest.quantisation.excluded["picture"]) == 2
        assert manifest.parity.quantised is not None
        assert manifest.parity.quantised.largest > manifest.parity.own_weights.largest
    own, exported = pictures(tiny_run, synth_root), pictures(folder, synth_root)
    assert np.abs(own - exported).mean() < 3


def test_an_export_replaces_an_older_one_alone(command: Any, tiny_run: Path) -> None:
    folder = tiny_run.with_name("tiny-nano-s0+torchscript")
    given = ("export", tiny_run, "--format", "torchscript", "--out", folder)
    first, second = command(*given), command(*given, "--set", "model.gain=0.7")
    assert (first.returncode, second.returncode) == (0, 0)
    assert read_manifest(folder / "export.json").config["model"] == {"gain": 0.7}
    assert sorted(one.name for one in tiny_run.parent.iterdir()) == [tiny_run.name, folder.name]


def test_ctrl_c_leaves_nothing(
    command: Any, tiny_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tryonbench.export.source.write_run", interrupted)
    assert command("export", tiny_run, "--format", "torchscript").returncode == 130
    assert [one.name for one in tiny_run.parent.iterdir()] == [tiny_run.name]
