"""Is the loss falling, and is it calm?"""

from __future__ import annotations

import numpy as np

from tryonbench.diagnosis.findings import Finding, NotJudged
from tryonbench.diagnosis.history import History, Series

FEWEST = 12
"""Records that a judgement of a curve takes."""
FULL_RATE = 0.3
"""A loss is expected to fall while the learning rate is over this share of its peak."""
LEAST_FALL = 0.05
STILL = 1e-6
"""Largest change of a block's weights in an update, as a share of their norm, that is none."""
GROWTH, SPIKE, SPIKES, SWING = 1.5, 10.0, 3, 1.0


def plateau(history: History) -> Finding | None:
    """No term of the first phase falls, though the learning rate has not decayed.

    The later half of the records is split in two; a term is flat if its mean surely (by two
    standard errors) falls by less than a twentieth from one to the other. Weights that hardly move
    are a plateau whatever the scatter of the losses hides.
    """
    if still := _standing_still(history):
        return still
    judged = {name: _late(history, series) for name, series in history.losses()}
    judged = {name: series for name, series in judged.items() if len(series) >= FEWEST}
    if not judged:
        raise _too_few(history)
    if any(_possible_fall(series) > LEAST_FALL for series in judged.values()):
        return None
    phase = history.phases[0]
    start = next(iter(judged.values())).images[0]
    return Finding(
        "plateau",
        f"plateau: the losses have stopped falling since {start:.0f} images",
        tuple(_halves(name, series) for name, series in judged.items()),
        f"another learning rate, 3 times more or less than {history.learning_rate(phase):g} "
        f"(--set {history.rate_setting(phase)}=…); "
        "tryonbench train --overfit 8 shows whether it can learn at all",
    )


def broken_off(history: History) -> Finding | None:
    """The training stopped by itself."""
    if history.broken_off is None:
        return None
    what, *rest = history.broken_off.split("; ")
    return Finding("broken_off", "broken off: the training went wrong", (what,), "; ".join(rest))


def learning_rate_too_high(history: History) -> Finding | None:
    """The loss grows again, swings from record to record, or gradients spike.

    That shows in the first phase; the phase that learns fastest is the likeliest cause.
    """
    total, phase = history.total(), history.phases[0]
    if len(total) < FEWEST:
        raise _too_few(history)
    norms = history.series(f"grad_norm/{phase}")
    evidence = [text for text in (_growth(total), _swing(total), _spikes(norms)) if text]
    if not evidence:
        return None
    fastest = history.fastest_phase()
    rate, setting = history.learning_rate(fastest), history.rate_setting(fastest)
    return Finding(
        "learning_rate_too_high",
        "learning rate too high: the training is not calm",
        tuple(evidence),
        f"--set {setting}={rate / 5:g} (it is {rate:g}), or --set optimizer.grad_clip=1",
    )


def _standing_still(history: History) -> Finding | None:
    """No block's weights ever moved by a share worth the name."""
    phase = history.phases[0]
    blocks = history.names(f"update/{phase}/")
    moved = [history.series(f"update/{phase}/{block}").values.max() for block in blocks]
    if not moved or max(moved) >= STILL:
        return None
    return Finding(
        "plateau",
        "plateau: the weights hardly move",
        (f"an update changes no block of the {phase} by more than {max(moved):.1g} of its norm",),
        f"a learning rate 100 times more than {history.learning_rate(phase):g} "
        f"(--set {history.rate_setting(phase)}={100 * history.learning_rate(phase):g})",
    )


def _too_few(history: History) -> NotJudged:
    every = history.manifest["config"]["log_every"]
    less = f": --set log_every={max(1, every // 5)}" if every > 1 else ": train longer"
    return NotJudged(f"it takes more records of the log{less}")


def _late(history: History, series: Series) -> Series:
    """The later half of the records at a high learning rate."""
    rates = history.series(f"lr/{history.phases[0]}")
    high = rates.images[rates.values >= FULL_RATE * rates.values.max()]
    kept = np.isin(series.images, high)
    half = int(kept.sum()) // 2
    return Series(series.images[kept][half:], series.values[kept][half:])


def _possible_fall(series: Series) -> float:
    """The largest fall that the scatter allows, as a share of the mean before."""
    one, two = np.array_split(series.values, 2)
    error = np.hypot(one.std(ddof=1) / np.sqrt(len(one)), two.std(ddof=1) / np.sqrt(len(two)))
    return float((one.mean() - two.mean() + 2 * error) / max(abs(one.mean()), 1e-12))


def _halves(name: str, series: Series) -> str:
    one, two = np.array_split(series.values, 2)
    return (
        f"loss {name}: {one.mean():.4g} on average to {series.images[len(one) - 1]:.0f} images, "
        f"then {two.mean():.4g} to {series.images[-1]:.0f}"
    )


def _growth(total: Series) -> str | None:
    """Whether the last quarter lies over the lowest quarter before it."""
    quarters = [part.mean() for part in np.array_split(total.values, 4)]
    lowest = int(np.argmin(quarters))
    if quarters[-1] <= GROWTH * quarters[lowest] or quarters[lowest] <= 0:
        return None
    return (
        f"the loss grew from {quarters[lowest]:.4g} in quarter {lowest + 1} of the training to "
        f"{quarters[-1]:.4g} in the last"
    )


def _swing(total: Series) -> str | None:
    """Whether it jumps by a large share of itself between two records of the last half."""
    late = total.last(0.5)
    jumps = np.abs(np.diff(late)) / np.maximum(np.abs(late[1:] + late[:-1]) / 2, 1e-12)
    typical = float(np.median(jumps))
    if typical <= SWING:
        return None
    return f"the loss changes by {typical:.0%} from record to record in the last half (median)"


def _spikes(norms: Series) -> str | None:
    """Whether the gradient's norm often is a multiple of its median."""
    usual = float(np.median(norms.values))
    high = norms.images[norms.values > SPIKE * usual]
    if len(high) < SPIKES:
        return None
    return (
        f"the gradient's norm is over {SPIKE:.0f} times its median of {usual:.3g} in {len(high)} "
        f"of {len(norms)} records, up to {norms.values.max():.3g}, first after {high[0]:.0f}"
    )
