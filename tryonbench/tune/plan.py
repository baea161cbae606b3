"""What a study is: a method's preset, what is tried of it and for what, on which samples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tryonbench.config import RunConfig, layered, merged, nested
from tryonbench.data.dataset import fingerprint
from tryonbench.data.layout import Split
from tryonbench.data.pairs import Pair, PairList, own_garments
from tryonbench.errors import InputError, did_you_mean
from tryonbench.files import write_text
from tryonbench.method import TryOnMethod
from tryonbench.metrics.plan import scoring_of
from tryonbench.protocols import Protocol
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench.request import Request
from tryonbench.training.start import NEUTRAL
from tryonbench.training.validation import METRICS, hold_out
from tryonbench.tune.objectives import Objective
from tryonbench.tune.space import Space, as_json, refuse_impossible, space_of

VALIDATIONS = 5
"""Of a trial that may be pruned, unless its settings say how often."""
NO_PRUNING = "none"


@dataclass(frozen=True)
class Asked:
    """What the user gives."""

    method: str
    preset: str
    config: Path | None
    assignments: Sequence[str]
    space: Path | None
    images: int | None
    """Length of a trial; by default that of the preset."""
    prune: str | None


@dataclass(frozen=True)
class Plan:
    """A study that can be run."""

    folder: Path
    """Of its runs, one a trial."""
    method: type[TryOnMethod]
    settings: Mapping[str, Any]
    """Of preset, file and `--set`."""
    own: Mapping[str, Any]
    """What the study puts over them, the same in each trial."""
    space: Space
    objectives: tuple[Objective, ...]
    prune: str | None
    """The validation metric that may end a trial."""
    split: Split
    protocol: Protocol
    pairs: PairList
    """Of samples held out of the training: what chooses settings must not score them."""

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def base(self) -> RunConfig[Any]:
        """The configuration that the sampled values are put over."""
        return self.config({})

    def config(self, values: Mapping[str, Any]) -> RunConfig[Any]:
        """A trial's configuration.

        Raises:
            InputError: the values do not fit together.
        """
        found = merged(self.settings, self.own)
        for key, value in values.items():
            found = merged(found, nested(key, value))
        return run_config(self.method, found)

    def request(self) -> Request:
        """The evaluation of a trial."""
        metrics = tuple(one.key for one in self.objectives if not one.is_cost)
        costs = any(one.is_cost for one in self.objectives)
        file = self.folder / "held-out.txt"
        write_text(file, "".join(f"{self._line(pair)}\n" for pair in self.pairs.pairs))
        return Request(self.protocol, self.split, metrics, efficiency=costs, pair_file=file)

    def _line(self, pair: Pair) -> str:
        person, cloth = self.split.path("image", pair.person), self.split.path("cloth", pair.cloth)
        return f"{person.name} {cloth.name}"

    def identity(self) -> dict[str, Any]:
        """What all trials of a study have in common."""
        settings = self.base.model_dump(mode="json")
        return {
            "settings": {k: v for k, v in settings.items() if k not in NEUTRAL},
            "space": as_json(self.space),
            "metrics": [one.key for one in self.objectives],
            "prune": self.prune,
            "protocol": self.protocol.fingerprint,
            "data": fingerprint(self.split, self.pairs),
        }

    def present(self) -> dict[str, Any]:
        """The values that the settings to tune have without tuning, as far as they are known."""
        values = self.base.model_dump(mode="json")
        found = {name: _value(values, name) for name in self.space}
        return {name: value for name, (there, value) in found.items() if there}


def _value(values: Mapping[str, Any], name: str) -> tuple[bool, Any]:
    """Whether a setting is there, and its value. A phase without settings has those of all."""
    parts = name.split(".")
    if parts[0] == "optimizers" and parts[1] not in values["optimizers"]:
        parts = ["optimizer", *parts[2:]]
    found: Any = values
    for part in parts:
        if not isinstance(found, Mapping) or part not in found:
            return False, None
        found = found[part]
    return True, found


def base_settings(asked: Asked) -> dict[str, Any]:
    """The settings of preset, file and `--set`.

    Raises:
        InputError: there is no such method or preset, or the method needs no training.
    """
    method = method_class(asked.method)
    if not method.info.trainable:
        raise InputError(f"{asked.method} needs no training: there is nothing to tune")
    return layered(preset_values(method, asked.preset), asked.config, asked.assignments)


def base_config(asked: Asked) -> RunConfig[Any]:
    """`base_settings`, checked.

    Raises:
        InputError: see there; or a setting is wrong.
    """
    return run_config(method_class(asked.method), base_settings(asked))


def make_plan(
    asked: Asked,
    objectives: tuple[Objective, ...],
    split: Split,
    protocol: Protocol,
    folder: Path,
) -> Plan:
    """Check all that can be checked before anything is written.

    Raises:
        InputError: a setting, the space, the protocol or a metric cannot be used.
    """
    settings, full = base_settings(asked), base_config(asked)
    method = method_class(asked.method)
    prune = _prune_by(asked.prune, objectives, full.best)
    own = _own_settings(full, asked.images, prune)
    fixed = {assignment.partition("=")[0].strip() for assignment in asked.assignments}
    space = space_of(method, asked.space, full.preset)
    space = {name: one for name, one in space.items() if name not in fixed}
    if not space:
        raise InputError("--set fixes every setting of the search space; leave one to tune")
    held_out = _held_out(split, run_config(method, merged(settings, own)), protocol)
    plan = Plan(folder, method, settings, own, space, objectives, prune, split, protocol, held_out)
    method.require_for_training(plan.base)
    refuse_impossible(method, merged(settings, own), space, method.require_for_training)
    _check_scoring(plan)
    return plan


def _own_settings(full: RunConfig[Any], images: int | None, prune: str | None) -> dict[str, Any]:
    """A trial's length, with a warm-up that shrinks with it, and how often it is validated."""
    length = images or full.images
    found: dict[str, Any] = {"images": length}
    if full.schedule.warmup_images:
        warmup = round(full.schedule.warmup_images * length / full.images)
        found["schedule"] = {"warmup_images": warmup}
    if not full.validate_every or full.validate_every > length:
        found["validate_every"] = math.ceil(length / VALIDATIONS) if prune else length
    return found


def _prune_by(wanted: str | None, objectives: Sequence[Objective], best: str) -> str | None:
    """The validation metric to prune by: the objective itself if it is validated."""
    if len(objectives) > 1:
        if wanted not in (None, NO_PRUNING):
            raise InputError("Optuna cannot prune with several objectives; leave --prune out")
        return None
    known = ("loss", *METRICS)
    if wanted is None:
        return objectives[0].key if objectives[0].key in known else best
    if wanted not in (*known, NO_PRUNING):
        raise InputError(f'--prune "{wanted}": {did_you_mean(wanted, [*known, NO_PRUNING])}')
    return None if wanted == NO_PRUNING else wanted


def _held_out(split: Split, config: RunConfig[Any], protocol: Protocol) -> PairList:
    """The persons held out of the training, each with the own garment or the next one's."""
    kept = hold_out(own_garments(split), config)[1].pairs
    if protocol.pairing == "paired":
        return PairList(kept, paired=True)
    if len(kept) < 2:
        raise InputError("unpaired needs 2 held-out samples: --set validate_samples=N")
    shifted = (*kept[1:], kept[0])
    crossed = tuple(Pair(a.person, b.cloth) for a, b in zip(kept, shifted, strict=True))
    return PairList(crossed, paired=False)


def _check_scoring(plan: Plan) -> None:
    """
    Raises:
        InputError: a metric cannot be computed, such as for want of weights; or the protocol does
            not fit the method.
    """
    size = plan.base.size
    if plan.protocol.size != size:
        shape = "x".join(map(str, size))
        raise InputError(f"{plan.protocol.name} does not have the training's size {shape}")
    if reason := plan.method.skip(plan.protocol):
        raise InputError(f"{plan.method.info.name} cannot run under {plan.protocol.name}: {reason}")
    keys = [one.key for one in plan.objectives if not one.is_cost]
    missing = scoring_of(plan.protocol, keys, plan.split, plan.pairs.pairs).missing
    for key, why in missing.items():
        raise InputError(f"{key} cannot be computed here: {why}")
