"""Functions that remember their answers: `functools.lru_cache`, `functools.cache`."""

from __future__ import annotations

from gillint.resolve.activation import Activation
from gillint.resolve.trace import Block, Branch, Call, Node
from gillint.resolve.values import FunctionRef, Value
from gillint.syntax import tree as t
from gillint.syntax.parse import dotted

_CACHES = ("lru_cache", "cache")
_NOTHING = Block((), ())


def once_for_each(act: Activation, ref: FunctionRef, call: Call, arguments: tuple[Value, ...]) -> Node:
    """The call of a function of the project, which is run where its arguments are new, if it remembers its answers."""
    turns = (act.times * act.trips_so_far()).likely
    if turns <= 1 or not _remembers(act, ref):
        return call
    kinds = 1.0
    for value in arguments:
        if value.distinct is not None:
            kinds *= value.distinct.likely
        elif value.literal is None:  # nothing tells: as many as there are calls with each
            kinds *= turns**0.5
    new = min(1.0, kinds / turns)
    return Branch((Block((), (call,)), _NOTHING), (new, 1.0 - new))


def _remembers(act: Activation, ref: FunctionRef) -> bool:
    tree, _ = act.program.function_tree(ref.key)
    if not isinstance(tree, t.Function):
        return False
    written = (d.function if isinstance(d, t.Call) else d for d in tree.decorators)
    return any(dotted(d).rsplit(".", 1)[-1] in _CACHES for d in written)
