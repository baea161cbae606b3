"""The commands as users type them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tryonbench.synth import SynthSpec
from tryonbench.weights import REGISTRY


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("tryonbench.cli", ("torch", "pandas", "numpy", "pydantic", "plotly", "PIL")),
        ("tryonbench.evaluation", ("torchvision", "torchmetrics", "lightning_fabric", "plotly")),
    ],
)
def test_nothing_heavy_is_imported_unasked(module: str, heavy: tuple[str, ...]) -> None:
    code = f"import sys, {module}\nsys.exit(', '.join(set({heavy}) & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_command_has_help(command) -> None:
    for words in (
        ["demo"],
        ["train"],
        ["generate"],
        ["eval"],
        ["bench"],
        ["compare"],
        ["report"],
        ["doctor"],
        ["diagnose"],
    ):
        assert command(*words, "--help").returncode == 0
    for group, names in {
        "data": ["synth", "check", "show", "stats", "prepare"],
        "methods": ["list", "show"],
    }.items():
        for name in names:
            assert command(group, name, "--help").returncode == 0


def test_methods_list_and_show(command) -> None:
    rows = json.loads(command("methods", "list", "--json").stdout)
    names = {row["name"] for row in rows}
    assert {"diffusion", "pix2pix", "stylegan", "copy-person", "grey-fill", "mean-colour"} <= names
    facts = json.loads(command("methods", "show", "pix2pix", "--json").stdout)
    assert facts["parameters"]["generator"] == 498_020
    assert facts["flops"] > 1e8
    assert {"inputs", "sizes", "licence", "paper"} <= facts.keys()


def test_doctor_names_each_gap_and_how_to_mend_it(command, no_weights: Path) -> None:
    rows = json.loads(command("doctor", "--json").stdout)
    states = {row["what"]: row for row in rows}
    assert states["torch"]["state"] != "missing"
    gaps = [row for row in rows if row["state"] == "missing"]
    used = {name for name, weights in REGISTRY.items() if weights.used_by}
    assert {row["what"].split()[1] for row in gaps} == used
    assert all(row["mend"] for row in gaps)
    assert all(row["mend"] is None for row in rows if "no metric yet" in row["what"])
    assert command("doctor").returncode == 0


def test_data_synth_and_check(command, tmp_path: Path) -> None:
    root = tmp_path / "drawn"
    made = command("data", "synth", "--train", "2", "--test", "2", "--out", root)
    assert made.returncode == 0, made.stderr
    found = json.loads(command("data", "check", root, "--json").stdout)
    assert found["errors"] == []
    assert found["counts"]["test"]["image"] == 2
    (root / "test_pairs.txt").write_text("no.jpg no.jpg\n")
    assert command("data", "check", root).returncode == 2


def test_train_eval_report(command, tmp_path: Path, synth_root: Path) -> None:
    """The whole way, as README shows it."""
    small = ["--set", "images=8", "--set", "batch_size=4"]
    trained = command("train", "--method", "diffusion", "--data", synth_root, *small)
    assert trained.returncode == 0, trained.stderr
    evaluated = command("eval", "--all", "--data", synth_root, "--no-efficiency")
    assert evaluated.returncode == 0, evaluated.stderr
    assert "synth/unpaired-64x48" in evaluated.stdout
    assert "mean-colour" in evaluated.stdout
    assert "pix2pix: not trained; train it: tryonbench train --method pix2pix" in evaluated.stderr
    again = time.monotonic()
    assert command("eval", "--all", "--data", synth_root, "--no-efficiency").returncode == 0
    assert time.monotonic() - again < 60
    made = command("report", "--out", tmp_path / "page")
    assert made.returncode == 0, made.stderr
    page = (tmp_path / "page" / "index.html").read_text()
    assert "diffusion-nano-s0" in page
    assert "split-half: between two random halves of the photographs, 2 " in page
    assert "00000_00 by truth-jpeg75" in page
    assert "by split-half" not in page, "it has no images"
    copied = command(
        "generate", "diffusion-nano-s0", "--data", synth_root, "--protocol",
        "synth/unpaired-64x48", "--out", tmp_path / "images",
    )  # fmt: skip
    assert copied.returncode == 0, copied.stderr
    assert len(list((tmp_path / "images").glob("*.png"))) == 4


def test_without_data_the_procedural_set_is_made_and_named(tmp_path: Path, monkeypatch) -> None:
    from tryonbench.cli.options import data_root
    from tryonbench.data import default

    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path))
    monkeypatch.setattr(default, "DEFAULT", SynthSpec(size=(64, 48), train=2, test=2, seed=0))
    root = data_root(None)
    assert root.parent == tmp_path
    assert default.is_procedural(root)
    modified = root.stat().st_mtime_ns
    assert data_root(None) == root
    assert root.stat().st_mtime_ns == modified


def test_some_of_all_failed_is_3_and_the_others_go_on(command, tmp_path: Path, synth_root) -> None:
    small = ["--set", "images=8", "--set", "batch_size=4"]
    assert command("train", "--method", "pix2pix", "--data", synth_root, *small).returncode == 0
    (weights,) = tmp_path.glob("runs/*/checkpoints/*/model.safetensors")
    weights.write_bytes(b"broken")
    done = command("eval", "--all", "--data", synth_root, "--no-efficiency", "--json")
    assert done.returncode == 3
    assert "failed: pix2pix-nano-s0: the checkpoint" in done.stderr
    assert {result["method"] for result in json.loads(done.stdout)} == {
        "copy-person",
        "grey-fill",
        "mean-colour",
        "split-half",
        "truth-jpeg75",
    }


@pytest.mark.parametrize("flag", [[], ["--json"]])
def test_unknown_options_are_usage_errors(command, flag: list[str]) -> None:
    done = command("methods", "list", "--nonsense", *flag)
    assert done.returncode == 2
    assert "--nonsense" in done.stderr


def test_a_pair_list_of_your_own(command, tmp_path: Path, synth_root: Path) -> None:
    (tmp_path / "my list.txt").write_text("00000_00.jpg 00002_00.jpg\n00000_00.jpg 00001_00.jpg\n")
    common = ["mean-colour", "--data", synth_root, "--protocol", "synth/unpaired-64x48"]
    mine = ["--pairs", tmp_path / "my list.txt"]
    out = ["--out", tmp_path / "images"]
    assert command("generate", *common, *mine, *out).returncode == 0
    names = {file.name for file in (tmp_path / "images").iterdir()}
    assert names == {"00000_00__00002_00.png", "00000_00__00001_00.png"}
    scored = ["eval", *common, "--metrics", "l1", "--no-efficiency", "--json"]
    own = json.loads(command(*scored, *mine).stdout)
    usual = json.loads(command(*scored).stdout)
    assert (own["n"], usual["n"]) == (2, 4)
    assert own["protocol"] == "synth/unpaired-64x48@my-list"
    assert own["fingerprint"] != usual["fingerprint"]
    lacking = "1 of 2 pairs without ground truth: 00000_00__00002_00; add what is missing"
    assert own["metrics"]["l1"]["missing"] == lacking
    assert command("report", "--out", tmp_path / "page").returncode == 0
    (tmp_path / "my list.txt").write_text("../x.jpg 00002_00.jpg\n")
    assert command(*scored, *mine).returncode == 2


def test_pose_files_that_cannot_be_used(command, tmp_path: Path, own_root: Path) -> None:
    poses = own_root / "train" / "openpose_json"
    one, two, three = sorted(poses.iterdir())[:3]
    people = json.loads(one.read_text())["people"]
    one.write_text(json.dumps({"people": []}))
    two.write_text(json.dumps({"people": people * 2}))
    people[0]["pose_keypoints_2d"][0] = float("nan")
    three.write_text(json.dumps({"people": people}))
    train = ["train", "--method", "pix2pix", "--data", own_root, "--set", "images=16"]
    refused = command(*train, "--strict")
    assert refused.returncode == 2
    assert not (tmp_path / "runs").exists()
    done = command(*train)
    assert done.returncode == 0, done.stderr
    for line in (refused.stderr, done.stderr):
        for reason in ("nobody", "2 people", "coordinates that are not finite"):
            assert reason in line
    assert "3 persons are used without pose" in done.stderr
