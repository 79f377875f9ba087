"""What a size is taken to be where a fact says what is usual, and nothing is known of what is passed."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.knowledge.conditions import Target
from gillint.knowledge.expressions import evaluate
from gillint.resolve.calling.bound import Answers
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse


@pytest.mark.parametrize(
    ("parameter", "passed", "low", "likely", "high"),
    [
        ("thing", "thing", 0.2, 20, 2_000),
        ("thing", "json.loads(thing)['x'].y", 0.2, 20, 2_000),
        ("thing: list[int]", "thing", 3, 1_000, 1e6),
        ("thing", "[1, 2, 3]", 3, 3, 3),
        ("thing", "'abcde'", 5, 5, 5),
    ],
)
def test_the_usual_size(parameter: str, passed: str, low: float, likely: float, high: float) -> None:
    text = dedent(f"""
        import json, zlib
        def work({parameter}):
            zlib.compress({passed})
        """)
    resolved = resolve(parse(text, "program.py"), Target(python="3.11"), Options().assumptions)
    calls = [n for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Call)]
    call = next(c for c in calls if c.name == "zlib.compress")
    assert call.fact is not None
    assert evaluate("size(data, 20)", Answers(call.fact, call.bound)).scenarios == (low, likely, high)
