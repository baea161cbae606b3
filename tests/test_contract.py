"""Every registered method holds the contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tryonbench.registry import entries, source
from tryonbench.testing import CHECKS


@pytest.mark.parametrize("name", entries())
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Callable[[str], None], name: str) -> None:
    check(name)


def test_the_harness_names_no_method() -> None:
    """The core owns data, seeds, timing, metrics and files; methods are plug-ins."""
    import tryonbench

    sources = Path(tryonbench.__file__).parent.rglob("*.py")
    text = {file: file.read_text(encoding="utf-8").replace("stylegan2-ada", "") for file in sources}
    first_party = [name for name in entries() if source(name).startswith("tryonbench ")]
    assert len(first_party) >= 6
    named = [(file.name, name) for name in first_party for file in text if name in text[file]]
    assert named == []
