"""How long one task of an event loop keeps the others waiting."""

from __future__ import annotations

from gillint.costs.bytecode import operations_ns
from gillint.costs.demand import Costs, calls_of
from gillint.estimate import ZERO, Estimate
from gillint.frozen import dataclass
from gillint.resolve.trace import Await, Block, Branch, Call, Loop


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Synchronous time before the first await, after the last, and the longest in between."""

    before: Estimate
    after: Estimate
    longest: Estimate
    awaits: bool

    def then(self, other: _Stretch) -> _Stretch:
        if not self.awaits and not other.awaits:
            both = self.before + other.before
            return _Stretch(both, both, ZERO, False)
        if not self.awaits:
            return _Stretch(self.before + other.before, other.after, other.longest, True)
        if not other.awaits:
            return _Stretch(self.before, self.after + other.before, self.longest, True)
        middle = self.after + other.before
        return _Stretch(self.before, other.after, self.longest.max(other.longest).max(middle), True)

    def times(self, count: Estimate) -> _Stretch:
        """The same several times over, without an await between."""
        return _Stretch(self.before * count, self.after * count, ZERO, False)


def longest_synchronous(costs: Costs, block: Block) -> Estimate:
    """How long other tasks of the event loop stand still at worst: the longest stretch between two awaits."""
    stretch = _stretch(costs, block, 0)
    return stretch.longest.max(stretch.before).max(stretch.after)


def _stretch(costs: Costs, block: Block, depth: int) -> _Stretch:
    own = Estimate.point(operations_ns(block.operations, costs.target))
    whole = _Stretch(own, own, ZERO, False)
    for node in block.nodes:
        whole = whole.then(_node_stretch(costs, node, depth))
    return whole


def _node_stretch(costs: Costs, node: object, depth: int) -> _Stretch:
    if isinstance(node, Await):
        return _Stretch(ZERO, ZERO, ZERO, True)
    if isinstance(node, Call) and depth < 40:
        if node.awaited and node.inner is not None:
            inside = _stretch(costs, node.inner, depth + 1)
            return inside if inside.awaits else inside.times(calls_of(node.inner))
        effect = costs.effect(node)
        busy = effect.gil + effect.native if node.awaited else effect.elapsed
        if node.inner is not None:
            busy = busy + costs.block(node.inner).elapsed
        if node.callback is not None:
            busy = busy + costs.block(node.callback).elapsed * effect.calls
        return _Stretch(busy, busy, ZERO, node.awaited)
    if isinstance(node, Loop) and depth < 40:
        body = _stretch(costs, node.body, depth + 1)
        if not body.awaits:
            return body.times(node.trips)
        return _Stretch(body.before, body.after, body.longest.max(body.after + body.before), True)
    if isinstance(node, Branch) and depth < 40:
        # An arm in which nothing happens is never the worst.
        arms = [_stretch(costs, arm, depth + 1) for arm in node.arms if arm.nodes or arm.operations]
        joined = arms[0] if arms else _Stretch(ZERO, ZERO, ZERO, False)
        for arm in arms[1:]:
            joined = _Stretch(
                joined.before.max(arm.before),
                joined.after.max(arm.after),
                joined.longest.max(arm.longest),
                joined.awaits and arm.awaits,
            )
        return joined
    return _Stretch(ZERO, ZERO, ZERO, False)
