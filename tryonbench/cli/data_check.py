"""`tryonbench data check` and `tryonbench data stats`: faults and figures of a data folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tryonbench.cli.options import Json, data_root

if TYPE_CHECKING:
    from rich.table import Table

    from tryonbench.data.check import Findings

Root = Annotated[Path, typer.Argument(help="A VITON-HD root, or a category folder of DressCode.")]


def check(root: Root, as_json: Json = False) -> None:
    """Look for what would break training or evaluation. Exit code 2 if something would.

    Errors would stop a command: unreadable files, label maps that do not fit, pair lists that
    name missing files. Warnings would make results doubtful: missing files, other sizes, masks
    that are empty or leave the garment visible, poses without a person, pictures that occur
    twice or in train as well.

    Example: `tryonbench data check data/zalando-hd-resized --json`
    """
    from tryonbench.data.check import check_root

    found = check_root(data_root(root))
    if as_json:
        print(json.dumps(found.as_dict(), indent=2))
    else:
        _print_findings(found)
    if found.errors:
        raise typer.Exit(2)


def _print_findings(found: Findings) -> None:
    from rich.console import Console

    console = Console()
    console.print(str(found.root), markup=False, highlight=False, soft_wrap=True)
    table = _table("files", found.counts)
    _add_rows(table, found.counts, str)
    console.print(table)
    for level, lines in (("error", found.errors), ("warning", found.warnings)):
        for line in lines:
            console.print(f"{level}: {line}", markup=False, highlight=False, soft_wrap=True)
    if not found.errors:
        console.print("no errors" if found.warnings else "no errors, no warnings")


def stats(root: Root, as_json: Json = False) -> None:
    """Describe a data set: counts, sizes, labels, joints, garment colours, masks.

    Of a procedural set also how often each garment category, pattern and pose was drawn.

    Example: `tryonbench data stats data/zalando-hd-resized --json`
    """
    from tryonbench.data.stats import root_stats

    found = root_stats(data_root(root))
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        _print_stats(found)


def _print_stats(found: Mapping[str, Any]) -> None:
    from rich.console import Console

    by_split = found["splits"]
    table = _table("", by_split)
    _add_rows(table, {name: _overview(split) for name, split in by_split.items()}, str)
    _add_section(table, "share of pixels", by_split, ("labels",))
    _add_section(table, "joint found", by_split, ("joints",))
    _add_section(table, "mean colour of garment", by_split, ("garment_colours",))
    for attribute in dict.fromkeys(a for s in by_split.values() for a in s.get("attributes", ())):
        _add_section(table, f"drawn {attribute}", by_split, ("attributes", attribute))
    console = Console()
    console.print(found["root"], markup=False, highlight=False, soft_wrap=True)
    console.print(table)


def _overview(split: Mapping[str, Any]) -> dict[str, str]:
    """Counts and spreads of a split, as text."""
    rows = {name: str(split[name]) for name in ("persons", "garments", "own_garment_pairs")}
    rows["listed_pairs"] = str(split["listed_pairs"] or "—")
    rows["sizes"] = ", ".join(f"{size} ({n})" for size, n in split["sizes"].items())
    for name, form in (("jpeg_quality", "{:.0f}"), ("agnostic_mask", "{:.1%}")):
        if spread := split.get(name):
            mean, least, most = (form.format(spread[key]) for key in ("mean", "min", "max"))
            rows[name] = f"{mean} ({least} to {most})"
    if lab := split.get("garment_lab"):
        rows["garment_lab"] = " ".join(
            f"{letter} {mean:.0f}±{std:.0f}"
            for letter, mean, std in zip("Lab", lab["mean"], lab["std"], strict=True)
        )
    return {name.replace("_", " "): text for name, text in rows.items()}


def _add_section(
    table: Table, title: str, by_split: Mapping[str, Any], keys: tuple[str, ...]
) -> None:
    """A part of the table: a share or a count a row, less those that are 0 in every split."""
    values = {
        name: {row: value for row, value in _at(split, keys).items() if value}
        for name, split in by_split.items()
    }
    if any(values.values()):
        table.add_section()
        table.add_row(f"[bold]{title}[/]")
        _add_rows(table, values, _share)


def _at(split: Mapping[str, Any], keys: tuple[str, ...]) -> Mapping[str, Any]:
    for key in keys:
        split = split.get(key, {})
    return split


def _share(value: object) -> str:
    return f"{value:.1%}" if isinstance(value, float) else str(value)


def _table(first: str, by_split: Mapping[str, Any]) -> Table:
    """A table with a column a split."""
    from rich.table import Table

    table = Table(first)
    for name in by_split:
        table.add_column(name, justify="right")
    return table


def _add_rows(
    table: Table, by_split: Mapping[str, Mapping[str, Any]], form: Callable[[object], str]
) -> None:
    """A row for each name that some split has a value for."""
    for name in dict.fromkeys(name for values in by_split.values() for name in values):
        cells = (values.get(name) for values in by_split.values())
        table.add_row(name, *("—" if cell is None else form(cell) for cell in cells))
