"""Loops inside loops that go through the same iterator: what the inner one takes, the outer one does not see again."""

from __future__ import annotations

from functools import lru_cache

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import MAPPINGS
from gillint.resolve.control.turns import leaves_early
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import statements

# Lines of a section, where nothing tells: an assumption, of the size that `while` loops in loops have.
_PART = Estimate(1, 10, 1_000)
# What begins anew in each loop.
_AGAIN = frozenset(
    {"list", "tuple", "str", "bytes", "bytearray", "set", "frozenset", "range", "json", ARRAY, *MAPPINGS}
)


def its_share(act: Activation, node: t.For, source: Value, count: Estimate) -> Estimate:
    """How often a loop turns that takes its items from an iterator together with a loop in it, or around it.

    Args:
        node: the loop.
        source: what it goes through.
        count: the items of all of it.
    """
    if source.type is None or source.type in _AGAIN or "::" in source.type:
        return count
    inner = _inside(node)
    act.sharing |= {loop.span for loop in inner}
    is_inner = node.span in act.sharing
    stops = all(any(leaves_early(s) for s in loop.body) for loop in inner or (node,))
    if is_inner:
        return _PART.min(count) if stops else (count / _PART).max(1)
    if inner:
        return (count / (_PART + 1)).max(1) if stops else _PART.min(count)
    return count


@lru_cache(maxsize=4096)
def _inside(node: t.For) -> tuple[t.For, ...]:
    """The loops in the body of a loop that go through the same variable."""
    name = node.iterable.id if isinstance(node.iterable, t.Name) else None
    if name is None:
        return ()
    loops = (s for s in statements(node.body) if isinstance(s, t.For))
    return tuple(s for s in loops if isinstance(s.iterable, t.Name) and s.iterable.id == name)
