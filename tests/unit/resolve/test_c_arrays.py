"""Arrays of C values: as long as their class says."""

from __future__ import annotations

import pytest

from tests.unit.resolve.test_arrays import value_of

SETUP = """
import ctypes
class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_double), ("y", ctypes.c_double)]
numbers = [float(n) for n in range(500)]
Row = ctypes.c_int * 8
"""


@pytest.mark.parametrize(
    ("expression", "size", "element"),
    [
        ("(ctypes.c_double * 100)()", 100, "float"),
        ("(ctypes.c_double * len(numbers))(*numbers)", 500, "float"),
        ("(Point * 20)()", 20, None),
        ("(20 * ctypes.c_uint8)()", 20, "int"),
        ("Row()", 8, "int"),
        ("(Row * 4)()", 4, "ctypes.Array"),
        ("(Point * 20).from_buffer_copy(bytes(320))", 20, None),
        ("(ctypes.c_double * 40).from_buffer(bytearray(320))", 40, "float"),
    ],
)
def test_an_array_is_as_long_as_its_class_says(expression: str, size: int, element: str | None) -> None:
    made = value_of(expression, SETUP)
    assert made.type == "ctypes.Array"
    assert made.size is not None
    assert made.size.likely == size
    assert made.element is not None
    assert element is None or made.element.type == element


def test_an_element_of_an_array_of_structures_is_one() -> None:
    element = value_of("(Point * 20)()[3]", SETUP)
    assert element.type is not None
    assert element.type.endswith("::Point")
