"""Values of settings that a protocol gives: what is allowed, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from tryonbench.errors import InputError
from tryonbench.metrics import CLASSES, make_metric, settings


@pytest.mark.parametrize(
    ("key", "setting", "value", "allowed"),
    [
        ("fid", "resize", "foo", "should be 'clean', 'pytorch-fid' or 'tf1'"),
        ("fid_pytorch", "resize", "clean", "should be 'pytorch-fid'"),
        ("kid", "subsets", -1, "should be greater than 0"),
        ("kid", "subsets", 2.5, "should be a valid integer"),
        ("kid", "subsets", True, "should be a valid integer"),
        ("kid", "subset_size", 1, "should be greater than or equal to 2"),
        ("kid_768", "seed", "0", "should be a valid integer"),
        ("precision", "k", 0, "should be greater than 0"),
        ("coverage", "k", None, "should be a valid integer"),
        ("ssim", "window", 10, "it must be odd"),
        ("ssim", "sigma", 0, "should be greater than 0"),
        ("ssim@garment", "channels", "gray", "should be 'rgb' or 'grey'"),
        ("ms_ssim", "betas", [], "should have at least 1 item"),
        ("psnr", "reduction", "pooled", "should be 'mean of images'"),
        ("lpips_squeeze", "net", "alex", "should be 'squeeze'"),
        ("lpips_alex", "size", [128], "Field required"),
        ("garment_ciede2000", "labels", [1, 2, 3], "should be 5"),
    ],
)
def test_a_wrong_value_is_named(key: str, setting: str, value: Any, allowed: str) -> None:
    with pytest.raises(InputError) as raised:
        make_metric(key, {setting: value})
    message = str(raised.value)
    assert message.startswith(f'metric "{key}": the setting "{setting}" cannot be {value!r}: ')
    assert allowed in message
    assert "\n" not in message


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(InputError, match='has no setting "subset"; did you mean "subsets"'):
        make_metric("kid", {"subset": 10})


@pytest.mark.parametrize("key", CLASSES)
def test_every_default_is_allowed(key: str) -> None:
    given = settings(key, {})
    assert settings(key, given) == given


def test_lists_of_yaml_become_tuples() -> None:
    assert make_metric("lpips_alex", {"size": [128, 96]}).size == (128, 96)
