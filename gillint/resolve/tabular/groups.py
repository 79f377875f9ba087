"""Grouped frames: a GroupBy knows its rows, its groups and what one group is."""

from __future__ import annotations

from functools import reduce
from operator import mul

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, literal_text, size_of
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.tabular.columns import (
    FRAME,
    GROUPED,
    INDEX,
    SERIES,
    column,
    groups_of,
    of_rows,
    scalar,
    texts,
    with_columns,
)
from gillint.resolve.tabular.kinds import GROUPS
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

POLARS_GROUPS = ("polars.DataFrame.group_by", "polars.LazyFrame.group_by")


def grouped(value: Value, bound: Bound, result: Value) -> Value | None:
    """A GroupBy: `size` are its rows, `shape[0]` its groups."""
    by = bound.get("by")
    keys = texts(by)
    found: list[Estimate | None] = [groups_of(value, k) for k in keys] if keys is not None else []
    if by is not None and by.type in (SERIES, INDEX, ARRAY):
        found = [groups_of(by, None)]
    elif by is not None and keys is None and by.type == "list" and by.items:  # names and columns
        found = [groups_of(value, literal_text(k)) if k.type == "str" else groups_of(k, None) for k in by.items]
    known = [f for f in found if f is not None]
    rows = size_of(value)
    groups = ONE
    if not found or len(known) < len(found):
        groups = rows.combine(_power(by, keys, len(known)), lambda n, power: max(1.0, n**power))
    groups = reduce(mul, known, groups).min(rows)
    each = rows / groups
    part = of_rows(value, each) if value.type == FRAME else replace(value, size=each, shape=None)
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
        origin=FLAT if is_flat else result.origin,
    )


def grouped_by_names(bound: Bound, result: Value) -> Value:
    """A GroupBy of polars, by columns that are named one by one or in a list: as many groups as these have values together."""
    frame = bound.receiver
    keys = [name for given in bound.positional for name in texts(given) or ("",)]
    found = [kinds for key in keys if frame is not None and (kinds := groups_of(frame, key)) is not None]
    if frame is None or not found or len(found) < len(keys):
        return result
    return replace(result, shape=(reduce(mul, found).min(size_of(frame)),))


FLAT = "flat"  # grouped with `as_index=False`: the keys are columns of the result, which is a frame
# What one more key leaves of the rows that a group has.
_FURTHER_KEY = 0.6


def _power(by: Value | None, keys: tuple[str, ...] | None, known: int) -> Estimate:
    """The power of the number of rows that is the number of groups, by the number of keys of which nothing is known."""
    count = len(keys) if keys is not None else len(by.items) if by is not None and by.items is not None else 1
    count -= known
    return GROUPS.map(lambda power: 1.0 - (1.0 - power) * _FURTHER_KEY ** max(0, count - 1))


def _key_value(value: Value, keys: tuple[str, ...] | None) -> Value:
    found = value.column(keys[0]) if keys else None
    return scalar(found.dtype, found.element) if found is not None else Value()


_COUNTS = {"count", "nunique", "size", "ngroup", "cumcount"}
_MEANS = {"mean", "std", "var", "median", "sem", "quantile", "skew", "pct_change", "rank"}


# Methods that take some rows of each group, and how many where it is not said.
_ROW_BY_ROW = {
    "transform",
    "cumsum",
    "cumcount",
    "cumprod",
    "cummax",
    "cummin",
    "shift",
    "diff",
    "rank",
    "pct_change",
    "ngroup",
    "apply",
}
_TAKEN = {"head": 5.0, "tail": 5.0, "nth": 1.0, "sample": 1.0}


def of_groups(last: str, groups: Value, bound: Bound, result: Value) -> Value:
    """The result of a method of grouped rows: one value for each group, mostly; it has the dimensions of no GroupBy."""
    made = _of_groups(last, groups, bound, result)
    if made.type not in (SERIES, FRAME) or last == "get_group" or groups.shape is None:
        return made
    size = made.size if made.size is not None else groups.shape[0]
    if made.type == SERIES and groups.origin == FLAT and last not in _ROW_BY_ROW:
        return Value(type=FRAME, size=size)
    if last in _TAKEN:
        given = bound.get("n") or (bound.positional[0] if bound.positional else None)
        each = given.number if given is not None and given.number is not None else Estimate.point(_TAKEN[last])
        size = (groups.shape[0] * each).min(size_of(groups))
    return replace(made, size=size, shape=None, element=None if made.type == FRAME else made.element)


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
            return with_columns(result, tuple((n, column("float64", result.size)) for n in renamed))
        listed = texts(bound.positional[0]) if last in ("agg", "aggregate") and bound.positional else None
        if listed is not None and groups.type == GROUPED[1]:
            return with_columns(result, tuple((n, column("float64", result.size)) for n in listed))
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
            result, shape=groups.shape, size=groups.size, dtype=part.dtype, element=element, columns=None, items=None,
            origin=groups.origin,
        )  # fmt: skip
    names = texts(bound.positional[0]) if bound.positional else None
    kept = tuple((n, c) for n, c in groups.columns or () if names is None or n in names)
    return replace(result, shape=groups.shape, size=groups.size, columns=kept or None, element=groups.element)
