"""An export is a row like its run: evaluated, compared, measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tryonbench.efficiency.measure import answer as measure
from tryonbench.efficiency.schema import Task
from tryonbench.efficiency.targets import Wanted, named_target
from tryonbench.errors import InputError
from tryonbench.runs import Run
from tryonbench.subjects import run_subject

PROTOCOL = ("--protocol", "synth/unpaired-64x48", "--metrics", "ssim,l1", "--no-efficiency")


@pytest.fixture
def exported(command: Any, tiny_run: Path) -> Path:
    assert command("export", tiny_run, "--format", "torchscript").returncode == 0
    return tiny_run.with_name("tiny-nano-s0+torchscript")


def test_it_is_scored_beside_its_run(
    exported: Path, tiny_run: Path, command: Any, synth_root: Path
) -> None:
    names = (tiny_run.name, exported.name)
    done = command("eval", *names, "--data", synth_root, *PROTOCOL, "--json")
    assert done.returncode == 0, done.stderr
    own, export = json.loads(done.stdout)
    assert (own["run"], export["run"]) == names
    assert (own["method"], export["method"]) == ("tiny", "tiny+torchscript")
    assert export["metrics"]["ssim"]["value"] == pytest.approx(
        own["metrics"]["ssim"]["value"], abs=1e-4
    )
    assert "run by torch" in export["note"]
    table = command("eval", *names, "--data", synth_root, *PROTOCOL)
    assert "tiny+torchscript" in table.stdout
    compared = command("compare", *names, "--protocol", "synth/unpaired-64x48")
    assert compared.returncode == 0, compared.stderr


def test_it_is_measured(exported: Path, command: Any) -> None:
    wanted = Wanted(None, None, (), None, exported.parent)
    target = named_target(exported.name, wanted)
    assert (target.label, target.size) == (exported.name, (64, 48))
    task = Task(target=target, batch=2, device="cpu", min_calls=2, min_seconds=0, extras=True)
    answer = measure(task, 0.0).measured
    assert answer is not None
    assert answer.parameters == {"reader": 224, "painter": 2211}
    assert answer.flops is not None
    assert answer.flops.total is None
    assert answer.disk_mb * 1e6 == sum(
        (exported / name).stat().st_size for name in ("export.json", "picture.ts")
    )


def test_settings_and_modes_that_change_nothing_are_refused(exported: Path, command: Any) -> None:
    wanted = Wanted(None, None, ("model.gain=0.3",), None, exported.parent)
    with pytest.raises(InputError, match="settings in its files"):
        named_target(exported.name, wanted)
    for option in ("--compile", "--precision=bf16-mixed"):
        done = command("bench", "--method", exported.name, option)
        assert done.returncode == 2, done.stderr
        assert "is an export" in done.stderr


def test_a_variant_of_an_export_is_refused_before_anything_is_written(
    exported: Path, command: Any, synth_root: Path
) -> None:
    before = sorted(path.name for path in exported.parent.iterdir())
    setting = ("--set", "precision=bf16-mixed")
    done = command("eval", exported.name, "--data", synth_root, *PROTOCOL, *setting)
    assert done.returncode == 2, done.stderr
    assert "settings in its files" in done.stderr
    assert sorted(path.name for path in exported.parent.iterdir()) == before


def test_other_settings_are_another_export(exported: Path, tiny_run: Path, command: Any) -> None:
    """In its name and in its row."""
    given = ("--format", "torchscript", "--set", "model.gain=0.5")
    assert command("export", tiny_run, *given).returncode == 0
    folder = tiny_run.with_name("tiny-nano-s0@gain=0.5+torchscript")
    assert run_subject(Run(folder)).variant == "@gain=0.5+torchscript"
    assert run_subject(Run(exported)).variant == "+torchscript"
