"""How each method looks: the same colour, marker and line in every figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D46")
"""Okabe and Ito's colours, that colour-blind people can tell apart; their yellow and black, which
vanish on white or on black, are replaced by brown."""
NEUTRAL = "#808080"
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x")
GLYPHS = {
    **dict(zip(SYMBOLS, "●■◆▲▼✚✖", strict=True)),
    **dict(zip((f"{symbol}-open" for symbol in SYMBOLS), "○□◇△▽✛✕", strict=True)),
}
"""The markers as letters, for tables and text."""
DASHES = ("solid", "dot", "dash", "longdash", "dashdot", "longdashdot")


@dataclass(frozen=True)
class Look:
    """How a method is drawn."""

    colour: str
    symbol: str
    """A Plotly marker; with the colour it is unique for up to 49 methods."""

    @property
    def glyph(self) -> str:
        return GLYPHS[self.symbol]


def looks(methods: Iterable[str], floors: Iterable[str]) -> dict[str, Look]:
    """A look for each name, in the order of names; floor rows are hollow and grey."""
    floor_names = sorted(set(floors))
    coloured = {name: _look(i) for i, name in enumerate(sorted(set(methods) - set(floor_names)))}
    return coloured | {
        name: Look(NEUTRAL, f"{SYMBOLS[i % len(SYMBOLS)]}-open")
        for i, name in enumerate(floor_names)
    }


def _look(index: int) -> Look:
    """The first seven differ in colour and marker; each further seven shift the markers by one."""
    turn, place = divmod(index, len(PALETTE))
    return Look(PALETTE[place], SYMBOLS[(place + turn) % len(SYMBOLS)])
