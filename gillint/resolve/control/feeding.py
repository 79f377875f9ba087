"""What a loop goes through is made one after the other: `for user in pages(): details(user)`, where each page names the next."""

from __future__ import annotations

from collections.abc import Sequence

from gillint.knowledge.schema import Effect
from gillint.resolve.trace import Block, Branch, Call, Iterations, Loop, Node

_MOSTLY = 4.0  # waits of the loop's own for each one of what makes its items


def unless_outweighed(fed: Iterations, making: Sequence[Node], own: Sequence[Node]) -> Iterations:
    """How the items are made, unless the loop waits so much more with each of them that they might be collected first.

    Args:
        fed: how what makes the items goes from one to the next.
        making: what makes one item.
        own: what the loop does with it.
    """
    if fed is Iterations.CARRIED and _waits(own, {}) >= _MOSTLY * _waits(making, {}) > 0:
        return Iterations.INDEPENDENT
    return fed


def _waits(nodes: Sequence[Node], done: dict[int, float]) -> float:
    """How many calls that wait are made, by estimate."""
    return sum(_waits_of(node, done) for node in nodes)


def _waits_of(node: Node, done: dict[int, float]) -> float:
    if isinstance(node, Loop):
        return node.trips.likely * _in_block(node.body, done)
    if isinstance(node, Branch):
        return sum(share * _in_block(arm, done) for arm, share in node.shares)
    if not isinstance(node, Call):
        return 0.0
    itself = node.fact is not None and node.fact.behaviour.effect is Effect.WAITS
    return itself + sum(_in_block(b, done) for b in (node.inner, node.callback) if b is not None)


def _in_block(block: Block, done: dict[int, float]) -> float:
    if id(block) not in done:
        done[id(block)] = 0.0  # of one that calls itself
        done[id(block)] = _waits(block.nodes, done)
    return done[id(block)]
