"""What larger modules are written like: names in class bodies, guards, first uses, and what of them a program uses."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.knowledge.conditions import Target
from gillint.pipeline import analyse
from gillint.resolve.program import resolve
from gillint.resolve.trace import Block, Branch, Call, Loop
from gillint.syntax.parse import parse


def runs(source: str, name: str) -> float:
    """How often `work` runs a call of this name."""
    resolved = resolve(parse(dedent(source), "<t>"), Target(), {})
    return next(_runs(trace.block, name) for trace in resolved.functions if trace.name == "work")


def _runs(block: Block, name: str) -> float:
    found = 0.0
    for node in block.nodes:
        if isinstance(node, Call):
            found += node.name == name
            found += _runs(node.inner, name) if node.inner is not None else 0.0
        elif isinstance(node, Loop):
            found += _runs(node.body, name) * node.trips.likely
        elif isinstance(node, Branch):
            found += sum(_runs(arm, name) * share for arm, share in node.shares)
    return found


BODY = """
    import zlib
    class Packer:
        def pack(self, data):
            return zlib.compress(data)
        @property
        def whole(self):
            return zlib.compress(bytes(1000))
        {statement}
    def work():
        {use}
"""


@pytest.mark.parametrize(
    ("statement", "use"),
    [
        ("put = pack", "Packer().put(b'x')"),
        ("STEPS = {'a': pack}", "Packer.STEPS['a'](Packer(), b'x')"),
        ("all = whole", "return Packer().all"),
        ("packed = property(lambda self: self.pack(b'x'))", "return Packer().packed"),
        ("def _get(self): return self.pack(b'x')\n        packed = property(_get)", "return Packer().packed"),
    ],
)
def test_a_class_body_knows_the_methods_above(statement: str, use: str) -> None:
    assert runs(BODY.format(statement=statement, use=use), "zlib.compress") == 1


GUARD = """
    import zlib
    import numpy as np
    import pandas as pd
    {function}
    def work():
        {use}
"""


@pytest.mark.parametrize(
    ("function", "use", "often"),
    [
        ("def f(x):\n        if callable(x): return x()\n        return zlib.crc32(b'x')", "f([1])", 1),
        ("def f(x):\n        if hasattr(x, 'read'): return x.read()\n        return zlib.crc32(b'x')", "f('a')", 1),
        (
            "def f(x):\n        if hasattr(x, 'sparse'): return x\n        return zlib.crc32(b'x')",
            "f(pd.DataFrame(np.zeros((20, 3))))",
            1,
        ),
        # Read of a parameter before anything is assigned to it.
        (
            "def f(x, out=None):\n        if out is None: return 0\n        out = zlib.crc32(x)\n        return out",
            "f(b'x')",
            0,
        ),
        (
            "def f(x):\n        a = np.array(x)\n        if a.ndim == 1: return 0\n        return zlib.crc32(a)",
            "f([1.0, 2.0])",
            0,
        ),
        # An arm that gives something back before it fails is none for failures.
        (
            "def f(x):\n        if callable(x): return x()\n        else:\n            for y in x:\n"
            "                try: z = y()\n                except ValueError: pass\n                else: return zlib.crc32(z)\n"
            "            raise KeyError\n    def g(): return b'x'",
            "f((g,))",
            1,
        ),
    ],
)
def test_guards_that_are_decided(function: str, use: str, often: int) -> None:
    assert runs(GUARD.format(function=function, use=use), "zlib.crc32") == often


@pytest.mark.parametrize(
    "first",
    [
        "if self.made is None: self.made = zlib.compress(b'x')",
        "if not hasattr(self, 'made'): self.made = zlib.compress(b'x')",
        "made = getattr(self, 'made', None)\n            if made is None: made = self.made = zlib.compress(b'x')",
        "if self.made is not None: return self.made\n            self.made = zlib.compress(b'x')",
    ],
)
def test_what_is_made_on_first_use_is_made_once(first: str) -> None:
    source = f"""
        import zlib
        class Store:
            def __init__(self): self.made = None
            def get(self):
                {first.replace(chr(10) + " " * 12, chr(10) + " " * 16)}
                return self.made
        def work():
            store = Store()
            for _ in range(1000): store.get()
    """
    assert runs(source, "zlib.compress") == pytest.approx(1, rel=0.05)


def test_what_is_made_on_first_use_is_made_for_each_instance() -> None:
    source = """
        import zlib
        class Store:
            def __init__(self): self.made = None
            def get(self):
                if self.made is None: self.made = zlib.compress(b'x')
                return self.made
        def work():
            for _ in range(1000):
                store = Store()
                store.get()
                store.get()
    """
    assert runs(source, "zlib.compress") == pytest.approx(1000, rel=0.25)


PROGRAM = """
    {head}
    def rare(n=10):
        for i in range(n):
            for j in range(100_000): print(i * j)
    def often(n):
        return sum(i * i for i in range(n))
    {rest}
    def work():
        return [often(100) for _ in range(100)]
"""


@pytest.mark.parametrize(
    ("head", "rest"),
    [
        ("", ""),  # it has defaults for all that it takes, and work takes nothing
        ("", "UNREAD = [often, rare]"),
        ("", "def other(x, step=rare):\n        kind = rare\n        return kind(x)"),  # given on by what nobody calls
        ("", "TABLE = {}\n    def find():\n        return TABLE['rare']"),  # a key is no function
        ("__all__ = [\n        'often',\n        *(['more'] if often else []),\n        'rare',\n    ]", ""),
    ],
)
def test_what_the_program_does_not_use_is_not_the_hottest(head: str, rest: str) -> None:
    report = analyse(dedent(PROGRAM.format(head=head, rest=rest)), "sample.py", Options(cores=2, threads=2))
    assert report.verdict is not None
    assert report.regions[report.verdict].region.function in ("work", "often")


CHOSEN = """
    import numpy as np
    def slow(x, turns):
        for _ in range(turns):
            for row in x:
                for n in row: x = x + n
        return x
    def fast(x, turns):
        return np.tanh(x)
    def solve(x, kind="fast"):
        {choice}
        return run(x, 10)
    def work():
        return solve(np.zeros(100_000))
"""


@pytest.mark.parametrize(
    "choice",
    [
        "ways = {'slow': slow, 'fast': fast}\n        run = ways.get(kind, fast)",
        "ways = {'slow': slow, 'fast': fast}\n        run = ways[kind]",
    ],
)
def test_what_is_in_a_table_and_not_taken_out_of_it_is_not_the_hottest(choice: str) -> None:
    report = analyse(dedent(CHOSEN.format(choice=choice)), "sample.py", Options(cores=2, threads=2))
    assert report.verdict is not None
    assert report.regions[report.verdict].region.function != "slow"


CLOSED = """
    {imports}
    class Node:
        def __init__(self, function): self.function = function
        def run(self): return made[self.function](self)
    made = eval("{{}}")
    def work():
        {use}
        for i in range(1000): Node(i).run()
"""


@pytest.mark.parametrize(
    ("imports", "use", "expected"),
    [
        ("import re, os, sys", "os.path.join('a', 'b')", "gil"),
        ("from collections import deque", "pass", "gil"),
        ("import zlib", "pass", "gil"),
        ("import zlib", "zlib.compress(b'x')", "unknown"),
        ("from zlib import compress", "compress(b'x')", "unknown"),
        ("from zlib import *", "pass", "unknown"),
        ("from math import *", "pass", "gil"),
        ("import zlib as z", "z.compress(b'x')", "unknown"),
        ("import some_library", "some_library.go()", "unknown"),
        ("import os", "os.stat('a')", "unknown"),
        ("import os", "os.path.exists('a')", "unknown"),
        ("", "open('a')", "unknown"),
    ],
)
def test_a_program_that_can_reach_nothing_else_holds_the_gil(imports: str, use: str, expected: str) -> None:
    report = analyse(dedent(CLOSED.format(imports=imports, use=use)), "sample.py", Options(cores=2, threads=2))
    assert report.verdict is not None
    assert report.regions[report.verdict].prediction.bound.value == expected


@pytest.mark.parametrize(
    ("body", "often"),
    [
        ("z = {b'a': 1}\n        z[b'b'] = 2\n        for k in z: zlib.crc32(k)", 2),
        ("use = f is not None\n        return [f(k) if use else zlib.crc32(k) for k in (b'a', b'b')]", 2),
    ],
)
def test_tables_grow_by_one_and_flags_are_those_of_the_call(body: str, often: int) -> None:
    source = f"""
    import zlib
    def run(f=None):
        {body}
    def work():
        run()
    """
    assert runs(source, "zlib.crc32") == often


@pytest.mark.parametrize("name", ["six.text_type", "builtins.str"])
def test_other_names_of_builtins(name: str) -> None:
    assert runs(f"import {name.partition('.')[0]}\ndef work():\n    {name}(5)\n", "str") == 1


def test_something_is_kept_for_what_is_said_of_each_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gillint.resolve.program.BUDGET", 300)
    monkeypatch.setattr("gillint.resolve.program.KEPT_FOR_REPORTS", 50)
    others = "\n".join(f"def other{n}(a):\n    return a + a * a - a / 2 + (a - 1) * (a + 1)" for n in range(40))
    program = "import zlib\ndef pack(data):\n    return zlib.compress(data)\ndef work():\n    return pack(b'x' * 10)"
    assert runs(f"{program}\n{others}", "zlib.compress") == 1
