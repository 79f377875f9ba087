"""Frames and columns as values: what a frame's columns, rows and groups are."""

from __future__ import annotations

from collections.abc import Callable

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import count_of, literal_text
from gillint.resolve.joining import Columns
from gillint.resolve.numeric.dtypes import of_elements
from gillint.resolve.tabular.kinds import kinds_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value
from gillint.syntax import tree as t

FRAME, SERIES, INDEX = "pandas.DataFrame", "pandas.Series", "pandas.Index"
GROUPED = ("pandas.api.typing.DataFrameGroupBy", "pandas.api.typing.SeriesGroupBy")
# What a loop goes through group by group: `size` are its rows, `shape[0]` its groups.
IN_GROUPS = (*GROUPED, "polars.dataframe.group_by.GroupBy")
# A rule is given the receiver (or the first argument of a function), all arguments, and what the fact says of the result.
Rule = Callable[[Value, Bound, Value], Value | None]

COLUMN_OF_TYPE = {
    "int": "int64",
    "float": "float64",
    "bool": "bool",
    "str": "str",
    "datetime.datetime": "datetime64[us]",
    "pandas.Timestamp": "datetime64[us]",
}

_NESTED = ("list", "dict", "tuple", "set", "frozenset")


def cell_dtype(value: Value) -> str | None:
    """The dtype of a column of such values; None where nothing tells."""
    return "object" if value.type in _NESTED else COLUMN_OF_TYPE.get(value.type or "")


def column(dtype: str | None, rows: Estimate | None, element: Value | None = None) -> Value:
    """A column of so many rows."""
    return Value(type=SERIES, dtype=dtype, size=rows, element=element)


ONE_FOR_ALL = ("int", "float", "str", "bool", "NoneType")


def as_column(value: Value, rows: Estimate | None) -> Value:
    """What is put into a column of a frame of so many rows; a single value stands in all of them."""
    if value.type in ONE_FOR_ALL:
        return column(COLUMN_OF_TYPE.get(value.type or "", "object"), rows)
    dtype = of_elements(value) if value.type in ("list", "tuple", "range") else value.dtype
    return replace(value, type=SERIES, dtype=dtype)


def texts(value: Value | None) -> tuple[str, ...] | None:
    """The names that an argument gives: a string or a list of strings."""
    if value is None:
        return None
    one = literal_text(value)
    if one is not None:
        return (one,)
    names = [literal_text(v) for v in value.items] if value.items is not None and value.type == "list" else [None]
    return tuple(n for n in names if n is not None) if None not in names else None


def with_columns(frame: Value, columns: Columns | None) -> Value:
    """A frame with these columns."""
    return replace(frame, type=FRAME, columns=columns, items=None, element=None, literal=None)


def sized(columns: Columns | None, rows: Estimate | None) -> Columns | None:
    """The same columns with another number of rows."""
    return tuple((n, replace(c, size=rows, shape=None)) for n, c in columns) if columns is not None else None


def of_rows(frame: Value, rows: Estimate) -> Value:
    """The same frame with another number of rows."""
    shape = (rows, frame.shape[1]) if frame.shape is not None and len(frame.shape) == 2 else None
    return replace(with_columns(frame, sized(frame.columns, rows)), size=rows, shape=shape)


def scalar(dtype: str | None, element: Value | None = None) -> Value:
    """One value of a column."""
    if element is not None and element.type is not None:
        return replace(element, literal=None, number=None)
    kinds = {
        "int": "int",
        "uint": "int",
        "float": "float",
        "bool": "bool",
        "str": "str",
        "datetime": "pandas.Timestamp",
    }
    kind = next((t for k, t in kinds.items() if dtype is not None and dtype.lower().startswith(k)), None)
    return Value(type=kind)


def row_of(frame: Value) -> Value:
    """One row as a Series: its columns are the values."""
    if frame.columns is None:
        return Value(type=SERIES, size=count_of(frame))
    values = tuple((n, scalar(c.dtype, c.element)) for n, c in frame.columns)
    return Value(type=SERIES, dtype="object", size=Estimate.point(len(values)), columns=values)


def groups_of(value: Value, key: str | None) -> Estimate | None:
    """How many different values a column has, at most; None where nothing tells."""
    return kinds_of(value.column(key) if key is not None else value)


def named_in_turn(node: t.Comprehension, value: Value) -> tuple[tuple[str, Value], ...] | None:
    """The fields of `{name: ... for name in ("a", "b")}`; None where they are not written there."""
    first = node.clauses[0].iterable
    if len(node.clauses) != 1 or not isinstance(first, t.Sequence) or not isinstance(node.element, t.Name):
        return None
    texts = [e.value for e in first.elements if isinstance(e, t.Constant)]
    if len(texts) != len(first.elements) or not all(isinstance(x, str) for x in texts):
        return None
    return tuple((str(x), value) for x in texts)
