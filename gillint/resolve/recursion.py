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
    tally = _Tally()
    calls = tally.calls(block)
    return tally.scaled(block, calls) if calls.likely > 1 else block


class _Tally:
    """Looks at each block once, in however many places it is called: mutually recursive functions share most of theirs."""

    def __init__(self) -> None:
        self._calls: dict[int, Estimate] = {}
        self._scaled: dict[int, Block] = {}

    def calls(self, block: Block) -> Estimate:
        """How many calls one run makes of a function that is running already."""
        found = self._calls.get(id(block))
        if found is None:
            found = self._calls[id(block)] = total(self._calls_of(node) for node in block.nodes)
        return found

    def _calls_of(self, node: Node) -> Estimate:
        if isinstance(node, Call):
            if node.kind != "project":
                return ZERO
            return ONE if node.inner is None else self.calls(node.inner)
        if isinstance(node, Loop):
            return self.calls(node.body) * node.trips
        if isinstance(node, Branch):
            return total(self.calls(arm) * share for arm, share in node.shares)
        return ZERO

    def scaled(self, block: Block, calls: Estimate) -> Block:
        """The block with the outermost loops that have calls in them turning less often."""
        found = self._scaled.get(id(block))
        if found is None:
            found = replace(block, nodes=tuple(self._scaled_node(node, calls) for node in block.nodes))
            self._scaled[id(block)] = found
        return found

    def _scaled_node(self, node: Node, calls: Estimate) -> Node:
        if self._calls_of(node) is ZERO:
            return node
        if isinstance(node, Loop):
            return replace(node, trips=node.trips / calls.max(1))
        if isinstance(node, Branch):
            return replace(node, arms=tuple(self.scaled(arm, calls) for arm in node.arms))
        if isinstance(node, Call) and node.inner is not None:
            return replace(node, inner=self.scaled(node.inner, calls))
        return node
