"""Frames taken apart: into rows, records and lists, and into longer frames."""

from __future__ import annotations

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, literal_text, size_of
from gillint.resolve.joining import Columns
from gillint.resolve.tabular.columns import Rule, cell_dtype, column, row_of, sized, texts, with_columns
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value


def _molten(frame: Value, bound: Bound, result: Value) -> Value | None:
    """`df.melt(id_vars, value_vars)`: a row for each value of each column, beside what is kept."""
    kept, names = texts(bound.get("id_vars")) or (), texts(bound.get("value_vars"))
    count = len(names) if names is not None else max(1, len(frame.columns or ()) - len(kept))
    rows = size_of(frame) * float(count)
    return replace(with_columns(result, _molten_columns(frame, bound, kept, names, rows)), size=rows, shape=None)


def _molten_columns(
    frame: Value, bound: Bound, kept: tuple[str, ...], names: tuple[str, ...] | None, rows: Estimate
) -> Columns | None:
    if frame.columns is None:
        return None
    dtypes = {c.dtype for n, c in frame.columns if (n in names if names is not None else n not in kept)}
    called = [literal_text(bound.get(option)) or usual for option, usual in _CALLED]
    made = (column("str", rows), column(dtypes.pop() if len(dtypes) == 1 else "object", rows))
    return (*(sized(tuple((n, c) for n, c in frame.columns if n in kept), rows) or ()), *zip(called, made, strict=True))


_CALLED = (("var_name", "variable"), ("value_name", "value"))


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


def _in_dicts(frame: Value, bound: Bound, result: Value) -> Value | None:
    """`df.to_dict("records")`: a dict for each row; `"list"`: a list for each column."""
    orient = literal_text(bound.get("orient"))
    cells = row_of(frame).columns
    if cells is None or orient not in ("records", "list"):
        return None
    if orient == "records":
        return replace(result, element=Value(type="dict", size=Estimate.point(len(cells)), columns=cells))
    return replace(result, columns=tuple((n, Value(type="list", size=frame.size, element=v)) for n, v in cells))


def _exploded(frame: Value, bound: Bound, result: Value) -> Value | None:
    """`df.explode("tags")`: a row for each member of each list."""
    name = literal_text(bound.get("column"))
    found = frame.column(name) if name is not None else None
    if found is None or frame.columns is None or found.element is None or found.element.type not in _LISTS:
        return None
    rows = size_of(frame) * size_of(found.element).max(ONE)
    member = element_of(found.element)
    made = column(cell_dtype(member), rows, member)
    columns = tuple((n, made if n == name else c) for n, c in frame.columns)
    return replace(with_columns(result, sized(columns, rows)), size=rows, shape=None)


_LISTS = ("list", "tuple", "set", "frozenset")
TAKEN_APART: dict[str, Rule] = {
    "melt": _molten,
    "iterrows": _rows_as_series,
    "itertuples": _rows_as_tuples,
    "to_dict": _in_dicts,
    "explode": _exploded,
}
