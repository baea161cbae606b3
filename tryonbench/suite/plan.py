"""The jobs of a suite: command lines of `tryonbench`, and what each waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from tryonbench.data.layout import splits
from tryonbench.environment import code_digest
from tryonbench.files import digest, file_sha256
from tryonbench.registry import method_class
from tryonbench.runs import Run
from tryonbench.suite.spec import Entry, Suite
from tryonbench.weights.lookup import candidates
from tryonbench.weights.registry import REGISTRY


@dataclass(frozen=True)
class Job:
    """One command."""

    name: str
    command: tuple[str, ...]
    """After `tryonbench`."""
    after: tuple[str, ...] = ()
    """Jobs that must be done before."""
    makes: tuple[Path, ...] = ()
    """Without these it has to run again."""
    method: str | None = None
    alone: bool = False
    """It measures time or memory: nothing else runs beside it."""
    reads: tuple[Path, ...] = ()
    """Files whose content counts."""
    weights: tuple[str, ...] = ()
    """Pretrained weights that are there: with others, values may no longer be missing."""
    there: tuple[Path, ...] = ()
    """Runs that are added to the command: those with results, or all if none has any. Such a job
    runs even if jobs before it failed."""

    @cached_property
    def key(self) -> str:
        """Changes with the command, the files and weights it reads, and the code that it runs; of
        the moment when it is asked for first, so that a file changed while a job runs counts as
        changed."""
        code = [_code("tryonbench"), *([_code(_package(self.method))] if self.method else [])]
        content = [file_sha256(file) for file in self.reads]
        return digest(*self.command, *map(str, self.there), *content, *self.weights, *code)[:16]

    def arguments(self) -> list[str]:
        """The command with the runs that are there; naming none would mean all in the folder."""
        scored = [run for run in self.there if (run / "results").is_dir()]
        return [*self.command, *map(str, scored or self.there)]


@dataclass(frozen=True)
class Scored:
    """A row of the tables."""

    run: str
    method: str | None
    """None of a floor row."""
    trained: bool = False


@dataclass(frozen=True)
class Planner:
    """A suite and where it works."""

    suite: Suite
    root: Path
    """Of the data."""
    runs: Path

    def jobs(self) -> list[Job]:
        """In an order in which each stands behind those it waits for."""
        trained = self._trained()
        before = [*self._prepares(trained), *(t for e in trained for t in self._trains(e))]
        evaluations = [job for row in self.rows() for job in self._evaluations(row)]
        return [*before, *evaluations, *self._reports(evaluations)]

    def rows(self) -> list[Scored]:
        """What the tables will show."""
        from tryonbench.floor import FLOOR

        trained = self._trained()
        free = [e.method for e in self.suite.methods if e not in trained]
        return [
            *(Scored(e.run(seed), e.method, trained=True) for e in trained for seed in e.seeds),
            *(Scored(name, name) for name in free),
            *(Scored(name, None) for name in FLOOR if self.suite.floor),
        ]

    def _trained(self) -> list[Entry]:
        return [e for e in self.suite.methods if method_class(e.method).info.trainable]

    def _where(self) -> tuple[str, ...]:
        return "--data", str(self.root), "--runs", str(self.runs)

    def _prepares(self, trained: list[Entry]) -> Iterator[Job]:
        """Decoding and resizing, once a size, of what is trained on: of a root that has test
        photographs alone, those."""
        split = "test" if splits(self.root) == ["test"] else "train"
        for size in sorted({_size(entry) for entry in trained}):
            command = ("data", "prepare", str(self.root), "--size", size, "--split", split)
            yield Job(f"prepare {size}", command)

    def _trains(self, entry: Entry) -> Iterator[Job]:
        settings = [part for setting in entry.settings for part in ("--set", setting)]
        if entry.config:
            settings += ["--config", str(entry.config)]
        for seed in entry.seeds:
            run = entry.run(seed)
            named = ("--run", run, "--seed", str(seed))
            command = ("train", "--method", entry.method, "--preset", entry.preset, *settings)
            yield Job(
                f"train {run}",
                (*command, *self._where(), *named),
                after=(f"prepare {_size(entry)}",),
                makes=(Run(self.runs / run).manifest_path, Run(self.runs / run).checkpoints),
                method=entry.method,
                reads=entry.files,
            )

    def _evaluations(self, row: Scored) -> Iterator[Job]:
        """One a protocol; one for all where the suite names none."""
        run, suite, cheap = (
            row.run,
            self.suite,
            () if self.suite.efficiency else ("--no-efficiency",),
        )
        chosen = ("--metrics", ",".join(suite.metrics)) if suite.metrics else ()
        for protocol in suite.protocols or (None,):
            named = ("--protocol", protocol) if protocol else ()
            results = self.runs / run / "results"
            yield Job(
                f"eval {run}" + (f" {protocol}" if protocol else ""),
                ("eval", run, *self._where(), *named, *chosen, *cheap),
                after=(f"train {run}",) if row.trained else (),
                makes=(results / f"{protocol}.json" if protocol else results,),
                method=row.method,
                alone=suite.efficiency and row.method is not None,
                weights=_weights_there(),
            )

    def _reports(self, evaluations: list[Job]) -> Iterator[Job]:
        out = self.suite.report
        if out is not None:
            names = dict.fromkeys(job.command[1] for job in evaluations)
            yield Job(
                "report",
                ("report", "--runs", str(self.runs), "--out", str(out)),
                after=tuple(job.name for job in evaluations),
                makes=(out / "index.html",),
                there=tuple(self.runs / name for name in names),
            )


def _weights_there() -> tuple[str, ...]:
    """The registered weights of which there is a file; it may be none of that content."""
    return tuple(name for name in REGISTRY if any(candidates(name)))


_code = cache(code_digest)


def _package(method: str) -> str:
    """The top-level package of a method's code."""
    return method_class(method).__module__.partition(".")[0]


def _size(entry: Entry) -> str:
    return "x".join(map(str, entry.checked(entry.seeds[0]).size))
