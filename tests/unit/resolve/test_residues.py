"""How often loops turn that end at a remainder, or that divide a number until nothing is left of it."""

from __future__ import annotations

import pytest

from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Loop
from gillint.syntax.parse import parse


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("while len(text) % 4:\n    text += '='", 1.5),
        ("while len(text) % 4 != 0:\n    text += '='", 1.5),
        ("while (len(data) * 8) % 512 != 448:\n    data.append(0)", 31.5),
        ("data = bytearray(3)\nwhile (len(data) * 8) % 512 != 448:\n    data.append(0)", 53),
        ("data = bytearray(8)\nwhile len(data) % 16 > 5:\n    data.append(0)", 8),
        ("data = bytearray(1)\nwhile len(data) % 10 != 6:\n    data += b'abc'", 5),
        ("while n % 2 == 0:\n    n //= 2", 1),
        ("while n % 5 == 0:\n    n //= 5", 0.25),
        ("num = int.from_bytes(os.urandom(25), 'big')\nwhile num > 0:\n    num, mod = divmod(num, 58)", 35),
        ("num = 2 ** 20\nwhile num > 0:\n    num, mod = divmod(num, 2)", 21),
        # Near misses.
        ("while n % 7 == 0:\n    n = step(n)", 1000),
        ("while len(text) % 4:\n    text = step(text)", 1000),
        ("num = 2 ** 20\nwhile num > 0:\n    rest, mod = divmod(num, 2)", 1000),
    ],
)
def test_turns(code: str, expected: float) -> None:
    resolved = resolve(parse(f"import os\n{code}", "a.py"), Target(), {})
    loop = next(n for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Loop))
    assert loop.trips.likely == pytest.approx(expected)
