"""`tryonbench bench`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tryonbench.cli import bench_options as options
from tryonbench.cli.options import RUNS, Json, Runs, note

if TYPE_CHECKING:
    from tryonbench.cli.bench_sweep import Done
    from tryonbench.cli.bench_sweep_asked import Swept
    from tryonbench.efficiency.bench import How
    from tryonbench.efficiency.journal import Journal
    from tryonbench.efficiency.schema import BenchReport, Row, Target
    from tryonbench.efficiency.targets import Wanted


def bench(
    method: options.Methods = None,
    all_: options.All = False,
    preset: options.Preset = None,
    size: options.Size = None,
    batch: options.Batches = None,
    max_batch: options.MaxBatch = None,
    steps: options.Steps = None,
    assignments: options.Settings = None,
    precision: options.PrecisionName = "32-true",
    compile_: options.Compile = False,
    device: options.DeviceName = None,
    repeats: options.Repeats = 2,
    iterations: options.Calls = 20,
    seconds: options.Seconds = 1.0,
    time_limit: options.TimeLimit = 600.0,
    memory_limit: options.MemoryLimit = None,
    sweep: options.Sweep = None,
    values: options.Values = None,
    protocol: options.ProtocolName = None,
    metrics: options.Metrics = None,
    data: options.DataRoot = None,
    out: options.Out = None,
    runs: Runs = RUNS,
    as_json: Json = False,
) -> None:
    """Measure what methods cost: time, images/s at growing batches, memory, FLOPs, energy.

    Examples: `tryonbench bench --all`, `tryonbench bench --method NAME --batch 1,8 --steps 4`,
    `tryonbench bench --method RUN --sweep sampler,steps --values steps=1,2,4`
    """
    from tryonbench.cli.bench_asked import how_asked, limits_asked
    from tryonbench.cli.bench_sweep_asked import swept
    from tryonbench.data.default import parse_size
    from tryonbench.efficiency.targets import Wanted
    from tryonbench.errors import InputError

    if bool(method) == all_:
        raise InputError("name what to measure with --method, or give --all")
    fixed = {"steps": steps, "batch": batch, "size": size, "compile": compile_}
    fixed |= {"precision": precision != "32-true", "max-batch": max_batch}
    asked = swept(sweep, values, protocol, metrics, data, fixed, assignments or ())
    batch = "1" if asked and not (batch or max_batch) else batch
    limits, often = limits_asked(time_limit, memory_limit), (repeats, iterations, seconds)
    how = how_asked(device, precision, compile_, batch, max_batch, often, limits, data)
    pixels = parse_size(size) if size else None
    wanted = Wanted(preset, pixels, tuple(assignments or ()), steps, runs)
    _bench(list(dict.fromkeys(method or [])), wanted, how, out, as_json, asked)


def _bench(
    names: list[str],
    wanted: Wanted,
    how: How,
    out: Path | None,
    as_json: bool,
    asked: Swept | None,
) -> None:
    """Measure, write, print; exit code 3 if something is wrong with a row."""
    from tryonbench.cli.bench_show import print_report
    from tryonbench.cli.sweep_show import print_sweep
    from tryonbench.files import write_json

    folder = _folder(out, wanted.runs)
    done = _done(names, wanted, how, folder, asked)
    report = _report(done)
    path = out or folder / f"{report.created.replace(':', '')}-{how.device}.json"
    write_json(path, report.model_dump(mode="json"))
    done.journal.close()
    page = _page(path, report)
    if as_json:
        print(json.dumps(report.model_dump(mode="json"), indent=2))
    elif report.sweep:
        print_sweep(report, report.sweep)
    else:
        print_report(report)
    note(f"wrote {' and '.join(map(str, filter(None, (path, page))))}")
    failed = report.sweep and any(one.failed for one in report.sweep.variants)
    if failed or any(row.problem for row in report.rows):
        raise typer.Exit(3)


def _done(names: list[str], wanted: Wanted, how: How, folder: Path, asked: Swept | None) -> Done:
    """What was measured, as it is or swept."""
    from tryonbench.cli.bench_sweep import Done, sweep
    from tryonbench.efficiency.build import refuse_modes
    from tryonbench.efficiency.journal import journal_of

    good, bad = _targets(names, wanted)
    for target in good:
        refuse_modes(target, how.device, how.precision, how.compile)
    if asked:
        return sweep(names, good, bad, asked, how, wanted.runs, folder)
    journal = journal_of(folder, good, how)
    return Done(_rows(good, bad, how, journal), journal)


def _page(path: Path, report: BenchReport) -> Path | None:
    """The figure of a sweep beside its file, if there is something to show."""
    from tryonbench.files import write_text
    from tryonbench.sweep.page import page_of

    html = page_of(report) if report.sweep else None
    if html is None:
        return None
    page = path.with_name(f"{path.stem}-pareto.html")
    write_text(page, html)
    return page


def _targets(names: list[str], wanted: Wanted) -> tuple[list[Target], list[tuple[Target, str]]]:
    """What to measure, and what cannot be, with the reason.

    Raises:
        InputError: a name or an option is wrong; of `--all`, nothing can be measured.
    """
    from tryonbench.efficiency.targets import all_targets, named_target
    from tryonbench.errors import InputError

    if names:
        return [named_target(name, wanted) for name in names], []
    good, bad = all_targets(wanted)
    if not good:
        reason = bad[0][1] if bad else "no method has such a preset; give --preset or --size"
        raise InputError(f"nothing to measure: {reason}")
    return good, bad


def _folder(out: Path | None, runs: Path) -> Path:
    """Where the report goes, checked before the work.

    Raises:
        InputError: it cannot be written.
    """
    from tryonbench.errors import InputError
    from tryonbench.files import refuse_unwritable

    if out and out.is_dir():
        raise InputError(f"{out} is a folder; name a file with --out")
    folder = out.parent if out else runs / "bench"
    refuse_unwritable(folder)
    return folder


def _rows(
    good: Sequence[Target], bad: Sequence[tuple[Target, str]], how: How, journal: Journal
) -> list[Row]:
    """Measured one by one: two at once would be measured too slow."""
    from tryonbench.efficiency.bench import bench as measure
    from tryonbench.efficiency.bench import refused

    rows = [measure(target, how, journal, note) for target in good]
    return [*rows, *(refused(target, how, reason) for target, reason in bad)]


def _report(done: Done) -> BenchReport:
    from datetime import UTC, datetime

    from tryonbench.efficiency.schema import BenchReport
    from tryonbench.environment import environment

    return BenchReport(
        created=datetime.now(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z",
        command=sys.argv,
        environment=environment(),
        rows=done.rows,
        sweep=done.sweep,
    )
