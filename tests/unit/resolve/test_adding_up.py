"""What numbers are to which the turns of a loop add."""

from __future__ import annotations

import pytest

from tests.unit.resolve.test_repositories import trips


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("for x in range(100):\n    n += 1", 100),
        ("for x in range(100):\n    if x > 7:\n        n += 1", 92),
        ("for x in range(100):\n    if x % 4 == 0:\n        n += 2", 50),
        ("for x in range(10):\n    for y in range(5):\n        n += 1", 50),
        ("for x in range(11):\n    n += x", 55),
        ("for row in ['abc'] * 20:\n    n += len(row)", 60),
        # Near misses: nothing tells what these come to.
        ("for x in range(100):\n    n = step(n)", 1000),
        ("for x in range(100):\n    n += step(n)", 1000),
        ("for x in range(100):\n    n += 1\n    n = step(n)", 1000),
    ],
)
def test_what_it_is_behind_the_loop(code: str, expected: float) -> None:
    body = "\n".join(f"    {line}" for line in code.splitlines())
    numbers = trips(f"def work():\n    n = 0\n{body}\n    for y in range(n):\n        print(y)\n")
    assert any(number.likely == pytest.approx(expected, rel=0.15) for number in numbers)
