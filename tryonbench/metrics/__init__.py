"""Metrics by key. The class of each is imported only when it is used."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast, get_args, get_type_hints

from tryonbench.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from tryonbench.metrics.base import Metric

CLASSES = {
    "fid": "frechet:Fid",
    "fid_pytorch": "frechet:FidPytorch",
    "fid_infinity": "fid_infinity:FidInfinity",
    "kid": "kernel:Kid",
    "fid_64": "inception_layers:Fid64",
    "fid_192": "inception_layers:Fid192",
    "fid_768": "inception_layers:Fid768",
    "kid_768": "inception_layers:Kid768",
    "fd_synth": "synth_distance:FdSynth",
    "kd_synth": "synth_distance:KdSynth",
    "precision": "precision_recall:Precision",
    "recall": "precision_recall:Recall",
    "density": "density_coverage:Density",
    "coverage": "density_coverage:Coverage",
    "fd_dinov2": "fd_dinov2:FdDinov2",
    "cmmd": "cmmd:Cmmd",
    "ssim": "ssim:Ssim",
    "ms_ssim": "ms_ssim:MsSsim",
    "psnr": "pixel:Psnr",
    "l1": "pixel:L1",
    "mse": "pixel:Mse",
    "lpips_alex": "lpips:LpipsAlex",
    "lpips_vgg": "lpips:LpipsVgg",
    "lpips_squeeze": "lpips:LpipsSqueeze",
    "dists": "dists:Dists",
    "garment_ciede2000": "garment_colour:GarmentCiede2000",
}


@cache
def metric_class(key: str) -> type[Metric]:
    """A metric's class.

    Raises:
        InputError: no such metric.
    """
    if key not in CLASSES:
        raise InputError(f'unknown metric "{key}"; {did_you_mean(key, CLASSES)}')
    module, name = CLASSES[key].split(":")
    found: type[Metric] = getattr(import_module(f"tryonbench.metrics.{module}"), name)
    return found


def make_metric(key: str, given: dict[str, Any]) -> Metric:
    """A metric with the settings that a protocol gives; `ssim@garment` is one inside a region.

    Raises:
        InputError: unknown metric, region or setting, or a value that a setting cannot have.
    """
    name, at, region = key.partition("@")
    chosen = metric_class(name)
    known = list(chosen.__dataclass_fields__)
    for setting in given:
        if setting not in known:
            raise InputError(
                f'metric "{key}" has no setting "{setting}"; {did_you_mean(setting, known)}'
            )
    metric = chosen(**{setting: _checked(key, setting, given[setting]) for setting in given})
    return _inside(metric, key, region) if at else metric


def _checked(key: str, setting: str, value: Any) -> Any:
    """A setting's value, if its annotation allows it."""
    from pydantic import TypeAdapter, ValidationError

    hints = get_type_hints(metric_class(key.partition("@")[0]), include_extras=True)
    found = tuple(value) if isinstance(value, list) else value
    try:
        return TypeAdapter(hints[setting]).validate_python(found, strict=True)
    except ValidationError as error:
        why = error.errors()[0]["msg"]
        reason = f'metric "{key}": the setting "{setting}" cannot be {value!r}: {why}'
        raise InputError(reason) from error


def _inside(metric: Metric, key: str, region: str) -> Metric:
    from tryonbench.metrics.base import ImageMetric, Region
    from tryonbench.metrics.regional import Regional

    known = get_args(Region)
    if region not in known:
        raise InputError(f'metric "{key}": no region "{region}"; {did_you_mean(region, known)}')
    if not isinstance(metric, ImageMetric) or not metric.has_regions:
        raise InputError(f'metric "{key}": {metric.label} has no value for a part of a picture')
    return Regional(metric, cast(Region, region))


def settings(key: str, given: dict[str, Any]) -> dict[str, Any]:
    """Every setting of a metric, defaults included."""
    return asdict(make_metric(key, given))
