"""Pair lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from tryonbench.data.layout import open_split
from tryonbench.data.pairs import Pair, PairList, pairs_of, read_pairs
from tryonbench.errors import InputError


@pytest.mark.parametrize(
    "line",
    [
        "../../x.jpg a.jpg",
        "/etc/passwd a.jpg",
        "a.jpg",
        "a.jpg b.jpg c.jpg",
        "a/b.jpg c.jpg",
        "..jpg b.jpg",
    ],
)
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "pairs.txt").write_text(f"00001_00.jpg 00002_00.jpg\n{line}\n")
    with pytest.raises(InputError, match=r"pairs\.txt line 2"):
        read_pairs(tmp_path / "pairs.txt")


@pytest.mark.parametrize(
    ("text", "message"), [("", "is empty"), ("a.jpg b.jpg\na.jpg b.jpg", "twice: a__b")]
)
def test_empty_and_repeated_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pairs.txt").write_text(text)
    with pytest.raises(InputError, match=message):
        read_pairs(tmp_path / "pairs.txt")


def test_a_missing_file_is_named(own_root: Path) -> None:
    (own_root / "test" / "cloth" / "00001_00.jpg").unlink()
    split = open_split(own_root, "test")
    with pytest.raises(InputError, match=r"not in .*cloth/00001_00\.jpg"):
        pairs_of(split, "unpaired", "test_pairs.txt")


def test_paired_takes_the_own_garment(synth_root: Path) -> None:
    pairs = pairs_of(open_split(synth_root, "test"), "paired", "test_pairs.txt")
    assert all(pair.person == pair.cloth for pair in pairs.pairs)
    unpaired = pairs_of(open_split(synth_root, "test"), "unpaired", "test_pairs.txt")
    assert all(pair.person != pair.cloth for pair in unpaired.pairs)
    assert {p.person for p in unpaired.pairs} == {p.person for p in pairs.pairs}
    assert pairs.digest != unpaired.digest


def test_ids_are_unique_where_a_person_occurs_twice() -> None:
    once = PairList((Pair("a", "x"), Pair("b", "y")), paired=False)
    twice = PairList((Pair("a", "x"), Pair("a", "y")), paired=False)
    assert once.ids == ("a", "b")
    assert twice.ids == ("a__x", "a__y")


def test_a_list_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "pairs.txt").write_text("a.jpg b.jpg\n", encoding="utf-8-sig")
    assert read_pairs(tmp_path / "pairs.txt") == (Pair("a", "b"),)


def test_another_split_has_its_own_list(synth_root: Path) -> None:
    split = open_split(synth_root, "train")
    pairs = pairs_of(split, "unpaired", "test_pairs.txt")
    assert pairs.pairs == read_pairs(synth_root / "train_pairs.txt")
