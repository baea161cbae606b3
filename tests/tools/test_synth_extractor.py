"""The training script on a handful of people: what it reads, that it learns, what it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tools.synth_extractor import __main__ as script
from tools.synth_extractor.attributes import CHOICES, QUANTITIES
from tools.synth_extractor.people import People, read_people
from tools.synth_extractor.train import loss, train
from tryonbench.data.keypoints import read_body25
from tryonbench.files import file_sha256, read_json
from tryonbench.metrics.synth_net import build_synth_net


@pytest.fixture(scope="module")
def people(synth_root: Path) -> People:
    return read_people(synth_root, "train")


def _columns(name: str) -> slice:
    names = [quantity.name for quantity in QUANTITIES]
    ends = torch.tensor([quantity.width for quantity in QUANTITIES]).cumsum(0).tolist()
    place = names.index(name)
    return slice(ends[place] - QUANTITIES[place].width, ends[place])


def test_attributes_are_those_that_were_drawn(people: People, synth_root: Path) -> None:
    folder = synth_root / "train"
    for row, file in enumerate(sorted((folder / "attributes").glob("*.json"))):
        record = read_json(file)
        look, pose = record["garment"]["look"], record["person"]["pose"]
        chosen = {c.name: c.options[i] for c, i in zip(CHOICES, people.choices[row], strict=True)}
        assert chosen["garment category"] == record["garment"]["category"]
        assert (chosen["right arm"], chosen["left arm"]) == (
            pose["right"]["name"],
            pose["left"]["name"],
        )
        second = people.quantities[row, _columns("second colour")]
        assert second.isnan().all() == (look["pattern"] == "solid")
        ink = people.quantities[row, _columns("colour of the print")]
        assert ink.isnan().all() == (look["print"] == "none")
        joints = read_body25(folder / "openpose_json" / f"{file.stem}_keypoints.json")
        places = people.quantities[row, _columns("joints")].view(25, 2)
        seen = joints[:, 2] > 0
        assert (places * 48).nan_to_num()[seen].numpy() == pytest.approx(joints[seen, :2], abs=1e-3)
        assert places.isnan().all(dim=1).tolist() == (~seen).tolist()


def test_it_learns_and_one_seed_gives_one_network(people: People) -> None:
    first, again = train(people, 2, seed=0), train(people, 2, seed=0)
    for one, other in zip(first.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(one, other)
    before = loss(first, people).item()
    assert 0 < before < 10
    assert loss(train(people, 60, seed=0), people).item() < 0.7 * before


def test_the_script_writes_the_network_and_its_card(
    tmp_path: Path, synth_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "SIZE", (64, 48))
    script.main(synth_root, tmp_path, people=8, unseen=4, steps=2, seed=0)
    path = tmp_path / script.FILE
    build_synth_net(load_file(path))
    text = path.with_suffix(".md").read_text()
    assert f"- SHA-256: {file_sha256(path)}\n" in text
    assert "--people 8 --unseen 4 --steps 2 --seed 0" in text
    for attribute in (*CHOICES, *QUANTITIES):
        assert f"| {attribute.name} | " in text
