"""The committed report: `python -m tools.reference_report RUNS reports/reference/report`.

The paths of the machine that made the runs stay out of it: a copy of the runs is reported, in
which data sets and programs go by short names.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from tryonbench.data.default import default_root
from tryonbench.errors import InputError
from tryonbench.files import write_text
from tryonbench.report import Options, Size, build_report
from tryonbench.runs import find_runs

ROOT = re.compile(r'"root": "(/[^"]+)"')
"""A data set in a manifest or a result."""
PROGRAM = re.compile(r'"/[^"]*/tryonbench(/__main__\.py)?"')
"""How the program was called."""
OPTIONS = Options(Size(8), figures=None)
"""Pictures of 8 samples keep the file small."""


def reference_report(runs: Path, out: Path) -> Path:
    """Write the report and return its page.

    Raises:
        InputError: there are no runs, their data set is gone, or a path of this machine is left.
    """
    target = out.resolve()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        shutil.copytree(runs, place / "runs", ignore=shutil.ignore_patterns("checkpoints"))
        files = list(place.rglob("*.json"))
        roots = {root for file in files for root in ROOT.findall(file.read_text(encoding="utf-8"))}
        short = {root: Path(root).name for root in roots} | {str(runs.resolve()): "runs"}
        for file in files:
            shorten(file, short)
        for root in sorted(roots):
            (place / Path(root).name).symlink_to(found_data(Path(root)))
        with chdir(place):
            page = build_report(find_runs([], Path("runs")), target, OPTIONS, print)
        refuse_paths(page, [*roots, folder, str(runs.resolve()), str(Path.home())])
    return page


def shorten(file: Path, names: Mapping[str, str]) -> None:
    """Put short names in the place of programs and of these paths."""
    short = PROGRAM.sub('"tryonbench"', file.read_text(encoding="utf-8"))
    for path, name in names.items():
        short = short.replace(f'"{path}"', f'"{name}"')
    write_text(file, short)


def found_data(root: Path) -> Path:
    """A data set, or the same one drawn again.

    Raises:
        InputError: it is gone, and is not the procedural one that is used when none is given.
    """
    if root.is_dir():
        return root
    drawn = default_root()
    if drawn.name != root.name:
        raise InputError(f"the data set {root} is gone; make demo draws one and uses it")
    return drawn


def refuse_paths(page: Path, paths: list[str]) -> None:
    """
    Raises:
        InputError: the page names one of these paths.
    """
    text = page.read_text(encoding="utf-8")
    if left := [path for path in paths if len(path) > 1 and path in text]:
        page.unlink()
        raise InputError(f"the report names {', '.join(left)}; its page was removed")


if __name__ == "__main__":
    print(reference_report(Path(sys.argv[1]), Path(sys.argv[2])))
