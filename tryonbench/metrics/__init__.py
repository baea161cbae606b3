"""Metrics by key. The class of each is imported only when it is used."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tryonbench.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from tryonbench.metrics.base import Metric

CLASSES = {
    "fid": "frechet:Fid",
    "fid_pytorch": "frechet:FidPytorch",
    "kid": "kernel:Kid",
    "fid_64": "inception_layers:Fid64",
    "fid_192": "inception_layers:Fid192",
    "fid_768": "inception_layers:Fid768",
    "kid_768": "inception_layers:Kid768",
    "precision": "precision_recall:Precision",
    "recall": "precision_recall:Recall",
    "density": "density_coverage:Density",
    "coverage": "density_coverage:Coverage",
    "ssim": "ssim:Ssim",
    "ms_ssim": "ms_ssim:MsSsim",
    "psnr": "pixel:Psnr",
    "l1": "pixel:L1",
    "mse": "pixel:Mse",
    "lpips_alex": "lpips:Lpips",
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
    """A metric with the settings that a protocol gives.

    Raises:
        InputError: unknown metric or setting.
    """
    chosen = metric_class(key)
    known = list(chosen.__dataclass_fields__)
    for name in given:
        if name not in known:
            raise InputError(f'metric "{key}" has no setting "{name}"; {did_you_mean(name, known)}')
    return chosen(**{n: tuple(v) if isinstance(v, list) else v for n, v in given.items()})


def settings(key: str, given: dict[str, Any]) -> dict[str, Any]:
    """Every setting of a metric, defaults included."""
    return asdict(make_metric(key, given))
