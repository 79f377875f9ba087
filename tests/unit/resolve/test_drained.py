"""Buffers that are as long as what has just come, since what is complete is taken from them."""

from __future__ import annotations

from textwrap import indent

import pytest

from tests.unit.resolve.test_arrays import value_of

FUNCTION = """
def read(pieces):
    rest = data = b""
    for i in range(1000):
        rest += b"0123456789"
{}
    return rest
def other():
    rest = b""
    rest = rest[5:]
"""

INSTANCE = """
class Reader:
    def __init__(self):
        self.rest = b""
    def feed(self, data):
        self.rest += data
    def {}
reader = Reader()
for i in range(1000):
    reader.feed(b"0123456789")
"""


@pytest.mark.parametrize(
    ("taken", "size"),
    [
        ("line, _, rest = rest.partition(b'\\n')", 10),
        ("*lines, rest = rest.split(b'\\n')", 10),
        ("rest = rest[5:]", 10),
        ("if rest:\n    rest = rest[5:]", 10),
        ("del rest[:5]", 10),
        ("line, _, data = rest.partition(b'\\n')", 10_000),
        ("data = rest[5:]", 10_000),
        ("print(rest[5:])", 10_000),
        ("# rest = rest[5:]", 10_000),
    ],
)
def test_a_variable_is_drained_in_its_own_function(taken: str, size: float) -> None:
    found = value_of("read(1)", FUNCTION.format(indent(taken, " " * 8)))
    assert found.size is not None and found.size.likely == pytest.approx(size, abs=6)


@pytest.mark.parametrize(
    ("method", "size"),
    [
        ("lines(self):\n        *lines, self.rest = self.rest.split(b'\\n')\n        return lines", 10),
        ("take(it, n):\n        it.rest = it.rest[n:]", 10_000),  # another name for the instance
        ("lines(self):\n        return self.rest.split(b'\\n')", 10_000),
    ],
)
def test_an_attribute_is_drained_by_another_method(method: str, size: float) -> None:
    found = value_of("reader.rest", INSTANCE.format(method))
    assert found.size is not None and found.size.likely == size
