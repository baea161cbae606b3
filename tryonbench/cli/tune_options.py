"""Options of `tryonbench tune`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

Method = Annotated[str, typer.Option("--method", help="See `tryonbench methods list`.")]
Preset = Annotated[str, typer.Option("--preset", help="The preset that settings are put over.")]
Metric = Annotated[
    str,
    typer.Option(
        "--metric", help="What to make better, such as kd_synth,latency: see docs/tuning.md."
    ),
]
Trials = Annotated[
    Optional[int],
    typer.Option("--trials", min=1, help="How many trials the study has in the end, in total."),
]
Images = Annotated[
    Optional[int],
    typer.Option("--images", min=1, help="Length of a trial; by default the preset's."),
]
Space = Annotated[
    Optional[Path], typer.Option("--space", help="Search space, YAML; else the method's own.")
]
Config = Annotated[Optional[Path], typer.Option("--config", help="YAML over the preset.")]
Settings = Annotated[
    Optional[list[str]],
    typer.Option("--set", help="One setting for all trials; it is then not tuned."),
]
Seed = Annotated[
    Optional[int], typer.Option("--seed", help="The same as --set seed=N; of the sampler, too.")
]
SplitName = Annotated[str, typer.Option("--split", help="Split to train and score on.")]
Protocol = Annotated[
    Optional[str],
    typer.Option("--protocol", help="By default the paired one that fits the training's size."),
]
Prune = Annotated[
    Optional[str],
    typer.Option(
        "--prune",
        help="Validation metric that ends bad trials: loss, psnr, ssim, l1, or none. By default "
        "--metric if it is one of them, else the setting `best`, psnr.",
    ),
]
Study = Annotated[Optional[str], typer.Option("--study", help="Name of the study.")]
Storage = Annotated[
    Optional[str],
    typer.Option(
        "--storage",
        envvar="TRYONBENCH_STORAGE",
        help="Database URL that several machines share; else SQLite beside the runs.",
    ),
]
Jobs = Annotated[
    int, typer.Option("--jobs", min=1, help="Processes at once, each on its share of the cores.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only print the search space and the budget.")
]
Report = Annotated[bool, typer.Option("--report", help="Write the study's page.")]
SavePreset = Annotated[
    Optional[str],
    typer.Option("--save-preset", help="Write the best trial as a preset: NAME or FILE.yaml."),
]
Trial = Annotated[
    Optional[int], typer.Option("--trial", help="The trial to write, of several objectives.")
]
