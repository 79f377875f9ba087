"""Comparisons turned round."""

from __future__ import annotations

import pytest

from gillint.syntax import tree as t
from gillint.syntax.parse import parse
from gillint.syntax.walk import expressions, key_of

LOOPS = [
    ("while END >= time:\n    time += 1", "time", "le"),
    ("while END > time and ready:\n    time = time + 1", "time", "lt"),
    ("while time <= END:\n    time += 1", "time", "le"),
    ("while low < high:\n    low, high = step(low, high)", "low", "lt"),
    ("while END >= time:\n    other += 1", "END", "ge"),
    ("while 0 < n:\n    n -= 1", "n", "gt"),
]


def first_comparison(source: str) -> t.Compare:
    return next(e for e in expressions(parse(source, "a.py").statements()) if isinstance(e, t.Compare))


@pytest.mark.parametrize(("source", "left", "sign"), LOOPS)
def test_what_a_loop_changes_stands_on_the_left(source: str, left: str, sign: str) -> None:
    test = first_comparison(source)
    assert (key_of(test.left), test.operators) == (left, (sign,))


@pytest.mark.parametrize(
    ("test", "left", "signs"),
    [
        ("5 <= n", "n", ("ge",)),
        ("'a' == word", "word", ("eq",)),
        ("n >= 5", "n", ("ge",)),
        ("0 <= x < n", None, ("le", "lt")),
        ("'a' in word", None, ("in",)),
    ],
)
def test_a_constant_stands_on_the_right(test: str, left: str | None, signs: tuple[str, ...]) -> None:
    found = first_comparison(f"if {test}:\n    pass")
    assert key_of(found.left) == left
    assert signs == ("in",) or found.operators == signs
