"""How each method looks: the same colour, mark and line in every figure, and in every report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D46")
"""Okabe and Ito's colours, that colour-blind people can tell apart; their yellow and black, which
vanish on white or on black, are replaced by brown."""
NEUTRAL = "#808080"
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x")
OPEN = tuple(f"{symbol}-open" for symbol in SYMBOLS)
GLYPHS = dict(zip((*SYMBOLS, *OPEN), "●■◆▲▼✚✖○□◇△▽✛✕", strict=True))
"""The marks as letters, for tables and text."""
SALT = "try-on 0"
"""Goes before a name. Of salts tried in order, the first that gives the trainable methods of this
repository colours of their own, which a test checks."""


@dataclass(frozen=True)
class Look:
    """How a method is drawn."""

    colour: str
    symbol: str
    """A Plotly marker; with the colour it is unique for up to 49 methods and 7 floor rows."""

    @property
    def glyph(self) -> str:
        return GLYPHS[self.symbol]

    @property
    def hollow(self) -> bool:
        """Whether it is a floor row's."""
        return self.symbol in OPEN

    @property
    def dash(self) -> str:
        """Lines of floor rows are dotted."""
        return "dot" if self.hollow else "solid"


def looks(methods: Mapping[str, str], floors: Iterable[str]) -> dict[str, Look]:
    """A look for each row by name alone, so that a row has it in other reports, too.

    A method's look is its own wish; of several rows of one method the first by name has it, and
    the others wish by their own names. Of two rows with the same wish, the first by method and name
    has it; the other takes its next one that is free. Floor rows are hollow and grey.

    Args:
        methods: the method of each row.
        floors: the rows that are floor rows.
    """
    hollow = set(floors)
    coloured = {name: method for name, method in methods.items() if name not in hollow}
    grey = {name: [Look(NEUTRAL, OPEN[i]) for i in _order(name)] for name in sorted(hollow)}
    wishes = {name: list(_coloured(wish)) for name, wish in _wishes(coloured)}
    return _given(wishes) | _given(grey)


def _wishes(methods: Mapping[str, str]) -> list[tuple[str, str]]:
    """Rows and what they wish by, the first of each method before the others."""
    ordered = sorted(methods.items(), key=lambda pair: (pair[1], pair[0]))
    firsts = {method: name for name, method in reversed(ordered)}
    own = [(name, method) for method, name in sorted(firsts.items())]
    return own + [(name, name) for name, method in ordered if firsts[method] != name]


def _order(name: str) -> list[int]:
    """The places 0 to 6 in an order of the name's own: from its first in steps of one size."""
    count = len(PALETTE)
    digest = int.from_bytes(sha256(f"{SALT} {name}".encode()).digest()[:8], "big")
    rest, first = divmod(digest, count)
    step = 1 + rest % (count - 1)
    return [(first + i * step) % count for i in range(count)]


def _coloured(name: str) -> Iterator[Look]:
    """Every look, best first: each colour with its mark, then with the next mark, and so on."""
    for turn in range(len(SYMBOLS)):
        for place in _order(name):
            yield Look(PALETTE[place], SYMBOLS[(place + turn) % len(SYMBOLS)])


def _given(wishes: Mapping[str, Sequence[Look]]) -> dict[str, Look]:
    """To each in turn the first of its wishes that is free; its first one where none is."""
    found: dict[str, Look] = {}
    for name, wanted in wishes.items():
        taken = set(found.values())
        found[name] = next((look for look in wanted if look not in taken), wanted[0])
    return found
