"""`tryonbench data shard`."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated, Optional

import typer

from tryonbench.cli.options import data_root, note


def shard(
    root: Annotated[Path, typer.Argument(help="A data root.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    split: Annotated[str, typer.Option("--split", help="A split, or both.")] = "both",
    per_shard: Annotated[
        Optional[int], typer.Option("--per-shard", min=1, help="Persons in a shard.")
    ] = None,
    mb: Annotated[
        Optional[int],
        typer.Option("--mb", min=1, help="Most MB in a shard; 256 without --per-shard."),
    ] = None,
) -> None:
    """Pack a data set into WebDataset shards: tars with an index, to use as --data in its place.

    The same files give the same tars. Interrupted, the same command goes on.

    Example: `tryonbench data shard data/synth --out data/synth-shards --per-shard 500`
    """
    from tryonbench.data.layout import open_split, splits
    from tryonbench.progress import progress
    from tryonbench.shards.write import Limit, plan, write

    megabytes = 256 if mb is None and per_shard is None else mb
    limit = Limit(per_shard, megabytes * 10**6 if megabytes else None)
    root = data_root(root)
    names = splits(root) if split == "both" and splits(root) else [split]
    planned = [shard for name in names for shard in plan(open_split(root, name), out, limit)]
    with progress("shard", len(planned)) as update:
        made = write(planned, update)
    for name in names:
        count, new = (sum(one.split == name for one in some) for some in (planned, made))
        note(f"{name}: {count} shards, {new} of them written now")
    note(f"wrote {out}; use it as a data root: --data {quote(str(out))}")
