"""Which keys a dict has after it has been given some, or has lost some; and what a call with `**options` passes."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.estimate import Estimate
from gillint.resolve.calling.mappings import has_no_other
from gillint.resolve.values import Value
from tests.unit.resolve.test_arrays import value_of

BEGUN = 'd = {"n": 10, "m": 3}\n'


def after(lines: str) -> Value:
    """The dict behind some lines."""
    return value_of("d", BEGUN + dedent(lines))


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        ("d.update(n=1000)", {"n": 1000, "m": 3}),
        ("d.update({'k': 5}, n=1)", {"n": 1, "m": 3, "k": 5}),
        ("d |= {'k': 5}", {"n": 10, "m": 3, "k": 5}),
        ("d.pop('n')", {"m": 3}),
        ("d.pop('k', None)", {"n": 10, "m": 3}),
        ("del d['m']", {"n": 10}),
        ("d.setdefault('k', 5)", {"n": 10, "m": 3, "k": 5}),
        ("d.setdefault('n', 5)", {"n": 10, "m": 3}),
        ("d.clear()\nd['k'] = 5", {"k": 5}),
        ("for i in range(10):\n    d.update(n=7, m=8)", {"n": 7, "m": 8}),
        ("def change(x):\n    x['n'] = 7\nchange(d)", {"n": 7, "m": 3}),
        ("def change(x):\n    x.pop('n')\nchange(d)", {"m": 3}),
    ],
)
def test_keys_that_are_known_to_the_last_one(lines: str, known: dict[str, int]) -> None:
    found = after(lines)
    assert has_no_other(found)
    assert set(known) == {name for name, _ in found.columns or ()}
    assert all(
        value.number is not None and value.number.low <= known[name] <= value.number.high
        for name, value in found.columns or ()
    )


@pytest.mark.parametrize(
    ("lines", "size"),
    [
        ("d.update(others)", None),
        ("d |= others", None),
        ("d.update([('k', 1)])", 3),
        ("d.pop(key)", 1),
        ("d.popitem()", 1),
        ("d = {**others, 'n': 10}", None),
        ("d = dict(others, n=10)", None),
        ("d = {i: i for i in range(900)}\ndel d[3]", 899),
        ("d = {i: i for i in range(900)}\nd.update({i: 1 for i in range(900)})", 900),
        ("d = {}\nfor i in range(900):\n    d |= {i: 1}", 900),
    ],
)
def test_keys_that_nobody_knows(lines: str, size: float | None) -> None:
    found = after(lines)
    assert not has_no_other(found)
    assert found.size == (None if size is None else Estimate.point(size))


def test_what_may_be_overwritten_is_no_constant() -> None:
    number = after("d.update(others)").column("n")
    assert number is not None and number.type == "int" and number.literal is None
    assert number.number is not None and not number.number.known and number.number.likely == 10


ASKED = """
def asked(x, n=10, flag=False, none=None, **more):
    return {}
"""


@pytest.mark.parametrize(
    ("expression", "call", "is_sure"),
    [
        ("n", "asked(1)", True),
        ("n", "asked(1, **{'n': 10})", True),
        ("n", "asked(1, **options)", False),
        ("flag", "asked(1, **options)", False),
        ("none", "asked(1, **options)", False),
        ("more.get('k', 5)", "asked(1)", True),
        ("more.get('k', 5)", "asked(1, j=3)", True),
        ("more.get('k', 5)", "asked(1, j=3, **options)", False),
    ],
)
def test_a_call_with_keywords_that_nobody_knows(expression: str, call: str, *, is_sure: bool) -> None:
    assert (value_of(call, ASKED.replace("{}", expression)).literal is not None) == is_sure
