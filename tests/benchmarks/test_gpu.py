"""`benchmarks/gpu`: what would be run, that a run goes on, and the tables of made-up files."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.gpu import run
from benchmarks.gpu.plan import OUT, PYTHON, REAL, TINY, Part, Step, parts
from benchmarks.gpu.tables import summary
from tryonbench.cli import app

ROOT = Path(__file__).parents[2]
ABOUT = {"device": "d", "git": "g", "tiny": True}
WRITE = "import json, sys; json.dump({'ran': sys.argv[2:]}, open(sys.argv[1], 'w'))"


def step(label: str, code: str = WRITE, limit: float = 60.0) -> Step:
    return Step(label, (PYTHON, "-c", code, OUT, label), limit)


def test_every_size_and_kind_of_number_is_planned_within_the_budget():
    planned = parts(REAL)
    names = [part.name for part in planned]
    assert names[0] == "efficiency-512x384"
    assert {"throughput", "training", "evaluation"} < set(names)
    assert {"efficiency-256x192", "efficiency-1024x768"} < set(names)
    labels = [step.label for part in planned for step in part.steps]
    assert len(labels) == len(set(labels))
    wanted = ("pix2pix base 512x384 batch 16", "diffusion base-512 512x384 batch 1")
    assert all(any(label.startswith(want) for label in labels) for want in wanted)


@pytest.mark.parametrize("scale", [REAL, TINY])
def test_the_planned_commands_are_such_as_bench_takes(scale, monkeypatch):
    """Without the device that they name they are refused, before anything is measured."""
    commands = [s.command for part in parts(replace(scale, device="cuda")) for s in part.steps]
    benches = [command for command in commands if "bench" in command]
    assert len(benches) > 6
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    for command in (benches[0], benches[-1]):
        result = CliRunner().invoke(app, list(command[3:]))
        assert "there is no CUDA device here" in str(result.exception)


def test_diffusion_is_asked_for_twenty_steps():
    steps = [step for part in parts(REAL) for step in part.steps if "bench" in step.command]
    for command in (step.command for step in steps):
        assert ("--steps" in command) == ("diffusion" in command)
        assert "20" in command or "diffusion" not in command


def test_a_run_goes_on_with_what_is_missing(tmp_path):
    file, first = tmp_path / "gpu-x.json", step("one")
    broken = step("two", "raise SystemExit('no such thing')")
    run.measure(Part("x", 1.0, (first, broken)), file, ABOUT, 60.0)
    entries = json.loads(file.read_text())["entries"]
    assert entries[0]["report"] == {"ran": ["one"]}
    assert entries[1]["failed"] == "exit code 1: no such thing"
    again = Part("x", 1.0, (replace(first, limit=-1.0), step("two")))
    run.measure(again, file, ABOUT, 60.0)
    entries = json.loads(file.read_text())["entries"]
    assert [entry["report"] for entry in entries] == [{"ran": ["one"]}, {"ran": ["two"]}]


def test_another_device_starts_anew(tmp_path):
    file = tmp_path / "gpu-x.json"
    run.measure(Part("x", 1.0, (step("one"),)), file, ABOUT, 60.0)
    assert set(run.kept(file, ABOUT)) == {"one"}
    assert run.kept(file, {**ABOUT, "device": "another"}) == {}


def test_what_takes_too_long_is_ended_and_what_has_no_time_is_not_begun(tmp_path):
    slow = step("slow", "import time; time.sleep(60)", limit=0.5)
    file = tmp_path / "gpu-x.json"
    run.measure(Part("x", 1.0, (slow,)), file, ABOUT, 60.0)
    run.measure(Part("x", 1.0, (slow, step("late"))), file, ABOUT, 0.0)
    failed = [entry["failed"] for entry in json.loads(file.read_text())["entries"]]
    assert failed == ["no time was left", "no time was left"]


def test_the_tables_show_each_number_once_with_its_device(folder):
    text = summary(folder)
    assert text.count("Made-up H200, 2026-01-01, torch 2.11.0, `run.sh`") == 3
    cells = "| pix2pix `base` | 512x384 | bf16-mixed | 16 | 5.00 | 200 | 1,234 | 2.50 |"
    assert cells in text
    assert "| 16 | out of memory | – | – | – |" in text
    assert "- stylegan base-512: no time was left" in text
    assert "| pix2pix `base` | 256x192 | 32-true | 16 | 8.00 | 128 | 5,000 |" in text
    assert "| ours, cold | 20.0 | 4.00 |" in text


def test_targets_are_judged(folder):
    text = summary(folder)
    assert "at batch 16: met, 5.00 ms" in text
    assert "at 20 steps: **not met**, 1,500 ms" in text
    assert "this is" not in text


def test_targets_on_another_device_say_so(folder):
    file = folder / "gpu-efficiency-512x384.json"
    file.write_text(file.read_text().replace("H200", "H100"))
    assert "The targets are for an H200; this is Made-up H100, Made-up H200." in summary(folder)


def test_without_files_there_is_advice(tmp_path):
    assert "benchmarks/gpu/run.sh" in summary(tmp_path)


@pytest.mark.parametrize("name", ["run.sh", "train.sh", "wheels.sh", "environment.sh"])
def test_the_scripts_parse_and_name_no_host(name):
    file = ROOT / "benchmarks/gpu" / name
    assert subprocess.run(["bash", "-n", file]).returncode == 0
    assert "://" not in file.read_text()


def test_the_script_plans_without_a_gpu(tmp_path):
    command = ["bash", ROOT / "benchmarks/gpu/run.sh", "training", "--plan"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "OUT": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout.startswith("training: 1500 s\n"), done.stderr
    assert not list(tmp_path.iterdir())
