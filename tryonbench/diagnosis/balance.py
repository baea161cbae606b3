"""Has a discriminator won? A GAN's phases are `generator` and `discriminator` by convention."""

from __future__ import annotations

from tryonbench.diagnosis.findings import Finding, NotJudged
from tryonbench.diagnosis.history import History

JUDGE = "discriminator"
SURE = 0.98
"""Share of outputs on the right side from which on it makes no mistakes to learn from."""
LITTLE = 0.05
"""Share of its largest loss below which nothing is left to it to learn."""


def discriminator_won(history: History) -> Finding | None:
    """In the last quarter it tells nearly all photographs from pictures.

    `discriminator/accuracy_real` and `…_fake` say so where they are logged, else its losses.
    """
    if JUDGE not in history.phases:
        return None
    evidence = _by_accuracy(history) if _has_accuracy(history) else _by_losses(history)
    if not evidence:
        return None
    rate, setting = history.learning_rate(JUDGE), history.rate_setting(JUDGE)
    return Finding(
        "discriminator_won",
        "discriminator won: it tells pictures from photographs without fail, so that the "
        "generator has nothing to learn from it",
        evidence,
        f"--set optimizers.{JUDGE}.lr={rate / 5:g} (it is {rate:g}, by {setting})",
    )


def _has_accuracy(history: History) -> bool:
    return len(history.series(f"{JUDGE}/accuracy_real")) > 0


def _by_accuracy(history: History) -> tuple[str, ...]:
    found = {kind: history.series(f"{JUDGE}/accuracy_{kind}") for kind in ("real", "fake")}
    means = {kind: float(series.last(0.25).mean()) for kind, series in found.items()}
    if min(means.values()) < SURE:
        return ()
    names = {"real": "photographs", "fake": "pictures"}
    start = found["real"].images[-len(found["real"].last(0.25))]
    return tuple(
        f"{share:.1%} of its outputs on {names[kind]} are right since {start:.0f} images"
        for kind, share in means.items()
    )


def _by_losses(history: History) -> tuple[str, ...]:
    """Losses that can be negative, such as Wasserstein's, say nothing.

    Raises:
        NotJudged: there are only such.
    """
    found = {kind: history.series(f"loss/{JUDGE}/{kind}") for kind in ("real", "fake")}
    if not all(len(series) and series.values.min() >= 0 for series in found.values()):
        raise NotJudged(f"the log has neither {JUDGE}/accuracy_real nor losses that end at 0")
    highest = {kind: float(series.values.max()) for kind, series in found.items()}
    now = {kind: float(series.last(0.25).mean()) for kind, series in found.items()}
    if any(now[kind] > LITTLE * highest[kind] for kind in now):
        return ()
    return tuple(
        f"its loss {kind} is {now[kind]:.3g} in the last quarter, and was {highest[kind]:.3g}"
        for kind in now
    )
