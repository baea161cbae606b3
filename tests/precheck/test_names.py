"""Names that are not the ids, and what they may have come from."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tryonbench.data.pairs import Pair, PairList
from tryonbench.precheck.renaming import find_renaming

Rename = Callable[[str], str]


def _rename(folder: Path, name_of: Rename) -> None:
    for file in sorted(folder.iterdir()):
        file.rename(folder / f"{name_of(file.stem)}{file.suffix}")


def test_missing_extra_and_twice(clean, check) -> None:
    folder = clean()
    (folder / "00003_00.png").rename(folder / "grid.png")
    (folder / "00004_00.png").unlink()
    shutil.copy(folder / "00005_00.png", folder / "00005_00.jpeg")
    (folder / "00006_00.webp").write_bytes(b"")
    found = check(folder)
    assert found["missing"].names == ["00003_00", "00004_00"]
    assert found["extra"].names == ["grid.png"]
    assert found["given twice"].names == ["00005_00"]
    assert found["neither PNG nor JPEG"].names == ["00006_00.webp"]
    assert all(found[kind].level == "error" for kind in ("missing", "extra", "given twice"))
    assert not any("renamed" in kind for kind in found)


@pytest.mark.parametrize(
    ("name_of", "rule", "first"),
    [
        (lambda name: f"{name}_rendered", "ID_rendered", "00000_00_rendered"),
        (lambda name: f"try-{name}", "try-ID", "try-00000_00"),
        (lambda name: f"{name}.jpg", "ID.jpg", "00000_00.jpg"),
        (lambda name: name[:-3], 'ID, ID without "_00"', "00000"),
        (lambda name: f"{name[:-3]}_01", 'ID_01, ID without "_00"', "00000_01"),
        (lambda name: f"{name}_{name}", "PERSON_GARMENT", "00000_00_00000_00"),
        (lambda name: f"{int(name[:5]):04d}", "numbers in the order of the pair list", "0000"),
        (lambda name: f"img{int(name[:5]) + 1}", "numbers in the order of the pair list", "img1"),
    ],
)
def test_renamed(clean, check, name_of: Rename, rule: str, first: str) -> None:
    folder = clean()
    _rename(folder, name_of)
    found = check(folder)
    assert list(found) == [f"look renamed: {rule}"], "the other checks see the right images"
    (finding,) = found.values()
    assert (finding.level, finding.count) == ("error", 12)
    assert finding.names[0] == f"{first}.png for 00000_00.png"


def test_renamed_files_are_checked_under_their_ids(clean, check) -> None:
    folder = clean("unpaired")
    _rename(folder, lambda name: f"{name}_rendered")
    assert any("swapped pairs" in kind for kind in check(folder, "paired"))
    assert list(check(folder, "unpaired")) == ["look renamed: ID_rendered"]


PAIRS = PairList(tuple(Pair(f"{n:05d}_00", f"{n + 1:05d}_00") for n in (34, 55, 64)), paired=False)


def test_a_pair_in_the_name() -> None:
    stems = [f"{pair.cloth}-{pair.person}" for pair in PAIRS.pairs]
    renaming = find_renaming(PAIRS, PAIRS.ids, stems)
    assert renaming is not None
    assert renaming.rule == "GARMENT-PERSON"
    assert list(renaming.names.values()) == list(PAIRS.ids)


@pytest.mark.parametrize(
    "stems",
    [
        ["0", "1"],
        ["0", "1", "3"],
        ["5", "6", "7"],
        ["a0", "b1", "c2"],
        ["1000340", "1000550", "1000640"],
        ["00034_00_x", "notes", "grid"],
    ],
)
def test_what_no_rule_explains(stems: list[str]) -> None:
    assert find_renaming(PAIRS, PAIRS.ids, stems) is None


def test_strays_beside_renamed_files_stay_extra() -> None:
    renaming = find_renaming(PAIRS, PAIRS.ids, ["00034_00_x", "00055_00_x", "grid"])
    assert renaming is not None
    assert renaming.names == {"00034_00_x": "00034_00", "00055_00_x": "00055_00"}
