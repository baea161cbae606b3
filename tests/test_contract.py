"""Every registered method holds the contract."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tryonbench.registry import entries
from tryonbench.testing import CHECKS


@pytest.mark.parametrize("name", entries())
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Callable[[str], None], name: str) -> None:
    check(name)
