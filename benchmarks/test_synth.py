"""`data synth`: samples per second at 256x192, all files and the start of processes included."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from tryonbench.synth import SynthSpec, write_dataset

SPEC = SynthSpec(size=(256, 192), train=400, test=40, seed=0)
"""As in `--train 2000 --test 200`; a test sample costs twice, as its truth is drawn too."""


@pytest.mark.benchmark(group="440 samples at 256x192, all cores", warmup=False)
def test_synth(benchmark, tmp_path: Path) -> None:
    folders = (tmp_path / str(number) for number in count())
    benchmark.pedantic(lambda: write_dataset(next(folders), SPEC), rounds=3)
    written = len(list((tmp_path / "0").glob("*/attributes/*.json")))
    assert written == SPEC.train + SPEC.test
    benchmark.extra_info["samples/s"] = written / benchmark.stats.stats.min
