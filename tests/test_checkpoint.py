"""Checkpoints that must not be loaded, each refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from tryonbench.checkpoint import (
    load_method,
    load_training,
    read_header,
    save_weights,
    weights_file,
)
from tryonbench.errors import InputError
from tryonbench.files import file_sha256
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench.training.ema import tensors


@pytest.fixture
def good(tmp_path: Path) -> Path:
    method = method_class("pix2pix")
    config = run_config(method, preset_values(method, "nano"))
    path = tmp_path / "model.safetensors"
    built = method(config.model, config.size)
    save_weights(path, config, 7, tensors(built.inference_networks))
    return path


def test_a_good_one_loads(good: Path) -> None:
    method = load_method(good, "pix2pix")
    assert method.info.name == "pix2pix"
    assert method.size == (64, 48)


def test_another_method(good: Path) -> None:
    with pytest.raises(InputError, match='is a checkpoint of "pix2pix", not of "diffusion"'):
        load_method(good, "diffusion")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_cut_short(good: Path, share: float) -> None:
    data = good.read_bytes()
    good.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError, match="is corrupted"):
        load_method(good)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / "model.pt"
    torch.save({"a": torch.zeros(1)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(InputError, match="is a pickle, which can run code when loaded"):
        load_method(path)


def test_a_foreign_safetensors_file(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    with pytest.raises(InputError, match="was not written by tryonbench train"):
        load_method(tmp_path / "a.safetensors")


def test_other_networks(good: Path) -> None:
    method = method_class("pix2pix")
    config = run_config(method, preset_values(method, "nano"))
    save_weights(good, config, 7, {"generator.nothing": torch.zeros(1)})
    with pytest.raises(InputError, match="does not fit pix2pix"):
        load_method(good)


def test_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no checkpoint at .* tryonbench train"):
        weights_file(tmp_path)


class _Code:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("code ran",))


def test_a_training_state_with_code_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"images": _Code()}, tmp_path / "training.pt")
    with pytest.raises(InputError, match=r"training state .* is corrupted"):
        load_training(tmp_path / "training.pt")
    assert "code ran" not in capsys.readouterr().out


def test_a_truncated_training_state_is_told_in_whole_words(tmp_path: Path) -> None:
    path = tmp_path / "training.pt"
    torch.save({"images": torch.zeros(1000)}, path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError) as raised:
        load_training(path)
    assert isinstance(raised.value.__cause__, RuntimeError)
    reason = str(raised.value).partition(" is corrupted (")[2].partition("); delete")[0]
    whole = " ".join(str(raised.value.__cause__).split())
    assert reason.endswith(" …")
    assert whole.startswith(reason.removesuffix("…")), "cut between two words"


def test_equal_weights_are_equal_files(good: Path, tmp_path: Path) -> None:
    method = load_method(good)
    config = run_config(type(method), read_header(good).config)
    for number in range(5):
        save_weights(tmp_path / f"{number}", config, 7, tensors(method.inference_networks))
    assert len({file_sha256(tmp_path / f"{number}") for number in range(5)}) == 1
    assert file_sha256(tmp_path / "0") == file_sha256(good)
