"""`run suite.yaml` killed with SIGKILL at random moments, alone or with all its jobs, and started
again. `TRYONBENCH_KILLS=20` kills it as often."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.faults.contents import contents
from tests.faults.killing import kills, moments, run, run_killed

pytestmark = [
    pytest.mark.timeout(300 * kills()),
    pytest.mark.skipif(sys.platform != "linux", reason="jobs end with their suite on Linux alone"),
]
SUITE = """
data: {root}
methods:
  - {{method: pix2pix, set: [images=8, batch_size=4, checkpoint_seconds=1e-9, log_every=1]}}
  - {{method: mean-colour}}
protocols: synth/unpaired-64x48
metrics: [l1, kd_synth]
efficiency: false
floor: false
jobs: 2
"""


def test_run(synth_root: Path, tmp_path: Path) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text(SUITE.format(root=synth_root))
    words = ["run", suite]
    whole = run(words, _new(tmp_path / "whole"), forks=True)
    assert whole.code == 0, (tmp_path / "whole" / "output.txt").read_text()
    expected = contents(tmp_path / "whole" / "runs")
    assert sum(name.endswith("unpaired-64x48.json") for name in expected) == 2 + 2
    for number, moment in enumerate(moments(whole, "run")):
        broken = run_killed(words, partial(_new, tmp_path / f"killed{number}"), moment, forks=True)
        contents(broken / "runs")
        resumed = run(words, broken, forks=True)
        assert resumed.code == 0, (moment, (broken / "output.txt").read_text())
        assert contents(broken / "runs") == expected, moment


def _new(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
