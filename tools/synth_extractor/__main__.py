"""Draw people, train the network on them, write its file and its model card.

    python -m tools.synth_extractor --data data/synth-extractor

The same command gives the same network on the same machine and versions. A new network needs its
SHA-256 in `tryonbench/weights/registry.py` and its first digits in
`tryonbench/metrics/synth_distance.py`; the tests say so.
"""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import save_file

from tools.synth_extractor.card import accuracies, card
from tools.synth_extractor.people import read_people
from tools.synth_extractor.train import BATCH, Model, train
from tryonbench.data.default import make_synth
from tryonbench.environment import package_versions
from tryonbench.files import file_sha256, replacing, write_text
from tryonbench.metrics.synth_net import SIZE
from tryonbench.synth import SYNTH_VERSION, SynthSpec
from tryonbench.weights import REGISTRY, shipped_folder

FILE = REGISTRY["synth-extractor"].official.file
SHIPPED = shipped_folder()


def main(
    data: Annotated[Path, typer.Option(help="Folder of the drawn people; drawn if not there.")],
    out: Annotated[Path, typer.Option(help="Folder of the file and its card.")] = SHIPPED,
    people: Annotated[int, typer.Option(min=2, help="Training people.")] = 3600,
    unseen: Annotated[int, typer.Option(min=2, help="People to test on.")] = 300,
    steps: Annotated[int, typer.Option(min=2, help="Batches.")] = 1500,
    seed: Annotated[int, typer.Option(min=0, help="Of people, order and weights.")] = 1000,
) -> None:
    """Train the network of FD-synth and KD-synth."""
    spec = SynthSpec(SIZE, people, unseen, seed)
    make_synth(data, spec, workers=1)
    model = train(read_people(data, "train"), steps, seed)
    save(model, out / FILE)
    facts = {"SHA-256": file_sha256(out / FILE), **_facts(spec, steps)}
    rows = accuracies(model, read_people(data, "test"))
    write_text((out / FILE).with_suffix(".md"), card(facts, rows))
    print(f"wrote {out / FILE}, SHA-256 {facts['SHA-256']}")


def save(model: Model, path: Path) -> None:
    """Write the network, without the head, as float16."""
    network = copy.deepcopy(model.network).half()
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    with replacing(path) as temporary:
        save_file(state, temporary)


def _facts(spec: SynthSpec, steps: int) -> dict[str, object]:
    height, width = spec.size
    return {
        "people": f"{spec.train} at {height}x{width}, and {spec.test} to test on, "
        f"seed {spec.seed}, version {SYNTH_VERSION} of the drawing",
        "training": f"{steps} batches of {BATCH}, AdamW, seed {spec.seed}",
        "torch": f"{package_versions()['torch']}, {torch.get_num_threads()} CPU thread(s)",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "command": f"`python -m tools.synth_extractor --data FOLDER --people {spec.train} "
        f"--unseen {spec.test} --steps {steps} --seed {spec.seed}`",
    }


if __name__ == "__main__":
    typer.run(main)
