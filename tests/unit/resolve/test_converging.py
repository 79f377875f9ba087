"""How often loops turn that halve, divide, follow parents or converge."""

from __future__ import annotations

import pytest

from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Loop
from gillint.syntax.parse import parse


def turns(code: str) -> float:
    """The likely turns of the first loop."""
    resolved = resolve(parse(code, "a.py"), Target(), {})
    return next(n for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Loop)).trips.likely


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("while low <= high:\n    mid = (low + high) // 2\n    low = mid + 1", 12),
        ("while high - low > 1:\n    m = (high + low) >> 1\n    high = m", 12),
        ("while b:\n    a, b = b, a % b", 8),
        ("while n > 0:\n    n //= 10", 8),
        ("while parent[a] != a:\n    a = parent[a]", 2),
        ("while abs(y * y - x) > 1e-9:\n    y = (y + x / y) / 2", 40),
        ("while error > tol:\n    error = step()", 40),
        ("while True:\n    new = step(old)\n    if norm(new - old) < eps:\n        break\n    old = new", 40),
        ("while better:\n    better = False\n    if gain() > 0:\n        better = True", 8),
        ("while not stop:\n    stop = True\n    for x in y:\n        if x:\n            stop = False", 8),
        ("while other == index:\n    other = random.randrange(n)", 1),
        ("while key in used:\n    key = secrets.token_hex(4)", 1),
        # Near misses: nothing tells how often these turn.
        ("while high - low > 1:\n    high = step(low)", 1000),
        ("while running:\n    if done():\n        running = False", 1000),
        ("while node != end:\n    node = node.next", 1000),
        ("while key in used:\n    key = step(key)", 1000),
        ("while x != y:\n    x = random.randrange(n)", 1000),
        ("while table[a] != b:\n    a = step(a)", 1000),
        ("while total < limit:\n    total += step() / 2", 1000),
        ("while True:\n    if done(new) > 3:\n        break", 1000),
    ],
)
def test_turns(code: str, expected: float) -> None:
    assert turns(code) == expected
