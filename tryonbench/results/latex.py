"""Tables for papers: LaTeX with booktabs, the best value bold and the second underlined."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tryonbench.results.cells import Cell, Column
from tryonbench.results.tables import Row, Table

SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "—": "---",
    "–": "--",
    "†": r"\textsuperscript{\textdagger}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "→": r"$\rightarrow$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "−": r"$-$",
    "·": r"$\cdot$",
    "²": r"\textsuperscript{2}",
    "∞": r"$\infty$",
    "Δ": r"$\Delta$",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "λ": r"$\lambda$",
    "μ": r"$\mu$",
    "σ": r"$\sigma$",
    "’": "'",
    "…": r"\ldots{}",
    "\u00a0": "~",
    "\u200b": "{}",
}
FORMULAS = {"ΔE00": r"$\Delta E_{00}$", "FID∞": r"FID$_{\infty}$"}
"""Of several signs."""
LETTERS = 0x17F
"""The last letter that a plain pdflatex knows (Latin Extended-A), except these."""
NO_LETTERS = "«»ÐÞðþĄąĐđĘęĦħĮįĸĿŀŉŊŋŦŧŲųſ"
"""What its encoding OT1 lacks: each stopped pdfTeX 1.40.24 (TeX Live 2022)."""


def to_latex(table: Table) -> str:
    """A `table` with `booktabs`; floor rows below a rule; why values are missing as comments.

    Columns in which no row has a value are left out.
    """
    columns = [
        c for c in table.columns if any(r.cells[c.key].value is not None for r in table.rows)
    ]
    rows = [row for row in table.rows if not row.floor]
    floors = [row for row in table.rows if row.floor]
    seconds = {column.key: second_texts(table, column) for column in columns}
    lines = [
        "% \\usepackage{booktabs}",
        "\\begin{table}",
        "\\centering",
        f"\\caption{{{escaped(table.protocol)}, {table.n} images.}}",
        f"\\begin{{tabular}}{{l{'r' * len(columns)}}}",
        "\\toprule",
        _line(["Method", *(escaped(column.heading) for column in columns)]),
        "\\midrule",
        *(_row(row, columns, seconds) for row in rows),
        *(["\\midrule"] if rows and floors else []),
        *(_row(row, columns, seconds) for row in floors),
        "\\bottomrule",
        "\\end{tabular}",
        "\\end{table}",
        *(f"% {escaped(', '.join(on))}: {_one_line(why)}" for why, on in table.missing.items()),
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text in which LaTeX sees no commands.

    >>> escaped("a_b & 5 %")
    'a\\\\_b \\\\& 5 \\\\%'
    """
    apart = re.sub("-(?=-)", "-\u200b", text)  # two hyphens would become a dash
    parts = re.split(f"({'|'.join(FORMULAS)})", apart)
    return _one_line("".join(FORMULAS.get(part) or "".join(map(_sign, part)) for part in parts))


def _sign(mark: str) -> str:
    """One sign; the number of one that a plain pdflatex stops at."""
    letter = mark.isprintable() and ord(mark) <= LETTERS and mark not in NO_LETTERS
    known = mark.isspace() or letter
    return SPECIAL.get(mark) or (mark if known else f"U+{ord(mark):04X}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _line(cells: Sequence[str]) -> str:
    """A row; a bracket or a star at its start would belong to the end of the line before."""
    start = "{}" if cells[0][:1] in ("[", "*") else ""
    return start + " & ".join(cells) + r" \\"


def _row(row: Row, columns: Sequence[Column], seconds: dict[str, set[str]]) -> str:
    if row.skipped:
        return _line([escaped(row.shown), *("---" for _ in columns)])
    return _line(
        [
            escaped(row.shown),
            *(_cell(row.cells[c.key], row.contends, seconds[c.key]) for c in columns),
        ]
    )


def _cell(cell: Cell, contends: bool, seconds: set[str]) -> str:
    text = re.sub(r"^-(?=\d)", "$-$", escaped(cell.text))
    if cell.best:
        return f"\\textbf{{{text}}}"
    return f"\\underline{{{text}}}" if contends and cell.text in seconds else text


def second_texts(table: Table, column: Column) -> set[str]:
    """What the second-best value shows, if the best one is marked."""
    cells = [row.cells[column.key] for row in table.rows if row.contends]
    if not any(cell.best for cell in cells):
        return set()
    rest = {cell.value: cell.text for cell in cells if cell.value is not None and not cell.best}
    if not rest:
        return set()
    return {rest[max(rest) if column.higher_is_better else min(rest)]}
