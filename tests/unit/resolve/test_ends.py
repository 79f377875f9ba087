"""How often a function runs that calls itself until an end that it tests for."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve
from gillint.syntax.parse import parse

TARGET = Target("3.11")

CASES = {
    "every subset": (
        """
        def work():
            xs = list(range(9))
            def go(i, chosen):
                math.sqrt(i)
                if i == len(xs):
                    return
                go(i + 1, chosen)
                go(i + 1, chosen + [xs[i]])
            go(0, [])
        """,
        1023,
    ),
    "by the length of what was chosen": (
        """
        def go(xs, chosen):
            math.sqrt(2)
            if len(chosen) >= 5:
                return
            go(xs, chosen + [1])
            go(xs, chosen + [2])
        def work():
            go([1, 2], [])
        """,
        63,
    ),
    "what is tried in a loop is mostly given up": (
        """
        def work():
            n = 6
            def place(row, columns):
                math.sqrt(row)
                if row == n:
                    return
                for c in range(n):
                    if c in columns:
                        continue
                    place(row + 1, columns | {c})
            place(0, frozenset())
        """,
        237,
    ),
    "halves": (
        """
        def sort(xs):
            math.sqrt(2)
            if len(xs) <= 1:
                return xs
            middle = len(xs) // 2
            left, right = sort(xs[:middle]), sort(xs[middle:])
            return [*left, *right]
        def work():
            sort([3, 1] * 32)
        """,
        127,
    ),
    "every second one": (
        """
        def transform(xs):
            math.sqrt(2)
            if len(xs) == 1:
                return xs
            even, odd = transform(xs[::2]), transform(xs[1::2])
            return [e + o for e, o in zip(even, odd)] + [e - o for e, o in zip(even, odd)]
        def work():
            transform([1.0] * 64)
        """,
        127,
    ),
}


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES)
def test_runs(source: str, expected: float) -> None:
    resolved = resolve(parse("import math\n" + dedent(source), "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    runs = sum(c.count.likely for c in Costs(TARGET).calls(block) if c.call.name == "math.sqrt")
    assert runs == pytest.approx(expected, rel=0.05)


def test_a_length_of_nothing_is_no_end() -> None:
    source = "def go(xs):\n    if len() == 3:\n        return\n    go(xs)\n    go(xs)\ngo([1])\n"
    assert resolve(parse(source, "program.py"), TARGET, {}).functions
