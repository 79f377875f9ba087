"""How often work is done that is done once: answers that are remembered, files that are written where they are missing."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve
from gillint.syntax.parse import parse

TARGET = Target("3.11")
HEAD = """
import functools, math, os, pathlib, zipfile
@functools.lru_cache(maxsize=None)
def root(n):
    return math.sqrt(n)
PATH = pathlib.Path("/srv/data/a.zip")
"""
CASES = {
    "remembered": ("root(5)", 1),
    "forgotten": ("root.cache_clear()\nroot(5)", 200),
    "made anew": ("@functools.cache\ndef own(n):\n    return math.sqrt(n)\nown(5)", 200),
    "a file that is missing": ("if not PATH.exists():\n    PATH.write_text(str(math.sqrt(2)))", 1),
    "a file that is opened": (
        "if not os.path.exists(PATH):\n    with open(PATH, 'w') as f:\n        math.sqrt(2)",
        1,
    ),
    "an archive": ("if not PATH.exists():\n    with zipfile.ZipFile(PATH, 'w') as z:\n        math.sqrt(2)", 1),
}


@pytest.mark.parametrize(("body", "expected"), CASES.values(), ids=CASES)
def test_runs(body: str, expected: float) -> None:
    lines = "\n".join(f"    {line}" for line in dedent(body).splitlines())
    source = f"{HEAD}\ndef task():\n{lines}\n\ndef work():\n    for _ in range(200):\n        task()\n\nwork()\n"
    resolved = resolve(parse(source, "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    runs = sum(c.count.likely for c in Costs(TARGET).calls(block) if c.call.name == "math.sqrt")
    assert runs == pytest.approx(expected, rel=0.05)
