"""What installed methods say of themselves: a report shows the runs of others, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tryonbench.errors import InputError
from tryonbench.registry import method_class

if TYPE_CHECKING:
    from tryonbench.method import TryOnMethod


def installed(method: str) -> type[TryOnMethod] | None:
    """A method's class; None if it is not here or cannot be loaded."""
    try:
        return method_class(method)
    except InputError:
        return None
