"""Images that look like others of the set."""

from __future__ import annotations

from collections.abc import Iterator

from tryonbench.data.check.duplicates import Prints, repeats
from tryonbench.data.check.findings import Fault

COLLAPSED = 0.5
"""Share of images that repeat another from which the set has collapsed. Of 45 photographs and of
120 procedural pictures none looks like another."""


def repeat_faults(prints: Prints) -> Iterator[Fault]:
    """Images with the same bytes or the same look; and whether that is most of them."""
    found = list(repeats("images", prints))
    yield from found
    if found and len(found) >= COLLAPSED * len(prints):
        text = f"{len(found)} of {len(prints)} look like another"
        yield Fault("error", "mode collapse", text)
