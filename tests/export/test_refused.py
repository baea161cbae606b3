"""Bad input of `tryonbench export` and of exports: one line, exit code 2, nothing left behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest


def assert_refused(done: Any, *words: str, code: int = 2) -> None:
    assert done.returncode == code, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ")
    for word in words:
        assert word in last


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "onxx"], ["onxx", 'did you mean "onnx"']),
        (["--quantise", "int4"], ["int4", "dynamic, static"]),
        (["--format", "torchscript", "--quantise", "static"], ["--quantise works on ONNX"]),
        (["--format", "torchscript", "--opset", "18"], ["--opset belongs to"]),
        (["--opset", "7"], ["give 18 to 23"]),
        (["--set", "batch_size=3"], ["--set takes model"]),
        (["--set", "model.gian=3"], ["gian", "gain"]),
        (["--preset", "nano"], ["--preset goes with --method"]),
        (["--method", "tiny"], ["name a run or checkpoint, or a method"]),
    ],
)
def test_options(options: list[str], words: list[str], command: Any, tiny_run: Path) -> None:
    assert_refused(command("export", tiny_run, *options), *words)
    assert [one.name for one in tiny_run.parent.iterdir()] == [tiny_run.name]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("closed", ["closed cannot be exported", "parts"]),
        ("copy-person", ["nothing to export"]),
        ("tinny", ["tinny", "tiny"]),
    ],
)
def test_methods_without_an_export(name: str, words: list[str], command: Any) -> None:
    assert_refused(command("export", "--method", name, "--format", "torchscript"), *words)
    assert not Path("exports").exists()


def test_other_pictures_are_no_export(command: Any) -> None:
    done = command("export", "--method", "liar", "--format", "torchscript")
    assert_refused(done, "pictures differ by", "random weights", code=1)
    assert list(Path("exports").iterdir()) == []


def test_a_batch_that_is_a_constant_is_no_export(command: Any) -> None:
    done = command("export", "--method", "fixed", "--format", "torch-export")
    assert_refused(done, "fixed", "batch", code=1)
    assert list(Path("exports").iterdir()) == []


def test_a_folder_that_is_no_export_is_kept(command: Any, tiny_run: Path) -> None:
    assert_refused(command("export", tiny_run, "--out", tiny_run), "is no export", "--out")
    assert (tiny_run / "checkpoints").is_dir()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder(command: Any, tiny_run: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert_refused(command("export", tiny_run, "--out", closed / "x"), "permission denied")


def test_a_folder_where_nothing_can_be_made(command: Any, tiny_run: Path) -> None:
    assert_refused(
        command("export", tiny_run, "--out", "/proc/mine"), "cannot write to /proc", "--out"
    )


def test_a_folder_below_a_file(command: Any, tiny_run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert_refused(command("export", tiny_run, "--out", tmp_path / "file" / "x"), "is a file")


def test_missing_packages(command: Any, tiny_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr("tryonbench.export.packages.find_spec", lambda name: None)
    assert_refused(command("export", tiny_run), 'pip install "tryonbench[export]"')


def test_exports_that_were_changed(command: Any, tiny_run: Path, synth_root: Path) -> None:
    import tryonbench
    from tryonbench.errors import InputError

    assert command("export", tiny_run, "--format", "torchscript").returncode == 0
    folder = tiny_run.with_name("tiny-nano-s0+torchscript")
    assert_refused(command("export", folder), "is an export already")
    with pytest.raises(InputError, match="batch_size=0"):
        tryonbench.load(folder).generate(batch_size=0)
    person = next((synth_root / "test" / "image").iterdir())
    with pytest.raises(InputError, match="cloth"):
        tryonbench.load(folder).generate(agnostic=person)
    file = folder / "picture.ts"
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(InputError, match="SHA-256"):
        tryonbench.load(folder)
    file.unlink()
    with pytest.raises(InputError, match="missing"):
        tryonbench.load(folder)
    (folder / "export.json").write_text("{}")
    with pytest.raises(InputError, match=r"no manifest of an export \(method"):
        tryonbench.load(folder)
