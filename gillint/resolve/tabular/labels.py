"""The labels of a table's rows: what `loc` looks a row up by, and whether there are several rows of one label.

Where nothing is kept here the rows are numbered, or nothing tells of their labels.
"""

from __future__ import annotations

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import size_of
from gillint.resolve.numeric.shapes import ARRAY, is_true
from gillint.resolve.tabular.columns import FRAME, GROUPED, INDEX, SERIES, texts
from gillint.resolve.tabular.groups import FLAT
from gillint.resolve.tabular.kinds import kinds_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

LEVELS = "pandas.MultiIndex"
_TABLES = (FRAME, SERIES)
_GIVEN = (ARRAY, SERIES, INDEX, "pandas.DatetimeIndex", LEVELS, "list", "range")
# What gives a table whose rows are others, under labels of which nothing is known here.
_AFRESH = frozenset(
    (
        "reset_index", "melt", "pivot", "pivot_table", "stack", "unstack", "merge", "join", "T", "transpose", "corr", "cov",
        "describe", "value_counts", "sum", "mean", "min", "max", "std", "count", "agg", "aggregate", "apply", "resample",
    )
)  # fmt: skip
# The mark of labels that are in order: rows of one label lie side by side, and are cut out.
SORTED = "sorted"
_REORDERED = ("sort_values", "sample", "reindex", "nlargest", "nsmallest", "concat")
# Of several rows more than one is found under a label, where there are so many for each.
_SEVERAL = 1.5


def with_labels(name: str, bound: Bound, result: Value) -> Value:
    """A table with the labels that its rows are given, or that they keep."""
    if result.type not in _TABLES:
        return result
    given = bound.get("index")
    if name in _TABLES and given is not None:
        return replace(result, labels=given if given.type in _GIVEN else None)
    receiver, last = bound.receiver, name.rpartition(".")[2]
    if receiver is None:
        return result
    if last == "set_index":
        return replace(result, labels=_of_columns(receiver, bound))
    if receiver.type in GROUPED and result.size == (receiver.shape or (None,))[0]:
        return replace(result, labels=_of_groups(receiver))
    if last == "sort_index" and receiver.labels is not None:
        return replace(result, labels=replace(receiver.labels, mark=SORTED))
    if last in _REORDERED and result.labels is not None and result.labels.mark == SORTED:
        return replace(result, labels=replace(result.labels, mark=None))
    if last in _AFRESH or is_true(bound.get("ignore_index")):
        return replace(result, labels=None)
    return replace(result, labels=receiver.labels) if result.labels is None else result


def _of_columns(frame: Value, bound: Bound) -> Value | None:
    keys = texts(bound.get("keys") or (bound.positional[0] if bound.positional else None))
    if keys is None:
        return None
    if len(keys) == 1:
        return frame.column(keys[0])
    columns = tuple((key, column) for key in keys if (column := frame.column(key)) is not None)
    return Value(type=LEVELS, size=frame.size, columns=columns or None)


def _of_groups(groups: Value) -> Value | None:
    """A label for each group, of as many levels as there are keys."""
    pair = groups.element.items if groups.element is not None else None
    if pair is None or not groups.shape or groups.origin == FLAT:
        return None
    return Value(type=LEVELS if pair[0].type == "tuple" else INDEX, size=groups.shape[0])


def under_label(table: Value, key: Value) -> Estimate | None:
    """How many rows of a table are under one label; None where it is one."""
    labels = table.labels
    if labels is None or key.type == "tuple":
        return None
    first = labels.columns[0][1] if labels.type == LEVELS and labels.columns else labels
    kinds = kinds_of(first)
    if kinds is None:
        return None
    each = size_of(table) / kinds.max(1)
    return each if each.likely >= _SEVERAL else None
