"""The JSON Schema of a file of results: `python -m tools.results_schema` writes it to docs/."""

from __future__ import annotations

from pathlib import Path

from tryonbench.exchange.schema import json_schema
from tryonbench.files import write_json

FILE = Path(__file__).parents[1] / "docs" / "results.schema.json"


if __name__ == "__main__":
    write_json(FILE, json_schema())
