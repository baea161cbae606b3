"""A training on a few samples that must be learnt by heart: the first test of any recipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from tryonbench.batch import Modality
from tryonbench.checkpoint import load_weights, weights_file
from tryonbench.config import AugmentConfig, RunConfig
from tryonbench.data.dataset import VitonHD
from tryonbench.data.layout import Split
from tryonbench.data.pairs import PairList
from tryonbench.data.sample import missing_folders
from tryonbench.diagnosis.history import read_history
from tryonbench.errors import InputError, TryonbenchError, listed
from tryonbench.method import TryOnMethod
from tryonbench.metrics.base import Scored
from tryonbench.metrics.pixel import Psnr
from tryonbench.metrics.views import as_saved
from tryonbench.runs import Run
from tryonbench.seeds import derive, image_seed
from tryonbench.training.blocks import blocks_of, copies, update_ratios
from tryonbench.training.probe import fixed_batch

REGION: Modality = "parse"
LEARNT = 25.0
"""PSNR in dB inside the garment from which on samples count as learnt."""
EMA_DECAY = 0.9
"""The average follows within some ten updates, so that it is the weights that are judged."""
UNMOVED = 1e-4
"""A block whose weights changed by a smaller share has not moved."""


def overfit_config(config: RunConfig[Any]) -> RunConfig[Any]:
    """The settings without augmentation, validation and a slow moving average."""
    decay = min(config.ema_decay, EMA_DECAY)
    changes = {"augment": AugmentConfig(), "validate_every": 0, "early_stop": 0}
    return config.model_copy(update={**changes, "ema_decay": decay})


def seed_init(config: RunConfig[Any]) -> None:
    """Seed torch's global generator for the first weights of a run."""
    torch.manual_seed(derive("init", config.seed))


def first_pairs(pairs: PairList, count: int) -> PairList:
    """The samples to learn by heart.

    Raises:
        InputError: there are not as many.
    """
    if not 2 <= count <= len(pairs.pairs):
        raise InputError(f"--overfit {count}: give 2 to {len(pairs.pairs)}, the samples there are")
    return PairList(pairs.pairs[:count], pairs.paired)


@dataclass(frozen=True)
class Verdict:
    """Whether the samples were learnt, and what has moved."""

    psnr: float
    """Of `generate`, inside the garment, the mean of the samples in dB."""
    moved: Mapping[str, float]
    """Change of each block that generates, as a share of the norm of its first weights."""
    losses: Mapping[str, tuple[float, float]]
    """Means over the first and over the last quarter of the log."""
    garment_swap: float | None
    """The last `probe/garment_swap`."""

    @property
    def learnt(self) -> bool:
        return self.psnr >= LEARNT

    def lines(self) -> Iterator[str]:
        """What moved and what did not."""
        for block, share in self.moved.items():
            what = "did not move" if share < UNMOVED else "moved"
            yield f"block {block} {what}: its weights changed by {share:.2%}"
        for name, (first, last) in self.losses.items():
            what = "fell" if last < first else "did not fall"
            yield f"loss {name} {what}: {first:.4g} -> {last:.4g}"
        if self.garment_swap is not None:
            yield (
                "another garment changes the picture inside the mask by "
                f"{self.garment_swap:.1%} of what another person and garment do"
            )


def judge(run: Run, method: type[TryOnMethod], config: RunConfig[Any], dataset: VitonHD) -> Verdict:
    """Look at a run that has ended, trained on this data set."""
    trained = _trained(method, config, run)
    history = read_history(run)
    swaps = history.series("probe/garment_swap").values
    return Verdict(
        psnr=_garment_psnr(trained, config, dataset),
        moved=update_ratios(blocks_of(trained.inference_networks), _first_weights(method, config)),
        losses={
            name: (float(series.first(0.25).mean()), float(series.last(0.25).mean()))
            for name, series in history.losses()
        },
        garment_swap=float(swaps[-1]) if len(swaps) else None,
    )


def _trained(method: type[TryOnMethod], config: RunConfig[Any], run: Run) -> TryOnMethod:
    """The method with the run's last averaged weights."""
    trained = method(config.model, config.size)
    load_weights(trained, weights_file(run.folder))
    trained.networks.eval()
    return trained


def _first_weights(method: type[TryOnMethod], config: RunConfig[Any]) -> dict[str, list[Tensor]]:
    """The weights before the training, by block."""
    seed_init(config)
    fresh = method(config.model, config.size)
    fresh.initialise()
    return copies(blocks_of(fresh.inference_networks))


@torch.inference_mode()
def _garment_psnr(method: TryOnMethod, config: RunConfig[Any], dataset: VitonHD) -> float:
    """Of the 8-bit pictures, where the photograph shows the garment."""
    batch = fixed_batch(dataset, len(dataset), (REGION,))
    seeds = [image_seed(config.seed, name) for name in batch.ids]
    output = method.generate(batch.only(method.info.inputs), seeds)
    shown, truth = as_saved(output), as_saved(batch.need("image"))
    labels = torch.tensor(dataset.split.garment_labels)
    region = torch.isin(batch.need(REGION), labels)
    scores = Psnr().region_scorer(shown.device)(Scored(shown, truth, region))
    return float(scores.nanmean())


def require_region(split: Split) -> None:
    """
    Raises:
        InputError: the copy cannot tell where the garment is.
    """
    if missing := missing_folders(split, REGION):
        raise InputError(
            f"--overfit scores the garment's region: {split.folder} lacks {listed(missing)}"
        )


def tell_verdict(verdict: Verdict, tell: Callable[[str], None]) -> None:
    """Say whether the samples were learnt.

    Raises:
        TryonbenchError: they were not; what moved and what did not is told before.
    """
    result = f"PSNR inside the garment {verdict.psnr:.1f} dB, {LEARNT:.0f} are needed"
    if verdict.learnt:
        return tell(f"learnt: {result}")
    for line in verdict.lines():
        tell(line)
    raise TryonbenchError(
        f"the samples were not learnt: {result}; look at what did not move, or train longer: "
        "--fresh --set images=N"
    )
