"""Which column of a table is copied before a cell of it is written."""

from __future__ import annotations

import pytest

from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse

N = 1000
FLOATS, WHOLE, TEXTS = "r.random(1000)", "r.integers(0, 9, 1000)", "['a'] * 1000"


def copied(columns: dict[str, str], statement: str) -> tuple[float, float]:
    made = ", ".join(f"'{name}': {column}" for name, column in columns.items())
    source = (
        f"import pandas as pd, numpy as np\nr = np.random.default_rng(0)\ndf = pd.DataFrame({{{made}}})\n{statement}"
    )
    resolved = resolve(parse(source), Target(), {})
    calls = [
        n for f in resolved.functions for n in walk(f.block) if isinstance(n, Call) and n.name.endswith("__setitem__")
    ]
    size = dict(calls[-1].bound.parameters)["copied"].size
    assert size is not None
    return size.low, size.likely


@pytest.mark.parametrize(
    ("columns", "statement", "expected"),
    [
        ({"a": FLOATS, "b": FLOATS}, "df.loc[5, 'a'] = 1.0", (0, 0)),  # one block
        ({"a": FLOATS, "b": WHOLE}, "df.loc[5, 'a'] = 1.0", (0, 0)),  # a block for each
        ({"a": FLOATS, "b": WHOLE, "c": WHOLE}, "df.loc[5, 'a'] = 1.0", (0, 0)),
        ({"a": FLOATS, "b": WHOLE, "c": WHOLE}, "df.loc[5, 'b'] = 1", (N, N)),
        ({"a": FLOATS, "b": FLOATS, "c": TEXTS}, "df.loc[5, 'a'] = 1.0", (N, N)),
        ({"a": FLOATS, "b": WHOLE, "c": WHOLE}, "df.iloc[5, 0] = 1.0", (0, 0)),
        ({"a": FLOATS, "b": WHOLE, "c": WHOLE}, "df.iloc[5, -1] = 1", (N, N)),
    ],
)
def test_the_column_that_is_copied(columns: dict[str, str], statement: str, expected: tuple[float, float]) -> None:
    assert copied(columns, statement) == expected


def test_of_an_unknown_table_perhaps() -> None:
    source = "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf.loc[5, 'a'] = 1.0"
    calls = [n for f in resolve(parse(source), Target(), {}).functions for n in walk(f.block) if isinstance(n, Call)]
    size = dict(calls[-1].bound.parameters)["copied"].size
    assert size is not None
    assert size.low == 0 < size.likely
