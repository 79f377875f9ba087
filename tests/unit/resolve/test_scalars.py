"""NumPy's numbers: what arrays give one by one, and what their operators and methods are, against numpy 2.4.6."""

from __future__ import annotations

import pytest

from gillint.effects.classify import classify
from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse

SETUP = """
import numpy as np
import pandas as pd
a = np.random.rand(100)
i = np.arange(100)
img = np.zeros((24, 32, 3), dtype=np.uint8)
half = a.astype(np.float32)
z = a.astype(complex)
s = pd.Series(a)
x = np.float64(2.5)
"""


def calls_of(lines: str) -> list[Call]:
    resolved = resolve(parse(f"{SETUP}{lines}\n", "a.py"), Target(), {})
    first = SETUP.count("\n")
    return [n for t in resolved.functions for n in walk(t.block) if isinstance(n, Call) and n.span.line > first]


@pytest.mark.parametrize(
    ("expression", "kind", "dtype"),
    [
        ("a[3]", "float", "float64"),
        ("half[3]", "float", "float32"),
        ("i[3]", "int", "int64"),
        ("z[3]", "complex", "complex128"),
        ("img[1, 2, 0]", "int", "uint8"),
        ("a[3] + 1", "float", "float64"),
        ("1 - a[3]", "float", "float64"),
        ("half[3] * 2", "float", "float32"),
        ("i[3] / 2", "float", "float64"),
        ("i[3] // 2", "int", "int64"),
        ("i[3] * 0.5", "float", "float64"),
        ("0.3 * img[1, 2, 0]", "float", "float64"),
        ("np.float32(2)", "float", "float32"),
        ("np.uint8(7)", "int", "uint8"),
        ("a.mean()", "float", "float64"),
        ("i.max()", "int", "int64"),
        ("round(a[3], 2)", "float", "float64"),
        ("[v for v in a][0]", "float", "float64"),
        # Python's own
        ("a[3].item()", "float", None),
        ("i[3].item()", "int", None),
        ("float(a[3])", "float", None),
        ("int(a[3])", "int", None),
        ("a.tolist()[0]", "float", None),
        ("[v for v in s][0]", "float", None),
        ("np.count_nonzero(a)", "int", None),
        ("1.5 * 2", "float", None),
    ],
)
def test_whose_number_it_is(expression: str, kind: str, dtype: str | None) -> None:
    shown = [c for c in calls_of(f"show({expression})") if c.name == "show"]
    value = shown[-1].bound.positional[0]
    assert (value.type, value.dtype) == (kind, dtype)


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("x * x", "numpy.float64.__mul__"),
        ("2 * x", "numpy.float64.__rmul__"),
        ("half[3] - 1", "numpy.float32.__sub__"),
        ("i[3] + 1", "numpy.integer.__add__"),
        ("img[0, 0, 0] ** 2", "numpy.integer.__pow__"),
        ("x.item()", "numpy.generic.item"),
        ("x.round(1)", "numpy.generic.round"),
    ],
)
def test_operators_and_methods_are_those_of_numpy(expression: str, name: str) -> None:
    assert name in [c.name for c in calls_of(f"y = {expression}")]


def test_what_is_added_up_becomes_one_of_numpys() -> None:
    lines = "total = 0.0\nfor v in a:\n    total = 0.9 * total + v"
    assert [c.name for c in calls_of(lines) if c.implicit][-2:] == ["numpy.float64.__rmul__", "numpy.float64.__add__"]


@pytest.mark.parametrize("expression", ["1.5 * 2", "float(x) * 2", "a.tolist()[3] * 2", "x < 3"])
def test_others_are_bytecode(expression: str) -> None:
    assert not [c.name for c in calls_of(f"y = {expression}") if c.implicit and "numpy.float64" in c.name]


def test_an_integer_of_numpys_beside_a_float_is_dear() -> None:
    """It has no short way for a float of Python's: 1.3 us, 0.13 for one of NumPy's, 0.04 for an int."""

    def held(line: str) -> float:
        found = [c for c in calls_of(line) if c.name.startswith("numpy.integer.")]
        return classify(found[-1], Target()).gil.likely

    assert held("y = img[0, 0, 0] * 0.3") > 5 * held("y = img[0, 0, 0] * x") > 10 * held("y = img[0, 0, 0] * 3")


@pytest.mark.parametrize(
    ("number", "held"), [("a[3]", 4_400), ("0.123", 330), ("a.tolist()[3]", 330), ("float(x)", 330)]
)
def test_a_number_of_numpys_is_rounded_as_an_array(number: str, held: float) -> None:
    assert classify(calls_of(f"y = round({number}, 2)")[-1], Target()).gil.likely == held
