"""What is known of the members of a tuple, a list or a dict that are known one by one, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.joining import join
from gillint.resolve.values import UNKNOWN, ChoiceRef, FunctionRef, SymbolRef, Value, options_of

_MOST = 16  # functions, where closures of one are told apart


def one_of(items: Sequence[Value]) -> Value:
    """One member after the other: of their amounts the average is likely, since each has its turn."""
    whole = _apart(reduce(join, items), items) if items else UNKNOWN
    if whole.number is not None and not whole.number.known:
        whole = replace(whole, number=_average(whole.number, [i.number for i in items]))
    if whole.size is not None and not whole.size.known:
        whole = replace(whole, size=_average(whole.size, [i.size for i in items]))
    shapes = [i.shape for i in items if i.shape is not None]
    if whole.shape is not None and {len(shape) for shape in shapes} == {len(whole.shape)} and len(shapes) == len(items):
        dimensions = zip(*shapes, strict=True)
        whole = replace(whole, shape=tuple(_average(d, list(n)) for d, n in zip(whole.shape, dimensions, strict=True)))
    return whole


def _apart(whole: Value, items: Sequence[Value]) -> Value:
    """The closures of one function that are listed are told apart: what they see makes the difference."""
    options = tuple(dict.fromkeys(o for i in items for o in options_of(i)))
    if len(options_of(whole)) < len(options) <= _MOST and all(map(_is_function, options)):
        return replace(whole, reference=ChoiceRef(options))
    if whole.items is None or any(i.items is None or len(i.items) != len(whole.items) for i in items):
        return whole
    columns = zip(*(i.items or () for i in items), strict=True)
    return replace(whole, items=tuple(_apart(w, column) for w, column in zip(whole.items, columns, strict=True)))


def _is_function(value: Value) -> bool:
    return isinstance(value.reference, (FunctionRef, SymbolRef))


def _average(covering: Estimate, amounts: list[Estimate | None]) -> Estimate:
    known = [a.likely for a in amounts if a is not None]
    return Estimate(covering.low, sum(known) / len(known), covering.high) if len(known) == len(amounts) else covering
