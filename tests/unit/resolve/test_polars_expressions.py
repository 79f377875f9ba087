"""Expressions of polars: what a frame works out is the heaviest of what it is given, and functions in Python among them."""

from __future__ import annotations

import pytest

from gillint.knowledge.conditions import Target
from gillint.resolve.calling.bound import size_of
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.resolve.values import Value
from gillint.syntax.parse import parse

SETUP = """
import polars as pl
df = pl.DataFrame({"k": list(range(5000)), "name": [str(i) for i in range(5000)]})
name, k = pl.col("name"), pl.col("k")
twice, upper, ranked = k * 2, name.str.to_uppercase(), k.rank()
"""


def calls_in(line: str) -> list[Call]:
    resolved = resolve(parse(f"{SETUP}\ndef work():\n    {line}\n", "a.py"), Target(), {})
    trace = next(f for f in resolved.functions if f.name == "work")
    return [n for n in walk(trace.block) if isinstance(n, Call)]


def passed(line: str) -> tuple[Value, bool]:
    call = next(c for c in calls_in(line) if c.name.startswith(("polars.DataFrame.", "polars.dataframe.")))
    return call.bound.get("exprs") or Value(), call.bound.get("more") is not None


PASSED = {  # what is worked out: the kind of the heaviest, its dear steps (at least one), whether there are several
    "df.select('k', 'name')": ("plain", 1, True),
    "df.select(['k'])": ("plain", 1, False),
    "df.with_columns(twice)": ("", 1, False),
    "df.with_columns(twice, upper)": ("slow", 1, True),
    "df.with_columns([upper, twice, name.str.replace('a', 'b')])": ("slow", 2, True),
    "df.with_columns([e for e in (twice, upper)] + [ranked])": ("pooled", 2, True),
    "df.with_columns(a=name.str.replace('a', 'b').str.to_uppercase().alias('c'))": ("slow", 2, False),
    "df.with_columns(twice + name.str.extract('1').cast(pl.Int64))": ("slow", 1, False),
    "df.with_columns(upper, ranked)": ("pooled", 2, True),
    "df.filter(k > 3, name.str.contains('9'))": ("slow", 1, True),
    "df.filter((k > 3) & name.str.contains('9'))": ("slow", 1, False),
    "df.select([pl.col(c).str.to_lowercase() for c in ('a', 'b', 'c')])": ("slow", 3, True),
}


@pytest.mark.parametrize("line", PASSED)
def test_the_heaviest_expression_decides(line: str) -> None:
    kind, steps, several = PASSED[line]
    heaviest, more = passed(line)
    assert heaviest.type == f"polars.Expr.{kind}".rstrip(".")
    assert (size_of(heaviest).likely, more) == (steps, several)


MAPPED = (
    "df.with_columns(name.map_elements(str.strip))",
    "df.select(k, name.map_elements(str.strip, return_dtype=pl.String).alias('x'))",
    "df.filter(name.map_elements(str.strip) == 'a')",
    "df.lazy().with_columns(x=name.map_elements(str.strip)).collect()",
)


@pytest.mark.parametrize("line", MAPPED)
def test_a_function_in_python_is_called_for_each_row_of_the_frame(line: str) -> None:
    call = next(c for c in calls_in(line) if c.name == "polars.Series.map_elements")
    assert size_of(call.bound.receiver).likely == 5000
    assert call.callback is not None


def test_a_function_over_whole_columns_is_called_with_one() -> None:
    calls = calls_in("df.with_columns(k.map_batches(lambda s: s.sum()))")
    assert [size_of(c.bound.receiver).likely for c in calls if c.name == "polars.Series.sum"] == [5000]


def test_a_description_alone_calls_nothing() -> None:
    assert [c.name for c in calls_in("name.map_elements(str.strip)")] == ["polars.Expr.map_elements"]


ROWS = {  # of a frame of 5,000 rows: one where every expression gives one value
    "df.select(k.sum())": 1,
    "df.select([pl.col(c).mean().alias(f'm_{c}') for c in ('a', 'b')])": 1,
    "df.select((k.max() - k.min()) / 2, n=pl.len())": 1,
    "df.select(k.sum(), k)": 5000,
    "df.select(k - k.mean())": 5000,
    "df.select(k.sum().over('name'))": 5000,
    "df.lazy().select(k.sum()).collect()": 1,
}


@pytest.mark.parametrize("line", ROWS)
def test_a_frame_of_single_values_has_one_row(line: str) -> None:
    call = next(c for c in reversed(calls_in(line)) if c.name.endswith(("Frame.select", "Frame.collect")))
    assert size_of(call.result).likely == ROWS[line]


WORK = (  # of two described queries, the one that takes more
    ("df.lazy().collect()", "df.lazy().sort('k').collect()"),
    ("df.lazy().sort('k').collect()", "df.lazy().sort('k').group_by('k').agg(k.sum()).collect()"),
    ("df.lazy().filter(k > 3).collect()", "df.lazy().filter(k > 3).with_columns(upper).head(10).collect()"),
    ("df.head(5).lazy().filter(k > 3).collect()", "df.head(5).lazy().join(df.lazy(), on='k').collect()"),
)


@pytest.mark.parametrize(("less", "more"), WORK)
def test_the_steps_of_a_described_query_add_up(less: str, more: str) -> None:
    def work(line: str) -> float:
        query = next(c for c in calls_in(line) if c.name == "polars.LazyFrame.collect").bound.receiver
        assert query is not None
        assert query.number is not None
        return query.number.likely

    assert work(less) < work(more)
