"""Between which values each metric lies, so that an impossible one is found."""

from __future__ import annotations

from tryonbench.metrics import CLASSES

ANY = (float("-inf"), float("inf"))
NOT_NEGATIVE = (0.0, float("inf"))
DISTANCE = (-1e-3, float("inf"))
"""Of equal sets it is zero but for the rounding of a matrix's square root."""
SHARE = (0.0, 1.0)
SIMILARITY = (-1.0, 1.0)
ROUNDING = 1e-6
"""By which a computed value may lie outside."""

RANGES = {
    "fid": DISTANCE,
    "fid_pytorch": DISTANCE,
    "fid_infinity": ANY,
    "kid": ANY,
    "fid_64": DISTANCE,
    "fid_192": DISTANCE,
    "fid_768": DISTANCE,
    "kid_768": ANY,
    "fd_synth": DISTANCE,
    "kd_synth": ANY,
    "precision": SHARE,
    "recall": SHARE,
    "density": NOT_NEGATIVE,
    "coverage": SHARE,
    "fd_dinov2": DISTANCE,
    "cmmd": ANY,
    "ssim": SIMILARITY,
    "ms_ssim": SIMILARITY,
    "psnr": NOT_NEGATIVE,
    "l1": SHARE,
    "mse": SHARE,
    "lpips_alex": NOT_NEGATIVE,
    "lpips_vgg": NOT_NEGATIVE,
    "lpips_squeeze": NOT_NEGATIVE,
    "dists": SHARE,
    "garment_ciede2000": NOT_NEGATIVE,
}
"""By metric. An unbiased estimate of a distance, or one that extrapolates, may be negative."""


def range_of(key: str) -> tuple[float, float]:
    """The range of `ssim` or `ssim@garment`; of a metric that is not known here, any.

    >>> range_of("ssim@garment"), range_of("l1")
    ((-1.0, 1.0), (0.0, 1.0))
    """
    name = key.partition("@")[0]
    return RANGES[name] if name in CLASSES else ANY


def is_outside(key: str, value: float) -> bool:
    """Whether a metric cannot have a value.

    >>> is_outside("ssim", 1.01), is_outside("ssim", 1.0)
    (True, False)
    """
    low, high = range_of(key)
    return not low - ROUNDING <= value <= high + ROUNDING
