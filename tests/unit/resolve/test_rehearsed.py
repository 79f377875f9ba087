"""How often a loop turns whose end numbers decide, and others that are known by their idiom."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from gillint.resolve.control.rehearsed import turns_rehearsed
from tests.unit.resolve.test_trip_counts import runs

HEAD = """
import math, random
from math import floor
r = random.Random(1)
def f(x):
    return x * x * x - x - 2
def work():
"""


BISECTION = """
a, b = 1.0, 2.0
while b - a > 1e-6:
    m = (a + b) / 2
    math.sqrt(m)
    if f(m) > 0:
        b = m
    else:
        a = m
"""
INSERTION = """
xs = [r.random() for _ in range(100)]
for i in range(1, 100):
    x, j = xs[i], i - 1
    while j >= 0 and xs[j] > x:
        math.sqrt(j)
        xs[j + 1] = xs[j]
        j -= 1
"""


def turns(body: str) -> float:
    """How often the loop of some lines turns, each of which calls `math.sqrt`."""
    return runs(HEAD + indent(dedent(body), "    "))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("n = 27\nwhile n != 1:\n    math.sqrt(n)\n    n = n // 2 if n % 2 == 0 else 3 * n + 1", 111),
        ("a, b = 1071, 462\nwhile b:\n    math.sqrt(a)\n    a, b = b, a % b", 3),
        ("x = 50.0\nwhile abs(x * x - 50) > 1e-9:\n    math.sqrt(x)\n    x = (x + 50 / x) / 2", 7),
        (BISECTION, 20),
        ("n = 40\nwhile n % 2 == 0:\n    math.sqrt(n)\n    n //= 2", 3),
        ("n, i = 91, 2\nwhile i * i <= n:\n    math.sqrt(i)\n    if n % i == 0:\n        break\n    i += 1", 6),
        ("n = 12345\nwhile floor(n) > 0:\n    math.sqrt(n)\n    n = n / 10", 5),
        ("a, b = 0, 1\nwhile b < 1000:\n    math.sqrt(a)\n    a, b = b, a + b", 16),
    ],
)
def test_a_loop_over_numbers_is_worked_through(body: str, expected: int) -> None:
    assert turns(body) == expected


@pytest.mark.parametrize(
    ("body", "expected", "within"),
    [
        # of numbers that differ, those around the middle and at the quarters are tried
        (
            "for n in range(1, 3000):\n    while n != 1:\n        math.sqrt(n)\n        n = n // 2 if n % 2 == 0 else 3 * n + 1",
            215_000,
            0.4,
        ),
        ("for n in range(1, 1001):\n    while n > 0:\n        math.sqrt(n)\n        n //= 10", 2_893, 0.1),
        (
            INSERTION,
            2_450,
            0.1,
        ),
        ("for i in range(1000):\n    while r.random() < 0.75:\n        math.sqrt(i)", 3_000, 0.01),
    ],
)
def test_loops_that_begin_differently_each_time(body: str, expected: float, within: float) -> None:
    assert turns(body) == pytest.approx(expected, rel=within)


DECK = """
import math
class Deck:
    def __init__(self):
        self.cards = list(range(52))
    def draw(self):
        return self.cards.pop()
    def is_empty(self):
        return not self.cards
def work():
    deck = Deck()
    while not deck.is_empty():
        math.sqrt(deck.draw())
"""


def test_an_object_is_emptied_by_its_own_method() -> None:
    assert runs(DECK) == 52


@pytest.mark.parametrize(
    "loop",
    [
        "n = ask()\nwhile n > 1:\n    math.sqrt(n)\n    n //= 2",
        "n = 1000\nwhile n > 1:\n    math.sqrt(n)\n    n -= ask()",
        "n = 1000\nwhile n > 1:\n    math.sqrt(n)\n    if ask():\n        break\n    n -= 1",
        "n = 10 ** 9\nwhile n > 1:\n    math.sqrt(n)\n    n -= 1",
        "n = 1000\nwhile n < 10 ** 30 and rows[n] > 0:\n    math.sqrt(n)\n    n += 1",
        "n = 0\nwhile 1 / n > 1:\n    math.sqrt(n)\n    n -= 1",
    ],
)
def test_what_is_no_arithmetic_or_has_no_end_in_sight_is_left_to_others(
    loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    monkeypatch.setattr(
        "gillint.resolve.control.loops._COUNTED", (lambda act, node: found.append(turns_rehearsed(act, node)),)
    )
    turns(loop)
    assert found
    assert not any(found)


def test_a_function_of_the_program_by_a_name_of_pythons() -> None:
    loop = "    n = 5000\n    while n > 1:\n        math.sqrt(n)\n        n = abs(n)\n"
    assert runs(f"import math\ndef abs(n):\n    return n // 2\ndef work():\n{loop}") == 12
