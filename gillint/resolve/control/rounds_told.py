"""How often a function that calls itself runs, by the first that tells: its arguments, its end, a document, whom it asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.control.ends import calls_to_the_end
from gillint.resolve.control.exhaustion import turns_while_talking
from gillint.resolve.control.kept_answers import remembers
from gillint.resolve.control.recursion import ANSWERS, INNER_CALLS, goes_into_parts, nodes_walked, rounds
from gillint.resolve.trace import Block, Iterations, Kind, Loop
from gillint.resolve.values import Value
from gillint.syntax import tree as t

_MANY_TIMES = 20.0  # runs of a function that calls itself: what it goes through each time is small


def rounds_told(
    act: Activation,
    tree: t.Function | t.Lambda,
    arguments: dict[str, Value],
    inner: Sequence[Mapping[str, Value]],
    block: Block,
) -> tuple[Estimate | None, Estimate | None]:
    """How often a function that calls itself runs, and how many nodes of a document it visits, as far as that is known."""
    known = None if goes_into_parts(arguments, inner) else rounds(tree, arguments, inner, block)
    to_the_end = None if remembers(tree) else calls_to_the_end(act, tree, arguments, inner, block)
    if to_the_end is not None and (known is None or to_the_end.likely < known.likely):
        known = to_the_end
    nodes = nodes_walked(arguments, inner) if known is None else None
    if nodes is not None:
        known = nodes
    elif known is None and turns_while_talking(block) is not None:
        known = ANSWERS
    elif known is None and act.times.likely >= _MANY_TIMES:
        known = INNER_CALLS
    return known, nodes


def runs_of(act: Activation, tree: t.Function, block: Block, times: Estimate) -> Block:
    """What so many runs of a generator that calls itself do, for an item that comes out of the first of them."""
    runs = Loop(tree.span, act.path, Kind.RECURSION, times, replace(block, rounds=None), Iterations.UNKNOWN, act.name)
    return Block((), (runs,), act.name)
