"""How large a container is that grows in loops: it counts the turns since it was made."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.knowledge.conditions import Target
from gillint.resolve.likelihood import TAKEN
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse

KEPT = """
from collections import defaultdict
from dataclasses import dataclass, field
@dataclass
class Log:
    every: int = 25
    entries: list[bytes] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)
    by_size: dict[int, bytes] = field(default_factory=dict)
    def add(self, raw):
        self.entries.append(raw)
        self.by_size[len(raw)] = raw
        if len(self.entries) % self.every == 0:
            self.marks.append(len(self.entries))
        if raw > LIMIT:
            self.long.append(1)
class Kept:
    def __init__(self):
        self.items = []
    def add(self, item):
        self.items.append(item)
"""


def size_of_argument(body: str) -> float:
    """The size of what is given to `sorted`."""
    source = f"{KEPT}def work(lines: list[str]):\n{body}"
    resolved = resolve(parse(source, "program.py"), Target(python="3.11"), Options().assumptions)
    call = next(
        n for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Call) and n.name == "sorted"
    )
    size = call.bound.positional[0].size
    assert size is not None
    return size.likely


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ("found = []\nfor i in range(100):\n    found.append(i)\nsorted(found)", 100),
        ("found = []\nfor i in range(100):\n    for j in range(8):\n        found.append(j)\nsorted(found)", 800),
        ("for i in range(100):\n    found = []\n    for j in range(8):\n        found.append(j)\n    sorted(found)", 8),
        ("for i in range(100):\n    found = set()\n    for j in range(8):\n        found.add(j)\n    sorted(found)", 8),
        ("for i in range(100):\n    found = {}\n    for j in range(8):\n        found[j] = i\n    sorted(found)", 8),
        (
            "made = defaultdict(Kept)\nfor i in range(1000):\n    made[i % 20].add(i)\n"
            "for k in made.values():\n    sorted(k.items)",
            50,
        ),
        ("made = defaultdict(Kept)\nfor i in range(100):\n    made[i % 20].add(i)\nsorted(made)", 20),
        (
            "made = []\nfor i in range(100):\n    if made and i % 5:\n        made[-1].items.append(i)\n"
            "    else:\n        made.append(Kept())\nfor k in made:\n    sorted(k.items)",
            1,  # of 60 that are made by 100
        ),
        (
            "log = Log()\nfor i in range(1500):\n    log.add(b'x' * 150)\nsorted(log.marks)",
            61,  # every 25th, and the one that a method begins with
        ),
        ("log = Log()\nfor i in range(1500):\n    log.add(b'x' * 150)\nfor e in log.entries:\n    sorted(e)", 150),
        ("log = Log()\nfor i in range(1500):\n    log.add(b'x' * 150)\nsorted(log.entries)", 1501),
        (
            "log = Log()\nfor i in range(9):\n    log.add(b'x' * 150)\nfor e in log.by_size.values():\n    sorted(e)",
            150,
        ),
        ("log = Log()\nfor i in range(90):\n    log.add(b'x' * 150)\nsorted(log.long)", 90 * TAKEN + 1),
        (
            "found: list[bytes] = []\nfor i in range(99):\n    found.append(b'x' * 70)\nfor e in found:\n    sorted(e)",
            70,
        ),
        (
            "found: dict[int, bytes] = {}\nfor i in range(99):\n    found[i] = bytes(70)\nfor e in found.values(): sorted(e)",
            70,
        ),
        ("for i in range(100):\n    found = {}\n    found['a'] = i\n    found['b'] = i\n    sorted(found)", 2),
        ("for i in range(100):\n    text = ''\n    for j in range(8):\n        text += 'ab'\n    sorted(text)", 16),
        (
            "batch = []\nfor i in range(1000):\n    batch.append(i)\n    if len(batch) == 50:\n"
            "        sorted(batch)\n        batch = []",
            50,
        ),
        (
            "batch = []\nfor i in range(1000):\n    batch.append(i)\n    if len(batch) >= 50:\n"
            "        sorted(batch)\n        batch.clear()",
            50,
        ),
        ("found = []\nfor i in range(90):\n    if i % 3 == 0:\n        found.append(i)\nsorted(found)", 30),
        (
            "groups = {}\nfor i in range(100):\n    if i % 5 not in groups:\n        groups[i % 5] = []\n"
            "    groups[i % 5].append(i)\nsorted(groups)",
            5,
        ),
        (
            "parts, part = [], []\nfor i in range(1000):\n    part.append(i)\n    if len(part) == 10:\n"
            "        parts.append(part)\n        part = []\nsorted(parts)",
            100,
        ),
        (
            "near = {}\nfor i in range(100):\n    for j in range(20):\n        near[i % 5, j] = i\nsorted(near)",
            100,
        ),
        (
            "tables = {}\nfor i in range(100):\n    tables.setdefault(i % 5, {}).setdefault(i % 2, []).append(i)\n"
            "for table in tables.values():\n    for rows in table.values():\n        sorted(rows)",
            10,
        ),
        (
            "heap = []\nfor i in range(1000):\n    heap.append(i)\n    if len(heap) > 50:\n        heap.pop()\nsorted(heap)",
            50,
        ),
        (
            "seen = set()\nfirst = []\nfor i in range(1000):\n    key = i % 7\n    if key in seen:\n        continue\n"
            "    seen.add(key)\n    first.append(i)\nsorted(first)",
            7,
        ),
        (
            "import xml.etree.ElementTree as ET\nroot = ET.Element('a')\nbody = ET.SubElement(root, 'b')\n"
            "for i in range(50):\n    row = ET.SubElement(body, 'c')\n    for j in range(4):\n"
            "        ET.SubElement(row, 'd').text = 'x'\nsorted(root)",
            252,
        ),
        (
            "def halves(rows):\n    batch = []\n    for row in rows:\n        batch.append(row)\n"
            "        if len(batch) == 50:\n            yield batch\n            batch = []\n    if batch:\n        yield batch\n"
            "sorted(list(halves(range(1000))))",
            20,
        ),
        ("text = ''\nfor i in range(100):\n    if i % 4 == 0:\n        text += 'xyz'\nsorted(text)", 75),
        (
            "data = bytearray()\nfor i in range(100):\n    if i % 4 == 0:\n        data.extend(b'xyz')\n    else:\n"
            "        data += b'a'\nsorted(data)",
            150,
        ),
    ],
)
def test_what_grows_in_a_loop(body: str, size: float) -> None:
    assert size_of_argument("\n".join(f"    {line}" for line in dedent(body).splitlines())) == pytest.approx(
        size, rel=0.05
    )


LEFT = {
    "continue": ("for i in range(900):\n    if i % 3:\n        found.append(i)\n        continue\n    other = i", 600),
    "continue in both": (
        "for i in range(900):\n    if i % 3:\n        found.append(i)\n        continue\n    found.append(0)",
        900,
    ),
    "continue after a failure": (
        "for i in lines:\n    try:\n        n = int(i)\n    except ValueError:\n        found = [i] * 50\n"
        "        continue\n    n += 1",
        50,
    ),
    "break": ("for i in range(900):\n    if i == 7:\n        found = [i] * 50\n        break", 50),
    "break out of an inner one": (
        "for i in range(900):\n    for j in range(2):\n        if i + j > 8:\n            found.append(i)\n            break",
        270,  # in some of the turns
    ),
    "break out of an endless one": ("while True:\n    if random():\n        found = [1] * 50\n        break", 50),
    "continue over a table": (
        "for name, n in (('a', 10), ('b', 5000)):\n    if n:\n        found = [n] * 50\n        continue\n    n = 1",
        50,
    ),
}


@pytest.mark.parametrize(("loop", "size"), LEFT.values(), ids=list(LEFT))
def test_what_an_arm_leaves_that_ends_the_turn(loop: str, size: float) -> None:
    body = f"from random import random\nfound = []\n{loop}\nsorted(found)"
    assert size_of_argument("\n".join(f"    {line}" for line in body.splitlines())) == pytest.approx(size, rel=0.25)


STORE = """
class Store:
    def __init__(self):
        self.pending = []
        self.segments = []
    def put(self, item):
        self.pending.append(item)
        if len(self.pending) >= 400:
            self.flush()
    def flush(self):
        self.segments.append(b''.join(self.pending))
        self.pending = []
def work():
    store = Store()
    for i in range(2000):
        store.put(b'abc')
    return sorted(store.segments)
work()
"""


def test_what_a_method_keeps_that_was_read_for_its_attributes() -> None:
    resolved = resolve(parse(STORE, "program.py"), Target(python="3.11"), Options().assumptions)
    calls = (n for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Call) and n.name == "sorted")
    size = next(calls).bound.positional[0].size
    assert size is not None and size.likely <= 10


def test_a_text_has_some_letters_however_long_it_is() -> None:
    assert size_of_argument("    sorted(set('the quick brown fox ' * 500))\n") <= 120
