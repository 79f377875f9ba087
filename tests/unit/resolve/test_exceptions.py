"""Loops that an exception or an iterator's default ends, and how often something fails that is looked up."""

from __future__ import annotations

from textwrap import indent

import pytest

from tests.unit.resolve.test_trip_counts import runs

HEAD = """
import collections, math, queue
rows = list(range(300))
half = {i: i for i in range(0, 1000, 2)}
def work():
"""


TRIED = """
while True:
    try:
        x = {}
    except {}:
        break
    math.sqrt(x)
    {}
"""


def calls(body: str) -> float:
    return runs(HEAD + indent(body, "    "))


@pytest.mark.parametrize(
    "body",
    [
        "it = iter(rows)\nwhile (x := next(it, None)) is not None:\n    math.sqrt(x)",
        "it = iter(rows)\nx = next(it, None)\nwhile x is not None:\n    math.sqrt(x)\n    x = next(it, None)",
        "it = iter(rows)\nwhile True:\n    x = next(it, None)\n    if x is None:\n        break\n    math.sqrt(x)",
        "it = iter(rows)\n" + TRIED.format("next(it)", "StopIteration", "pass"),
        "i = 0\n" + TRIED.format("rows[i]", "IndexError", "i += 1"),
        "d = collections.deque(rows)\n" + TRIED.format("d.popleft()", "IndexError", "pass"),
    ],
)
def test_a_loop_ends_with_what_it_goes_through(body: str) -> None:
    assert calls(body) == pytest.approx(300, rel=0.05)


def test_an_iterator_does_not_end_a_loop_that_asks_for_something_else() -> None:
    assert calls("it = iter(rows)\nfound = []\nwhile len(found) < 5:\n    found.append(math.sqrt(next(it, 0)))") < 10


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("for i in range(1000):\n    try:\n        half[i]\n    except KeyError:\n        math.sqrt(i)", 500),
        ("for i in range(1000):\n    try:\n        half[i]\n    except IndexError:\n        math.sqrt(i)", 20),
        ("for i in rows:\n    try:\n        rows[i]\n    except KeyError:\n        math.sqrt(i)", 6),
    ],
)
def test_how_often_a_key_is_not_there(body: str, count: float) -> None:
    assert calls(body) == pytest.approx(count, rel=0.05)
