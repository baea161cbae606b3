"""A method has its colour from its name, whatever else is in a report."""

from __future__ import annotations

from tryonbench.registry import entries, method_class
from tryonbench.report.colours import GLYPHS, NEUTRAL, OPEN, PALETTE, looks


def same(*names: str) -> dict[str, str]:
    """Rows that are called as their methods are."""
    return {name: name for name in names}


def test_methods_differ_in_colour_or_mark_and_floor_rows_are_hollow_and_grey() -> None:
    names = [f"m{i:02d}" for i in range(20)]
    floors = [f"floor {i}" for i in range(len(OPEN))]
    look = looks(same(*names, floors[0]), floors)
    assert len({(look[name].colour, look[name].symbol) for name in names}) == 20
    assert {look[name].colour for name in names[:7]} <= set(PALETTE)
    assert {(look[name].colour, look[name].dash) for name in floors} == {(NEUTRAL, "dot")}
    assert {look[name].glyph for name in floors} == {GLYPHS[symbol] for symbol in OPEN}
    assert looks(same(*reversed(names), floors[0]), reversed(floors)) == look


def test_up_to_seven_methods_have_seven_colours() -> None:
    look = looks(same(*(f"method {i}" for i in range(7))), [])
    assert {one.colour for one in look.values()} == set(PALETTE)
    assert len({one.symbol for one in look.values()}) == 7


def test_a_method_keeps_its_look_in_other_company() -> None:
    alone = looks(same("pix2pix"), [])["pix2pix"]
    kept = 0
    for i in range(40):
        others = same("pix2pix", *(f"other {i} {j}" for j in range(2)))
        kept += looks(others, [])["pix2pix"] == alone
    assert kept >= 25, "only another's wish for the same look, with an earlier name, changes it"
    assert looks(same("pix2pix", "zzz"), ["grey"])["pix2pix"] == alone


def test_methods_of_this_repository_never_wish_for_the_same_colour() -> None:
    trained = [name for name in entries() if method_class(name).info.trainable]
    first = [name for name in trained if method_class(name).__module__.startswith("tryonbench_")]
    assert len(first) >= 3
    assert len({looks(same(name), [])[name].colour for name in first}) == len(first)


def test_one_run_of_several_has_the_look_of_its_method() -> None:
    alone = looks({"pix2pix": "pix2pix"}, [])["pix2pix"]
    two = looks({"pix2pix-s1": "pix2pix", "pix2pix-s0": "pix2pix"}, [])
    assert two["pix2pix-s0"] == alone, "the first by name"
    assert two["pix2pix-s1"].colour != alone.colour
