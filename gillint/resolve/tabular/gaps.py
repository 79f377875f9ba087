"""Missing values: which columns and arrays have some, as far as the program itself says."""

from __future__ import annotations

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, SymbolRef, Value

# The mark of a column, an array or a table some of whose values are missing, and of one that was made of such without.
GAPS, _WHOLE = "gaps", "whole"
_ARRAY = "numpy.ndarray"
_COLUMNS = ("pandas.Series", "pyarrow.Array", "pyarrow.ChunkedArray", "polars.Series")
_TABLES = ("pandas.DataFrame", "pyarrow.Table", "pyarrow.RecordBatch")
_MASKED = tuple(f"pandas.{owner}.{method}" for owner in ("Series", "DataFrame") for method in ("where", "mask"))
_FILLED = (
    "fill_null_forward",
    "fill_null_backward",
    "fillna",
    "dropna",
    "ffill",
    "bfill",
    "interpolate",
    "drop_null",
    "fill_null",
    "drop_nulls",
)
# Of a column of which nothing is known, such as one from a file, half have some.
_NOBODY_KNOWS = Estimate(0.0, 0.5, 1.0)


def with_gaps(name: str, bound: Bound, result: Value) -> Value:
    """`prices.where(prices > 0)` leaves gaps, `fillna` leaves none; so does a test for them."""
    last = name.rpartition(".")[2]
    if name == "numpy.where" or name.endswith(".choice"):
        drawn = (
            (bound.positional[0].items or ()) if name != "numpy.where" and bound.positional else bound.positional[1:]
        )
        return replace(result, mark=GAPS) if any(map(is_gap, drawn)) and result.type == _ARRAY else result
    if name in _ASSEMBLED and bound.positional:
        return _of_parts(bound.positional[0], result)
    if result.type not in (*_COLUMNS, *_TABLES):
        return result
    if _leaves_some(name, bound):
        return _marked(result, GAPS)
    is_whole = gaps_in(result) == ONE and (last in _FILLED or result.dtype == "bool")
    return _marked(result, None) if is_whole else result


def _marked(value: Value, mark: str | None) -> Value:
    """A column, or a frame with all its columns."""
    columns = tuple((n, replace(c, mark=mark)) for n, c in value.columns) if value.columns else value.columns
    return replace(value, mark=mark, columns=columns)


# What puts a table together of columns, or a column of pieces.
_ASSEMBLED = ("pyarrow.table", "pyarrow.Table.from_pydict", "pyarrow.Table.from_arrays", "pyarrow.chunked_array")


def _of_parts(parts: Value, result: Value) -> Value:
    members = [v for _, v in parts.columns] if parts.columns else list(parts.items or ())
    found = [gaps_in(member) for member in members]
    if not found or _NOBODY_KNOWS in found:
        return replace(result, mark=GAPS) if ONE in found else result
    return replace(result, mark=GAPS if ONE in found else _WHOLE)


def _leaves_some(name: str, bound: Bound) -> bool:
    if name in _MASKED:
        return bound.get("other") in (None, NONE)
    if name in ("pandas.Series.reindex", "pandas.DataFrame.reindex"):
        return bound.get("fill_value") is None and bound.get("method") is None
    if name == "pyarrow.array" and bound.get("mask") is not None:
        return True
    given = bound.positional[0] if name in ("pandas.Series", "pyarrow.array") and bound.positional else None
    return given is not None and (given.mark == GAPS or any(map(is_gap, given.items or ())))


_NOTHING = ("pandas.NA", "pandas.NaT")


def is_gap(value: Value) -> bool:
    """Whether a value stands for one that is missing: `np.nan`, `None`."""
    if value == NONE or (value.mark == GAPS and value.type == "float"):
        return True
    return isinstance(value.reference, SymbolRef) and value.reference.name in _NOTHING


def gap_of(array: Value) -> str | None:
    """The mark that a table takes on from the array that it is made of."""
    return GAPS if array.mark == GAPS else None


def with_gap(table: Value, index: Value) -> Value:
    """What `prices[mask] = np.nan` leaves, or `frame.loc[mask, "price"] = np.nan`, which is one of the columns."""
    if table.type not in _TABLES:
        return replace(table, mark=GAPS) if table.mark is None else table
    place = index.items[-1] if index.type == "tuple" and index.items else index
    name = literal_text(place)
    if name is None or table.columns is None:
        return replace(table, mark=GAPS)
    return replace(table, columns=tuple((n, replace(c, mark=GAPS) if n == name else c) for n, c in table.columns))


def _is_of_whole(dtype: str | None) -> bool:
    """Whether a dtype has no way to say that a value is missing."""
    return dtype is not None and dtype.startswith(("bool", "int", "uint"))


def gaps_in(value: Value | None) -> Estimate:
    """1 where some values of a column, or of one of a frame, are missing; 0 where none are."""
    columns = [c for _, c in value.columns] if value is not None and value.columns else []
    if value is not None and value.mark in (GAPS, _WHOLE):
        return ONE if value.mark == GAPS and not _is_of_whole(value.dtype) else ZERO
    if value is None or (value.dtype is None and value.type in (*_COLUMNS, *_TABLES) and not columns):
        return _NOBODY_KNOWS
    return ONE if GAPS in [column.mark for column in columns] else ZERO
