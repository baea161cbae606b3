"""Where a study is kept: a SQLite file in its folder, or any database that SQLAlchemy opens."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optuna.storages import RDBStorage
from optuna.study import Study
from optuna.trial import FrozenTrial

from tryonbench.errors import InputError, StorageError, masked
from tryonbench.files import make_folder
from tryonbench.storage import PROBLEMS, storage_problem
from tryonbench.tune.packages import argument

HEARTBEAT, GRACE = 30, 120
"""Seconds between two signs of life of a trial, and without one until it counts as dead."""
WAIT = 60
"""Seconds that SQLite waits for another process's write."""
TRIES = 5
"""Two processes that begin a database at once stand in each other's way."""

IN_MEMORY = ("sqlite://", "sqlite:///", "sqlite:///:memory:")
ANOTHER = "give another --storage URL, such as sqlite:///study.db"


def sqlite_url(folder: Path) -> str:
    """The default storage of a study."""
    return f"sqlite:///{(folder / 'study.db').resolve()}"


def open_storage(url: str, on_death: Callable[[Study, FrozenTrial], None]) -> RDBStorage:
    """
    Args:
        on_death: called with a trial whose process is gone.

    Raises:
        InputError: the database cannot be opened, or it is lost with the process.
        StorageError: its disk is full or read-only.
    """
    if url in IN_MEMORY:
        raise InputError(f"{url} keeps nothing; {ANOTHER}")
    if url.startswith("sqlite:///") and (file := url.removeprefix("sqlite:///")):
        make_folder(Path(file).parent)
    name = argument(RDBStorage, "heartbeat_stale_trial_callback", "failed_trial_callback")
    called: dict[str, Any] = {name: on_death}
    connect = {"connect_args": {"timeout": WAIT}} if url.startswith("sqlite") else {}
    for attempt in range(TRIES):
        try:
            return RDBStorage(
                url,
                engine_kwargs=connect,
                heartbeat_interval=HEARTBEAT,
                grace_period=GRACE,
                **called,
            )
        except Exception as error:  # of SQLAlchemy, of its drivers, of Optuna
            if number := storage_problem(error):
                told = f"{masked(url)} {PROBLEMS[number]}; what was there is kept"
                raise StorageError(told) from error
            if attempt + 1 == TRIES or "already exists" not in str(error):
                raise InputError(f"cannot open the storage {masked(url)}: {_why(error)}") from error
            time.sleep(0.2)
    raise AssertionError


def _why(error: Exception) -> str:
    """An error's first line, and what mends it."""
    first = masked(str(error)).strip().splitlines()
    line = (first[0] if first else type(error).__name__).rstrip(".")
    if isinstance(error, ImportError):
        return f"{error.__cause__ or line}; install its driver, such as pymysql or psycopg"
    return f"{line}; {ANOTHER}"
