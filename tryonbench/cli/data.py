"""`tryonbench data`: draw the procedural set, check and describe a data folder."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from tryonbench.cli import data_check, data_prepare, data_shard, data_show
from tryonbench.cli.options import note

app = typer.Typer(help="Make and check data sets.", no_args_is_help=True)
app.command("check")(data_check.check)
app.command("stats")(data_check.stats)
app.command("show")(data_show.show)
app.command("prepare")(data_prepare.prepare)
app.command("shard")(data_shard.shard)


@app.command()
def synth(
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    size: Annotated[str, typer.Option(help="HEIGHTxWIDTH, up to 1024x768.")] = "64x48",
    train: Annotated[int, typer.Option(min=0, help="Training samples.")] = 2000,
    test: Annotated[int, typer.Option(min=1, help="Test samples.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same files.")] = 0,
) -> None:
    """Draw a procedural VITON-HD: people, garments, every modality, and the unpaired truth.

    Example: `tryonbench data synth --size 256x192 --train 200 --test 20 --out data/synth`
    """
    from tryonbench.data.default import make_synth, parse_size
    from tryonbench.synth import SynthSpec

    make_synth(out, SynthSpec(size=parse_size(size), train=train, test=test, seed=seed))
    note(f"wrote {out}; train on it: tryonbench train --method NAME --data {quote(str(out))}")
