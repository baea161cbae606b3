"""Measure parts on one GPU within a budget; see `run.sh`."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.gpu.plan import OUT, PYTHON, REAL, TINY, Part, Step, parts
from benchmarks.gpu.tables import summary
from tryonbench.environment import device_name, git_state, package_versions
from tryonbench.files import read_json_if_whole, write_json, write_text

LEAST = 10.0
"""Seconds left under which no command is started."""
PATIENCE = 5.0
"""Seconds that a command has to end by itself when it is told to."""

Entry = dict[str, Any]


def head(asked: argparse.Namespace) -> Entry:
    """What a file says of itself."""
    words = [*asked.parts, "--minutes", f"{asked.minutes:g}", *(["--tiny"] if asked.tiny else [])]
    return {
        "device": device_name(),
        "date": datetime.now(UTC).date().isoformat(),
        "git": git_state(),
        "versions": {name: v for name, v in package_versions().items() if v},
        "command": " ".join(["benchmarks/gpu/run.sh", *words]),
        "tiny": asked.tiny,
    }


def measure(part: Part, path: Path, about: Entry, seconds: float) -> list[Entry]:
    """Run what the file does not have yet; it is written after each command."""
    end = time.monotonic() + seconds
    entries = kept(path, about)
    for step in part.steps:
        if is_done(entries.get(step.label), step):
            continue
        left = end - time.monotonic()
        entries[step.label] = run(step, min(step.limit, left)) if left > LEAST else unreached(step)
        found = [entries[each.label] for each in part.steps if each.label in entries]
        write_json(path, {**about, "part": part.name, "entries": found})
    return list(entries.values())


def kept(path: Path, about: Entry) -> dict[str, Entry]:
    """What an earlier run on the same device and code measured."""
    earlier = read_json_if_whole(path) or {}
    same = all(earlier.get(key) == about[key] for key in ("device", "git", "tiny"))
    return {entry["label"]: entry for entry in earlier["entries"]} if same else {}


def is_done(entry: Entry | None, step: Step) -> bool:
    return bool(entry and entry["report"] and entry["command"] == shown(step))


def shown(step: Step) -> str:
    """The command as one types it."""
    return " ".join([*(f"{key}={value}" for key, value in step.environment), *step.command])


def unreached(step: Step) -> Entry:
    return entry(step, None, 0.0, "no time was left")


def entry(step: Step, report: Any, seconds: float, failed: str | None) -> Entry:
    record = {"label": step.label, "command": shown(step), "seconds": round(seconds, 1)}
    return {**record, "report": report, "failed": failed}


def run(step: Step, limit: float) -> Entry:
    """One command, given up after its limit; what it wrote, or the last line that it said."""
    print(f"{step.label}: {limit:.0f} s at most", file=sys.stderr, flush=True)
    start = time.monotonic()
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        failed = called(step, out, limit)
        report = read_json_if_whole(out)
    if report is not None:
        failed = None
    return entry(step, report, time.monotonic() - start, failed)


def called(step: Step, out: Path, limit: float) -> str | None:
    """Run a command in its own session; why it failed, if it did."""
    words = {OUT: str(out), PYTHON: sys.executable}
    command = [words.get(word, word).replace(OUT, str(out)) for word in step.command]
    environment = {**os.environ, **dict(step.environment)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            ended(process)
            return f"took over {limit:.0f} s"
        except BaseException:
            ended(process)
            raise
    lines = said.strip().splitlines() or ["no message"]
    return None if process.returncode == 0 else f"exit code {process.returncode}: {lines[-1][:300]}"


def ended(process: subprocess.Popen[str]) -> None:
    """Told to end, so that it ends what it started; then killed."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def chosen_parts(names: Sequence[str], tiny: bool) -> list[Part]:
    """The named ones in the plan's order, or all."""
    planned = parts(TINY if tiny else REAL)
    known = [part.name for part in planned]
    if unknown := sorted(set(names) - set(known)):
        raise SystemExit(f"no part {', '.join(unknown)}; there are: {', '.join(known)}")
    return [part for part in planned if not names or part.name in names]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/gpu/run.sh", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--minutes", type=float, default=25.0, help="for all parts together")
    parser.add_argument("--tiny", action="store_true", help="try it on a CPU at 64x48")
    parser.add_argument("--plan", action="store_true", help="print the commands; run nothing")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def print_plan(chosen: Sequence[Part], seconds: float) -> None:
    total = sum(part.share for part in chosen)
    for part in chosen:
        print(f"{part.name}: {seconds * part.share / total:.0f} s")
        for step in part.steps:
            print(f"  {shown(step)}")


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the command is ended, too
    asked = parsed()
    chosen, seconds = chosen_parts(asked.parts, asked.tiny), asked.minutes * 60
    if asked.plan:
        print_plan(chosen, seconds)
        return
    about, end = head(asked), time.monotonic() + seconds
    asked.out.mkdir(parents=True, exist_ok=True)
    for number, part in enumerate(chosen):
        share = part.share / sum(later.share for later in chosen[number:])
        path = asked.out / f"gpu-{part.name}.json"
        measure(part, path, about, share * (end - time.monotonic()))
        print(path, flush=True)
    write_text(asked.out / "gpu-summary.md", summary(asked.out))


if __name__ == "__main__":
    main()
