"""What was measured before an interruption, so that the same command goes on there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tryonbench.efficiency.schema import Answer, Target, Task
from tryonbench.environment import code_digest, package_versions
from tryonbench.files import digest, make_folder
from tryonbench.registry import method_class
from tryonbench.runs import read_log
from tryonbench.storage import storing

if TYPE_CHECKING:
    from tryonbench.efficiency.bench import How


@dataclass(frozen=True)
class Journal:
    """A line an answer; the file is removed when the report is written."""

    path: Path

    def once(self, task: Task, number: int, measure: Callable[[], Answer]) -> Answer:
        """The answer that is there, or a new one, kept unless it failed: failures are tried again.

        Args:
            number: of the process, among those with the same task.
        """
        key = _key(task, number)
        for record in read_log(self.path):
            if record["key"] == key:
                return Answer.model_validate(record["answer"])
        answer = measure()
        if answer.failed is None:
            self._add(key, answer)
        return answer

    def _add(self, key: str, answer: Answer) -> None:
        make_folder(self.path.parent)
        with storing(self.path.parent), self.path.open("a", encoding="utf-8") as stream:
            stream.write(f'{{"key": "{key}", "answer": {answer.model_dump_json()}}}\n')

    def close(self) -> None:
        """Everything is in the report."""
        self.path.unlink(missing_ok=True)


def journal_of(folder: Path, targets: Iterable[Target], how: How) -> Journal:
    """The journal of a command: the same targets measured in the same way find it again."""
    asked = [*(target.model_dump_json() for target in targets), repr(how)]
    return Journal(folder / f".unfinished-{digest(*asked)[:12]}.jsonl")


def _key(task: Task, number: int) -> str:
    """Changes with the task, the code of method and measurement, and torch."""
    package = method_class(task.target.method).__module__.partition(".")[0]
    code = [code_digest("tryonbench.efficiency"), code_digest(package)]
    asked = task.model_dump_json(exclude={"data"})
    return digest(asked, str(number), *code, str(package_versions()["torch"]))
