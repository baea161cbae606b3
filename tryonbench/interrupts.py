"""Ctrl-C and SIGTERM at a moment of our choosing: a step is finished before the run stops."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether the user asked to stop. A second request interrupts at once."""

    def __init__(self) -> None:
        self.asked = False

    def handle(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def deferred_interrupts() -> Iterator[StopRequest]:
    """Turn SIGINT and SIGTERM into a flag inside the block; the handlers are restored."""
    request = StopRequest()
    numbers = (signal.SIGINT, signal.SIGTERM)
    previous = [signal.signal(number, request.handle) for number in numbers]
    try:
        yield request
    finally:
        for number, handler in zip(numbers, previous, strict=True):
            signal.signal(number, handler)
