"""Loops in which a function calls itself: an iteration does what the function does."""

from __future__ import annotations

from gillint.frozen import replace
from gillint.resolve.trace import Block, Branch, Call, Loop, Node


def with_its_calls(body: Block, function: str, whole: Block) -> Block:
    """The body of a loop in a recursive function, with one run of the function in place of each call of itself.

    The trace of a function leaves these calls empty, so that a loop over the parts of a tree would seem to do next to nothing.
    """
    once = replace(whole, recursive=False)

    def entered(node: Node) -> Node:
        if isinstance(node, Call) and node.kind == "project" and node.inner is None and node.name == function:
            return replace(node, inner=once)
        if isinstance(node, Loop) and node.body.again.likely > 0:
            return replace(node, body=inside(node.body))
        if isinstance(node, Branch):
            return replace(node, arms=tuple(map(inside, node.arms)))
        return node

    def inside(block: Block) -> Block:
        return replace(block, nodes=tuple(map(entered, block.nodes)))

    return inside(body)
