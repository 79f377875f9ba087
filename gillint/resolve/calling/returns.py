"""The value that a library's call gives back: what the `returns` table of a fact makes of the arguments."""

from __future__ import annotations

from functools import reduce

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.knowledge.conditions import Decision
from gillint.knowledge.expressions import evaluate
from gillint.knowledge.schema import Fact, Returns
from gillint.resolve.calling.bound import Answers, element_of, number_of, size_of
from gillint.resolve.numeric.dtype_names import dtype_name
from gillint.resolve.numeric.dtypes import of_elements
from gillint.resolve.numeric.shapes import fitting
from gillint.resolve.trace import Bound
from gillint.resolve.values import UNKNOWN, LazyRef, Value, of_number


def returned(fact: Fact, decision: Decision, bound: Bound) -> Value:
    """The value that a library call gives back."""
    returns = decision.likely.returns
    return build(returns, Answers(fact, bound), bound) if returns is not None else UNKNOWN


def build(returns: Returns, answers: Answers, bound: Bound) -> Value:
    """A value from a returns table."""
    base: Value = UNKNOWN
    if returns.like is not None:
        base = answers.value(returns.like) or UNKNOWN
        reference = None
        if returns.element_of_like:
            base = element_of(base)  # itself: one of several types, a function, a queue
            reference = base.reference if not isinstance(base.reference, LazyRef) else None
        base = replace(base, literal=None, number=None, reference=reference, text=None, source=None)
    changes: dict[str, object] = {}
    if returns.type is not None:
        changes["type"] = returns.type
    if returns.dtype is not None:
        like = answers.value(returns.dtype)
        passed = dtype_name(like) if like is not None else None
        is_parameter = returns.dtype in ("dtype", "like") or like is not None
        changes["dtype"] = passed if is_parameter else returns.dtype
        if returns.dtype == "dtype" and like is None:
            changes["dtype"] = base.dtype or "float64"
    if returns.size is not None:
        size = evaluate(returns.size, answers).max(0)  # `frame.head(n - 1)` of a frame with no rows
        changes["size"] = size
        if base.items is not None and base.type != "dict" and size != Estimate.point(len(base.items)):
            changes |= {"items": None, "element": element_of(base)}  # `[x] * n`: members like these
        # The same number of elements is the same shape, as far as a table can tell.
        same = returns.like is not None and base.shape is not None and size_of(base) == size
        changes["shape"] = base.shape if same else (size,)
    if returns.shape is not None or returns.dims is not None:
        shape = _shape(returns.shape, answers, bound) if returns.shape is not None else None
        if returns.dims is not None:
            shape = tuple(evaluate(dimension, answers).max(0) for dimension in returns.dims)
        shape = fitting(shape) if shape is not None else None
        changes["shape"] = shape
        if returns.size is None or returns.dims is None:  # of a sparse matrix both are told: the entries that it keeps
            changes["size"] = reduce(lambda a, b: a * b, shape, ONE) if shape is not None else None
    if returns.element is not None:
        changes["element"] = build(returns.element, answers, bound)
    if returns.items is not None:
        changes["items"] = tuple(build(item, answers, bound) for item in returns.items)
        changes["size"] = Estimate.point(len(returns.items))
        if returns.type is None and base.type is None:
            changes["type"] = "tuple"
    if returns.columns is not None:
        source = answers.value(returns.columns if returns.columns != "like" else returns.like or "self")
        changes["columns"] = _columns(source) if source is not None else None
    number = evaluate(returns.value, answers) if returns.value is not None else None
    if number is not None and returns.size is None:
        return of_number(returns.type or "int", number)
    # Beside a size: how many neighbours a node of a graph has.
    changes |= {"number": number} if number is not None else {}
    if returns.type == "pandas.DataFrame" and "size" not in changes:
        given = [v for _, v in base.columns or () if v.size is not None and v.type not in _COLUMN_OF]
        rows = size_of(given[0]) if given else base.size
        changes["size"] = rows
    made = Value(**changes) if base is UNKNOWN else replace(base, **changes)  # type: ignore[arg-type]
    if made.type == "list" and made.element is None and base.element is not None and returns.like is not None:
        made = replace(made, element=base.element)
    if made.type in _COLUMNS and made.dtype is None and base.type in ("list", "tuple", "range"):
        made = replace(made, dtype=of_elements(base))
    return made


_COLUMNS = ("pyarrow.Array", "pyarrow.ChunkedArray", "polars.Series")  # they are of what the list is of


_NESTED = ("list", "dict", "tuple", "set", "frozenset")  # what no column has a dtype of its own for
_COLUMN_OF = {"int": "int64", "float": "float64", "bool": "bool", "str": "str"}


def _columns(source: Value) -> tuple[tuple[str, Value], ...] | None:
    """The columns of a frame made from a dict: each a Series with the dtype of what it was made from."""
    if source.columns is None:
        return None
    made = []
    for name, value in source.columns:
        if value.type in _COLUMN_OF:  # one value for all rows
            made.append((name, Value(type="pandas.Series", dtype=_COLUMN_OF[value.type], element=value)))
            continue
        dtype = value.dtype
        if dtype is None and value.element is not None:
            dtype = "object" if value.element.type in _NESTED else _COLUMN_OF.get(value.element.type or "")
        kept = replace(value, type="pandas.Series", dtype=dtype, columns=None, literal=None, items=None)
        made.append((name, replace(kept, size=size_of(value) if value.size or value.items or value.shape else None)))
    return tuple(made)


def _shape(text: str, answers: Answers, bound: Bound) -> tuple[Estimate, ...] | None:
    if text == "*":
        values: tuple[Value, ...] = bound.positional
        if len(values) == 1 and values[0].items is not None:
            values = values[0].items
        return tuple(number_of(v).max(0) for v in values)
    value = answers.value(text)
    if value is None:
        return None
    if value.items is not None:
        return tuple(number_of(v).max(0) for v in value.items)
    if value.type in ("int", None):
        return (number_of(value).max(0),)
    return None
