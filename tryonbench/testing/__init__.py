"""The contract suite: what every method must hold, first-party or not.

In a plug-in's own tests:

    import pytest
    from tryonbench.testing import CHECKS

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_contract(check):
        check("my-method")
"""

from tryonbench.testing.contract import CHECKS

__all__ = ["CHECKS"]
