"""What users get wrong: one clear line that says what to do, exit code 2, nothing written."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image

Arguments = list[object]


def _refused(command, tmp_path: Path, *arguments: object) -> str:
    """The one line on stderr of a command that must be refused."""
    done = command(*arguments)
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 2, done.stderr
    errors = [line for line in lines if line.startswith("error: ")]
    assert len(errors) == 1, done.stderr
    assert lines[-1] == errors[0]
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "runs").exists(), "something was written"
    return errors[0]


def test_unknown_method(command, tmp_path: Path) -> None:
    line = _refused(command, tmp_path, "train", "--method", "difusion")
    assert 'unknown method "difusion"; did you mean "diffusion"?' in line


def test_a_method_without_training(command, tmp_path: Path) -> None:
    line = _refused(command, tmp_path, "train", "--method", "grey-fill")
    assert "needs no training; evaluate it: tryonbench eval" in line


def test_unknown_setting(command, tmp_path: Path, synth_root: Path) -> None:
    arguments = ["train", "--method", "pix2pix", "--data", synth_root, "--set", "optimizer.lrr=1"]
    assert 'did you mean "lr"?' in _refused(command, tmp_path, *arguments)


def test_unknown_protocol_and_metric(command, tmp_path: Path, synth_root: Path) -> None:
    common = ["eval", "grey-fill", "--data", synth_root]
    done = command(*common, "--protocol", "synth/paired-64x49")
    assert done.returncode == 2
    assert 'did you mean "synth/paired-64x48"?' in done.stderr
    done = command(*common, "--metrics", "ssin")
    assert done.returncode == 2
    assert 'unknown metric "ssin"; did you mean "ssim"?' in done.stderr


def test_missing_and_empty_data(command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    train = ["train", "--method", "pix2pix", "--data"]
    assert "does not exist; make one" in _refused(command, tmp_path, *train, tmp_path / "none")
    assert 'has no split "train"' in _refused(command, tmp_path, *train, tmp_path / "empty")


def test_a_pair_list_that_names_a_missing_file(command, tmp_path: Path, own_root: Path) -> None:
    (own_root / "test" / "image" / "00001_00.jpg").unlink()
    done = command("eval", "grey-fill", "--data", own_root)
    assert done.returncode == 2
    assert "names files that are not in" in done.stderr
    assert "image/00001_00.jpg" in done.stderr


@pytest.mark.parametrize("number", [0, 7])
def test_a_truncated_photograph(command, tmp_path: Path, own_root: Path, number: int) -> None:
    path = sorted((own_root / "train" / "image").iterdir())[number]
    path.write_bytes(path.read_bytes()[:300])
    done = command("train", "--method", "pix2pix", "--data", own_root, "--set", "images=32")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith(f"error: {path} cannot be read")


def test_a_wrong_size(command, tmp_path: Path, synth_root: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for i in range(4):
        Image.new("RGB", (24, 32)).save(images / f"{i:05d}_00.png")
    common = ["eval", "--images", images, "--data", synth_root]
    line = _refused(command, tmp_path, *common, "--protocol", "synth/paired-64x48")
    assert "4 not 64x48 (00000_00.png is 32x24" in line
    assert "no protocol has images of 32x24" in _refused(command, tmp_path, *common)


def test_a_folder_of_images_that_is_not_there(command, tmp_path: Path, synth_root: Path) -> None:
    arguments = ["eval", "--images", tmp_path / "none", "--data", synth_root]
    assert "does not exist" in _refused(command, tmp_path, *arguments)


def test_an_unwritable_output(command, tmp_path: Path, synth_root: Path) -> None:
    (tmp_path / "file").write_text("")
    for arguments in (
        ["train", "--method", "pix2pix", "--data", synth_root, "--runs", tmp_path / "file" / "x"],
        ["data", "synth", "--train", "1", "--test", "2", "--out", tmp_path / "file" / "x"],
    ):
        assert "file" in _refused(command, tmp_path, *arguments)


def test_no_runs(command, tmp_path: Path) -> None:
    assert "no runs in runs; make some" in _refused(command, tmp_path, "report")
    assert "not a run" in _refused(command, tmp_path, "generate", "diffusion-nano-s0")
    assert "not a run" in _refused(command, tmp_path, "eval", "diffusion-nano-s0")
    assert not (tmp_path / "cache").exists(), "no data are drawn for a run that is not there"


def test_eval_needs_to_know_what(command, tmp_path: Path) -> None:
    assert "name runs, or give --all, or --images" in _refused(command, tmp_path, "eval")


def test_a_bad_size_for_synth(command, tmp_path: Path) -> None:
    arguments = ["data", "synth", "--size", "64", "--out", tmp_path / "s"]
    assert "must be HEIGHTxWIDTH" in _refused(command, tmp_path, *arguments)


@pytest.fixture
def run(command, tmp_path: Path, synth_root: Path) -> Path:
    """A trained run in `other/`."""
    small = ["--set", "images=8", "--set", "batch_size=4", "--runs", tmp_path / "other"]
    done = command("train", "--method", "pix2pix", "--data", synth_root, *small)
    assert done.returncode == 0, done.stderr
    return tmp_path / "other" / "pix2pix-nano-s0"


def test_bad_checkpoints(command, tmp_path: Path, synth_root: Path, run: Path) -> None:
    (weights,) = run.glob("checkpoints/*/model.safetensors")
    good = weights.read_bytes()
    evaluate = ["eval", run, "--data", synth_root, "--no-efficiency"]

    weights.write_bytes(good[:1000])
    assert "is corrupted" in _refused(command, tmp_path, *evaluate)

    torch.save({"a": torch.zeros(1)}, weights)
    assert "is a pickle" in _refused(command, tmp_path, *evaluate)

    shutil.rmtree(run / "checkpoints")
    assert "no checkpoint at" in _refused(command, tmp_path, *evaluate)


@pytest.mark.parametrize("text", ["{", "[]", '{"kind": "training"}'])
def test_a_broken_manifest_fails_its_run_alone(
    command, tmp_path: Path, synth_root: Path, text: str
) -> None:
    manifest = tmp_path / "runs" / "mine" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(text)
    common = ["--data", synth_root, "--no-efficiency"]
    alone = command("eval", "mine", *common)
    assert alone.returncode == 2
    assert alone.stderr.startswith(f"error: {Path('runs/mine/manifest.json')} is ")
    every = command("eval", "--all", *common)
    assert every.returncode == 3
    assert "failed: mine: " in every.stderr
    assert "grey-fill" in every.stdout


def test_a_checkpoint_of_another_method(
    command, tmp_path: Path, synth_root: Path, run: Path
) -> None:
    text = (run / "manifest.json").read_text()
    (run / "manifest.json").write_text(text.replace('"method": "pix2pix"', '"method": "diffusion"'))
    line = _refused(command, tmp_path, "eval", run, "--data", synth_root)
    assert 'is a checkpoint of "pix2pix", not of diffusion' in line


def test_images_never_take_over_another_run(command, tmp_path: Path, synth_root, run) -> None:
    before = (run / "manifest.json").read_bytes()
    common = ["--images", synth_root / "test" / "image", "--data", synth_root]
    line = _refused(command, tmp_path, "eval", *common, "--out", run)
    assert "is another run; name a folder for this one with --out" in line
    assert (run / "manifest.json").read_bytes() == before


def test_method_and_preset_are_no_settings(command, tmp_path: Path, synth_root: Path) -> None:
    train = ["train", "--method", "diffusion", "--data", synth_root]
    line = _refused(command, tmp_path, *train, "--set", "method=pix2pix")
    assert "chosen with --method and --preset" in line


def test_generate_out_takes_one_protocol(command, tmp_path: Path, synth_root: Path) -> None:
    done = command("generate", "grey-fill", "--data", synth_root, "--out", tmp_path / "images")
    assert done.returncode == 2
    assert "choose it with --protocol" in done.stderr
    assert not (tmp_path / "images").exists()
    common = ["--data", synth_root, "--protocol", "synth/unpaired-64x48"]
    done = command("generate", "grey-fill", *common, *common[2:], "--out", tmp_path / "images")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "images").iterdir())) == 4


def test_sigterm_is_like_ctrl_c(tmp_path: Path) -> None:
    words = ["data", "synth", "--size", "512x384", "--train", "400", "--out", str(tmp_path / "s")]
    process = subprocess.Popen(
        [sys.executable, "-m", "tryonbench", *words], stderr=subprocess.PIPE, text=True
    )
    while not list(tmp_path.glob("s.partial/synth.json")) and process.poll() is None:
        time.sleep(0.05)
    process.terminate()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert stderr.strip().splitlines()[-1] == "interrupted: run the same command again to go on"


@pytest.mark.parametrize("name", ["../x", "a/b", "", " ", ".."])
def test_a_run_stays_in_its_folder(command, tmp_path: Path, synth_root: Path, name: str) -> None:
    train = ["train", "--method", "pix2pix", "--data", synth_root, "--set", "images=16"]
    assert "cannot name a run" in _refused(command, tmp_path, *train, "--run", name)


def test_networks_too_deep_for_the_size(command, tmp_path: Path, synth_root: Path) -> None:
    train = ["train", "--method", "pix2pix", "--data", synth_root]
    deep = "model.discriminator.channels=[8, 8, 8, 8, 8, 8, 8]"
    line = _refused(command, tmp_path, *train, "--set", deep)
    assert "has 7 layers; images of 64x48 allow at most 5" in line


def test_two_seeds(command, tmp_path: Path, synth_root: Path) -> None:
    train = ["train", "--method", "pix2pix", "--data", synth_root, "--seed", "4"]
    assert "given twice" in _refused(command, tmp_path, *train, "--set", "seed=3")


def test_a_file_in_place_of_an_output_is_said_before_the_work(
    command, tmp_path: Path, synth_root: Path
) -> None:
    (tmp_path / "file").write_text("")
    images = ["--images", synth_root / "test" / "image", "--data", synth_root]
    line = _refused(command, tmp_path, "eval", *images, "--out", tmp_path / "file")
    assert line.endswith("is a file; choose another folder")
    common = ["--data", synth_root, "--protocol", "synth/paired-64x48"]
    out = ["--out", tmp_path / "file" / "x"]
    assert "is a file" in _refused(command, tmp_path, "generate", "grey-fill", *common, *out)
