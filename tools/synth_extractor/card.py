"""The model card: what the network was trained on and how well it tells each attribute."""

from __future__ import annotations

import torch
from torch import Tensor

from tools.synth_extractor.attributes import CHOICES, QUANTITIES
from tools.synth_extractor.people import People
from tools.synth_extractor.train import BATCH, Model, by_quantity

ROW = "| {} | {} | {} |"


@torch.inference_mode()
def accuracies(model: Model, people: People) -> list[str]:
    """Rows of a Markdown table: attribute, how well it is told, and how well by guessing."""
    told = [model.told(pictures) for pictures in torch.split(people.pictures, BATCH)]
    logits = [torch.cat(parts) for parts in zip(*(choices for choices, _ in told), strict=True)]
    return _choices(logits, people.choices) + _quantities(
        torch.cat([values for _, values in told]), model.standardised(people.quantities)
    )


def _choices(logits: list[Tensor], truth: Tensor) -> list[str]:
    rows = []
    for choice, given, answer in zip(CHOICES, logits, truth.T, strict=True):
        right = (given.argmax(dim=1) == answer).float().mean().item()
        most = answer.bincount().max().item() / len(answer)
        rows.append(ROW.format(choice.name, f"{right:.1%} right", f"{most:.1%}"))
    return rows


def _quantities(values: Tensor, truth: Tensor) -> list[str]:
    """R² = 1 - squared error / squared deviation from the training people's mean."""
    errors, spreads = by_quantity((values - truth).square()), by_quantity(truth.square())
    shares = [1 - (e.nanmean() / s.nanmean()).item() for e, s in zip(errors, spreads, strict=True)]
    return [
        ROW.format(quantity.name, f"R² {share:.3f}", "0")
        for quantity, share in zip(QUANTITIES, shares, strict=True)
    ]


def card(facts: dict[str, object], rows: list[str]) -> str:
    """The card as Markdown."""
    said = [f"- {name}: {value}" for name, value in facts.items()]
    table = [ROW.format("attribute", "told", "by guessing"), "|---|---|---|", *rows]
    return "\n".join([INTRODUCTION, *said, "", "On people that it has not seen:", "", *table, ""])


INTRODUCTION = """# Synth extractor

The network of FD-synth and KD-synth (`tryonbench/metrics/synth_net.py`), in float16. It was trained
to tell the attributes of people and garments that `tryonbench data synth` drew, from pictures of
128x96 down to 64x48; no photograph was used, and on photographs its features mean nothing.
Licence: Apache-2.0. Written by `tools/synth_extractor`:
"""
