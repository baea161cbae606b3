"""Configuration layers, and what is said of wrong settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tryonbench.config import layered
from tryonbench.errors import InputError
from tryonbench.registry import method_class, preset_values, run_config


def _config(*assignments: str, file: Path | None = None):
    method = method_class("diffusion")
    return run_config(method, layered(preset_values(method, "nano"), file, assignments))


def test_set_overrides_file_overrides_preset(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("optimizer: {lr: 0.5, weight_decay: 0.25}\nbatch_size: 3\n")
    config = _config("optimizer.lr=1e-4", file=file)
    assert config.optimizer.lr == 1e-4
    assert config.optimizer.weight_decay == 0.25
    assert config.batch_size == 3
    assert config.size == (64, 48)


def test_lists_are_read_as_yaml() -> None:
    assert _config("size=[32, 24]").size == (32, 24)
    assert _config("size=32x24").size == (32, 24)


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("optimizer.lrr=1", 'unknown setting "optimizer.lrr"; did you mean "lr"?'),
        ("bach_size=1", 'unknown setting "bach_size"; did you mean "batch_size"?'),
        ("model.chanels=[1]", 'unknown setting "model.chanels"; did you mean "channels"?'),
        ("optimizer.lr=fast", "the setting \"optimizer.lr\" cannot be 'fast'"),
        ("optimizer.lr=-1", 'the setting "optimizer.lr" cannot be -1'),
        ("optimizer.name=adm", "the setting \"optimizer.name\" cannot be 'adm'"),
        ("optimizer.lr", "must be KEY=VALUE"),
        ("=3", "must be KEY=VALUE"),
        ("size=[", '"[" is not a value'),
        ("size=64", "must be height and width, such as 256x192"),
        ("size=64x", 'the setting "size.1" cannot be'),
        ("optimizer=3", "is a group of settings; give them one by one"),
        ("optimizer.betas=[0.5]", 'the setting "optimizer.betas" has too few values'),
        ("optimizer.betas=3", "it is a list of values"),
        ("optimizer.lr=.inf", 'the setting "optimizer.lr" cannot be inf'),
        ("optimizer.lr=.nan", 'the setting "optimizer.lr" cannot be nan'),
        ("batch_size=100000000", "batch_size is more than images"),
        ("augment.flip=2", 'the setting "augment.flip" cannot be 2'),
        ("trackers=wandb", "it is a list of values: [A, B]"),
        ("model.channels=[30,64]", 'the settings "model" do not fit together: channels must be'),
        ("model.embedding=50", "embedding must be a multiple of 4 and of head_dim=32"),
    ],
)
def test_wrong_settings_are_named(assignment: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        _config(assignment)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [\n", "just words"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=r"bad\.yaml"):
        _config(file=file)


def test_what_a_phase_leaves_out_is_as_for_all() -> None:
    method = method_class("pix2pix")
    given = ["optimizer.grad_clip=1", "optimizers.generator.lr=1e-4"]
    config = run_config(method, layered(preset_values(method, "nano"), None, given))
    own = config.optimizers
    assert own["generator"] == config.optimizer.model_copy(update={"lr": 1e-4})
    assert (own["discriminator"].lr, own["discriminator"].grad_clip) == (2e-4, 1)
    assert run_config(method, config.model_dump(mode="json")) == config


def test_guidance_needs_samples_without_conditions() -> None:
    method = method_class("diffusion")
    given = ["model.guidance=3", "model.condition_drop=0"]
    with pytest.raises(InputError, match=r"guidance needs samples without.*condition_drop to 0.1"):
        run_config(method, layered(preset_values(method, "nano"), None, given))


def test_unknown_preset_and_phase() -> None:
    method = method_class("pix2pix")
    with pytest.raises(InputError, match='has no preset "nanno"; did you mean "nano"'):
        preset_values(method, "nanno")
