"""The procedural set in the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from tryonbench.data import default
from tryonbench.data.default import drawn_root
from tryonbench.synth import SynthSpec


def test_a_set_of_another_version_is_not_taken_for_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path))
    spec = SynthSpec(size=(32, 32), train=2, test=2, seed=0)
    first = drawn_root(spec)
    assert drawn_root(spec) == first
    monkeypatch.setattr(default, "SYNTH_VERSION", 10**6)
    assert drawn_root(spec) != first
    assert first.is_dir()
