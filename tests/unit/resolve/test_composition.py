"""What columns are of, and where values are missing: what facts ask about frames."""

from __future__ import annotations

import pytest

from gillint.resolve.calling.bound import count_of
from gillint.resolve.contents import inside
from gillint.resolve.tabular.composition import composition, keeps_texts_as_objects
from gillint.source.environment import LibraryVersion
from tests.unit.resolve.test_arrays import value_of

SETUP = """
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
rng = np.random.default_rng(0)
n = 2000
d = pd.DataFrame({"k": rng.integers(0, 50, n), "g": rng.choice(["a", "b"], n), "s": ["x"] * n, "x": rng.normal(size=n)})
objects = pd.Series(["a", "b"] * 1000, dtype=object)
words = pd.Series(["a", "b"] * 1000)
holes = words.where(d["x"] > 0)
unknown = pd.read_csv("there.csv")
whole = pa.array(rng.random(n))
torn = pa.array(rng.random(n), mask=rng.random(n) > 0.5)
p = pl.DataFrame({"user": rng.integers(0, 300, n), "kind": ["a", "b"] * 1000, "v": rng.random(n)})
"""


@pytest.mark.parametrize(
    ("expression", "texts", "objects"),
    [
        ("d", 2, 0),
        ('d[["k", "x"]]', 0, 0),
        ('d[d["x"] > 0]', 2, 0),
        ("pd.DataFrame(np.zeros((30, 2)))", 0, 0),
        ("words", 1, 0),
        ('d["x"]', 0, 0),
        ("objects", 0, 1),
        ('pd.DataFrame({"o": objects, "w": words})', 1, 1),
        ("[d, d]", 2, 0),
        ("[words, words]", 1, 0),
        ("p", 1, 0),
        ('p.select("user", "v")', 0, 0),
    ],
)
def test_texts_and_objects_are_counted(expression: str, texts: float, objects: float) -> None:
    value = value_of(expression, SETUP)
    assert composition("texts", value).likely == texts
    assert composition("objects", value).likely == objects


@pytest.mark.parametrize(
    ("expression", "one_by_one"),
    [
        ('{"s": np.array(["a", "b"]), "x": rng.random(n)}', 2),
        ('{"s": rng.choice(["a", "b"], n), "l": [1, 2, 3]}', 2003),
        ('{"w": words, "x": rng.random(n)}', 0),
        ("[[1, 2], [3, 4]]", 4),
    ],
)
def test_members_taken_apart_one_by_one_are_counted(expression: str, one_by_one: float) -> None:
    assert inside(value_of(expression, SETUP), "listed").likely == one_by_one


@pytest.mark.parametrize(("version", "kept"), [("2.3.3", True), ("3.0.1", False)])
def test_before_pandas_3_texts_are_objects(version: str, kept: bool) -> None:
    as_objects = keeps_texts_as_objects(LibraryVersion("pandas", version, "requirements.txt"))
    assert as_objects is kept
    value = value_of('pd.DataFrame({"o": objects, "w": words})', SETUP)
    assert composition("texts", value, as_objects).likely == (0 if kept else 1)
    assert composition("objects", value, as_objects).likely == (2 if kept else 1)


def test_columns_of_another_library_do_not_ask_for_its_version() -> None:
    assert not keeps_texts_as_objects(LibraryVersion("polars", "0.20.31", "requirements.txt"))


@pytest.mark.parametrize(
    ("expression", "dates"),
    [
        ('pd.DataFrame({"t": pd.date_range("2024-01-01", periods=90), "w": ["a"] * 90})', 1),
        ('pd.Series(pd.date_range("2024-01-01", periods=90))', 1),
        ('pd.Series(pd.date_range("2024-01-01", periods=90)).dt.year', 0),
        ('pd.DataFrame({"t": pd.date_range("2024-01-01", periods=90), "n": range(90)}).itertuples()', 1),
        ("unknown", 0),
    ],
)
def test_columns_of_dates(expression: str, dates: int) -> None:
    assert composition("dates", value_of(expression, SETUP)).likely == dates


def test_some_columns_of_a_file_are_texts() -> None:
    found = composition("texts", value_of("unknown", SETUP))
    assert found.low == 0 and found.likely >= 1 and not found.known


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("words", 0),
        ("holes", 1),
        ('d["x"].mask(d["x"] > 1)', 1),
        ('d["x"].where(d["x"] > 1, 0.0)', 0),
        ('holes.fillna("none")', 0),
        ("holes.dropna()", 0),
        ("holes.str.upper()", 0),
        ('pd.DataFrame({"w": words, "h": holes})', 1),
        ("d", 0),
        ("d.mask(d['x'] > 1)", 1),
        ("d.mask(d['x'] > 1)['x']", 1),
        ("d.mask(d['x'] > 1).fillna(0)['x']", 0),
        ("d.where(d['x'] > 1, 0)", 0),
        ('unknown["a"]', 0.5),
        ("d['x'].reindex(range(5000))", 1),
        ("pd.Series([1.5, None, 2.5])", 1),
        ("whole", 0),
        ("torn", 1),
        ("torn.drop_null()", 0),
        ("pc.fill_null(torn, 0.0)", 0),
        ('pa.table({"a": whole, "b": torn})', 1),
        ('pa.table({"a": whole})', 0),
        ("pa.chunked_array([whole, whole])", 0),
    ],
)
def test_whether_values_are_missing(expression: str, expected: float) -> None:
    assert composition("gaps", value_of(expression, SETUP)).likely == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [('d.groupby("k")', 4), ("pd.DataFrame(np.zeros((50, 20))).groupby(np.arange(50))", 20), ("[d, d]", 4)],
)
def test_columns_of_groups_and_of_lists_of_frames(expression: str, expected: float) -> None:
    assert count_of(value_of(expression, SETUP)).likely == expected


@pytest.mark.parametrize(
    ("expression", "groups"),
    [
        ('p.group_by("user").agg(pl.col("v").sum())', 300),
        ('p.filter(pl.col("v") > 0.5).group_by("user").agg(pl.col("v"))', 300),
        ('p.group_by(["user"]).agg(pl.len())', 300),
        ('p.group_by("v").agg(pl.len())', 2000**0.5),
    ],
)
def test_groups_of_polars_are_as_many_as_their_keys_have_values(expression: str, groups: float) -> None:
    size = value_of(expression, SETUP).size
    assert size is not None and size.likely == pytest.approx(groups)


def test_a_column_beside_a_text_decides() -> None:
    for made, kind in (("words", "pandas.Series"), ('pl.Series(["a", "b"])', "polars.Series")):
        assert value_of(f'"id-" + {made}', SETUP).type == kind
