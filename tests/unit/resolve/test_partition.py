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
    number = value_of("[n for n in (10, 20, 90)][k]", f"{HEAD}\nk = int(input())\n").number
    assert number is not None and (number.low, number.likely, number.high) == (10, 40, 90)


@pytest.mark.parametrize("made", ["(np.zeros(n) for n in (10, 1000))", "[np.zeros(n) for n in (10, 1000)]"])
def test_each_of_what_a_comprehension_makes_of_a_table_has_its_own_size(made: str) -> None:
    assert dimensions(value_of("small", f"{HEAD}\nsmall, large = {made}\n")) == (10,)
    assert dimensions(value_of("large", f"{HEAD}\nsmall, large = {made}\n")) == (1000,)


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("int(np.sqrt(len(labels) - 100))", 70),
        ("int(math.sqrt(4900.5))", 70),
        ("math.ceil(math.log2(len(X)))", 11),
        ("int(np.floor(12.7))", 12),
    ],
)
def test_functions_of_numbers(expression: str, number: float) -> None:
    found = value_of(expression, f"import math\n{HEAD}").number
    assert found is not None and found.likely == pytest.approx(number, rel=0.01)


def test_a_root_of_a_negative_number_is_not_known() -> None:
    assert value_of("math.sqrt(-1.0)", "import math\n").number is None


def test_a_list_that_a_loop_fills_up_to_a_length_is_no_longer_in_it() -> None:
    head = """
import numpy as np
def pick(columns):
    return np.zeros(len(columns))
chosen = []
while len(chosen) < 6:
    inside = pick(chosen + [1])
    chosen.append(2)
"""
    shape = value_of("inside", head).shape
    assert shape is not None and shape[0].high <= 7


def test_a_piece_of_a_dataset_is_an_array() -> None:
    head = "import h5py\nf = h5py.File('a.h5')\nd = f['x']\n"
    assert value_of("d[10:30]", head).type == "numpy.ndarray"


def test_texts_come_as_objects_from_a_dataset() -> None:
    head = "import h5py\nf = h5py.File('a.h5', 'w')\nd = f.create_dataset('s', data=[f's{i}' for i in range(30)])\n"
    assert (value_of("d", head).dtype, value_of("d[:]", head).dtype) == ("str", "object")


def test_an_index_of_all_combinations_becomes_a_frame() -> None:
    head = "import pandas as pd\ni = pd.MultiIndex.from_product([['a', 'b'], range(50)], names=['k', 'n'])\n"
    frame = value_of("i.to_frame(index=False)", head)
    assert frame.size is not None and frame.size.likely == 100
    assert [name for name, _ in frame.columns or ()] == ["k", "n"]


OWN = """
class Listed:
    def __init__(self):
        self.rows = [(i, str(i)) for i in range(40)]
    def __iter__(self):
        return iter(self.rows)
class Made:
    def __iter__(self):
        for i in range(50):
            yield {"n": i}
class Stepped:
    def __iter__(self):
        return self
    def __next__(self):
        return b"abc"
"""


@pytest.mark.parametrize(
    ("expression", "kind", "size"),
    [
        ("[name for number, name in Listed()]", "str", 40),
        ("[d for d in Made()]", "dict", 50),
        ("[b for b in Stepped()]", "bytes", None),
        ("list(Made())", "dict", 50),
        ("[d for i, d in enumerate(Made())]", "dict", 50),
    ],
)
def test_instances_of_own_classes_are_gone_through(expression: str, kind: str, size: float | None) -> None:
    value = value_of(expression, OWN)
    assert value.element is not None and value.element.type == kind
    assert size is None or (value.size is not None and value.size.likely == size)


@pytest.mark.parametrize(
    ("expression", "count", "members"),
    [
        ("[p for p in np.ndindex(X.shape)]", 20000, 2),
        ("[p for p in np.ndindex(3, 4, 5)]", 60, 3),
        ("[p for p, x in np.ndenumerate(pixels)]", 1200, 2),
    ],
)
def test_the_places_of_the_elements_of_an_array(expression: str, count: float, members: int) -> None:
    places = value_of(expression, HEAD)
    assert places.size is not None and places.size.likely == count
    assert places.element is not None and places.element.items is not None and len(places.element.items) == members


@pytest.mark.parametrize(
    ("expression", "shape"),
    [
        ("m.sum(axis=1)", (50, 1)),
        ("m.sum(0)", (1, 80)),
        ("np.array(m.sum(1))[:, 0]", (50,)),
        ("a.sum(axis=1)", (50,)),
        ("vstack([m, m])", (100, 80)),
        ("vstack([m for _ in range(7)])", (350, 80)),
        ("hstack((m, a))", (50, 160)),
        ("block_diag([m, m.T])", (130, 130)),
        ("kron(m, np.ones((2, 3)))", (100, 240)),
    ],
)
def test_sums_and_joins_of_sparse_matrices(expression: str, shape: tuple[float, ...]) -> None:
    head = "import numpy as np\nfrom scipy.sparse import block_diag, csc_matrix, csr_array, hstack, kron, vstack\n"
    head += "m = csc_matrix(np.zeros((50, 80)))\na = csr_array(np.zeros((50, 80)))\n"
    assert dimensions(value_of(expression, head)) == shape
