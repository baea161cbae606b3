"""Training: one linear head on the features tells all attributes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, interpolate

from tools.synth_extractor.attributes import CHOICES, QUANTITIES
from tools.synth_extractor.people import People
from tryonbench.metrics.synth_net import FEATURES, SynthNet, synth_input
from tryonbench.progress import progress

BATCH = 32
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.05
SMALLEST = 0.5
"""Pictures are seen at their size and smaller, down to this share of it: small pictures are told
too. No stronger blur, no noise and no change of colour, which the features have to show."""
WIDTHS = [attribute.width for attribute in (*CHOICES, *QUANTITIES)]


@dataclass(frozen=True, eq=False)
class Model:
    """The network, and the head that is thrown away after training."""

    network: SynthNet
    head: nn.Linear
    mean: Tensor
    """Of the quantities over the training people, (values,)."""
    deviation: Tensor

    def told(self, pictures: Tensor) -> tuple[list[Tensor], Tensor]:
        """Logits of each choice, (N, options), and the quantities in standard deviations from
        their mean, (N, values), from uint8 (N, 3, H, W)."""
        inputs = synth_input(pictures).to(memory_format=torch.channels_last)
        parts = torch.split(self.head(self.network(inputs)), WIDTHS, dim=1)
        return list(parts[: len(CHOICES)]), torch.cat(parts[len(CHOICES) :], dim=1)

    def standardised(self, quantities: Tensor) -> Tensor:
        return (quantities - self.mean) / self.deviation


def train(people: People, steps: int, seed: int) -> Model:
    """A network trained for a number of batches; one seed gives one network on one machine."""
    torch.manual_seed(seed)
    model = _untrained(people)
    parameters = [*model.network.parameters(), *model.head.parameters()]
    optimizer = torch.optim.AdamW(parameters, LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, steps, pct_start=0.1)
    with progress("train", steps) as update:
        for step, batch in zip(range(steps), _batches(people), strict=False):
            optimizer.zero_grad()
            torch.autograd.backward(loss(model, batch))
            optimizer.step()
            schedule.step()
            update(step + 1)
    model.network.eval().half().float()  # as the file will hold it
    return model


def _untrained(people: People) -> Model:
    network = SynthNet().to(memory_format=torch.channels_last)
    quantities = people.quantities
    mean = quantities.nanmean(dim=0)
    deviation = (quantities - mean).square().nanmean(dim=0).sqrt().clamp(min=1e-3)
    return Model(network.train(), nn.Linear(FEATURES, sum(WIDTHS)), mean.nan_to_num(), deviation)


def _batches(people: People) -> Iterator[People]:
    """Everybody in a random order, again and again, each batch at a size of its own."""
    while True:
        for rows in torch.split(torch.randperm(len(people)), BATCH):
            if len(rows) > 1:
                batch = people.some(rows)
                yield People(_smaller(batch.pictures), batch.choices, batch.quantities)


def _smaller(pictures: Tensor) -> Tensor:
    """The pictures at a random size between theirs and `SMALLEST` of it, uint8."""
    share = SMALLEST + (1 - SMALLEST) * torch.rand(()).item()
    size = [round(side * share) for side in pictures.shape[2:]]
    small = interpolate(pictures.float(), size, mode="bicubic", antialias=True)
    return small.round().clamp(0, 255).byte()


def loss(model: Model, people: People) -> Tensor:
    """Mean cross-entropy of the choices plus the mean squared error of the quantities, which is 0
    where the picture does not show them."""
    logits, values = model.told(people.pictures)
    entropies = [cross_entropy(x, y) for x, y in zip(logits, people.choices.T, strict=True)]
    truth = model.standardised(people.quantities)
    errors = (values - truth.where(truth.isfinite(), values)).square()
    parts = [part.mean() for part in by_quantity(errors)]
    return torch.stack(entropies).mean() + torch.stack(parts).mean()


def by_quantity(values: Tensor) -> tuple[Tensor, ...]:
    """The columns of each of `QUANTITIES`, (N, values) -> (N, width) each."""
    return torch.split(values, [quantity.width for quantity in QUANTITIES], dim=1)
