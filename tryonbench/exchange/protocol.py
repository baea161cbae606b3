"""The protocol that a result was made under, as this version has it."""

from __future__ import annotations

from pathlib import Path

from tryonbench.errors import InputError
from tryonbench.protocols import CUSTOM, Protocol, with_pairs
from tryonbench.protocols.presets import protocol_or_preset
from tryonbench.results.schema import Result


def todays_protocol(result: Result) -> Protocol:
    """
    Raises:
        InputError: there is no such protocol, or it has other settings today.
    """
    found = protocol_or_preset(result.protocol, result.pairing, result.size)
    if CUSTOM in result.protocol and result.data.pair_file:
        found = with_pairs(found, Path(result.data.pair_file), result.data.pairs)
    if found.fingerprint != result.fingerprint:
        raise InputError(
            f"{result.run} was measured under other settings of {result.protocol} (fingerprint "
            f"{result.fingerprint}) than today's ({found.fingerprint}); evaluate it again: "
            f"tryonbench eval {result.run}"
        )
    return found
