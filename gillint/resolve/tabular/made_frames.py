"""Frames and columns that are made: of lists, dicts and arrays, and of other frames."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, has_known_size, literal_text, size_of
from gillint.resolve.joining import join
from gillint.resolve.numeric.dtype_names import dtype_name
from gillint.resolve.numeric.dtypes import of_elements
from gillint.resolve.numeric.shapes import ARRAY, constant_int
from gillint.resolve.tabular.columns import (
    COLUMN_OF_TYPE,
    FRAME,
    SERIES,
    Rule,
    cell_dtype,
    column,
    sized,
    texts,
    with_columns,
)
from gillint.resolve.tabular.gaps import gap_of
from gillint.resolve.tabular.kinds import different, kinds_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import ITERATORS, NONE, Value


def _frame_of(data: Value, bound: Bound, result: Value) -> Value | None:
    names = texts(bound.get("columns"))
    if data.type == ARRAY and names is not None and data.shape is not None and len(data.shape) == 2:
        columns = tuple((n, replace(column(data.dtype, data.shape[0]), mark=gap_of(data))) for n in names)
        return replace(with_columns(result, columns), size=data.shape[0], shape=None)
    if data.type == ARRAY and data.shape is not None and len(data.shape) == 2:
        return replace(_unnamed(result, *data.shape, data.dtype), mark=gap_of(data))
    if data.type == "dict" and data.columns is None and data.items is not None:
        return _of_members(data, bound, result)
    if data.type not in ("list", "tuple", "generator", *ITERATORS):
        return replace(result, items=None, element=None)
    rows, row = size_of(data), element_of(data)
    if row.columns is not None:
        columns = tuple((n, column(cell_dtype(v), rows, v)) for n, v in row.columns)
        return replace(with_columns(result, columns), size=rows, shape=None)
    if names is not None and row.items is not None and len(names) == len(row.items):
        columns = tuple((n, column(cell_dtype(v), rows, v)) for n, v in zip(names, row.items, strict=True))
        return replace(with_columns(result, columns), size=rows, shape=None)
    if row.type in ("list", "tuple", ARRAY, SERIES) and has_known_size(row):
        return _unnamed(result, rows, size_of(row), None)
    return with_columns(result, None)


def _flattened(data: Value, bound: Bound, result: Value) -> Value | None:
    """`pd.json_normalize(records)`: a column for each value, those of nested dicts by the path to them."""
    row = element_of(data) if data.type in ("list", "tuple") else data
    if row.columns is None or any(bound.get(option) is not None for option in ("record_path", "meta")):
        return None
    rows = size_of(data) if data.type != "dict" else ONE
    separator = literal_text(bound.get("sep")) or "."
    columns = tuple((n, column(cell_dtype(v), rows, v)) for n, v in _leaves(row, separator))
    return replace(with_columns(result, columns), size=rows, shape=None)


def _leaves(record: Value, separator: str) -> Iterator[tuple[str, Value]]:
    for name, value in record.columns or ():
        if value.type == "dict" and value.columns is not None:
            yield from ((f"{name}{separator}{n}", v) for n, v in _leaves(value, separator))
        else:
            yield name, value


def _unnamed(result: Value, rows: Estimate, count: Estimate, dtype: str | None) -> Value:
    """A frame whose columns are counted, but not known by name: its shape has both dimensions."""
    return replace(with_columns(result, None), size=rows, shape=(rows, count), dtype=dtype)


def _of_members(data: Value, bound: Bound, result: Value) -> Value:
    """Of a dict whose keys are not known: a column for each, as long as its members or the index."""
    member = element_of(Value(type="list", items=(data.items or ())[1:]))
    index = bound.get("index")
    if member.type not in ("list", "tuple", "range", "dict", ARRAY, SERIES):
        rows = size_of(index) if index is not None else ONE
    else:
        rows = size_of(member)
    dtype = member.dtype or COLUMN_OF_TYPE.get(element_of(member).type or "")
    return _unnamed(result, rows, size_of(data), dtype)


def _series_of(data: Value, bound: Bound, result: Value) -> Value | None:
    made = _plain_series(data, result)
    index = bound.get("index")
    if index is not None and data.type in ("int", "float", "str", "bool", "NoneType"):  # the same everywhere
        made = replace(made if made is not None else result, size=size_of(index), shape=None)
    asked = bound.get("dtype")
    if asked is None or asked == NONE:
        return made
    return replace(made if made is not None else result, dtype=dtype_name(asked))


def _plain_series(data: Value, result: Value) -> Value | None:
    if data.type in ("list", "tuple", "range"):
        return replace(result, dtype=of_elements(data), items=None)
    if data.type == "dict":
        members = [v for _, v in data.columns] if data.columns is not None else list((data.items or ())[1:])
        joined: Value | None = None
        for member in members:
            joined = join(joined, member)
        dtype = COLUMN_OF_TYPE.get(joined.type or "") if joined is not None else None
        return replace(result, dtype=dtype, items=None, columns=None, element=joined)
    return None


def _concatenated(parts: Value, bound: Bound, result: Value) -> Value | None:
    if parts.type == "dict":  # under keys
        parts = Value(
            items=tuple(v for _, v in parts.columns) if parts.columns is not None else (parts.items or ())[1:]
        )
    members = parts.items if parts.items is not None else (element_of(parts),)
    if not members:
        return None
    if constant_int(bound.get("axis")) == 1:
        columns: list[tuple[str, Value]] = []
        for member in members:
            if member.columns is None:
                return replace(with_columns(result, None), size=size_of(members[0]), shape=None)
            columns.extend(member.columns)
        return replace(with_columns(result, tuple(columns)), size=size_of(members[0]), shape=None)
    rows = result.size
    if members[0].type == SERIES:
        return replace(column(members[0].dtype, rows, members[0].element))
    return with_columns(result, sized(members[0].columns, rows))


def merged(left: Value, bound: Bound, result: Value) -> Value | None:
    """Two frames joined: the columns of both."""
    given = [v for v in (bound.receiver, *bound.positional, bound.get("right")) if v is not None and v.type == FRAME]
    if len(given) < 2 or given[0].columns is None or given[1].columns is None:
        return None
    mine = {n for n, _ in given[0].columns}
    both = (*given[0].columns, *((n, c) for n, c in given[1].columns if n not in mine))
    return with_columns(result, sized(tuple((n, _repeated(c, result.size)) for n, c in both), result.size))


def _repeated(part: Value, rows: Estimate | None) -> Value:
    """A column of a smaller frame in a larger one that is joined to it: no more different values than there were rows."""
    if part.size is None or not part.size.known or rows is None or rows.likely <= part.size.likely:
        return part
    kinds = kinds_of(part) or part.size
    return replace(part, element=replace(part.element or Value(), distinct=kinds))


def _cut(data: Value, bound: Bound, result: Value) -> Value | None:
    labels = bound.get("labels")
    if labels is not None and labels.literal is not None and labels.literal.value is False:
        return replace(result, dtype="int64")
    bins = bound.get("bins")
    named = labels if labels is not None and labels.type == "list" else None
    count = size_of(named) if named is not None else bins.number if bins is not None else None
    if count is None and bins is not None and bins.type == "list":
        count = size_of(bins) - 1
    return replace(result, element=Value(type="str", distinct=count)) if count is not None else None


def _indicators(data: Value, bound: Bound, result: Value) -> Value | None:
    """A column for each value of those that are texts, or that are named, beside the others."""
    if data.type == SERIES:
        return replace(with_columns(result, None), size=size_of(data), shape=(size_of(data), different(data)))
    if data.columns is None:
        return None
    named = texts(bound.get("columns"))
    count = ZERO
    for name, one in data.columns:
        is_split = name in named if named is not None else one.dtype in ("object", "str", "string", "category")
        count = count + (different(one) if is_split else ONE)
    return replace(with_columns(result, None), size=size_of(data), shape=(size_of(data), count))


def _product(levels: Value, bound: Bound, result: Value) -> Value | None:
    """An index of all combinations; its levels are columns of the frame that it becomes."""
    if levels.items is None:
        return None
    rows = reduce(lambda a, b: a * b, map(size_of, levels.items), ONE)
    names = texts(bound.get("names")) or ()
    dtypes = [v.dtype if v.dtype is not None else COLUMN_OF_TYPE.get(element_of(v).type or "") for v in levels.items]
    columns = tuple((n, column(d, rows)) for n, d in zip(names, dtypes, strict=False))
    return replace(result, size=rows, columns=columns or None, items=None)


def factorized(values: Value, bound: Bound, result: Value) -> Value | None:
    """`codes, uniques = pd.factorize(values)`: a number for each value, and the different values."""
    rows, kinds = size_of(values), different(values)
    if result.items is None or len(result.items) != 2 or not has_known_size(values):
        return None
    codes, uniques = result.items
    each = replace(codes, size=rows, shape=(rows,), element=Value(type="int", distinct=kinds))
    return replace(result, items=(each, replace(uniques, size=kinds, dtype=values.dtype, element=values.element)))


MADE: dict[str, Rule] = {
    "pandas.factorize": factorized,
    **dict.fromkeys(("pandas.DataFrame", "pandas.DataFrame.from_records"), _frame_of),
    "pandas.json_normalize": _flattened,
    "pandas.Series": _series_of,
    "pandas.concat": _concatenated,
    "pandas.merge": merged,
    "pandas.cut": _cut,
    "pandas.get_dummies": _indicators,
    "pandas.MultiIndex.from_product": _product,
}
