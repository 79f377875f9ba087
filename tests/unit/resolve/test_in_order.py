"""Which lists a sort finds in order already, and how long those become that each turn cuts."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from gillint.estimate import Estimate
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse
from tests.support import options

HEAD = """
import heapq, random
r = random.Random(1)
class Board:
    def __init__(self):
        self.scores = []
    def add(self, x):
        self.scores.append(x)
        self.scores.sort()
def work():
    xs = []
"""


def sort_in(body: str) -> Call:
    resolved = resolve(parse(HEAD + indent(dedent(body), "    "), "program.py"), options().target, {})
    calls = (n for f in resolved.functions if f.name == "work" for n in walk(f.block) if isinstance(n, Call))
    return [c for c in calls if c.name in ("list.sort", "sorted")][-1]


@pytest.mark.parametrize(
    ("body", "passed"),
    [
        ("for i in range(1000):\n    xs.append(r.random())\n    xs.sort()", 502),
        ("for i in range(1000):\n    xs.append(r.random())\n    xs = sorted(xs)", 502),
        ("xs = [r.random() for _ in range(400)]\nfor i in range(50):\n    xs.sort()", 400),
        ("xs = [r.random() for _ in range(400)]\nfor i in range(50):\n    xs[i] = 0.5\n    xs.sort()", 402),
        ("b = Board()\nfor i in range(1000):\n    b.add(r.random())", 502),
        ("for i in range(10):\n    xs.extend(range(100))\n    xs.sort()\n    print(len(xs), xs[0])", 500 + 200 * 6.64),
    ],
)
def test_a_list_that_was_sorted_before(body: str, passed: float) -> None:
    found = sort_in(body).bound.get("in_order")
    assert found is not None and found.size is not None
    assert found.size.likely == pytest.approx(passed, rel=0.01)


@pytest.mark.parametrize(
    "body",
    [
        "xs = [r.random() for _ in range(400)]\nxs.sort()",
        "for i in range(50):\n    xs = [r.random() for _ in range(400)]\n    xs.sort()",
        "xs = list(range(400))\nfor i in range(50):\n    r.shuffle(xs)\n    xs.sort()",
        "xs = [r.random() for _ in range(400)]\nfor i in range(50):\n    ys = sorted(xs)",
        "xs = list(range(400))\nfor i in range(50):\n    for k in range(400):\n        xs[k] = r.random()\n    xs.sort()",
        "xs = list(range(400))\nfor i in range(50):\n    xs[:] = [r.random() for _ in xs]\n    xs.sort()",
    ],
)
def test_a_list_in_any_order(body: str) -> None:
    assert sort_in(body).bound.get("in_order") is None


@pytest.mark.parametrize(
    ("cut", "length"),
    [
        ("xs = xs[:10]", 11),
        ("xs = xs[-10:]", 11),
        ("xs = sorted(xs)[:10]", 11),
        ("xs = heapq.nsmallest(10, xs)", 11),
        ("del xs[10:]", 11),
        ("del xs[:-10]", 11),
        ("if len(xs) > 10:\n        xs = xs[:10]", 11),
        ("ys = xs[:10]", 3000),
    ],
)
def test_a_list_that_each_turn_cuts(cut: str, length: float) -> None:
    body = f"for i in range(3000):\n    xs.append(r.random())\n    sorted(xs)\n    {cut}"
    resolved = resolve(parse(HEAD + indent(body, "    "), "program.py"), options().target, {})
    calls = (n for f in resolved.functions if f.name == "work" for n in walk(f.block) if isinstance(n, Call))
    first = next(c for c in calls if c.name == "sorted")
    assert first.bound.positional[0].size == Estimate.point(length)
