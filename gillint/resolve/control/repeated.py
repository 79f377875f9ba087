"""`iter(function, sentinel)`: a function that is called until it gives the sentinel."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation, Lazy
from gillint.resolve.assumed import UNKNOWN_TRIPS
from gillint.resolve.trace import Block, Call, Iterations, Kind
from gillint.resolve.values import Value


def called_again(act: Activation, function: Value, span: Span) -> Value:
    """An iterator over what the calls give: as many as a file has pieces, or a queue has members, where that is known."""
    from gillint.resolve.calling.calls import apply
    from gillint.resolve.control.exhaustion import turns_until_empty, turns_while_talking

    with act.nested() as builder:
        builder.operations["generator_step"] = 1.0
        element = apply(act, function, (), (), span, function.origin or "function")
    block = builder.finish()
    usual = turns_while_talking(block) or UNKNOWN_TRIPS
    trips = turns_until_empty(act, _without_wrapping(block)) or usual
    hangs_on = None if trips is not usual else "how often a function is called until it gives the sentinel"
    lazy = Lazy(
        span, Kind.GENERATOR, block, trips, element, act.path, act.name, hangs_on, iterations=Iterations.CARRIED
    )
    return act.defer(lazy, "iterator", element)


def _without_wrapping(block: Block) -> Block:
    """What `lambda: f.read(n)` does is what its body does."""
    only = block.nodes[0] if len(block.nodes) == 1 else None
    return only.inner if isinstance(only, Call) and only.inner is not None else block
