"""Columns, rows and dtypes of what pandas gives back, where the arguments tell them."""

from __future__ import annotations

from functools import reduce
from operator import mul

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.assumed import FIELDS
from gillint.resolve.calling.bound import (
    RESAMPLER,
    WINDOWS,
    count_of,
    element_of,
    has_known_size,
    literal_text,
    size_of,
)
from gillint.resolve.numeric.dtype_names import dtype_name
from gillint.resolve.numeric.dtypes import dtype_after, promoted
from gillint.resolve.numeric.indexing import extent
from gillint.resolve.numeric.shapes import ARRAY, KEPT, constant_int, is_true, with_shape
from gillint.resolve.tabular.calendar import DATES, ONE_DATE, RANGES, moments, periods_in, ranged
from gillint.resolve.tabular.columns import (
    COLUMN_OF_TYPE,
    FRAME,
    GROUPED,
    INDEX,
    SERIES,
    Rule,
    as_column,
    column,
    groups_of,
    of_rows,
    row_of,
    scalar,
    sized,
    texts,
    with_columns,
)
from gillint.resolve.tabular.groups import grouped, of_groups
from gillint.resolve.tabular.kinds import GROUPS, different, kept, with_kinds
from gillint.resolve.tabular.labels import under_label, with_labels
from gillint.resolve.tabular.made_frames import MADE, factorized, merged
from gillint.resolve.tabular.querying import share_of_query
from gillint.resolve.tabular.taken_apart import TAKEN_APART
from gillint.resolve.text.strings import textual
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Value


def refine_frame(name: str, bound: Bound, result: Value) -> Value:
    """The result of a call of pandas with the columns, rows and dtypes that follow from the arguments."""
    made = with_kinds(name, bound, _counted(name.rpartition(".")[2], bound, _refined(name, bound, result)))
    made = with_labels(name, bound, made)
    if made.type != FRAME or made.columns is None or all(c.size == made.size for _, c in made.columns):
        return made
    return replace(made, columns=sized(made.columns, made.size))


# What has a column for each column of the frame, and not the frame's rows; what has other columns.
_SQUARES = ("corr", "cov")
_REARRANGED = (
    "melt",
    "pivot",
    "pivot_table",
    "stack",
    "unstack",
    "value_counts",
    "merge",
    "join",
    "explode",
    "agg",
    "aggregate",
)


def _counted(last: str, bound: Bound, made: Value) -> Value:
    """A frame made of one whose columns are only counted has as many of them."""
    frame = bound.receiver
    if frame is not None and frame.type in WINDOWS and frame.columns and made.type == SERIES:
        return with_columns(made, tuple((n, column("float64", made.size)) for n, _ in frame.columns))
    if frame is None or frame.shape is None or len(frame.shape) != 2 or frame.columns is not None:
        return made
    rows, count = frame.shape
    if frame.type in WINDOWS and made.type == SERIES:
        return replace(made, type=FRAME, size=rows, shape=(rows, count))
    if made.type != FRAME or made.columns is not None or last in _REARRANGED:
        return made
    if last in _SQUARES:
        return replace(made, size=count, shape=(count, count))
    if last in ("T", "transpose"):
        return replace(made, size=count, shape=(count, rows))
    if made.shape is not None and len(made.shape) == 2:
        return made
    return replace(made, shape=(size_of(made), count))


def _refined(name: str, bound: Bound, result: Value) -> Value:
    last = name.rsplit(".", 1)[-1]
    if name == FRAME and not bound.positional and bound.get("data") is None:
        index = bound.get("index")
        return replace(with_columns(result, ()), size=size_of(index) if index is not None else ZERO, shape=None)
    if (
        name == SERIES
        and not bound.positional
        and bound.get("data") is None
        and (rows := bound.get("index")) is not None
    ):
        return column(dtype_name(bound.get("dtype") or NONE), size_of(rows))
    if name in RANGES:
        return ranged(name, bound, result)
    if name == "pandas.to_timedelta":
        return moments(bound, result)
    made = MADE.get(name)
    if made is not None and bound.positional:
        return made(bound.positional[0], bound, result) or result
    receiver = bound.receiver
    if receiver is None:
        return result
    if receiver.type in GROUPED:
        return of_groups(last, receiver, bound, result)
    if receiver.type == _TEXTS and result.type == SERIES:
        result = _of_texts(last, receiver, result)
    rule = _METHODS.get((receiver.type, last)) if receiver.type is not None else None
    return (rule(receiver, bound, result) or result) if rule is not None else result


_TEXTS = "pandas.Series.str"
# What leaves texts about as long as they were.
_AS_LONG = frozenset(
    (
        "lower", "upper", "title", "capitalize", "swapcase", "casefold", "strip", "lstrip", "rstrip", "replace", "normalize",
        "removeprefix", "removesuffix", "translate", "cat",
    )
)  # fmt: skip


def _of_texts(last: str, texts: Value, result: Value) -> Value:
    """A column of texts made of another one: Python strings stay what they are, and some are as long as before."""
    member = texts.element
    if texts.dtype == "object" and result.dtype == "str":
        result = replace(result, dtype="object")
    if last not in _AS_LONG or result.element is not None or member is None or member.type != "str":
        return result
    return replace(result, element=replace(member, literal=None, text=None, distinct=None))


def _dropped(frame: Value, bound: Bound, result: Value) -> Value | None:
    gone = texts(bound.get("columns"))
    if gone is None and constant_int(bound.get("axis")) == 1:
        gone = texts(bound.positional[0]) if bound.positional else None
    if gone is None or frame.columns is None:
        return None
    return with_columns(result, tuple((n, c) for n, c in frame.columns if n not in gone))


def _renamed(frame: Value, bound: Bound, result: Value) -> Value | None:
    names = bound.get("columns")
    if names is None or frame.columns is None or names.columns is None:
        return None
    new = {old: literal_text(v) or old for old, v in names.columns}
    return with_columns(result, tuple((new.get(n, n), c) for n, c in frame.columns))


def _assigned(frame: Value, bound: Bound, result: Value) -> Value | None:
    if frame.columns is None:
        return None
    added = {n: as_column(v, frame.size) for n, v in bound.parameters}
    return with_columns(result, (*((n, c) for n, c in frame.columns if n not in added), *added.items()))


def _indexed(frame: Value, bound: Bound, result: Value) -> Value | None:
    keys = texts(bound.positional[0]) if bound.positional else None
    if keys is None or frame.columns is None:
        return None
    return with_columns(result, tuple((n, c) for n, c in frame.columns if n not in keys))


def _some_rows(frame: Value, bound: Bound, result: Value) -> Value | None:
    """`query`: the rows for which it is true."""
    text = literal_text(bound.positional[0]) if bound.positional else None
    rows = size_of(frame) * share_of_query(frame, text)
    return of_rows(replace(result, shape=frame.shape, columns=frame.columns), rows)


def _distinct_rows(value: Value, bound: Bound, result: Value) -> Value | None:
    keys = texts(bound.get("subset") or (bound.positional[0] if bound.positional else None))
    found = [groups_of(value, k) for k in keys] if keys is not None else [groups_of(value, None)]
    rows = size_of(value)
    known = [f for f in found if f is not None]
    if found and len(known) == len(found):
        rows = rows.min(reduce(mul, known))  # as many as there are combinations
    if value.type == FRAME:
        return replace(with_columns(result, sized(value.columns, rows)), size=rows, shape=None)
    return replace(result, size=rows, shape=None)


def _same_columns(frame: Value, bound: Bound, result: Value) -> Value | None:
    return with_columns(result, sized(frame.columns, result.size))


def _matrix(frame: Value, bound: Bound, result: Value) -> Value | None:
    if frame.columns is None:
        return replace(with_shape(Value(), (size_of(frame), count_of(frame))), dtype=frame.dtype)
    dtypes = {c.dtype for _, c in frame.columns}
    mixed = "float64" if dtypes <= {"int64", "float64", "int32", "float32"} else "object"
    dtype = next(iter(dtypes)) if len(dtypes) == 1 else mixed
    return replace(with_shape(Value(), (size_of(frame), Estimate.point(len(frame.columns)))), dtype=dtype)


def _pivoted(frame: Value, bound: Bound, result: Value) -> Value | None:
    """A row for each value of the index."""
    keys = texts(bound.get("index"))
    found = [groups_of(frame, k) for k in keys] if keys is not None else []
    known = [f for f in found if f is not None]
    rows = size_of(frame).combine(GROUPS, lambda n, power: max(1.0, n**power))
    if known and len(known) == len(found):
        rows = known[0]
        for other in known[1:]:
            rows = rows * other
    across = texts(bound.get("columns"))
    wide = [groups_of(frame, k) for k in across] if across is not None else []
    measures = texts(bound.get("values"))
    count = ONE * float(len(measures) if measures is not None else 1)
    for kinds in wide:
        count = count * kinds if kinds is not None else count_of(None)
    return replace(with_columns(result, None), size=rows, shape=(rows, count) if wide else None)


def _located(frame: Value, bound: Bound, result: Value) -> Value | None:
    """`loc[rows, columns]`, `iloc[...]`: each part one or several."""
    key = bound.positional[0] if bound.positional else None
    if key is None:
        return None
    rows_key, columns_key = key, None
    if key.type == "tuple" and key.items is not None and len(key.items) == 2:
        rows_key, columns_key = key.items
    rows = _chosen_rows(frame, rows_key)
    if rows is None and frame.type in _BY_LABEL:
        rows = under_label(frame, rows_key)
    frame = replace(frame, type=SERIES if (frame.type or "").startswith(SERIES) else FRAME)
    if frame.type == SERIES:
        if rows is None:
            return scalar(frame.dtype, frame.element)
        return replace(frame, size=rows, shape=None, literal=None)
    name = literal_text(columns_key)
    if columns_key is not None and (name is not None or columns_key.type == "int"):
        found = frame.column(name) if name is not None else None
        if rows is None:
            return scalar(found.dtype, found.element) if found is not None else Value(type="float")
        return column(found.dtype if found is not None else None, rows, found.element if found is not None else None)
    wanted = texts(columns_key)
    columns = frame.columns
    if wanted is not None and columns is not None:
        columns = tuple((n, c) for n, c in columns if n in wanted)
    if rows is None:
        return row_of(replace(frame, columns=columns))
    if columns_key is not None and columns is None and frame.shape is not None and len(frame.shape) == 2:
        count = _chosen_rows(replace(frame, size=frame.shape[1]), columns_key)
        if count is None:
            return column(frame.dtype, rows) if columns_key.type == "str" else None
        frame = replace(frame, shape=(rows, count))
    return of_rows(replace(frame, columns=columns), rows)


_BY_LABEL = (f"{FRAME}.loc", f"{SERIES}.loc")


def _chosen_rows(frame: Value, key: Value) -> Estimate | None:
    """How many rows a key takes; None for one."""
    whole = size_of(frame)
    if key.type == "slice":
        found = extent(whole, key)
        return found if found is not None else whole.combine(KEPT, lambda n, share: n * share)
    if key.type in (SERIES, ARRAY) and key.dtype == "bool":
        return whole * kept(key)
    if key.type in (SERIES, ARRAY, INDEX, "list", "range"):
        return size_of(key)
    return None


def _value_counts(value: Value, bound: Bound, result: Value) -> Value | None:
    groups = groups_of(value, None)
    rows = groups if groups is not None else size_of(value).combine(GROUPS, lambda n, power: max(1.0, n**power))
    return column("int64", rows)


def _different(value: Value, bound: Bound, result: Value) -> Value | None:
    return replace(with_shape(result, (different(value),)), dtype=value.dtype, element=value.element)


def _cast(frame: Value, bound: Bound, result: Value) -> Value | None:
    """`df.astype("float32")`, `df.astype({"k": "category"})`."""
    asked = bound.get("dtype") or (bound.positional[0] if bound.positional else None)
    if asked is None or frame.columns is None or (asked.type == "dict" and asked.columns is None):
        return None
    new = {n: dtype_name(v) for n, v in asked.columns or ()} if asked.type == "dict" else {}
    every = None if asked.type == "dict" else dtype_name(asked)
    cast = ((n, new.get(n) or every, c) for n, c in frame.columns)
    return with_columns(result, tuple((n, replace(c, dtype=d) if d is not None else c) for n, d, c in cast))


def _applied(frame: Value, bound: Bound, result: Value) -> Value | None:
    """`df.apply(f, axis=1)`: a value for each row; without an axis for each column."""
    if result.type != SERIES or result.size is not None:
        return None
    axis = bound.get("axis")
    by_row = axis is not None and (constant_int(axis) == 1 or literal_text(axis) == "columns")
    return replace(result, size=size_of(frame) if by_row else count_of(frame), shape=None)


def as_given(name: str, result: Value, given: Value | None) -> Value:
    """A column of what a function gives for each value: `s.apply(f)`, `df.apply(f, axis=1)`."""
    if given is None or result.type != SERIES or result.dtype is not None or name not in _BY_FUNCTION:
        return result
    return replace(result, dtype=COLUMN_OF_TYPE.get(given.type or ""))


_BY_FUNCTION = ("pandas.Series.apply", "pandas.Series.map", "pandas.DataFrame.apply")


def _dtype(dtype: str | None) -> Rule:
    return lambda value, bound, result: replace(result, type=SERIES, dtype=dtype, element=None)


# Rows that come under one period, where the frequencies do not tell: hours to days.
_PER_PERIOD = Estimate(2, 24, 1000)


def _in_periods(value: Value, bound: Bound, result: Value) -> Value | None:
    """`series.resample("h")`: what iterating gives are the periods, each with its rows."""
    rows = size_of(value)
    on = literal_text(bound.get("on"))
    known = periods_in(value.column(on) if on is not None else value.labels, _frequency(bound))
    count = known if known is not None else (rows / _PER_PERIOD).max(ONE)
    part = of_rows(value, rows / count) if value.type == FRAME else replace(value, size=rows / count, shape=None)
    pair = Value(type="tuple", items=(Value(type="pandas.Timestamp"), part))
    return replace(result, size=rows, shape=(count,), columns=None, element=pair)


def _frequency(bound: Bound) -> Value | None:
    asked = bound.get("rule") or bound.get("freq")
    return asked if asked is not None or not bound.positional else bound.positional[0]


def _at_intervals(value: Value, bound: Bound, result: Value) -> Value | None:
    """`series.asfreq("h")`: a row for each hour between its first and its last."""
    rows = periods_in(value.labels, _frequency(bound))
    if rows is None:
        return None
    return of_rows(result, rows) if value.type == FRAME else replace(result, size=rows, shape=None)


def _resampled(value: Value, bound: Bound, result: Value) -> Value | None:
    rows = value.shape[0] if value.shape else (size_of(value) / _PER_PERIOD).max(ONE)
    names = texts(bound.positional[0]) if bound.positional and bound.positional[0].type == "list" else None
    if names is not None:
        return replace(with_columns(result, tuple((n, column("float64", rows)) for n in names)), size=rows, shape=None)
    pair = value.element.items if value.element is not None else None
    if pair is not None and pair[1].type == FRAME:
        return of_rows(pair[1], rows)
    return replace(result, size=rows, shape=None, dtype=value.dtype)


def _of_columns(value: Value, bound: Bound, result: Value) -> Value | None:
    """A number for each column."""
    return replace(result, size=count_of(value), shape=None, dtype="float64") if result.type == SERIES else None


def _split(value: Value, bound: Bound, result: Value) -> Value | None:
    """`.str.split()`: a list for each row, as `str.split` makes it of its text; `expand=True`: a frame."""
    if is_true(bound.get("expand")):
        return Value(type=FRAME, size=value.size)
    text = element_of(value)
    words = (text.size / _WORD).max(ONE) if text.size is not None else FIELDS
    pieces = Value(type="list", size=words, element=Value(type="str", size=Estimate.point(_WORD - 1)))
    whole = Bound(replace(text, type="str"), bound.positional, bound.parameters)
    return replace(result, element=textual("str.split", whole, pieces))


_WORD = 6.0  # letters, with the space behind them


def _pieces(value: Value, bound: Bound, result: Value) -> Value | None:
    return Value(type=SERIES, size=value.size, dtype="str")


def _moved(value: Value, bound: Bound, result: Value) -> Value | None:
    """`start + spans`: dates."""
    other = bound.positional[0] if bound.positional else None
    is_span = (value.dtype or "").startswith("timedelta")
    is_date = is_span and other is not None and other.type in ONE_DATE
    return replace(result, dtype=DATES) if is_date else _calculated(value, bound, result)


def _calculated(value: Value, bound: Bound, result: Value) -> Value | None:
    """`units * price`: of the dtype that both have in common."""
    other = bound.positional[0] if bound.positional else None
    if other is None or not (value.dtype or "").startswith(_NUMERIC):
        return None
    dtype = promoted((value, other))
    return replace(result, dtype=dtype) if dtype is not None and dtype.startswith(_NUMERIC) else None


_NUMERIC = ("int", "uint", "float")


def _aligned(value: Value, bound: Bound, result: Value) -> Value | None:
    """`total.add(part, fill_value=0)`: a row for each label that either has; a total of which nothing is known has the part's."""
    other = bound.get("other") or (bound.positional[0] if bound.positional else None)
    if other is None or other.type != SERIES or not has_known_size(other):
        return None
    own, rows = size_of(value), size_of(other)
    size = own.max(rows) if has_known_size(value) else Estimate(rows.low, rows.likely, max(rows.high, own.high))
    return replace(result, size=size, shape=None)


def _added_up(value: Value, bound: Bound, result: Value) -> Value | None:
    return replace(result, dtype=dtype_after("cumsum", value.dtype))


_AGGREGATES = (
    "agg", "mean", "sum", "min", "max", "std", "count", "first", "last", "ohlc", "median", "prod", "var",
)  # fmt: skip
_METHODS: dict[tuple[str, str], Rule] = {
    (FRAME, "merge"): merged,
    (FRAME, "join"): merged,
    (FRAME, "drop"): _dropped,
    (FRAME, "rename"): _renamed,
    (FRAME, "assign"): _assigned,
    (FRAME, "set_index"): _indexed,
    (FRAME, "query"): _some_rows,
    (FRAME, "corrwith"): _of_columns,
    (FRAME, "astype"): _cast,
    (FRAME, "apply"): _applied,
    (FRAME, "resample"): _in_periods,
    (FRAME, "asfreq"): _at_intervals,
    (SERIES, "asfreq"): _at_intervals,
    (SERIES, "resample"): _in_periods,
    (SERIES, "__radd__"): _moved,
    (SERIES, "__add__"): _moved,
    **{(SERIES, method): _aligned for method in ("add", "sub", "mul", "div", "combine_first")},
    **{(SERIES, f"__{method}__"): _calculated for method in ("mul", "rmul", "sub", "rsub", "mod", "floordiv", "pow")},
    (SERIES, "cumsum"): _added_up,
    (FRAME, "drop_duplicates"): _distinct_rows,
    (SERIES, "drop_duplicates"): _distinct_rows,
    (FRAME, "nlargest"): _same_columns,
    (FRAME, "nsmallest"): _same_columns,
    (FRAME, "to_numpy"): _matrix,
    (FRAME, "values"): _matrix,
    (FRAME, "pivot_table"): _pivoted,
    (FRAME, "pivot"): _pivoted,
    **{(FRAME, method): rule for method, rule in TAKEN_APART.items()},
    (FRAME, "groupby"): grouped,
    (SERIES, "groupby"): grouped,
    (SERIES, "value_counts"): _value_counts,
    (SERIES, "unique"): _different,
    (SERIES, "factorize"): factorized,
    (SERIES, "argsort"): _dtype("int64"),
    ("pandas.MultiIndex", "to_frame"): lambda index, bound, result: with_columns(result, index.columns),
    (FRAME, "isna"): lambda value, bound, result: with_columns(
        result, tuple((n, replace(c, dtype="bool", element=None)) for n, c in value.columns or ()) or None
    ),
    ("pandas.Series.str", "split"): _split,
    ("pandas.Series.str", "__getitem__"): _pieces,
    **{(RESAMPLER, method): _resampled for method in _AGGREGATES},
    **{
        (f"{owner}.{kind}", "__getitem__"): _located
        for owner in (FRAME, SERIES)
        for kind in ("loc", "iloc", "at", "iat")
    },
}
