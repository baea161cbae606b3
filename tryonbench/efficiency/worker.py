"""The measuring process: `python -m tryonbench.efficiency.worker ANSWER SECONDS`, task on stdin.

The answer is written to a file: a method may print what it likes. A process whose parent was killed
ends by itself, a minute after the SECONDS it has.
"""

import time

STARTED = time.perf_counter()  # before torch is imported: what that takes is measured, too

import signal  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402


def main(path: Path, seconds: float) -> None:
    """Answer what stdin asks."""
    signal.alarm(int(seconds) + 60)
    from tryonbench.efficiency.measure import answer
    from tryonbench.efficiency.schema import Task
    from tryonbench.files import write_json

    task = Task.model_validate_json(sys.stdin.read())
    write_json(path, answer(task, STARTED).model_dump(mode="json"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
