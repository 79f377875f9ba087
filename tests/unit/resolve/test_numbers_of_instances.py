"""Attributes that are one number at first and others later, and those that nobody has assigned yet."""

from __future__ import annotations

import pytest

from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Branch, Call
from gillint.syntax.parse import parse

RING = """
class Ring:
    def __init__(self):
        self.at = 0

    def turn(self):
        if self.at == 0:
            print("again")
        self.at = {next}

r = Ring()
for n in range(1000):
    r.turn()
"""


@pytest.mark.parametrize(
    ("following", "share"),
    [("(self.at + 1) % 50", 1 / 50), ("self.at + 1", 0.4), ("0", 1.0)],
)
def test_a_test_of_a_number_that_is_another_one_later(following: str, share: float) -> None:
    resolved = resolve(parse(RING.replace("{next}", following), "a.py"), Target(), {})
    top = next(trace for trace in resolved.functions if trace.name == "<module>")
    branch = next(n for n in walk(top.block) if isinstance(n, Branch))
    assert next(iter(branch.shares))[1] == pytest.approx(share)


LINKS = """
class Link:
    def __init__(self, count):
        self.count = count
        self.keys = set()

class Table:
    def __init__(self):
        self.root = root = Link(0)
        root.next = root
        self.links = {}

    def put(self, key):
        self.links[key] = self.root.next

    def touch(self, key):
        link = self.links[key]
        new = link.next
        if new.count != link.count + 1:
            new = Link(link.count + 1)
            new.next = link.next
            link.next = new
        link.keys.discard(key)
        self.links[key] = new

table = Table()
for n in range(100):
    table.put(n)
    table.touch(n)
"""

REPLACED = """
class Cache:
    def __init__(self, size_of=None):
        if size_of:
            self.size_of = size_of

    def put(self, value):
        return self.size_of(value)

    @staticmethod
    def size_of(value):
        return 1

class Recent(Cache):
    def __init__(self, size_of=None):
        Cache.__init__(self, size_of)

cache = Recent()
cache.put(3)
"""


@pytest.mark.parametrize(("code", "name"), [(LINKS, "set.discard"), (REPLACED, "Cache.size_of")])
def test_all_that_is_called_is_known(code: str, name: str) -> None:
    resolved = resolve(parse(code, "a.py"), Target(), {})
    top = next(trace for trace in resolved.functions if trace.name == "<module>")
    calls = [n for n in walk(top.block) if isinstance(n, Call)]
    assert name in {c.name for c in calls}
    assert not [c.name for c in calls if c.kind == "unknown"]
