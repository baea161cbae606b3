"""Files are whole or not there."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tryonbench.errors import InputError, StorageError
from tryonbench.files import digest, is_vacant, make_folder, read_json, replacing, write_json
from tryonbench.storage import storing


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"old": 1})
    with pytest.raises(ZeroDivisionError):
        _fail_half_way(path)
    assert read_json(path) == {"old": 1}
    assert list(tmp_path.iterdir()) == [path]


def _fail_half_way(path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError


def test_nan_is_not_json(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", float("nan"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another folder"):
        make_folder(tmp_path / "file" / "below")


def test_broken_json_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(InputError, match=r"a\.json is not valid JSON"):
        read_json(tmp_path / "a.json")


def test_digest_frames_its_parts() -> None:
    assert digest("ab", "c") != digest("a", "bc")


def test_what_a_kill_leaves_of_a_first_file_counts_as_nothing(tmp_path: Path) -> None:
    assert is_vacant(tmp_path / "none")
    (tmp_path / ".a.json.x1.tmp").write_text("{")
    assert is_vacant(tmp_path)
    (tmp_path / ".mine").write_text("")
    assert not is_vacant(tmp_path)


def test_a_disk_s_error_is_said_in_one_line_wherever_it_is_hidden(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    for error in (full, ExceptionGroup("many", [full]), RuntimeError("(os error 28)")):
        with pytest.raises(StorageError, match=r"is full; make room.*what was there is kept$"):
            _fail_of(error, tmp_path)
    with pytest.raises(StorageError, match="is read-only"):
        _fail_of(OSError(errno.EROFS, "Read-only file system"), tmp_path)
    with pytest.raises(ValueError, match=r"^$"):
        _fail_of(ZeroDivisionError(), tmp_path)


def _fail_of(error: Exception, folder: Path) -> None:
    with storing(folder):
        raise ValueError from error


def test_what_is_no_error_of_storage_passes(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), storing(tmp_path):
        (tmp_path / "none").read_text()
