"""Loops that go through a text or a buffer piece by piece: how often they turn."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve
from gillint.syntax.parse import parse

TARGET = Target("3.11")
DATA = """
import math, struct

def packed(n):
    out = bytearray()
    for number in range(n):
        body = b"x" * 30
        out += struct.pack("<I", len(body))
        out.extend(body)
    return bytes(out)

STREAM = packed(2000)
PREFIXED = b"".join(len(b).to_bytes(4, "big") + b for b in [b"x" * 40 for _ in range(900)])
LINES = b"".join(b"%d,red\\n" % i for i in range(3000))
TEXT = "".join(f"{i}={i};" for i in range(700))

class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0
    def is_done(self):
        return self.at >= len(self.data)
    def take(self, n):
        self.at += n
        math.sqrt(2)
"""


def turns(body: str) -> float:
    """How often `math.sqrt` is called."""
    source = DATA + "def work():\n" + indent(dedent(body), "    ")
    work = resolve(parse(source, "program.py"), TARGET, {}).functions[-1]
    return sum(c.count.likely for c in Costs(TARGET).calls(work.block) if c.call.name == "math.sqrt")


LOOPS = {
    "a length in front": (
        "at = 0\nwhile at < len(STREAM):\n    (n,) = struct.unpack_from('<I', STREAM, at)\n    math.sqrt(2)\n    at += 4 + n\n",
        2000,
    ),
    "a length read as an integer": (
        "at = 0\nend = len(PREFIXED)\nwhile at < end:\n    n = int.from_bytes(PREFIXED[at:at + 4], 'big')\n"
        "    math.sqrt(2)\n    at += 4 + n\n",
        900,
    ),
    "a view that is cut": (
        "view = memoryview(STREAM)\nwhile view:\n    n = int.from_bytes(view[:4], 'little')\n    math.sqrt(2)\n"
        "    view = view[4 + n:]\n",
        2000,
    ),
    "lines that are found": (
        "at = 0\nwhile True:\n    end = LINES.find(b'\\n', at)\n    if end < 0:\n        break\n    math.sqrt(2)\n"
        "    at = end + 1\n",
        3000,
    ),
    "fields that are parted": (
        "rest = TEXT\nwhile rest:\n    item, _, rest = rest.partition(';')\n    math.sqrt(2)\n",
        700,
    ),
    "a text that is cut by a constant": (
        "rest = TEXT[:900]\nwhile rest:\n    head = rest[:3]\n    rest = rest[3:]\n    math.sqrt(2)\n",
        300,
    ),
    "a reader that is asked": (
        "reader = Reader(STREAM)\nwhile not reader.is_done():\n    reader.take(9)\n",
        2000,
    ),
    "what comes in and goes out": (
        "held = b''\nfor at in range(0, len(LINES), 1000):\n    held += LINES[at:at + 1000]\n    while b'\\n' in held:\n"
        "        line, held = held.split(b'\\n', 1)\n        math.sqrt(2)\n",
        3000,
    ),
    "records that come in and go out": (
        "held = bytearray()\nfor at in range(0, len(STREAM), 512):\n    held.extend(STREAM[at:at + 512])\n"
        "    while len(held) >= 4:\n        n = int.from_bytes(held[:4], 'little')\n        if len(held) < 4 + n:\n"
        "            break\n        del held[:4 + n]\n        math.sqrt(2)\n",
        2000,
    ),
}


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_turns_once_for_each_piece(loop: str) -> None:
    body, pieces = LOOPS[loop]
    assert turns(body) == pytest.approx(pieces, rel=0.3)


def test_characters_that_are_alike_come_in_short_runs() -> None:
    body = "at = 0\nwhile at < len(TEXT) and TEXT[at].isdigit():\n    math.sqrt(2)\n    at += 1\n"
    assert turns(body) < 10


def test_what_grows_is_not_gone_through() -> None:
    body = "out = b''\nwhile len(out) < 3000:\n    out += STREAM[:100]\n    math.sqrt(2)\n"
    assert turns(body) == pytest.approx(30)


def test_what_is_left_of_a_text_that_is_cut_is_half_of_it() -> None:
    body = "rest = TEXT\nwhile rest:\n    item, _, rest = rest.partition(';')\n"
    source = DATA + "def work():\n" + indent(dedent(body), "    ")
    work = resolve(parse(source, "program.py"), TARGET, {}).functions[-1]
    parted = [c for c in Costs(TARGET).calls(work.block) if c.call.name == "str.partition"]
    receiver = parted[0].call.bound.receiver
    assert receiver is not None and receiver.size is not None
    assert receiver.size.likely < 0.6 * 700 * 10


def test_a_function_that_is_called_for_each_piece_goes_through_one() -> None:
    source = DATA + dedent("""
        def field(text, at):
            start = at
            while at < len(text):
                math.sqrt(2)
                if text[at] == ";":
                    break
                at += 1
            return text[start:at], at + 1
        def work():
            at, fields = 0, []
            while at < len(TEXT):
                found, at = field(TEXT, at)
                fields.append(found)
    """)
    work = resolve(parse(source, "program.py"), TARGET, {}).functions[-1]
    steps = sum(c.count.likely for c in Costs(TARGET).calls(work.block) if c.call.name == "math.sqrt")
    assert steps < 30_000


def test_a_text_that_is_split_without_a_limit_is_split_throughout() -> None:
    assert turns("return [math.sqrt(2) for line in LINES.decode().split('\\n', -1)]") == pytest.approx(3000, rel=0.1)
