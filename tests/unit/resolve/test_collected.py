"""Which loops keep so many objects that the garbage collector goes through them."""

from __future__ import annotations

import pytest

from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Loop
from gillint.syntax.parse import parse

HEAD = "from collections import deque\nclass Point:\n    def __init__(self, x):\n        self.x = x\n"


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("rows = [[n, n] for n in range(5000)]", True),
        ("rows = [Point(n) for n in range(5000)]", True),
        ("rows = []\nfor n in range(5000):\n    rows.append((n, n))", True),
        ("rows = [[n, n] for n in range(500)]", False),
        ("rows = [str(n) for n in range(5000)]", False),
        ("rows = deque(maxlen=50)\nfor n in range(5000):\n    rows.append((n, n))", False),
        ("for n in range(5000):\n    row = [n, n]", False),
        ("total = sum(len([n, n]) for n in range(5000))", False),
    ],
)
def test_kept(code: str, kept: bool) -> None:
    resolved = resolve(parse(HEAD + code, "a.py"), Target(), {})
    loops = [n for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Loop)]
    assert any("kept_container" in dict(loop.body.operations) for loop in loops) is kept
