"""What every page that we write has in common: how templates are read, and the page's head."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


@cache
def environment(package: str) -> Environment:
    """Jinja for a package's templates, and the report's (`head.html`), with escaping.

    An unknown name in a template is an error.
    """
    loaders = [PackageLoader(name) for name in dict.fromkeys((package, "tryonbench.report"))]
    return Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def asset(package: str, name: str) -> str:
    """A file of a package's templates, as it is."""
    return (files(package) / "templates" / name).read_text(encoding="utf-8")
