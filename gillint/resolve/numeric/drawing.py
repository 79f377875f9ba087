"""Arrays of numbers that are drawn by lot: between what these lie, and how many of them a limit lets through."""

from __future__ import annotations

import math

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.numeric.dtypes import kind_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

# The mark of a number around whose likely value the others gather; low and high are a standard deviation away.
_NORMAL = "normal"
_UNIFORM = ("random", "random_sample", "rand", "ranf", "sample")
_ORDERS = {
    "__lt__": True,
    "__le__": True,
    "lt": True,
    "le": True,
    "__gt__": False,
    "__ge__": False,
    "gt": False,
    "ge": False,
}


def member_of(last: str, bound: Bound) -> Value | None:
    """A number of an array that a function of `numpy.random` gives; None where nothing tells between what it lies."""
    if last in _UNIFORM:
        return _between(ZERO, ONE)
    if last == "uniform":
        return _between(_number(bound, "low", ZERO), _number(bound, "high", ONE))
    if last in ("standard_normal", "randn"):
        return _around(ZERO, ONE)
    if last in ("integers", "randint"):
        first = _number(bound, "low", None)
        last_one = _number(bound, "high", None)
        return _whole(ZERO if last_one is None else first, first if last_one is None else last_one)
    if last == "normal":
        return _around(_number(bound, "loc", ZERO), _number(bound, "scale", ONE))
    return None


def is_drawn(member: Value | None) -> bool:
    """Whether it is a whole number that is as likely to be any between two others."""
    number = member.number if member is not None and member.type == "int" else None
    return member is not None and number is not None and member.distinct == number.high - number.low + ONE


def extreme_of_drawn(member: Value | None, *, largest: bool) -> Value | None:
    """The largest or the smallest of many whole numbers that were drawn between two others; None where nothing tells."""
    if member is None or member.number is None or not is_drawn(member):
        return None
    return Value(type="int", number=Estimate.point(member.number.high if largest else member.number.low))


# What leaves numbers as they are: it gives the same ones, some of them, or in another order.
_KEEPS = frozenset(
    (
        "copy", "sort", "sort_values", "sort_index", "ravel", "flatten", "reshape", "to_numpy", "values", "array", "asarray",
        "reset_index", "squeeze", "to_list", "Series", "head", "tail", "sample", "dropna", "drop_duplicates", "astype", "round",
        "around", "permutation", "shuffled", "rename", "set_axis", "reindex", "take", "ascontiguousarray", "float32", "float64",
        "__getitem__", "to_frame", "where", "fillna", "unique", "shift", "ffill", "bfill",
    )
)  # fmt: skip
_MOVED = {"__add__": 1.0, "__radd__": 1.0, "__sub__": -1.0}
_SCALED = ("__mul__", "__rmul__", "__truediv__")


def after(last: str, source: Value | None, other: Value | None, result: Value) -> Value:
    """The array or column with what is known of its numbers after an operation: moved and scaled by a constant, or nothing."""
    member = source.element if source is not None else None
    kind = kind_of(result.dtype) if result.dtype is not None else None
    if last == "astype" and member is not None and member.type == "int" and kind in ("int", "uint"):
        return replace(result, element=member)
    if last in _KEEPS or member is None or member.type not in ("int", "float"):
        return result
    if member.number is None or member.mark not in (None, _NORMAL):
        return result
    moved = _affine(last, member, other) if member.type == "float" else None
    left = result.element
    if moved is None and (left is None or left.number != member.number or left.mark != member.mark):
        return result
    return replace(result, element=moved or replace(member, number=None, mark=None))


def _affine(last: str, member: Value, other: Value | None) -> Value | None:
    """`member * 5`, `3 + member`, `1 - member`."""
    by = other.number if other is not None and other.type in ("int", "float") else None
    if by is None or not by.known or member.number is None:
        return None
    n = by.likely
    if last in _MOVED:
        return replace(member, number=member.number + _MOVED[last] * n)
    if last == "__rsub__":
        scaled = (member.number * -1.0 + n).scenarios
    elif last in _SCALED and n != 0:
        scaled = (member.number * (1 / n if last == "__truediv__" else n)).scenarios
    else:
        return None
    return replace(member, number=Estimate(min(scaled), scaled[1], max(scaled)))


def _number(bound: Bound, parameter: str, default: Estimate | None) -> Estimate | None:
    value = bound.get(parameter)
    return default if value is None else value.number


def _between(low: Estimate | None, high: Estimate | None) -> Value | None:
    if low is None or high is None or not (low.known and high.known):
        return None
    ends = sorted((low.likely, high.likely))
    return Value(type="float", number=Estimate(ends[0], sum(ends) / 2, ends[1]))


def _whole(first: Estimate | None, end: Estimate | None) -> Value | None:
    """Whole numbers from the first up to but without the end."""
    if first is None or end is None or not (first.known and end.known) or end.likely <= first.likely:
        return None
    low, high = first.likely, end.likely - 1
    return Value(type="int", number=Estimate(low, (low + high) / 2, high), distinct=end - first)


def _around(mean: Estimate | None, deviation: Estimate | None) -> Value | None:
    if mean is None or deviation is None or not (mean.known and deviation.known):
        return None
    middle, away = mean.likely, abs(deviation.likely)
    return Value(type="float", number=Estimate(middle - away, middle, middle + away), mark=_NORMAL)


def let_through(last: str, member: Value | None, other: Value | None) -> Estimate | None:
    """The share of such numbers for which `member < limit` (or another order) holds; None where nothing tells."""
    below = _ORDERS.get(last)
    number = other.number if other is not None else None
    if below is None or member is None or number is None or number.is_open:
        return None
    including = last in ("__le__", "le", "__gt__", "gt")
    shares = [_share_below(member, limit, including=including) for limit in number.scenarios]
    known = [share if below else 1.0 - share for share in shares if share is not None]
    return Estimate.of(known) if len(known) == len(shares) else None


def lies_between(member: Value | None, lower: Value | None, upper: Value | None) -> Estimate | None:
    """The same of `column.between(lower, upper)`."""
    under, over = let_through("lt", member, lower), let_through("lt", member, upper)
    return (over - under).max(0.0) if under is not None and over is not None else None


def _share_below(member: Value, limit: float, *, including: bool) -> float | None:
    number = member.number
    if number is None or number.high <= number.low or member.mark not in (None, _NORMAL):
        return None
    if member.type == "int":
        if member.distinct != Estimate.point(number.high - number.low + 1):
            return None
        below = math.floor(limit) + 1 if including else math.ceil(limit)
        return min(1.0, max(0.0, (below - number.low) / (number.high - number.low + 1)))
    away = (number.high - number.low) / 2
    if abs(number.low + number.high - 2 * number.likely) > 0.02 * away:
        return None
    if member.mark == _NORMAL:
        return 0.5 * (1.0 + math.erf((limit - number.likely) / (away * math.sqrt(2.0))))
    return min(1.0, max(0.0, (limit - number.low) / (2 * away)))
