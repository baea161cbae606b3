"""Does the method get what it should, and does it use it?"""

from __future__ import annotations

import numpy as np

from tryonbench.diagnosis.findings import Finding, NotJudged
from tryonbench.diagnosis.history import History, Series

IGNORED = 0.05
"""Share of the difference between persons below which a garment changes next to nothing."""
CONSTANT = 1e-6
EPOCHS, VALIDATIONS, RISE = 3.0, 3, 1.03


def garment_ignored(history: History) -> Finding | None:
    """Another garment hardly changes the picture inside the mask."""
    swaps = history.series("probe/garment_swap")
    if not len(swaps):
        raise NotJudged("the log has no probe/garment_swap: train with --set diagnose_every=IMAGES")
    if swaps.values[-1] >= IGNORED:
        return None
    method, preset = (history.manifest["config"][key] for key in ("method", "preset"))
    return Finding(
        "garment_ignored",
        "garment ignored: another garment hardly changes the picture",
        (
            f"with another garment the picture changes inside the mask by {swaps.values[-1]:.1%} "
            "of what it changes with another person and garment (after "
            f"{swaps.images[-1]:.0f} images; {swaps.values[0]:.1%} after {swaps.images[0]:.0f})",
        ),
        f"tryonbench train --method {method} --preset {preset} --overfit 8: if that does not learn "
        "either, the garment does not reach the output; else train longer",
    )


def data_repeated(history: History) -> Finding | None:
    """The training loss falls while the validation loss rises, on samples seen many times."""
    samples, validation = history.manifest["data"].get("samples"), history.series("val/loss")
    if not samples or len(validation) < VALIDATIONS:
        raise NotJudged(
            f"it takes {VALIDATIONS} validations: train with --set validate_every=IMAGES"
        )
    total, epochs = history.total(), validation.images[-1] / samples
    best = int(np.argmin(validation.values))
    if epochs < EPOCHS or not _diverge(total, validation, best):
        return None
    then = validation.images[best]
    return Finding(
        "data_repeated",
        "data repeated: the training samples are learnt by heart",
        (
            f"{samples} samples were seen {epochs:.0f} times",
            f"validation loss {validation.values[best]:.4g} after {then:.0f} images, "
            f"{validation.values[-1]:.4g} after {validation.images[-1]:.0f}",
            f"training loss {_around(total, then):.4g} then, {_end(total):.4g} at the end",
        ),
        "more data, or --set augment.flip=0.5 --set augment.shift=0.05 --set augment.colour=0.1, "
        "or end at the best: --set early_stop=3",
    )


def _diverge(total: Series, validation: Series, best: int) -> bool:
    """Whether validation has risen from its lowest while training went on falling."""
    rises = float(validation.values[-1]) > RISE * float(validation.values[best])
    return rises and _end(total) < _around(total, float(validation.images[best]))


def _around(total: Series, images: float) -> float:
    """The training loss up to some images, averaged over an eighth of the log."""
    return float(total.before(images).values[-max(1, len(total) // 8) :].mean())


def _end(total: Series) -> float:
    return float(total.last(0.125).mean())


def conditions_constant(history: History) -> Finding | None:
    """A condition is the same for all samples."""
    names = history.names("probe/condition/")
    if not names:
        raise NotJudged("the log has no probe/condition: train with --set diagnose_every=IMAGES")
    last = {name: history.series(f"probe/condition/{name}").values[-1] for name in names}
    constant = [name for name, deviation in last.items() if deviation < CONSTANT]
    if not constant:
        return None
    root, method = history.manifest["data"]["root"], history.manifest["config"]["method"]
    return Finding(
        "conditions_constant",
        f"conditions constant: nothing can be learnt from {', '.join(constant)}",
        tuple(f"{name}: standard deviation {last[name]:.3g} over the samples" for name in constant),
        f"tryonbench data check {root}; tryonbench data show {root} --method {method}",
    )
