"""Fake methods, registered through entry points in this process and in those it starts."""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tryonbench.efficiency.schema import Target, Task

MODULE = "bench_fakes"
Register = Callable[..., None]


@pytest.fixture(scope="session")
def fakes_module() -> ModuleType:
    """The module, as this process sees it."""
    path = Path(__file__).with_name("fakes.py")
    spec = importlib.util.spec_from_file_location(MODULE, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def register(tmp_path: Path, fakes_module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Register:
    """Install fake methods by name, as pip would; none for all of them."""
    site = tmp_path / "site"

    def install(*names: str) -> None:
        site.mkdir()
        shutil.copy(Path(__file__).with_name("fakes.py"), site / f"{MODULE}.py")
        lines = (
            f"{fake.info.name} = {MODULE}:{fake.__name__}"
            for fake in fakes_module.FAKES
            if not names or fake.info.name in names
        )
        meta = site / f"{MODULE}-0.1.dist-info"
        meta.mkdir()
        (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {MODULE}\nVersion: 0.1\n")
        (meta / "entry_points.txt").write_text("[tryonbench.methods]\n" + "\n".join(lines))
        paths = (str(site), os.environ.get("PYTHONPATH", ""))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
        monkeypatch.syspath_prepend(site)

    return install


@pytest.fixture
def task() -> Callable[..., Task]:
    """A quick task of a fake method."""

    def make(name: str, batch: int = 1, **changed: object) -> Task:
        target = Target(label=name, method=name, preset="nano", size=(32, 24))
        values = {"min_calls": 8, "min_seconds": 0.0, "device": "cpu", **changed}
        return Task(target=target, batch=batch, **values)

    return make


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """A measurement in this process hides all that lives from the garbage collector."""
    yield
    gc.unfreeze()
