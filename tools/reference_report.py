"""The committed report: `python -m tools.reference_report RUNS reports/reference/report`.

The paths of the machine that made the runs stay out of it: a copy of the runs is reported, in
which data sets and programs go by short names.
"""

from __future__ import annotations

import re
import shutil
import sys
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
        roots = {root for file in place.rglob("*.json") for root in shorten(file)}
        for root in sorted(roots):
            (place / Path(root).name).symlink_to(found_data(Path(root)))
        with chdir(place):
            page = build_report(find_runs([], Path("runs")), target, OPTIONS, print)
        refuse_paths(page, [*roots, folder, str(runs.resolve()), str(Path.home())])
    return page


def shorten(file: Path) -> set[str]:
    """Put short names in the place of data sets and programs, and say which data sets there are."""
    text = file.read_text(encoding="utf-8")
    roots = set(ROOT.findall(text))
    short = PROGRAM.sub('"tryonbench"', text)
    for root in roots:
        short = short.replace(f'"{root}"', f'"{Path(root).name}"')
    write_text(file, short)
    return roots


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
