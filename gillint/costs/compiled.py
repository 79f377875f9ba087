"""What compiled code costs: the body of a function that numba compiles, from its source."""

from __future__ import annotations

from collections.abc import Callable

from gillint.costs.bytecode import operations_ns
from gillint.effects.classify import CallEffect
from gillint.estimate import ZERO, Estimate
from gillint.knowledge.conditions import Target
from gillint.resolve.trace import Block, Branch, Call, Loop

# A hundredth of the bytecode's time, half a nanosecond for an element of an array; a call of numpy inside keeps its native
# part. Measured with numba 0.68.1: a grid relaxation took 2.5 ns a cell (6 predicted), a five-point stencil, which is
# vectorised, 0.4 ns (5 predicted), a sum of squares 0.8 ns (0.9 predicted).
BYTECODE_SHARE = 0.01
ELEMENT_NS = 0.5
CALL_SHARE = 0.05
# Unpacking the arguments: 0.2 us each.
CALL = Estimate.point(400)
_MAX_DEPTH = 20
_Effects = Callable[[Call], CallEffect]


def compiled_ns(effects: _Effects, target: Target, block: Block, depth: int = 0) -> Estimate:
    """The time of one run of a block as machine code; `effects` tells what a call does where it is interpreted."""
    spent = Estimate.point(operations_ns(block.operations, target) * BYTECODE_SHARE)
    if depth > _MAX_DEPTH:
        return spent
    for node in block.nodes:
        if isinstance(node, Call):
            spent = spent + _call(effects, target, node, depth)
        elif isinstance(node, Loop):
            spent = spent + compiled_ns(effects, target, node.body, depth + 1) * node.trips
        elif isinstance(node, Branch):
            for arm, share in node.shares:
                spent = spent + compiled_ns(effects, target, arm, depth + 1) * share
    return spent


def _call(effects: _Effects, target: Target, call: Call, depth: int) -> Estimate:
    inner = call.inner if call.inner is not None else call.compiled
    if inner is not None:
        return compiled_ns(effects, target, inner, depth + 1)
    effect = effects(call)
    if call.implicit and effect.native == ZERO:
        return Estimate.point(ELEMENT_NS)
    return effect.native + effect.gil * CALL_SHARE
