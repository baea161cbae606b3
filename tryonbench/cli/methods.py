"""`tryonbench methods`: what is registered, and what a method is made of."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from tryonbench.cli.options import Json

app = typer.Typer(help="Registered methods.", no_args_is_help=True)


@app.command("list")
def list_methods(as_json: Json = False) -> None:
    """Every registered method; one that cannot be loaded is listed with the reason."""
    from tryonbench.registry import entries

    rows = [_row(name) for name in entries()]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("method", "family", "trainable", "presets", "from")
    for row in rows:
        presets = ", ".join(row["presets"])
        table.add_row(row["name"], row["family"], _yes(row["trainable"]), presets, row["source"])
    Console().print(table)


def _row(name: str) -> dict[str, Any]:
    from tryonbench.errors import InputError
    from tryonbench.registry import method_class, source

    try:
        method = method_class(name)
    except InputError as error:
        broken = {"family": "broken", "trainable": False, "presets": []}
        return {"name": name, **broken, "source": source(name), "error": str(error)}
    info, presets = method.info, list(method.presets())
    facts = {"family": info.family, "trainable": info.trainable, "presets": presets}
    return {"name": name, **facts, "source": source(name)}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A method.")],
    preset: Annotated[str, typer.Option(help="A preset.")] = "nano",
    as_json: Json = False,
) -> None:
    """A method's parameters by network, FLOPs of one image, inputs, size and licence."""
    from tryonbench.efficiency.describe import describe

    facts = describe(name, preset)
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False)
    for key, value in facts.items():
        text = (
            ", ".join(f"{k} {v:,}" for k, v in value.items()) if isinstance(value, dict) else value
        )
        table.add_row(key, ", ".join(text) if isinstance(text, list) else str(text))
    Console().print(table)
