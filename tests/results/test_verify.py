"""Forged files are found, each kind of forgery by its own line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.results.conftest import PROTOCOL
from tryonbench.exchange.verify import AtHand, verify
from tryonbench.files import file_sha256, read_json, write_json
from tryonbench.runs import Run

Forge = Callable[..., Path]
Result = dict[str, Any]


def _metric(key: str, **changes: Any) -> Callable[[Result], None]:
    return lambda one: one["result"]["metrics"][key].update(changes)


def _stated(**changes: Any) -> Callable[[Result], None]:
    return lambda one: one["result"].update(changes)


def _first_hash(one: Result, value: str | None) -> None:
    name = next(iter(one["images"]))
    if value is None:
        del one["images"][name]
    else:
        one["images"][name] = value


def _renamed_image(one: Result) -> None:
    one["images"] = {name.replace("0", "9"): sha for name, sha in one["images"].items()}


def _shifted_values(one: Result) -> None:
    one["per_image"]["ssim"][0] -= 0.01


def _other_protocol(one: Result) -> None:
    one["protocol"]["metrics"]["ssim"]["sigma"] = 3.0


def _wrong_truths(one: Result) -> None:
    one["protocol"]["size"] = [32, 24]


FORGERIES: dict[str, tuple[Callable[[Result], object], str]] = {
    "outside its interval": (_metric("l1", low=0.9, high=0.95), "l1: 0."),
    "impossible": (_metric("ssim", value=1.2, high=1.3), "ssim: 1.2 is no possible value"),
    "half an interval": (_metric("ssim", low=None), "ssim: an interval with one end"),
    "wrong way round": (_metric("ssim", higher_is_better=False), "is the wrong way round"),
    "interval too narrow": (
        lambda one: _metric("ssim", low=one["result"]["metrics"]["ssim"]["value"])(one),
        "ssim: the interval is ",
    ),
    "interval that is not the halves'": (
        lambda one: one.update(halves={"kd_synth": [0.0, 1.0, 2.0, 3.0]}),
        "kd_synth: the interval is ",
    ),
    "no interval": (_metric("ssim", low=None, high=None), "by its values, and none is given"),
    "no reason": (_metric("kd_synth", value=None), "kd_synth: no value, and no reason why"),
    "too many count": (_metric("ssim", n=9), "ssim: 9 images count, of 4"),
    "wrong n": (_stated(n=400), "n is 400, but there are hashes of 4 images"),
    "no n": (_stated(n=0), "n is 0"),
    "a hash too few": (lambda one: _first_hash(one, None), "n is 4, but there are hashes of 3"),
    "other ids": (_renamed_image, "the ids are not those of the pair list"),
    "both missing and there": (
        lambda one: _stated(missing_images=[next(iter(one["images"]))])(one),
        "is called missing and has a hash",
    ),
    "other fingerprint": (_stated(fingerprint="feedfeedfeed"), ", not feedfeedfeed"),
    "other protocol": (_other_protocol, "the protocol's fingerprint is "),
    "other size": (_wrong_truths, "size is (64, 48), the protocol's is (32, 24)"),
    "other name": (_stated(protocol="synth/unpaired-64x48"), "the protocol that is given is synth"),
    "other seed": (_stated(seed=3), "seed is 3, the protocol's is 0"),
    "other family": (_stated(family="gan"), "family is gan, the run's is baseline"),
    "other method": (_stated(method="mine"), "method is mine, the run's is grey-fill"),
    "skipped with values": (_stated(skipped="no"), "it was skipped, yet it has values or images"),
    "mean is not the value": (_shifted_values, "ssim: the mean of the images is "),
    "a value of images too few": (
        lambda one: one["per_image"]["ssim"].pop(),
        "ssim: values of 3 images, but hashes of 4",
    ),
    "impossible image": (
        lambda one: one["per_image"]["l1"].__setitem__(0, 7.0),
        "l1: 7 is no possible value of an image",
    ),
    "images without a value of all": (
        lambda one: one["result"]["metrics"].pop("l1"),
        "l1: values of single images, but none of all",
    ),
    "impossible cost": (
        lambda one: one["result"]["efficiency"].update(throughput=-1.0),
        "-1 images a second",
    ),
    "slower than its p90": (
        lambda one: one["result"]["efficiency"].update(
            latency={"median_ms": 5.0, "p90_ms": 4.0, "iterations": 9, "batch": 1}
        ),
        "latency 5 ms with a p90 of 4 ms",
    ),
    "no schema": (lambda one: one.pop("images"), "results.0.images: Field required"),
    "more than the schema": (_stated(rank=1), "results.0.result.rank: Extra inputs"),
    "no hash": (lambda one: _first_hash(one, "0" * 9), "String should match pattern"),
}


def test_an_honest_file(
    command, exported: Path, measured: Path, synth_root: Path, tmp_path: Path
) -> None:
    done = command("results", "verify", exported)
    assert (done.returncode, done.stdout) == (0, f"{exported}: nothing contradicts\n")
    against = ["--images", measured, "--data", synth_root, "--sample", "2", "--seed", "1"]
    done = command("results", "verify", exported, *against)
    assert done.returncode == 0, done.stdout
    assert done.stdout == f"{exported}: nothing contradicts; 4 images were scored again\n"
    assert "not checked" not in done.stderr
    shards = tmp_path / "shards"
    assert command("data", "shard", synth_root, "--out", shards).returncode == 0
    done = command("results", "verify", exported, "--data", f"shards:{shards}")
    assert (done.returncode, done.stdout) == (0, f"{exported}: nothing contradicts\n")


@pytest.mark.parametrize("kind", FORGERIES)
def test_forgeries(command, forged: Forge, kind: str) -> None:
    change, said = FORGERIES[kind]
    done = command("results", "verify", forged(change))
    lines = done.stdout.splitlines()
    assert done.returncode == 1, done.stderr
    assert any(said in line for line in lines), lines
    assert "Traceback" not in done.stderr


def test_a_result_that_is_there_twice(exported: Path, tmp_path: Path) -> None:
    content = read_json(exported)
    write_json(tmp_path / "twice.json", content | {"results": content["results"][:1] * 2})
    found = verify(tmp_path / "twice.json", AtHand())
    assert found.findings == [f"grey-fill under {PROTOCOL}: 2 results"]


def test_other_images(exported: Path, runs: Path) -> None:
    first, second, third, _ = sorted(Run(runs / "grey-fill").outputs(PROTOCOL).glob("*.png"))
    shutil.copy(second, first)
    third.rename(third.with_stem("99999_00"))
    found = verify(exported, AtHand(images=runs)).findings
    assert all(line.startswith(f"grey-fill under {PROTOCOL}: 1 images ") for line in found)
    said = " ".join(found)
    assert f"are others than those that were scored ({first.stem})" in said
    assert f"are not in {first.parent} ({third.stem})" in said
    assert "were not scored (99999_00.png)" in said


def test_images_that_cannot_have_been_scored(forged: Forge, runs: Path, synth_root: Path) -> None:
    """Of a wrong size, with their own hash; then none at all."""
    outputs = Run(runs / "grey-fill").outputs(PROTOCOL)
    picture = sorted(outputs.glob("*.png"))[0]
    Image.new("RGB", (8, 8)).save(picture)
    sha = file_sha256(picture)
    file = forged(lambda one: one["images"].update({picture.stem: sha}))
    [line] = verify(file, AtHand(runs, synth_root, sample=4)).findings
    assert "cannot be scored again: " in line
    assert picture.stem in line
    for other in outputs.glob("*.png"):
        other.unlink()
    [line] = verify(file, AtHand(images=runs)).findings
    assert "holds no images" in line


def test_images_of_one_result_in_a_folder_of_their_own(
    command, exported: Path, measured: Path, tmp_path: Path
) -> None:
    content = read_json(exported)
    write_json(tmp_path / "one.json", content | {"results": content["results"][:1]})
    images = Run(measured / "grey-fill").outputs(PROTOCOL)
    assert verify(tmp_path / "one.json", AtHand(images=images)).findings == []
    other = Run(measured / "mean-colour").outputs(PROTOCOL)
    [line] = verify(tmp_path / "one.json", AtHand(images=other)).findings
    assert "4 images are others than those that were scored" in line
    (tmp_path / "empty").mkdir()
    done = command("results", "verify", exported, "--images", tmp_path / "empty")
    assert done.returncode == 0
    assert done.stderr.count("no images of it in") == 2


def test_images_and_hashes_that_were_both_changed_are_scored_again(
    forged: Forge, runs: Path, synth_root: Path
) -> None:
    """The picture and its hash agree, but not with its values."""
    outputs = Run(runs / "grey-fill").outputs(PROTOCOL)
    picture = sorted(outputs.glob("*.png"))[0]
    noise = np.random.default_rng(0).integers(0, 256, (64, 48, 3), np.uint8)
    Image.fromarray(noise).save(picture)
    sha = file_sha256(picture)
    file = forged(lambda one: one["images"].update({picture.stem: sha}))
    assert verify(file, AtHand(images=runs, data=synth_root)).findings == []
    found = verify(file, AtHand(runs, synth_root, sample=4)).findings
    keys = ("ssim", "l1", "garment_ciede2000")
    assert {line.split(": ")[1].split(" is ")[0] for line in found} == {
        *(f"{key} of {picture.stem}" for key in keys), *keys, "kd_synth"
    }  # fmt: skip
    drawn = [verify(file, AtHand(runs, synth_root, 1, seed)).findings for seed in range(8)]
    assert {len(lines) for lines in drawn} == {0, 3}, "the seed draws the images"


def test_without_values_of_single_images_all_are_scored_again(
    forged: Forge, measured: Path, synth_root: Path
) -> None:
    def change(one: Result) -> None:
        one.pop("per_image")
        one["result"]["metrics"]["ssim"] |= {"value": 0.9, "low": 0.8, "high": 0.95}
        one["result"]["metrics"]["kd_synth"]["value"] += 0.01

    file, label = forged(change), f"grey-fill under {PROTOCOL}"
    some = verify(file, AtHand(measured, synth_root, sample=2))
    assert some.findings == []
    said = f"{label}: not scored again: without values of single images, sample all"
    assert some.notes == [said]
    every = verify(file, AtHand(measured, synth_root, sample=4))
    assert [line.split(" is ")[0] for line in every.findings] == [
        f"{label}: {key}" for key in ("ssim", "kd_synth")
    ]
    assert every.notes == []


def test_a_sample_that_scores_nothing_is_no_success(
    command, measured: Path, synth_root: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.json"
    assert command("results", "export", "--runs", measured, "--out", bare).returncode == 0
    against = ["--images", measured, "--data", synth_root, "--sample", "2"]
    done = command("results", "verify", bare, *against)
    assert done.returncode == 1
    assert done.stdout == f"{bare}: no image was scored again, though --sample asks for it\n"


def test_other_data(exported: Path, own_root: Path) -> None:
    picture = next((own_root / "test/image").glob("*.jpg"))
    Image.new("RGB", (48, 64)).save(picture)
    found = verify(exported, AtHand(data=own_root)).findings
    assert len(found) == 3
    assert all("the result's data" in line for line in found)
    lines = (own_root / "test_pairs.txt").read_text().splitlines()
    (own_root / "test_pairs.txt").write_text("\n".join(lines[1:]))
    assert "the pair list of" in verify(exported, AtHand(data=own_root)).findings[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.json"], "none.json is missing"),
        (["FILE", "--images", "nowhere"], "--images nowhere is no folder"),
        (["FILE", "--data", "nowhere"], "--data nowhere is no folder"),
        (["FILE", "--sample", "3"], "give --images DIR and --data ROOT, too"),
    ],
)
def test_what_verify_refuses(command, exported: Path, arguments: list[str], said: str) -> None:
    given = [str(exported) if word == "FILE" else word for word in arguments]
    done = command("results", "verify", *given)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert said in done.stderr
