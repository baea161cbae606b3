"""The LaTeX tables go through pdflatex, whatever the rows are called."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.report.test_outputs import row, table
from tryonbench.report import Options, Size, build_report
from tryonbench.results.latex import SPECIAL, to_latex
from tryonbench.runs import Run

AWKWARD = [
    "a_1 & b%",
    "#1 <x> {y} \\z",
    "~^$|`'\"?!",
    "[h] *star",
    "naïve Łódź",
    "雪 ‡",
    "- -- ---",
]


def compiled(tables: list[str], folder: Path) -> str:
    """The log of a minimal document with these tables; a skip without pdflatex."""
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex: apt-get install texlive-latex-base texlive-latex-recommended")
    lines = ["\\documentclass{article}", "\\usepackage{booktabs}", "\\begin{document}"]
    file = folder / "paper.tex"
    file.write_text("\n".join([*lines, *tables, "\\end{document}\n"]), encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", file.name]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    log = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, log[-2000:]
    assert (folder / "paper.pdf").stat().st_size > 1000
    return log


def test_a_reports_tables_compile(runs: list[Run], tmp_path: Path) -> None:
    build_report(runs, tmp_path / "report", Options(Size(1), figures=None))
    tables = [file.read_text("utf-8") for file in sorted(tmp_path.glob("report/tables/*.tex"))]
    assert len(tables) == 2
    compiled(tables, tmp_path)


def test_awkward_names_and_every_sign_compile_and_nothing_is_lost(tmp_path: Path) -> None:
    rows = [row(name, 0.5 + i / 100, best=i == 6) for i, name in enumerate(AWKWARD)]
    signs = row("".join(SPECIAL), 0.1)
    letters = [row("".join(map(chr, range(i, i + 32))), -0.1) for i in range(0, 0x190, 32)]
    log = compiled([to_latex(table(*rows, signs, *letters))], tmp_path)
    assert "Missing character" not in log
    assert "undefined" not in log.lower()
