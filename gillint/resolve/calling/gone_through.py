"""Instances of the program's own classes that a call goes through: they are what their `__iter__` gives."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.knowledge.schema import Fact
from gillint.resolve.activation import Activation
from gillint.resolve.calling.intrinsics import WRAPPERS
from gillint.resolve.values import Value

# What goes through iterables when it is asked for an item, and which of its arguments is the first of them.
_ITEM_BY_ITEM = {
    **dict.fromkeys(("itertools.chain", "itertools.accumulate", "itertools.groupby", "itertools.pairwise"), 0),
    **dict.fromkeys(("map", "filter", "itertools.starmap", "itertools.takewhile", "itertools.dropwhile"), 1),
    "itertools.filterfalse": 1,
}


def gone_through(
    act: Activation, fact: Fact | None, name: str, positional: tuple[Value, ...], span: Span
) -> tuple[Value, ...]:
    """The arguments of a call, those that it goes through as what they give."""
    from gillint.resolve.iterating import is_own, iterable_of

    if fact is not None and (fact.consumes is not None or name in WRAPPERS):
        return tuple(iterable_of(act, v, span) for v in positional)
    first = _ITEM_BY_ITEM.get(name)
    if first is None:
        return positional
    found = (iterable_of(act, v, span) if number >= first and is_own(v) else v for number, v in enumerate(positional))
    return tuple(found)
