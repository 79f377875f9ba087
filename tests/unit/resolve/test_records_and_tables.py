"""Binary records, loops over tables that are written out, batches by a count: what the trace says of them."""

from __future__ import annotations

import re

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage
from gillint.costs.demand import Costs
from gillint.resolve.program import resolve
from gillint.syntax.parse import parse

_STORE = """
import struct, zlib
HEAD = struct.Struct("<4sII")
RECORD = struct.Struct("<If")
def write():
    parts = []
    for i in range(15):
        raw = b"".join(RECORD.pack(k, 0.5) for k in range(2048))
        packed = zlib.compress(raw)
        parts.append(HEAD.pack(b"BLK1", 2048, len(packed)) + packed)
    return b"".join(parts)
def read(blob):
    at = 0
    while at < len(blob):
        magic, count, size = HEAD.unpack_from(blob, at)
        at += HEAD.size
        packed = blob[at:at + size]
        at += size
        for k in range(count):
            hash(k)
        for number, value in RECORD.iter_unpack(zlib.decompress(packed)):
            len(str(number))
"""
_TABLE = """
import bz2, zlib
for name, pack, size in [("a", zlib.compress, 1000), ("b", bz2.compress, 50000)]:
    pack(b"x" * size)
"""
_FOLDERS = """
import os, tempfile, zlib
from pathlib import Path
ROOT = Path(tempfile.mkdtemp())
def fill():
    for folder, count in (("js", 20), ("css", 10), ("img", 6)):
        for i in range(count):
            if folder == "js":
                (ROOT / folder / f"p{i}.js").write_bytes(b"x" * 3000)
            else:
                (ROOT / folder / f"p{i}.bin").write_bytes(b"x" * 9000)
fill()
for p in ROOT.rglob("*.js"):
    zlib.crc32(p.read_bytes())
"""
_CHANGED_FOLDER = """
import os, tempfile, zlib
W = tempfile.mkdtemp()
for i in range(40):
    with open(os.path.join(W, f"file{i}.txt"), "wb") as f:
        f.write(b"x" * 7000)
os.chdir(W)
for name in os.listdir("."):
    with open(name, "rb") as f:
        zlib.crc32(f.read())
"""
_BATCHES = """
import zlib
buffer, n = [], 0
for line in [b"abc"] * 5000:
    buffer.append(line)
    n += 1
    if n == 100:
        zlib.crc32(b"x" * len(buffer))
        n = 0
        buffer = []
"""
_FRONT_MATTER = """
import zlib
text = "title: A page\\ndate: today\\n\\n" + "\\n\\n".join(["x" * 200] * 31)
head, _, body = text.partition("\\n\\n")
zlib.crc32(head.encode())
zlib.adler32(body.encode())
meta = dict(line.split(": ", 1) for line in head.splitlines())
meta["title"].upper()
"""
_ENDS = """
import zlib
def read(data, at):
    end = at + 500
    zlib.crc32(data[at:end])
read(bytes(9000), len(open("x").read()))
"""
_DECIMAL = """
from decimal import Decimal
import zlib
for i in range(int(Decimal(160.4).quantize(Decimal("1")))):
    zlib.crc32(b"x")
"""


_COMPONENTS = """
seen = set()
for y in range(50):
    if y in seen:
        continue
    stack = [y]
    while stack:
        cell = stack.pop()
        for n in (cell + 1, cell - 1):
            if n not in seen:
                seen.add(n)
                stack.append(n)
"""
_GROUPS = """
import zlib
last = None
for row in [(i // 50, i) for i in range(5000)]:
    if row[0] != last:
        zlib.crc32(b"x")
        last = row[0]
"""
_MANY = """
import struct, zlib
values = [0.5] * 3000
zlib.crc32(struct.pack(f"<{len(values)}d", *values))
"""
_CBC = """
from Crypto.Cipher import AES
AES.new(bytes(16), AES.MODE_CBC, bytes(16)).encrypt(bytes(5000))
"""
_PIXELS = """
from typing import cast
from PIL import Image
pixels = Image.new("RGB", (50, 50)).load()
for band in cast("tuple[int, int, int]", pixels[3, 4]):
    hash(band)
"""


def test_what_is_packed_is_unpacked() -> None:
    text = dump_stage("resolve", _STORE + "read(write())\n", "sample.py", Options())
    turns = {m[1]: float(m[2]) for m in re.finditer(r"loop (\d+):\d+ x ([\d.]+) ", text)}
    wanted = {"while at": 15, "for k in range(count)": 2048, "for number": 2048}
    lines = _STORE.splitlines()
    found = {w: turns[str(next(n for n, line in enumerate(lines, 1) if w in line))] for w in wanted}
    assert found == wanted


@pytest.mark.parametrize(
    ("source", "call"),
    [
        (_TABLE, "zlib.compress (library) [data: bytes(1000)]"),
        (_TABLE, "bz2.compress (library) [data: bytes(50000)]"),
        (_FOLDERS, "loop 13:1 x 20 "),
        (_FOLDERS, "zlib.crc32 (library) [data: bytes[3000]]"),
        (_CHANGED_FOLDER, "loop 8:1 x 40 "),
        (_CHANGED_FOLDER, "zlib.crc32 (library) [data: bytes[7000]]"),
        (_FRONT_MATTER, "zlib.adler32 (library) [data: bytes[6"),
        (_FRONT_MATTER, "str.upper (library)"),
        (_ENDS, "zlib.crc32 (library) [data: bytes[500]]"),
        (_DECIMAL, "x 160.4 "),
        (_COMPONENTS, "loop 7:5 x 1..1.2.."),
        (_MANY, "zlib.crc32 (library) [data: bytes[24000]]"),
        (_CBC, "Crypto.Cipher.AES.CbcMode.encrypt (library) [plaintext: bytes[5000]]"),
        (_PIXELS, "loop 5:1 x 3 "),
    ],
)
def test_sizes_and_turns(source: str, call: str) -> None:
    assert call in dump_stage("resolve", source, "sample.py", Options())


def test_a_count_that_begins_anew_makes_batches() -> None:
    text = dump_stage("resolve", _BATCHES, "sample.py", Options())
    crc = next(line for line in text.splitlines() if "zlib.crc32" in line)
    assert "100]" in crc.replace(")", "]")
    assert "5000" not in crc


def test_what_is_remembered_changes_seldom() -> None:
    resolved = resolve(parse(_GROUPS, "sample.py"), Options().target, Options().assumptions)
    calls = Costs(Options().target).calls(resolved.functions[0].block)
    assert next(c.count.likely for c in calls if c.call.name == "zlib.crc32") == pytest.approx(500)
