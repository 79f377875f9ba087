"""Columns, rows and groups of what pandas gives back, where the arguments tell them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gillint.estimate import ONE, Estimate
from gillint.resolve.bound import dtype_name, element_of, literal_text, size_of
from gillint.resolve.dtypes import of_elements
from gillint.resolve.shapes import ARRAY, KEPT, constant_int, is_true, with_shape
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Value, join

FRAME, SERIES, INDEX = "pandas.DataFrame", "pandas.Series", "pandas.Index"
GROUPED = ("pandas.api.typing.DataFrameGroupBy", "pandas.api.typing.SeriesGroupBy")
Columns = tuple[tuple[str, Value], ...]
Rule = Callable[[Value, Bound, Value], Value | None]


def refine_frame(name: str, bound: Bound, result: Value) -> Value:
    """The result of a call of pandas with the columns, rows and dtypes that follow from the arguments."""
    made = _refined(name, bound, result)
    if made.type != FRAME or made.columns is None or all(c.size == made.size for _, c in made.columns):
        return made
    return replace(made, columns=_sized(made.columns, made.size))


def _refined(name: str, bound: Bound, result: Value) -> Value:
    last = name.rsplit(".", 1)[-1]
    made = _MADE.get(name)
    if made is not None and bound.positional:
        return made(bound.positional[0], bound, result) or result
    receiver = bound.receiver
    if receiver is None:
        return result
    if receiver.type in GROUPED:
        return _of_groups(last, receiver, bound, result)
    if receiver.type == "pandas.Series.str" and receiver.dtype == "object" and result.dtype == "str":
        return replace(result, dtype="object")  # Python strings stay what they are
    rule = _METHODS.get((receiver.type, last)) if receiver.type is not None else None
    return (rule(receiver, bound, result) or result) if rule is not None else result


def column(dtype: str | None, rows: Estimate | None, element: Value | None = None) -> Value:
    """A column of so many rows."""
    return Value(type=SERIES, dtype=dtype, size=rows, element=element)


def _texts(value: Value | None) -> tuple[str, ...] | None:
    """The names that an argument gives: a string or a list of strings."""
    if value is None:
        return None
    one = literal_text(value)
    if one is not None:
        return (one,)
    names = [literal_text(v) for v in value.items] if value.items is not None and value.type == "list" else [None]
    return tuple(n for n in names if n is not None) if None not in names else None


def _with(frame: Value, columns: Columns | None) -> Value:
    return replace(frame, type=FRAME, columns=columns, items=None, element=None, literal=None)


def _sized(columns: Columns | None, rows: Estimate | None) -> Columns | None:
    return tuple((n, replace(c, size=rows, shape=None)) for n, c in columns) if columns is not None else None


# Making frames and columns

_OF_TYPE = {"int": "int64", "float": "float64", "bool": "bool", "str": "str", "datetime.datetime": "datetime64[us]"}


def _frame_of(data: Value, bound: Bound, result: Value) -> Value | None:
    names = _texts(bound.get("columns"))
    if data.type == ARRAY and names is not None and data.shape is not None and len(data.shape) == 2:
        columns = tuple((n, column(data.dtype, data.shape[0])) for n in names)
        return replace(_with(result, columns), size=data.shape[0], shape=None)
    if data.type not in ("list", "tuple"):
        return replace(result, items=None, element=None)
    rows, row = size_of(data), element_of(data)
    if row.columns is not None:
        columns = tuple((n, column(_OF_TYPE.get(v.type or ""), rows, v)) for n, v in row.columns)
        return replace(_with(result, columns), size=rows, shape=None)
    if names is not None and row.items is not None and len(names) == len(row.items):
        columns = tuple((n, column(_OF_TYPE.get(v.type or ""), rows, v)) for n, v in zip(names, row.items, strict=True))
        return replace(_with(result, columns), size=rows, shape=None)
    return _with(result, None)


def _series_of(data: Value, bound: Bound, result: Value) -> Value | None:
    made = _plain_series(data, result)
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
        dtype = _OF_TYPE.get(joined.type or "") if joined is not None else None
        return replace(result, dtype=dtype, items=None, columns=None, element=joined)
    return None


def _concatenated(parts: Value, bound: Bound, result: Value) -> Value | None:
    members = parts.items if parts.items is not None else (element_of(parts),)
    if constant_int(bound.get("axis")) == 1:
        columns: list[tuple[str, Value]] = []
        for member in members:
            if member.columns is None:
                return replace(_with(result, None), size=size_of(members[0]), shape=None)
            columns.extend(member.columns)
        return replace(_with(result, tuple(columns)), size=size_of(members[0]), shape=None)
    rows = result.size
    if members[0].type == SERIES:
        return replace(column(members[0].dtype, rows, members[0].element))
    return _with(result, _sized(members[0].columns, rows))


def _merged(left: Value, bound: Bound, result: Value) -> Value | None:
    given = [v for v in (bound.receiver, *bound.positional, bound.get("right")) if v is not None and v.type == FRAME]
    if len(given) < 2 or given[0].columns is None or given[1].columns is None:
        return None
    mine = {n for n, _ in given[0].columns}
    both = (*given[0].columns, *((n, c) for n, c in given[1].columns if n not in mine))
    return _with(result, _sized(both, result.size))


def _cut(data: Value, bound: Bound, result: Value) -> Value | None:
    labels = bound.get("labels")
    if labels is not None and labels.literal is not None and labels.literal.value is False:
        return replace(result, dtype="int64")
    return None


# Parts of frames


def _dropped(frame: Value, bound: Bound, result: Value) -> Value | None:
    gone = _texts(bound.get("columns"))
    if gone is None and constant_int(bound.get("axis")) == 1:
        gone = _texts(bound.positional[0]) if bound.positional else None
    if gone is None or frame.columns is None:
        return None
    return _with(result, tuple((n, c) for n, c in frame.columns if n not in gone))


def _renamed(frame: Value, bound: Bound, result: Value) -> Value | None:
    names = bound.get("columns")
    if names is None or frame.columns is None or names.columns is None:
        return None
    new = {old: literal_text(v) or old for old, v in names.columns}
    return _with(result, tuple((new.get(n, n), c) for n, c in frame.columns))


def _assigned(frame: Value, bound: Bound, result: Value) -> Value | None:
    if frame.columns is None:
        return None
    added = {n: v if v.type == SERIES else column(None, frame.size) for n, v in bound.parameters}
    return _with(result, (*((n, c) for n, c in frame.columns if n not in added), *added.items()))


def _indexed(frame: Value, bound: Bound, result: Value) -> Value | None:
    keys = _texts(bound.positional[0]) if bound.positional else None
    if keys is None or frame.columns is None:
        return None
    return _with(result, tuple((n, c) for n, c in frame.columns if n not in keys))


def _some_rows(frame: Value, bound: Bound, result: Value) -> Value | None:
    """`query`: the rows for which it is true."""
    rows = size_of(frame).combine(KEPT, lambda n, share: n * share)
    return replace(_with(result, _sized(frame.columns, rows)), size=rows, shape=None)


def _distinct_rows(value: Value, bound: Bound, result: Value) -> Value | None:
    keys = _texts(bound.get("subset") or (bound.positional[0] if bound.positional else None))
    found = [groups_of(value, k) for k in keys] if keys is not None else [groups_of(value, None)]
    rows = size_of(value)
    known = [f for f in found if f is not None]
    for number in known if len(known) == len(found) else ():
        rows = rows.min(number) if len(known) == 1 else rows
    if value.type == FRAME:
        return replace(_with(result, _sized(value.columns, rows)), size=rows, shape=None)
    return replace(result, size=rows, shape=None)


def _same_columns(frame: Value, bound: Bound, result: Value) -> Value | None:
    return _with(result, _sized(frame.columns, result.size))


def _matrix(frame: Value, bound: Bound, result: Value) -> Value | None:
    if frame.columns is None:
        return None
    dtypes = {c.dtype for _, c in frame.columns}
    mixed = "float64" if dtypes <= {"int64", "float64", "int32", "float32"} else "object"
    dtype = next(iter(dtypes)) if len(dtypes) == 1 else mixed
    return replace(with_shape(Value(), (size_of(frame), Estimate.point(len(frame.columns)))), dtype=dtype)


def _pivoted(frame: Value, bound: Bound, result: Value) -> Value | None:
    """A row for each value of the index."""
    keys = _texts(bound.get("index"))
    found = [groups_of(frame, k) for k in keys] if keys is not None else []
    known = [f for f in found if f is not None]
    rows = size_of(frame).combine(_GROUPS, lambda n, power: max(1.0, n**power))
    if known and len(known) == len(found):
        rows = known[0]
        for other in known[1:]:
            rows = rows * other
    return replace(_with(result, None), size=rows, shape=None)


def _molten(frame: Value, bound: Bound, result: Value) -> Value | None:
    kept, names = _texts(bound.get("id_vars")) or (), _texts(bound.get("value_vars"))
    count = len(names) if names is not None else max(1, len(frame.columns or ()) - len(kept))
    rows = size_of(frame) * float(count)
    return replace(_with(result, None), size=rows, shape=None)


# One row, one value


def _scalar(dtype: str | None, element: Value | None = None) -> Value:
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
        return Value(type=SERIES)
    values = tuple((n, _scalar(c.dtype, c.element)) for n, c in frame.columns)
    return Value(type=SERIES, dtype="object", size=Estimate.point(len(values)), columns=values)


def _rows_as_series(frame: Value, bound: Bound, result: Value) -> Value | None:
    pair = Value(type="tuple", items=(Value(type="int"), row_of(frame)))
    return replace(result, element=pair, items=None, columns=frame.columns)


def _rows_as_tuples(frame: Value, bound: Bound, result: Value) -> Value | None:
    index = bound.get("index") or (bound.positional[0] if bound.positional else None)
    without = index is not None and index.literal is not None and index.literal.value is False
    columns = row_of(frame).columns
    if columns is None:
        return replace(result, element=Value(type="tuple"), items=None)
    fields = columns if without else (("Index", Value(type="int")), *columns)
    record = Value(type="tuple", items=tuple(v for _, v in fields), columns=fields)
    return replace(result, element=record, items=None)


def _located(frame: Value, bound: Bound, result: Value) -> Value | None:
    """`loc[rows, columns]`, `iloc[...]`: each part one or several."""
    key = bound.positional[0] if bound.positional else None
    if key is None:
        return None
    rows_key, columns_key = key, None
    if key.type == "tuple" and key.items is not None and len(key.items) == 2:
        rows_key, columns_key = key.items
    rows = _chosen_rows(frame, rows_key)
    frame = replace(frame, type=SERIES if (frame.type or "").startswith(SERIES) else FRAME)
    if frame.type == SERIES:
        if rows is None:
            return _scalar(frame.dtype, frame.element)
        return replace(frame, size=rows, shape=None, literal=None)
    name = literal_text(columns_key)
    if columns_key is not None and (name is not None or columns_key.type == "int"):
        found = frame.column(name) if name is not None else None
        if rows is None:
            return _scalar(found.dtype, found.element) if found is not None else Value(type="float")
        return column(found.dtype if found is not None else None, rows, found.element if found is not None else None)
    wanted = _texts(columns_key)
    columns = frame.columns
    if wanted is not None and columns is not None:
        columns = tuple((n, c) for n, c in columns if n in wanted)
    if rows is None:
        return row_of(replace(frame, columns=columns))
    return replace(_with(frame, _sized(columns, rows)), size=rows, shape=None)


def _chosen_rows(frame: Value, key: Value) -> Estimate | None:
    """How many rows a key takes; None for one."""
    from gillint.resolve.indexing import extent

    whole = size_of(frame)
    if key.type == "slice":
        found = extent(whole, key)
        return found if found is not None else whole.combine(KEPT, lambda n, share: n * share)
    if key.type in (SERIES, ARRAY) and key.dtype == "bool":
        return whole.combine(KEPT, lambda n, share: n * share)
    if key.type in (SERIES, ARRAY, INDEX, "list", "range"):
        return size_of(key)
    return None


# Groups


def groups_of(value: Value, key: str | None) -> Estimate | None:
    """How many different values a column has, at most; None where nothing tells."""
    found = value.column(key) if key is not None else value
    if found is None:
        return None
    distinct = found.element.distinct if found.element is not None else None
    return distinct.min(size_of(found)) if distinct is not None else None


# How many groups so many rows fall into, where nothing tells: a power of the number of rows.
_GROUPS = Estimate(0.2, 0.5, 0.9)


def _grouped(value: Value, bound: Bound, result: Value) -> Value | None:
    """A GroupBy: `size` are its rows, `shape[0]` its groups."""
    by = bound.get("by")
    keys = _texts(by)
    found: list[Estimate | None] = [groups_of(value, k) for k in keys] if keys is not None else []
    if by is not None and by.type in (SERIES, INDEX, ARRAY):
        found = [groups_of(by, None)]
    known = [f for f in found if f is not None]
    rows = size_of(value)
    groups = rows.combine(_GROUPS, lambda n, power: max(1.0, n**power))
    if found and len(known) == len(found):
        groups = known[0]
        for other in known[1:]:
            groups = groups * other
        groups = groups.min(rows)
    each = rows / groups
    part = (
        replace(_with(value, _sized(value.columns, each)), size=each, shape=None)
        if value.type == FRAME
        else replace(value, size=each, shape=None)
    )
    key_value = Value(type="tuple") if keys is not None and len(keys) > 1 else _key_value(value, keys)
    flat = bound.get("as_index")
    is_flat = flat is not None and flat.literal is not None and flat.literal.value is False
    return replace(
        result,
        size=rows,
        shape=(groups,),
        columns=value.columns,
        dtype=value.dtype,
        items=None,
        element=Value(type="tuple", items=(key_value, part)),
        origin="flat" if is_flat else result.origin,
    )


def _key_value(value: Value, keys: tuple[str, ...] | None) -> Value:
    found = value.column(keys[0]) if keys else None
    return _scalar(found.dtype, found.element) if found is not None else Value()


_COUNTS = {"count", "nunique", "size", "ngroup", "cumcount"}
_MEANS = {"mean", "std", "var", "median", "sem", "quantile", "skew", "pct_change", "rank"}


def _of_groups(last: str, groups: Value, bound: Bound, result: Value) -> Value:
    if last == "__getitem__":
        return _group_column(groups, bound, result)
    name = _name_of_function(bound) if last in ("agg", "aggregate", "transform") else last
    if result.type in GROUPED:
        return result
    if last == "size":
        return column("int64", groups.shape[0] if groups.shape else result.size)
    if last in ("get_group",):
        return element_of(groups).items[1] if element_of(groups).items else result  # type: ignore[index]
    if result.type == SERIES:
        dtype = "int64" if name in _COUNTS else "float64" if name in _MEANS else groups.dtype
        return replace(result, dtype=dtype, element=None, columns=None)
    if result.type == FRAME:
        renamed = [n for n, v in bound.parameters if v.type == "tuple"]
        if renamed:
            return _with(result, tuple((n, column("float64", result.size)) for n in renamed))
        listed = _texts(bound.positional[0]) if last in ("agg", "aggregate") and bound.positional else None
        if listed is not None and groups.type == GROUPED[1]:
            return _with(result, tuple((n, column("float64", result.size)) for n in listed))
    return result


def _name_of_function(bound: Bound) -> str:
    return literal_text(bound.positional[0]) or "" if bound.positional else ""


def _group_column(groups: Value, bound: Bound, result: Value) -> Value:
    """`grouped["x"]`: the same groups of one column; of several, a frame."""
    name = literal_text(bound.positional[0]) if bound.positional else None
    found = groups.column(name) if name is not None else None
    pair = groups.element.items if groups.element is not None else None
    part = Value(type=SERIES, dtype=found.dtype if found is not None else None)
    if pair is not None:
        part = replace(part, size=pair[1].size, element=found.element if found is not None else None)
    element = Value(type="tuple", items=(pair[0] if pair is not None else Value(), part))
    if result.type == GROUPED[1]:
        return replace(
            result, shape=groups.shape, size=groups.size, dtype=part.dtype, element=element, columns=None, items=None
        )
    names = _texts(bound.positional[0]) if bound.positional else None
    kept = tuple((n, c) for n, c in groups.columns or () if names is None or n in names)
    return replace(result, shape=groups.shape, size=groups.size, columns=kept or None, element=groups.element)


def _value_counts(value: Value, bound: Bound, result: Value) -> Value | None:
    groups = groups_of(value, None)
    rows = groups if groups is not None else size_of(value).combine(_GROUPS, lambda n, power: max(1.0, n**power))
    return column("int64", rows)


def _different(value: Value, bound: Bound, result: Value) -> Value | None:
    groups = groups_of(value, None)
    count = groups if groups is not None else size_of(value).combine(KEPT, lambda n, share: max(1.0, n * share))
    return replace(with_shape(result, (count,)), dtype=value.dtype, element=value.element)


def _dtype(dtype: str | None) -> Rule:
    return lambda value, bound, result: replace(result, type=SERIES, dtype=dtype, element=None)


# Rows that come under one period, where the frequencies do not tell: hours to days.
_PER_PERIOD = Estimate(2, 24, 1000)


def _resampled(value: Value, bound: Bound, result: Value) -> Value | None:
    rows = (size_of(value) / _PER_PERIOD).max(ONE)
    names = _texts(bound.positional[0]) if bound.positional and bound.positional[0].type == "list" else None
    if names is not None:
        return replace(_with(result, tuple((n, column("float64", rows)) for n in names)), size=rows, shape=None)
    return replace(result, size=rows, shape=None, dtype=value.dtype)


def _expanded(value: Value, bound: Bound, result: Value) -> Value | None:
    """`.str.split(expand=True)`: a frame."""
    return Value(type=FRAME, size=value.size) if is_true(bound.get("expand")) else None


def _pieces(value: Value, bound: Bound, result: Value) -> Value | None:
    return Value(type=SERIES, size=value.size, dtype="str")


_MADE: dict[str, Rule] = {
    "pandas.DataFrame": _frame_of,
    "pandas.Series": _series_of,
    "pandas.concat": _concatenated,
    "pandas.merge": _merged,
    "pandas.cut": _cut,
}
_METHODS: dict[tuple[str, str], Rule] = {
    (FRAME, "merge"): _merged,
    (FRAME, "join"): _merged,
    (FRAME, "drop"): _dropped,
    (FRAME, "rename"): _renamed,
    (FRAME, "assign"): _assigned,
    (FRAME, "set_index"): _indexed,
    (FRAME, "query"): _some_rows,
    (FRAME, "drop_duplicates"): _distinct_rows,
    (SERIES, "drop_duplicates"): _distinct_rows,
    (FRAME, "nlargest"): _same_columns,
    (FRAME, "nsmallest"): _same_columns,
    (FRAME, "to_numpy"): _matrix,
    (FRAME, "values"): _matrix,
    (FRAME, "melt"): _molten,
    (FRAME, "pivot_table"): _pivoted,
    (FRAME, "pivot"): _pivoted,
    (FRAME, "iterrows"): _rows_as_series,
    (FRAME, "itertuples"): _rows_as_tuples,
    (FRAME, "groupby"): _grouped,
    (SERIES, "groupby"): _grouped,
    (SERIES, "value_counts"): _value_counts,
    (SERIES, "unique"): _different,
    (SERIES, "argsort"): _dtype("int64"),
    (FRAME, "isna"): lambda value, bound, result: _with(
        result, tuple((n, replace(c, dtype="bool", element=None)) for n, c in value.columns or ()) or None
    ),
    ("pandas.Series.str", "split"): _expanded,
    ("pandas.Series.str", "__getitem__"): _pieces,
    **{
        ("pandas.api.typing.DatetimeIndexResampler", method): _resampled
        for method in (
            "agg",
            "mean",
            "sum",
            "min",
            "max",
            "std",
            "count",
            "first",
            "last",
            "ohlc",
            "median",
            "prod",
            "var",
        )
    },
    **{
        (f"{owner}.{kind}", "__getitem__"): _located
        for owner in (FRAME, SERIES)
        for kind in ("loc", "iloc", "at", "iat")
    },
}
