"""What tuning needs beyond tryonbench's own dependencies."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from inspect import signature
from typing import Any

from tryonbench.errors import InputError


def require_optuna() -> None:
    """
    Raises:
        InputError: it is not installed.
    """
    if find_spec("optuna") is None:
        raise InputError('tuning needs optuna: pip install "tryonbench[tune]"')


def argument(function: Callable[..., Any], new: str, old: str) -> str:
    """The name that an argument has in the Optuna that is installed."""
    return new if new in signature(function).parameters else old


@contextmanager
def calm_optuna() -> Iterator[None]:
    """Neither warnings of what Optuna calls experimental, nor its own lines on stderr."""
    import optuna
    from optuna.exceptions import ExperimentalWarning

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)
