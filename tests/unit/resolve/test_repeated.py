"""How many different values are passed in the course of a loop: what a library keeps of those that it has seen."""

from __future__ import annotations

import pytest

from gillint.effects.classify import classify
from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse

SETUP = """
import tempfile
from urllib.parse import urlparse
root = tempfile.mkdtemp()
many = [f"https://example.com/{i}" for i in range(500)]
few = [f"https://example{i % 10}.com" for i in range(500)]
below = [f"{root}/{i % 10}" for i in range(500)]
"""


@pytest.mark.parametrize(
    ("loop", "is_kept"),
    [
        ("for u in many:\n    urlparse(u)", False),
        ("for u in few:\n    urlparse(u)", True),
        ("for u in below:\n    urlparse(u)", True),
        ("for u in many:\n    urlparse('https://example.com')", True),
        ("for u in open('urls.txt'):\n    urlparse(u)", False),
    ],
)
def test_a_url_that_comes_again_is_kept(loop: str, is_kept: bool) -> None:
    resolved = resolve(parse(f"{SETUP}{loop}\n", "a.py"), Target(), {})
    calls = [n for t in resolved.functions for n in walk(t.block) if isinstance(n, Call)]
    held = next(classify(c, Target()).gil.likely for c in calls if c.name == "urllib.parse.urlparse")
    assert held == (1_000 if is_kept else 4_000)
