"""How often the loops turn in which a function calls itself.

Every call but the first is made by another one. So on the average a call makes one more, however many there are: where a
loop over the children of a node would make a thousand, most nodes have none.
"""

from __future__ import annotations

from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import replace
from gillint.resolve.trace import Block, Branch, Call, Loop, Node


def balanced(block: Block) -> Block:
    """A recursive function's body with such trip counts that one run makes one call more."""
    calls = _calls(block)
    return _scaled(block, calls) if calls.likely > 1 else block


def _calls(block: Block) -> Estimate:
    """How many calls one run makes of a function that is running already."""
    return total(_calls_of(node) for node in block.nodes)


def _calls_of(node: Node) -> Estimate:
    if isinstance(node, Call):
        if node.kind != "project":
            return ZERO
        return ONE if node.inner is None else _calls(node.inner)
    if isinstance(node, Loop):
        return _calls(node.body) * node.trips
    if isinstance(node, Branch):
        return total(_calls(arm) * share for arm, share in node.shares)
    return ZERO


def _scaled(block: Block, calls: Estimate) -> Block:
    return replace(block, nodes=tuple(_scaled_node(node, calls) for node in block.nodes))


def _scaled_node(node: Node, calls: Estimate) -> Node:
    """The outermost loops with calls in them turn less often."""
    if _calls_of(node) is ZERO:
        return node
    if isinstance(node, Loop):
        return replace(node, trips=node.trips / calls.max(1))
    if isinstance(node, Branch):
        return replace(node, arms=tuple(_scaled(arm, calls) for arm in node.arms))
    if isinstance(node, Call) and node.inner is not None:
        return replace(node, inner=_scaled(node.inner, calls))
    return node
