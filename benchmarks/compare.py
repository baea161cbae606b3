"""A run of the benchmarks beside the baseline of the same machine; exit code 1 if it is slower.

    make bench-save       # measure, and keep the statistics in benchmarks/baselines
    make bench-compare    # measure, and compare with them

pytest-benchmark's own `--benchmark-compare-fail` takes one number and any machine. Here a benchmark
is slower where both its best round and its median are, the median by more than the noise of both.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

BASELINES = Path(__file__).parent / "baselines"
KEPT = ("min", "median", "iqr", "rounds")
TOLERANCE = 20.0
"""Per cent."""
NOTCH = 1.57
"""Half-width of a median's 95 % interval, x IQR / sqrt(rounds): McGill et al. 1978."""
LEAST = 3
"""Rounds under which nothing is known of the noise."""


class Verdict(NamedTuple):
    """How much longer a benchmark takes than its baseline."""

    name: str
    best: float
    """Ratio of the best rounds."""
    median: float
    low: float
    high: float
    """Interval of the medians' ratio."""
    word: str


def machine(record: dict[str, Any]) -> dict[str, str]:
    """What must be equal for times to be comparable."""
    if "machine" in record:
        found: dict[str, str] = record["machine"]
        return found
    info = record["machine_info"]
    keys = {key: str(info.get(key, "unknown")) for key in ("torch", "threads")}
    processor = info["cpu"].get("brand_raw", "unknown")
    return {"processor": processor, "cores": str(info["cpu"].get("count", "unknown")), **keys}


def slim(record: dict[str, Any]) -> dict[str, Any]:
    """A file of pytest-benchmark without its raw data."""
    stats = {b["fullname"]: {k: b["stats"][k] for k in KEPT} for b in record["benchmarks"]}
    versions, date = record["machine_info"].get("versions", {}), record["datetime"]
    about = {"machine": machine(record), "date": date, "versions": versions}
    return {**about, "command": record["machine_info"].get("command", ""), "benchmarks": stats}


def half_width(stats: dict[str, float]) -> float:
    """Of the median's interval, in seconds."""
    return NOTCH * stats["iqr"] / math.sqrt(stats["rounds"])


def judged(name: str, now: dict[str, float], then: dict[str, float], tolerance: float) -> Verdict:
    """Compare one benchmark; `tolerance` in per cent."""
    low = (now["median"] - half_width(now)) / (then["median"] + half_width(then))
    floor = then["median"] - half_width(then)
    high = (now["median"] + half_width(now)) / floor if floor > 0 else math.inf
    best, median = now["min"] / then["min"], now["median"] / then["median"]
    few = min(now["rounds"], then["rounds"]) < LEAST
    word = "too few rounds" if few else _word(best, low, high, 1 + tolerance / 100)
    return Verdict(name, best, median, low, high, word)


def _word(best: float, low: float, high: float, limit: float) -> str:
    if min(best, low) > limit:
        return "slower"
    return "faster" if max(best, high) < 1 / limit else "same"


def compared(now: dict[str, Any], then: dict[str, Any], tolerance: float) -> Iterator[Verdict]:
    """Those that both have."""
    mine, theirs = slim(now)["benchmarks"], then["benchmarks"]
    for name in sorted(mine.keys() & theirs.keys()):
        yield judged(name, mine[name], theirs[name], tolerance)


def saved_as(record: dict[str, Any], folder: Path) -> Path:
    """The baseline's file of a machine."""
    words = re.findall(r"[a-z0-9.]+", "-".join(machine(record).values()).lower())
    return folder / f"{'-'.join(words)}.json"


def save(record: dict[str, Any], folder: Path) -> Path:
    """Benchmarks that were not run keep what an earlier run on the machine saved."""
    path, kept = saved_as(record, folder), slim(record)
    if path.is_file():
        kept["benchmarks"] = json.loads(path.read_text())["benchmarks"] | kept["benchmarks"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    return path


def shown(verdict: Verdict) -> str:
    name, best, median, low, high, word = verdict
    return f"{word:>15}  {median:5.2f} [{low:.2f}, {high:.2f}]  best {best:5.2f}  {name}"


def compare(now: dict[str, Any], path: Path, tolerance: float) -> int:
    """Print the comparison; the exit code."""
    here = machine(now)
    if not path.is_file():
        print(f"no baseline of this machine ({here}) in {path.parent}; make bench-save makes one")
        return 2
    then = json.loads(path.read_text())
    if machine(then) != here:
        print(f"not comparable: {path} is of {machine(then)}, this is {here}")
        return 2
    verdicts = list(compared(now, then, tolerance))
    if not verdicts:
        print(f"{path} has none of these benchmarks")
        return 2
    print(f"time by that of {path} ({then['date'][:10]}), medians with 95 % intervals")
    print("\n".join(map(shown, verdicts)))
    slower = sum(verdict.word == "slower" for verdict in verdicts)
    print(f"{slower} of {len(verdicts)} more than {tolerance:g} % slower")
    return 1 if slower else 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("now", type=Path, help="written by pytest --benchmark-json")
    parser.add_argument("--baseline", type=Path, help="by default this machine's")
    parser.add_argument("--save", action="store_true", help="make it the baseline")
    parser.add_argument("--more-than", type=float, default=TOLERANCE, metavar="PERCENT")
    asked = parser.parse_args(arguments)
    if not asked.now.is_file():
        parser.error(f"{asked.now} is not there; pytest benchmarks --benchmark-json={asked.now}")
    record = json.loads(asked.now.read_text())
    if asked.save:
        print(save(record, BASELINES))
        return 0
    return compare(record, asked.baseline or saved_as(record, BASELINES), asked.more_than)


if __name__ == "__main__":
    sys.exit(main())
