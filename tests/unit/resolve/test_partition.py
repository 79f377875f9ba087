"""How large the parts are that data is split into, and what rows, members and extremes of arrays are."""

from __future__ import annotations

import pytest

from tests.unit.resolve.test_arrays import dimensions, value_of

HEAD = """
import numpy as np
from sklearn.model_selection import KFold, ShuffleSplit, StratifiedKFold, train_test_split
X = np.ones((2000, 10)); y = np.ones(2000)
near = np.argpartition(X, 3, axis=1)[:, :3]
labels = np.zeros(5000, dtype=int)
pixels = np.zeros((30, 40), dtype=np.uint8)
"""


@pytest.mark.parametrize(
    ("expression", "shape"),
    [
        ("train_test_split(X, y)[0]", (1500, 10)),
        ("train_test_split(X, y)[3]", (500,)),
        ("train_test_split(X, y, test_size=0.1)[1]", (200, 10)),
        ("train_test_split(X, y, train_size=0.5)[2]", (1000,)),
        ("train_test_split(X, y, test_size=400)[0]", (1600, 10)),
        ("[train for train, test in KFold(4).split(X)][0]", (1500,)),
        ("[test for train, test in StratifiedKFold(n_splits=10).split(X, y)][0]", (200,)),
        ("[X[train] for train, test in KFold().split(X)][0]", (1600, 10)),
        ("[row for i, row in enumerate(labels[near])][0]", (3,)),
        ("[a for a, b in zip(X, y)][0]", (10,)),
    ],
)
def test_parts_and_rows(expression: str, shape: tuple[float, ...]) -> None:
    assert dimensions(value_of(expression, HEAD)) == pytest.approx(shape)


def test_rows_picked_by_places_that_nobody_knows_keep_the_other_dimension() -> None:
    shape = value_of("X[np.nonzero(places)[0]]", f"{HEAD}\nplaces = open('x').fetch()\n").shape
    assert shape is not None and shape[0].high == 2000 and shape[1].likely == 10


@pytest.mark.parametrize(
    ("expression", "highest"),
    [("np.max(pixels)", 255), ("pixels.max()", 255), ("pixels[3, 4]", 255), ("pixels.min()", 255)],
)
def test_a_byte_is_no_larger(expression: str, highest: float) -> None:
    value = value_of(expression, HEAD)
    assert value.type == "int" and value.number is not None and value.number.high == highest


def test_an_extreme_of_anything_else_is_not_bounded() -> None:
    assert value_of("labels.max()", HEAD).number is None


def test_of_members_that_take_turns_the_average_is_likely() -> None:
    number = value_of("[n for n in (10, 20, 90)][0]", HEAD).number
    assert number is not None and (number.low, number.likely, number.high) == (10, 40, 90)
