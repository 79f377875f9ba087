"""What iterators over others give: slices, groups, generators one after the other, combinations."""

from __future__ import annotations

import math
from collections.abc import Callable

from gillint.diagnostics.span import Span
from gillint.estimate import LIMIT, ONE, ZERO, Estimate, total
from gillint.resolve.activation import Activation, Lazy
from gillint.resolve.calling.bound import TENSOR, element_of, number_of, size_of
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.tabular.columns import IN_GROUPS
from gillint.resolve.trace import Block, Branch, Kind
from gillint.resolve.values import UNKNOWN, Value


def length_of(value: Value) -> Estimate:
    """How many items iterating gives: the rows of an array, the groups of grouped rows."""
    return value.shape[0] if value.shape and value.type in (ARRAY, TENSOR, *IN_GROUPS) else size_of(value)


def first_of(name: str, args: tuple[Value, ...]) -> Value:
    """`islice(rows, 100)`: what makes the rows makes no more than that."""
    source, numbers = args[0], [a.number for a in args[1:3]]
    if len(numbers) < 2:  # one number is where it stops
        numbers = [ZERO, *numbers]
    first, last = numbers[0] or ZERO, numbers[1] if numbers[1:] else None
    whole = length_of(source) if source.size is not None or source.items is not None else None
    size = whole if last is None else (last - first).max(0)
    if whole is not None and size is not None:
        size = size.min(whole)
    return Value(
        type="itertools.islice", size=size, element=element_of(source), reference=source.reference, origin=source.origin
    )


def grouped(name: str, args: tuple[Value, ...]) -> Value | None:
    """`groupby(rows, key)`: so many groups as there are rows in each, where nothing tells; together they are the rows."""
    source = args[0]
    if source.size is None and source.items is None:
        return None
    rows = length_of(source).max(1)
    groups = Estimate(1.0, rows.likely**0.5, rows.high)
    group = Value(type="iterator", size=(rows / groups).sorted(), element=element_of(source))
    return Value(type=name, size=groups, element=Value(type="tuple", items=(UNKNOWN, group)))


def in_turn(act: Activation, several: Value, span: Span) -> Value | None:
    """Generators one after the other, `chain.from_iterable(map(read, paths))`: an item is one of theirs."""
    one = element_of(several)
    inner = act.lazy_of(one)
    if inner is None or inner.kind not in (Kind.GENERATOR, Kind.MAP):
        return None
    act.begin(several)
    with act.nested() as making:
        outer = act.start(several)
        if outer is not None:
            act.builder.include(outer.block)
        act.begin(one)
        act.start(one)
    share = min(1.0, 1.0 / max(1.0, inner.trips.likely))
    nodes = (*inner.block.nodes, Branch((making.finish(), Block()), (share, 1.0 - share)))
    trips = (outer.trips if outer is not None else size_of(several)) * inner.trips
    lazy = Lazy(span, Kind.MAP, Block(inner.block.operations, nodes), trips, inner.result, act.path, act.name)
    return act.defer(lazy, "iterator", inner.result)


def spread(name: str, several: Value) -> Value:
    """`zip(*rows)`, `chain(*lists)`: each member is an iterable of its own."""
    one = element_of(several)
    if name in ("zip", "itertools.zip_longest"):
        if one.type == "tuple" and one.items is not None:  # of records, a column for each field
            columns = tuple(Value(type="tuple", size=several.size, element=field) for field in one.items)
            return Value(type="iterator", size=Estimate.point(len(columns)), items=columns)
        column = Value(type="tuple", size=several.size, element=element_of(one))
        return Value(type="iterator", size=one.size, element=column, origin=one.origin)
    size = several.size * one.size if several.size is not None and one.size is not None else None
    return Value(type=name, size=size, element=element_of(one), origin=several.origin)


COMBINATIONS = {
    "itertools.product": math.pow,
    "itertools.permutations": lambda n, r: math.exp(math.lgamma(n + 1) - math.lgamma(max(n - r, 0) + 1)),
    "itertools.combinations": lambda n, r: math.exp(
        math.lgamma(n + 1) - math.lgamma(r + 1) - math.lgamma(max(n - r, 0) + 1)
    ),
    "itertools.combinations_with_replacement": lambda n, r: math.exp(
        math.lgamma(n + r) - math.lgamma(r + 1) - math.lgamma(n) if n >= 1 else 0.0
    ),
}


def every_choice(axes: Value) -> Value:
    """`product(*grid.values())`: a member of each axis; as many axes as are few where nobody knows how many there are."""
    axis = element_of(axes)
    count = axes.size if axes.size is not None else _AXES
    size = size_of(axis).combine(count, lambda n, k: _bounded(math.pow, n, k))
    return Value(type="itertools.product", size=size, element=Value(type="tuple", element=element_of(axis), size=count))


_AXES = Estimate(1.0, 2.0, 4.0)


def combinations(name: str, args: tuple[Value, ...], named: dict[str, Value]) -> Value:
    """What the combinatoric iterators give: how many tuples, of what and how long."""
    count = COMBINATIONS[name]
    first = element_of(args[0])
    if name == "itertools.product":
        repeat = number_of(named["repeat"]) if "repeat" in named else ONE
        size = ONE
        for source in args:
            size = size * size_of(source)
        members = tuple(element_of(a) for a in args)
        if repeat.known and repeat.likely <= 8:
            members = members * int(repeat.likely)
            element = Value(type="tuple", items=members)
        else:
            element = Value(type="tuple", element=first, size=repeat)
        return Value(type=name, size=size.combine(repeat, lambda n, r: _bounded(count, n, r)), element=element)
    length = args[1] if len(args) > 1 else named.get("r")
    r = number_of(length) if length is not None else size_of(args[0])
    lengths = _lengths(length, r)
    size = total(size_of(args[0]).combine(k, lambda n, k: _bounded(count, n, k)) for k in lengths) / len(lengths)
    if not (r.known and size_of(args[0]).known):
        size = Estimate(size.low, min(size.likely, _GONE_THROUGH), size.high)
    return Value(type=name, size=size, element=Value(type="tuple", element=first, size=r))


def _lengths(length: Value | None, likely: Estimate) -> tuple[Estimate, ...]:
    """The lengths that are asked for one after the other: `for r in range(n + 1): combinations(xs, r)`, most in the middle."""
    several = length.distinct if length is not None and not likely.known else None
    if several is None or not several.known or several.likely > _LENGTHS:
        return (likely,)
    first = math.floor(likely.likely - (several.likely - 1) / 2)  # of whole numbers, whose middle is that of the range
    return tuple(Estimate.point(max(0.0, first + i)) for i in range(max(1, int(several.likely))))


_LENGTHS = 64  # of more, the one in the middle stands for all
_GONE_THROUGH = 1e6  # choices of which nothing tells how many there are, at most


def _bounded(count: Callable[[float, float], float], n: float, r: float) -> float:
    try:
        return min(LIMIT, max(1.0, count(n, r)))
    except (OverflowError, ValueError):
        return LIMIT
