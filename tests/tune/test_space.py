"""Search spaces: what is refused, what they hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tryonbench.errors import InputError
from tryonbench.registry import entries, method_class
from tryonbench.testing.contract import check_search_space
from tryonbench.tune.space import space_of

PIX2PIX = method_class("pix2pix")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a mapping"),
        ("{}", "is empty"),
        ("optimizer.lr: 3", "needs a type: float, int, categorical"),
        ("optimizer.lr: {type: flaot, low: 1, high: 2}", 'did you mean "float"'),
        ("optimizer.lr: {type: float, low: 2, high: 1}", "low must be less than high"),
        ("optimizer.lr: {type: float, low: 0, high: 1, log: true}", "log needs a low above 0"),
        ("optimizer.lr: {type: float, low: 1, high: 2, step: 0.3}", "whole number of steps"),
        ("optimizer.lr: {type: float, low: 1}", '"high" is missing'),
        ("optimizer.lr: {type: float, low: 1, hihg: 2}", 'did you mean "high"'),
        ("ema_decay: {type: categorical, choices: [0.9]}", "at least 2 items"),
        ("images: {type: int, low: 1, high: 2}", '"images" cannot be tuned'),
    ],
)
def test_what_is_wrong_is_named_with_the_file(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        space_of(PIX2PIX, file, "nano")
    assert "mine.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_range_holds_what_it_can_give(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "a: {type: float, low: 1, high: 4, step: 0.5}\n"
        "b: {type: int, low: 1, high: 9, step: 4}\n"
        "c: {type: categorical, choices: [x, null, 2]}\n"
        "d: {type: float, low: 1, high: 4, not_for: [nano]}\n"
    )
    space = space_of(PIX2PIX, file, "nano")
    assert list(space) == ["a", "b", "c"]
    assert [space["b"].holds(value) for value in (1, 3, 5, 9, 13, True)] == [
        *(True, False, True, True, False, False)
    ]
    assert [space["c"].holds(value) for value in ("x", None, "y")] == [True, True, False]
    assert [space["a"].holds(value) for value in (1.5, 0.9, "1")] == [True, False, False]
    assert "d" in space_of(PIX2PIX, file, "base")


@pytest.mark.parametrize("name", [n for n in entries() if method_class(n).info.trainable])
def test_every_method_ships_a_space_that_its_presets_can_have(name: str) -> None:
    assert method_class(name).search_space()
    check_search_space(name)


def test_a_method_without_a_space_says_how_to_give_one() -> None:
    with pytest.raises(InputError, match="grey-fill has no search space; give one with --space"):
        space_of(method_class("grey-fill"), None, "nano")
