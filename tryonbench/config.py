"""Configuration: a preset, then `--config FILE`, then each `--set a.b=value`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tryonbench.errors import InputError
from tryonbench.explain import explain


class Strict(BaseModel):
    """A record in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ModelConfig(Strict):
    """A method's own settings; the key `model` of a run's configuration. Methods subclass it."""


Beta = Annotated[float, Field(ge=0.0, lt=1.0)]


class OptimizerConfig(Strict):
    """One optimiser."""

    name: Literal["adam", "adamw", "sgd", "rmsprop"] = "adam"
    lr: PositiveFloat = 1e-4
    betas: tuple[Beta, Beta] = (0.9, 0.999)
    """Adam's two; of the other optimisers the first is the momentum."""
    weight_decay: NonNegativeFloat = 0.0
    grad_clip: PositiveFloat | None = None
    """Largest norm of the gradient, if any."""


class ScheduleConfig(Strict):
    """How the learning rate changes: linear warm-up, constant, then decay to `min_factor`."""

    warmup_images: NonNegativeInt = 0
    decay: Literal["constant", "linear", "cosine"] = "constant"
    decay_from: float = Field(default=0.5, ge=0.0, lt=1.0)
    """Share of the training after which the decay begins."""
    min_factor: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share of the learning rate at which the decay ends."""


class AugmentConfig(Strict):
    """Random changes of training samples, the same for every modality; none by default."""

    flip: float = Field(default=0.0, ge=0.0, le=1.0)
    """Chance of a mirrored sample."""
    shift: float = Field(default=0.0, ge=0.0, le=0.5)
    """Largest shift as a share of height and width."""
    scale: float = Field(default=0.0, ge=0.0, le=1.0)
    """Largest change of size: 0.1 is from 1 / 1.1 to 1.1."""
    colour: float = Field(default=0.0, ge=0.0, le=1.0)
    """Largest change of brightness, contrast and saturation as a factor; a tenth of it, in turns,
    of the hue."""

    @property
    def is_on(self) -> bool:
        return self != AugmentConfig()


def _size(value: Any) -> Any:
    """`256x192` as a list of two."""
    found = value.lower().split("x") if isinstance(value, str) else value
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        raise ValueError("must be height and width, such as 256x192")
    return found


Size = Annotated[tuple[PositiveInt, PositiveInt], BeforeValidator(_size)]
"""Height and width; `256x192` is read too."""
TrackerName = Literal["tensorboard", "wandb", "trackio"]
Precision = Literal["32-true", "16-mixed", "bf16-mixed"]
ModelT = TypeVar("ModelT", bound=ModelConfig)


class RunConfig(Strict, Generic[ModelT]):
    """Everything that decides what a training run computes."""

    method: str
    preset: str
    seed: NonNegativeInt = 0
    size: Size
    """Height and width."""
    images: PositiveInt
    """Length of the training: images seen, not steps."""
    batch_size: PositiveInt
    """Images that a network sees at once."""
    accumulate: PositiveInt = 1
    """Batches whose gradients are averaged for one update: `batch_size` x `accumulate` images."""
    optimizer: OptimizerConfig = OptimizerConfig()
    optimizers: dict[str, OptimizerConfig] = {}
    """Per phase (`optimizers.discriminator.lr`), over `optimizer`."""
    schedule: ScheduleConfig = ScheduleConfig()
    augment: AugmentConfig = AugmentConfig()
    ema_decay: float = Field(default=0.999, ge=0.0, lt=1.0)
    """Moving average of the weights that generate, per step; 0 turns it off."""
    precision: Precision = "32-true"
    strategy: Literal["ddp", "fsdp"] = "ddp"
    """How several processes share the training. ddp: each has all weights. fsdp: each has a part of
    the weights, their average and the optimiser's state, for networks that one GPU cannot hold."""
    compile: bool = False
    """Compile the networks that generate (`torch.compile`). A discriminator is not compiled: its
    gradient penalty needs second derivatives, which compiled code does not have."""
    channels_last: bool = False
    """Keep the networks' weights in the memory format NHWC: faster convolutions on CPUs, and on
    CUDA with mixed precision. Trained values differ by rounding."""
    workers: NonNegativeInt = 0
    """Processes that load data."""
    log_every: PositiveInt = 10
    """Steps between two lines of the log."""
    diagnose_every: NonNegativeInt | None = None
    """Images between two measurements for `tryonbench diagnose`, each with the next line of the
    log; by default five a training. 0 turns them off."""
    samples_every: NonNegativeInt = 0
    """Images between two sample grids in the run's folder `samples`; 0 turns them off."""
    checkpoint_seconds: PositiveFloat = 30.0
    """Seconds between two checkpoints: what a kill can cost."""
    validate_every: NonNegativeInt = 0
    """Images between two validations; 0 turns them off."""
    validate_samples: PositiveInt = 64
    """The last samples of the split, held out of the training while validation is on. The test
    split takes no part: what chooses a checkpoint must not score it."""
    best: Literal["loss", "ssim", "psnr", "l1"] = "psnr"
    """What the best checkpoint is the best in, on the held-out samples."""
    early_stop: NonNegativeInt = 0
    """End the training after so many validations without a better one; 0 = never."""
    trackers: tuple[TrackerName, ...] = ()
    """Where the log is shown besides `log.jsonl`. Only `wandb` sends anything, to its servers."""
    model: ModelT

    @model_validator(mode="before")
    @classmethod
    def _phases_over_all(cls, values: Any) -> Any:
        """What `optimizers.PHASE` leaves out is as in `optimizer`."""
        if not isinstance(values, Mapping):
            return values
        every, own = values.get("optimizer", {}), values.get("optimizers", {})
        if not isinstance(every, Mapping) or not isinstance(own, Mapping):
            return values
        whole = {k: {**every, **v} if isinstance(v, Mapping) else v for k, v in own.items()}
        return {**values, "optimizers": whole}

    @model_validator(mode="after")
    def _batch_within_training(self) -> Self:
        if self.update_images > self.images:
            update = "batch_size" if self.accumulate == 1 else "batch_size x accumulate"
            raise PydanticCustomError("batch", f"{update} is more than images, the whole training")
        return self

    @model_validator(mode="after")
    def _stop_by_validation(self) -> Self:
        if self.early_stop and not self.validate_every:
            raise PydanticCustomError("stop", "early_stop needs validations: set validate_every")
        return self

    @property
    def update_images(self) -> int:
        """Images of one update of the weights."""
        return self.batch_size * self.accumulate


class _Loader(yaml.SafeLoader):
    """Refuses a mapping with a key twice, of which YAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise yaml.YAMLError(f'"{twice}" is given twice')
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping.

    Raises:
        InputError: the file is missing, not YAML, or not a mapping.
    """
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        reason = f"cannot read the configuration {path}: {error.strerror}"
        raise InputError(f"{reason}; name a YAML file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"the configuration {path} is not valid YAML: {reason}") from error
    if not isinstance(value, dict):
        raise InputError(f"the configuration {path} must be a mapping of settings to values")
    return value


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over`, mappings merged key by key.

    >>> merged({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}})
    {'a': {'b': 3, 'c': 2}}
    """
    result = deepcopy(dict(base))
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(result[key], value) if both else deepcopy(value)
    return result


def parse_set(assignment: str) -> dict[str, Any]:
    """One `--set a.b=value` as a nested mapping; the value is read as YAML.

    >>> parse_set("optimizer.betas=[0.5, 0.9]")
    {'optimizer': {'betas': [0.5, 0.9]}}

    Raises:
        InputError: it is not of the form KEY=VALUE.
    """
    key, separator, text = assignment.partition("=")
    if not separator or not all(part.strip() for part in key.split(".")):
        raise InputError(f'--set "{assignment}" must be KEY=VALUE, such as optimizer.lr=1e-4')
    try:
        value: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f'--set {key}: "{text}" is not a value') from error
    return nested(key, value)


def nested(key: str, value: Any) -> dict[str, Any]:
    """A setting's value where its name puts it.

    >>> nested("optimizer.lr", 1e-4)
    {'optimizer': {'lr': 0.0001}}
    """
    for part in reversed(key.split(".")):
        value = {part.strip(): value}
    return dict(value)


def layered(
    preset: Mapping[str, Any], file: Path | None, assignments: Sequence[str]
) -> dict[str, Any]:
    """The preset with the file's values over it and the assignments over those."""
    values = merged(preset, read_yaml(file) if file else {})
    for assignment in assignments:
        values = merged(values, parse_set(assignment))
    return values


def checked(model: type[BaseModel], values: Mapping[str, Any], in_file: bool = False) -> Any:
    """Validate `values` as `model`.

    Args:
        in_file: they stand in a file alone, and no option changes them.

    Raises:
        InputError: names the first wrong setting, with a suggestion for an unknown key.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError(explain(model, error, in_file)) from error
