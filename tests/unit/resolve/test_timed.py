"""Statements that are timed as texts."""

from __future__ import annotations

import pytest

from tests.unit.resolve.test_trip_counts import runs

TIMED = {
    "a text": ("timeit.timeit('f(3)', globals=globals(), number=20)", 20),
    "a text with a set-up": ("timeit.timeit('f(x)', 'from __main__ import f; x = 3', number=20)", 20),
    "by keyword, several lines": ('timeit.timeit(number=5, stmt="""\\nfor i in range(4):\\n    f(i)\\n""")', 20),
    "again and again": ("timeit.repeat('f(3)', setup='from __main__ import f', repeat=3, number=10)", 30),
    "five times by default": ("timeit.repeat('f(3)', number=10)", 50),
    "a timer": ("timeit.Timer('f(x)', 'x = 3').timeit(number=20)", 20),
    "a timer of a function": ("timeit.Timer(lambda: f(3)).repeat(2, 10)", 20),
    "no Python": ("timeit.timeit('f(', number=20)", 0),
    "nobody knows which": ("timeit.timeit(input(), number=20)", 0),
}


@pytest.mark.parametrize(("timed", "times"), TIMED.values(), ids=list(TIMED))
def test_a_timed_statement_is_run(timed: str, times: float) -> None:
    source = f"import math, timeit\ndef f(x):\n    return math.sqrt(x)\ndef work():\n    return {timed}\n"
    assert runs(source) == pytest.approx(times)
