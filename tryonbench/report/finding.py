"""A sentence of the summary."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A sentence about a subject, which the page sets in bold."""

    subject: str
    text: str
