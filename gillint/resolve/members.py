"""What is known of the members of a tuple, a list or a dict that are known one by one, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.joining import join
from gillint.resolve.values import UNKNOWN, Value


def one_of(items: Sequence[Value]) -> Value:
    """One member after the other: of their amounts the average is likely, since each has its turn."""
    whole = reduce(join, items) if items else UNKNOWN
    if whole.number is not None and not whole.number.known:
        whole = replace(whole, number=_average(whole.number, [i.number for i in items]))
    if whole.size is not None and not whole.size.known:
        whole = replace(whole, size=_average(whole.size, [i.size for i in items]))
    if whole.shape is not None and not all(d.known for d in whole.shape):
        each = zip(*(i.shape for i in items if i.shape is not None), strict=True)  # others would not join
        shape = tuple(_average(d, list(of_all)) for d, of_all in zip(whole.shape, each, strict=True))
        whole = replace(whole, shape=shape)
    return whole


def _average(covering: Estimate, amounts: list[Estimate | None]) -> Estimate:
    known = [a.likely for a in amounts if a is not None]
    return Estimate(covering.low, sum(known) / len(known), covering.high) if len(known) == len(amounts) else covering
