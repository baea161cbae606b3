"""What the page is made of: a panel a modality, a card a sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tryonbench.show.pictures import Picture, Swatch
from tryonbench.show.pose import Pose

Origin = Literal["read", "computed", "missing", "broken"]


@dataclass(frozen=True)
class Panel:
    """One picture with its facts; or why there is none."""

    title: str
    origin: Origin
    subtitle: str = ""
    """A file, or who reads the tensor."""
    picture: Picture | None = None
    pose: Pose | None = None
    table: bool = False
    """Whether the pose's joints are listed."""
    facts: tuple[tuple[str, str], ...] = ()
    legend: tuple[Swatch, ...] = ()
    channels: tuple[tuple[str, Picture], ...] = ()
    note: str = ""
    """Why there is no picture, where that is no error."""
    errors: tuple[str, ...] = ()
    """What is wrong."""
    doubts: tuple[str, ...] = ()
    """What may be right, but is worth a look."""

    def with_doubts(self, *doubts: str | None) -> Panel:
        """The same panel with more doubts; None is none."""
        return replace(self, doubts=(*self.doubts, *(doubt for doubt in doubts if doubt)))


@dataclass(frozen=True)
class Card:
    """A sample: its files, and the tensors that are made of them."""

    name: str
    person: str
    cloth: str
    files: tuple[Panel, ...]
    tensors: tuple[Panel, ...]
    refused: str = ""
    """Why the dataset does not give the sample; then each tensor was made alone."""

    @property
    def findings(self) -> list[tuple[str, str, bool]]:
        """Where, what, and whether it is an error: each thing that was noticed, once."""
        first = {text: (where, text, error) for where, text, error in reversed([*self._noticed()])}
        return list(reversed(first.values()))

    def _noticed(self) -> Iterator[tuple[str, str, bool]]:
        for kind, panels in (("file", self.files), ("tensor", self.tensors)):
            for panel in panels:
                where = f"{panel.title}, {kind}"
                yield from ((where, text, True) for text in panel.errors)
                yield from ((where, text, False) for text in panel.doubts)
