"""What Python runs without a call in the source: truth, comparisons, hashes, texts, copies, the leaving of blocks."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse
from gillint.resolve.trace import Kind

HEAD = """
import contextlib, copy, functools, operator, pickle, zlib
from dataclasses import dataclass
xs = [b"x" * 9000] * 50
"""
CLASS = "class A{base}:\n    def __init__(self, d=b''):\n        self.d = d\n    def {method}:\n        {does}\n"
CRC = "return zlib.crc32(self.d)"


def a(method: str, does: str = CRC, base: str = "") -> str:
    return CLASS.format(method=method, does=does, base=base)


@pytest.mark.parametrize(
    "source",
    [
        a("__bool__(self)") + "for x in xs:\n    if A(x):\n        pass",
        a("__len__(self)") + "for x in xs:\n    print(1 if not A(x) else 2)",
        a("__bool__(self)") + "for x in xs:\n    y = A(x) or None",
        a("__bool__(self)") + "for x in xs:\n    while A(x):\n        break",
        a("__bool__(self)") + "for x in xs:\n    [1 for y in xs if A(x)]",
        a("__bool__(self)") + "made = [A(x) for x in xs]\nfor x in xs:\n    all(made)",
        a("__bool__(self)") + "made = [A(x) for x in xs]\nfor x in xs:\n    list(filter(None, made))",
        a("__hash__(self)") + "made = [A(x) for x in xs]\nfor x in xs:\n    set(made)",
        a("__hash__(self)") + "table, seen = {}, set()\nfor x in xs:\n    table[A(x)] = 1",
        a("__hash__(self)") + "table, seen = {}, set()\nfor x in xs:\n    A(x) in seen",
        a("__hash__(self)") + "table, seen = {}, set()\nfor x in xs:\n    table.get(A(x))",
        a("__hash__(self)") + "table, seen = {}, set()\nfor x in xs:\n    seen.discard(A(x))",
        a("__hash__(self)") + "table, seen = {}, set()\nfor x in xs:\n    {A(x), 1}",
        a("__hash__(self)") + "table, seen = {}, set()\nfor x in xs:\n    {(A(x), 1): 2}",
        a("__hash__(self)") + "table, seen = {}, set()\nfor x in xs:\n    {A(y) for y in xs}",
        a("__hash__(self)") + "table, seen = {}, set()\nfor x in xs:\n    {A(y): 1 for y in xs}",
        a("__hash__(self)") + "table, seen = {}, set()\nfor x in xs:\n    del table[1, A(x)]",
        a("__eq__(self, other)") + "made = [A(x) for x in xs]\nfor x in xs:\n    made.index(A(x))",
        a("__eq__(self, other)") + "made = [A(x) for x in xs]\nfor x in xs:\n    made == list(made)",
        a("__eq__(self, other)") + "made = [A(x) for x in xs]\nfor x in xs:\n    A(x) in made",
        a("__repr__(self)") + "made = [A(x) for x in xs]\nfor x in xs:\n    repr(made)",
        a("__str__(self)") + "for x in xs:\n    print(A(x))",
        a("__missing__(self, key)", "return zlib.crc32(key)", "(dict)") + "for x in xs:\n    A()[x]",
        a("__getitem__(self, i)") + "for x in xs:\n    for y in A(x):\n        pass",
        a("__setattr__(self, name, value)", "zlib.crc32(value)") + "for x in xs:\n    A(x)",
        a("__getstate__(self)", "return {'crc': zlib.crc32(self.d)}") + "for x in xs:\n    pickle.dumps(A(x))",
        a("__setstate__(self, state)", "zlib.crc32(state['d'])")
        + "    def __getstate__(self):\n        return {'d': self.d}\n"
        + "data = pickle.dumps(A(xs[0]))\nfor x in xs:\n    pickle.loads(data)",
        a("__deepcopy__(self, memo)") + "for x in xs:\n    copy.deepcopy(A(x))",
        a("crc(self, n)") + "call = operator.methodcaller('crc', 1)\nfor x in xs:\n    call(A(x))",
        a("close(self)") + "for x in xs:\n    with contextlib.closing(A(x)) as made:\n        pass",
        "for x in xs:\n    with contextlib.ExitStack() as stack:\n        stack.callback(zlib.crc32, x)",
        a("__exit__(self, *exc)") + "for x in xs:\n    with contextlib.ExitStack() as stack:\n        stack.push(A(x))",
        a("__enter__(self)")
        + "    def __exit__(self, *exc):\n        pass\n"
        + "for x in xs:\n    with contextlib.ExitStack() as stack:\n        stack.enter_context(A(x))",
        a("__exit__(self, *exc)", CRC, "(contextlib.ContextDecorator)")
        + "    def __enter__(self):\n        pass\n"
        + "@A(xs[0])\ndef f():\n    pass\nfor x in xs:\n    f()",
        "@contextlib.contextmanager\ndef timed():\n    yield\n    zlib.crc32(xs[0])\n"
        "@timed()\ndef f():\n    pass\nfor x in xs:\n    f()",
        "class Stages(list):\n    def run(self, x):\n        for stage in self:\n            x = stage(x)\n"
        "stages = Stages([zlib.crc32])\nfor x in xs:\n    stages.run(x)",
        "def sums():\n    while True:\n        yield zlib.crc32(xs[0])\n"
        "made = sums()\nnext(made)\nfor x in xs:\n    made.send(x)",
    ],
)
def test_what_is_run_unspoken(source: str) -> None:
    report = analyse(f"{HEAD}{source}\n", "p.py", Options(python="3.11"))
    last = max(report.regions, key=lambda r: r.region.span.line)
    assert any(c.detail.call.name == "zlib.crc32" for c in last.calls), [c.detail.call.name for c in last.calls]


@pytest.mark.parametrize(
    ("decorator", "does", "is_dear"),
    [
        ("@dataclass(order=True)", "sorted(made)", True),
        ("@dataclass", "sorted(made)", False),
        ("@dataclass(frozen=True)", "set(made)", True),
        ("@dataclass", "made == list(made)", True),
        ("@dataclass", "made[0] in made", True),
        ("@dataclass(eq=False)", "made == list(made)", False),
        ("@dataclass(repr=False)", "repr(made)", False),
    ],
)
def test_methods_that_dataclass_writes_are_bytecode(decorator: str, does: str, is_dear: bool) -> None:
    made = "class A:\n    n: int\n    m: int\nmade = [A(i, 1) for i in range(1000)]\n"
    source = f"{HEAD}{decorator}\n{made}for x in xs:\n    {does}\n"
    loops = [r for r in analyse(source, "p.py", Options(python="3.11")).regions if r.region.kind is Kind.LOOP]
    last = max(loops, key=lambda r: r.region.span.line)
    assert (last.demand.python.likely > 30_000) == is_dear


@pytest.mark.parametrize(
    ("made", "name"),
    [
        ("h5py.File('a.h5', 'w')", "h5py.Group.__len__"),
        ("h5py.File('a.h5', 'w').attrs", "h5py.AttributeManager.__len__"),
        ("networkx.path_graph(10)", "networkx.Graph.__len__"),
    ],
)
def test_len_of_a_library_s_object_costs_what_its_fact_says(made: str, name: str) -> None:
    source = f"import h5py, networkx\nof = {made}\nfor i in range(1000):\n    len(of)\n"
    last = max(analyse(source, "p.py", Options(python="3.11")).regions, key=lambda r: r.region.span.line)
    assert any(c.detail.call.name == name for c in last.calls), [c.detail.call.name for c in last.calls]
