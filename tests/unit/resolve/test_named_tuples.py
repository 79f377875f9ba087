"""Records whose class `namedtuple` makes: made of a row, changed, asked for their fields."""

from __future__ import annotations

import pytest

from tests.unit.resolve.test_arrays import value_of

SETUP = """
from collections import namedtuple
from typing import NamedTuple

Point = namedtuple("Point", "name x y")
row = ("a", 1, 2.5)
words = "a b c".split()

class Place(NamedTuple):
    name: str
    height: int
    def label(self):
        return self.name.upper()
"""


@pytest.mark.parametrize(
    ("expression", "type_"),
    [
        ("Point._make(row).x", "int"),
        ("Point._make(row).y", "float"),
        ("Point._make(words).y", "str"),
        ("list(map(Point._make, [row]))[0].name", "str"),
        ("Place._make(row).label()", "str"),
        ("Point._fields", "tuple"),
        ("Point(1, 2, 3)._fields[0]", "str"),
    ],
)
def test_a_record_that_is_made_of_a_row_has_its_fields(expression: str, type_: str) -> None:
    assert value_of(expression, SETUP).type == type_


def test_the_fields_of_a_record_are_counted() -> None:
    size = value_of("Point._fields", SETUP).size
    assert size is not None
    assert size.likely == 3
