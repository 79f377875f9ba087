"""How often work is done that is done once: answers that are remembered, files that are written where they are missing."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Handover
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


ONCE_MADE = """
import math
class Place:
    peer = None
    def get(self):
        if Place.peer is None:
            Place.peer = [math.sqrt(2)]
        return Place.peer
def first():
    return Place().get()
"""
HANDED = "from concurrent.futures import ThreadPoolExecutor\n" + HEAD


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (f"{ONCE_MADE}def work(n):\n    for _ in range(200):\n        Place().get()\nfirst()\nwork(3)\n", 1),
        (f"{ONCE_MADE}def work(n):\n    for _ in range(200):\n        Place().get()\nwork(3)\nfirst()\n", 1),
        (
            f"{HEAD}def one(x):\n    return root(5)\ndef work():\n    for x in range(200):\n        one(x)\none(1)\nwork()\n",
            1,
        ),
    ],
)
def test_what_is_remembered_does_not_hang_on_who_asks_first(source: str, expected: float) -> None:
    resolved = resolve(parse(source, "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    runs = sum(c.count.likely for c in Costs(TARGET).calls(block) if c.call.name == "math.sqrt")
    assert runs == pytest.approx(expected, rel=0.05)


def test_the_tasks_of_a_pool_remember_together() -> None:
    source = f"{HANDED}def work():\n    with ThreadPoolExecutor() as pool:\n        pool.map(root, [5] * 200)\nwork()\n"
    resolved = resolve(parse(source, "program.py"), TARGET, {})
    (worker,) = [
        node.worker
        for f in resolved.functions
        if f.name == "work"
        for node in walk(f.block)
        if isinstance(node, Handover)
    ]
    runs = sum(c.count.likely for c in Costs(TARGET).calls(worker) if c.call.name == "math.sqrt")
    assert runs == pytest.approx(1 / 200, rel=0.05)


@pytest.mark.parametrize(("taking", "expected"), [("self.next = None", 1), ("self.head = self.next", 100)])
def test_a_place_that_other_methods_fill_is_not_made_once(taking: str, expected: float) -> None:
    source = f"""
import math
class Line:
    def __init__(self):
        self.head = self.next = None
    def put(self, x):
        if self.head is None:
            self.head = [math.sqrt(x)]
        else:
            self.next = x
    def take(self):
        {taking}
def work():
    line = Line()
    for x in range(200):
        line.put(x)
        line.take()
work()
"""
    resolved = resolve(parse(source, "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    runs = sum(c.count.likely for c in Costs(TARGET).calls(block) if c.call.name == "math.sqrt")
    assert runs == pytest.approx(expected, rel=0.3)
