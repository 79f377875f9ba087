"""What an object must be of which nothing tells but its use."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from tests.support import codes, regions

ROWS = """
class Codec:
    def encode_row(self, row):
        return zlib.compress(row)
"""
SHAPES = """
class Shape:
    def area_of(self, n):
        raise NotImplementedError

class Square(Shape):
    def area_of(self, n):
        return json.loads(n)

class Circle(Shape):
    def area_of(self, n):
        return json.dumps(n)
"""

# What is called in a loop, by the name that the report must show; None where nothing stands out.
USES: dict[str, tuple[str | None, str]] = {
    "parameter": ("zlib.compress", f"import zlib\n{ROWS}\ndef f(codec, rows):\n    for r in rows:\n        codec.encode_row(r)"),
    "member": ("zlib.compress", f"import zlib\n{ROWS}\ndef f(codecs, r):\n    for c in codecs:\n        c.encode_row(r)"),
    "at_the_top": ("zlib.compress", f"import zlib\n{ROWS}\nfor c in codecs:\n    c.encode_row(b'')"),
    "result": ("zlib.compress", f"import zlib\n{ROWS}\ndef f(rows):\n    c = make()\n    for r in rows:\n        c.encode_row(r)"),
    "attribute": (
        "zlib.compress",
        f"import zlib\n{ROWS}\nclass Store:\n    def __init__(self, codec):\n        self.codec = codec\n"
        "    def save(self, rows):\n        for r in rows:\n            self.codec.encode_row(r)",
    ),
    "subclasses": ("json.dumps", f"import json\n{SHAPES}\ndef f(shapes, n):\n    for s in shapes:\n        s.area_of(n)"),
    "library": ("PIL.Image.Image.resize", "from PIL import Image\ndef f(pictures):\n    for p in pictures:\n        p.resize((9, 9))"),
    "frame": ("pandas.DataFrame.groupby", "import pandas\ndef f(tables):\n    for t in tables:\n        t.groupby('k')"),
    "connection": (
        "sqlite3.Connection.execute",
        "import sqlite3\ndef f(db, ids):\n    for i in ids:\n        db.execute('select 1')\n    db.commit()",
    ),
    "two_texts": ("str.replace", "def f(xs):\n    for x in xs:\n        x.replace(',', '.')"),
    "default": ("dict.get", "def f(xs):\n    for x in xs:\n        x.get('a', 0)"),
    "members": ("str.join", "def f(xs):\n    for x in xs:\n        x.join([y for y in 'ab'])"),
    "not_imported": (None, "def f(pictures):\n    for p in pictures:\n        p.resize((9, 9))"),
    "lacking": (None, f"import zlib\n{ROWS}\ndef f(c, rows):\n    c.other()\n    for r in rows:\n        c.encode_row(r)"),
    "common": (None, "import gzip\ndef f(files):\n    for h in files:\n        h.read()"),
    "shadowed": (None, "import json\ndef f(json, xs):\n    for x in xs:\n        json.loads(x)"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "source"), USES.values(), ids=USES)
def test_type_follows_from_use(name: str | None, source: str) -> None:
    calls = {c["name"]: c for r in regions(source + "\n") if r["kind"] == "loop" for c in r["calls"]}
    known = {n for n, c in calls.items() if c["fact"] is not None}
    assert (name in known) if name is not None else not known


def test_calls_of_a_guessed_library_type_are_assumed() -> None:
    (region,) = regions("from PIL import Image\ndef f(pictures):\n    for p in pictures:\n        p.resize((9, 9))\n")
    assert [c["assumed"] for c in region["calls"] if c["name"].endswith("resize")] == [True]


STREAM = """
import socket
class Stream:
    def __init__(self, raw{annotation}):
        self.raw = raw
    async def receive(self):
        return self.raw.recv(65536)
    async def send(self, data):
        await self.raw.sendall(data)
"""


@pytest.mark.parametrize(("annotation", "expected"), [("", set()), (": socket.socket", {"GIL302"})])
def test_what_only_looks_like_a_socket_raises_no_alarm(annotation: str, expected: set[str]) -> None:
    assert {code for code, _ in codes(STREAM.format(annotation=annotation))} == expected
