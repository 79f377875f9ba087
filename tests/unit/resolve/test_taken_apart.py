"""Frames that are taken apart, put another way, and made of records: their columns are known again."""

from __future__ import annotations

import pytest

from gillint.knowledge.conditions import Target
from gillint.resolve.calling.bound import size_of
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.resolve.values import Value
from gillint.syntax.parse import parse

SETUP = """
import numpy as np, pandas as pd
records = [{"id": i, "tags": ["a", "b", "c"], "owner": {"login": "x", "age": 3}} for i in range(200)]
frame = pd.DataFrame(records)
sales = pd.DataFrame({"sku": ["a"] * 300, "units": range(300), "at": pd.date_range("2024-01-01", periods=300)})
sales.to_csv("sales.csv", index=False)
"""


def made(expression: str) -> Value:
    source = f"{SETUP}\ndef work():\n    print({expression})\n"
    trace = next(f for f in resolve(parse(source, "a.py"), Target(), {}).functions if f.name == "work")
    call = next(n for n in walk(trace.block) if isinstance(n, Call) and n.name == "print")
    return call.bound.positional[0]


COLUMNS = {
    "frame": (200, "id=int64 tags=object owner=object"),
    "pd.DataFrame.from_records(records)": (200, "id=int64 tags=object owner=object"),
    "pd.json_normalize(records)": (200, "id=int64 tags=object owner.login=str owner.age=int64"),
    "pd.json_normalize(records, sep='_')": (200, "id=int64 tags=object owner_login=str owner_age=int64"),
    "frame.explode('tags')": (600, "id=int64 tags=str owner=object"),
    "sales.melt(id_vars=['at'], value_vars=['units'])": (300, "at=datetime64[us] variable=str value=int64"),
    "sales.melt(id_vars=['at'], var_name='what')": (600, "at=datetime64[us] what=str value=object"),
    "pd.DataFrame(sales.to_dict('records'))": (300, "sku=str units=int64 at=datetime64[us]"),
    "pd.concat({'a': sales, 'b': sales})": (600, "sku=str units=int64 at=datetime64[us]"),
    "pd.concat({k: sales for k in 'ab'})": (None, "sku=str units=int64 at=datetime64[us]"),
    "sales[['units']].assign(a=lambda d: d.units * 0.5, b=lambda d: d.a + 1, c='x')": (
        300,
        "units=int64 a=float64 b=float64 c=str",
    ),
    "sales[['units']].assign(a=np.where(sales.units > 3, 'x', 'y'), b=sales.units * sales.units, c=range(300))": (
        300,
        "units=int64 a=str b=int64 c=int64",
    ),
    "pd.read_csv('sales.csv')": (300, "sku=str units=int64 at=str"),
    "pd.read_csv('sales.csv', parse_dates=['at'])": (300, "sku=str units=int64 at=datetime64[us]"),
    "next(iter(pd.read_csv('sales.csv', chunksize=50)))": (50, "sku=str units=int64 at=str"),
}


@pytest.mark.parametrize("expression", COLUMNS)
def test_columns_and_rows(expression: str) -> None:
    rows, columns = COLUMNS[expression]
    frame = made(expression)
    assert " ".join(f"{name}={each.dtype}" for name, each in frame.columns or ()) == columns
    assert rows is None or size_of(frame).likely == rows


# As many as there are combinations.
DISTINCT = {"'shop'": 4, "['shop', 'kind']": 12, "subset=['shop', 'kind', 'n']": 300}


@pytest.mark.parametrize("keys", DISTINCT)
def test_rows_that_differ(keys: str) -> None:
    shops = "{'shop': [f's{i % 4}' for i in range(300)], 'kind': [f'k{i % 3}' for i in range(300)], 'n': range(300)}"
    assert size_of(made(f"pd.DataFrame({shops}).drop_duplicates({keys})")).likely == DISTINCT[keys]


def test_a_dict_for_each_row() -> None:
    record = made("sales.to_dict('records')").element
    assert record is not None and [(n, v.type) for n, v in record.columns or ()] == [
        ("sku", "str"),
        ("units", "int"),
        ("at", "pandas.Timestamp"),
    ]


def test_a_list_for_each_column() -> None:
    lists = made("sales.to_dict('list')")
    assert [(n, v.type, size_of(v).likely) for n, v in lists.columns or ()] == [
        ("sku", "list", 300),
        ("units", "list", 300),
        ("at", "list", 300),
    ]
