"""What compiled code costs: the body of a function that numba compiles, from its source."""

from __future__ import annotations

from collections.abc import Callable

from gillint.costs.bytecode import operations_ns
from gillint.effects.classify import CallEffect
from gillint.estimate import ZERO, Estimate
from gillint.knowledge.conditions import Target
from gillint.resolve.numeric.dtypes import SCALAR_CLASSES
from gillint.resolve.trace import Block, Branch, Call, Iterations, Loop

# A hundredth of the bytecode's time, half a nanosecond for an element of an array; a call of numpy inside keeps its native
# part. Measured with numba 0.68.1: a grid relaxation took 2.5 ns a cell (5 predicted), a sum of squares 0.8 ns (0.9 predicted),
# a table of warping distances 2.0 ns (4 predicted).
BYTECODE_SHARE = 0.01
ELEMENT_NS = 0.5
CALL_SHARE = 0.05
# A function of one number that no instruction computes; exp and log took 3 ns, sin, cos, pow and acos 8, tanh and atan2 10.
TRANSCENDENTAL_NS = 7.0
_TRANSCENDENTAL = frozenset(
    f"{module}.{name}"
    for module in ("math", "numpy", "cmath")
    for name in (
        "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh",
        "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "pow", "power", "hypot", "cbrt", "erf", "erfc", "gamma",
        "lgamma",
    )
)  # fmt: skip
# An innermost loop that stores each element by itself is vectorised: two five-point stencils and `y[i] = a * x[i] + y[i]` took
# 0.6, 0.3 and 0.2 ns an element, where one after the other would be 8, 7 and 3.
VECTORISED = 0.08
_SCALAR_OPERATORS = tuple(
    f"{scalar}.__" for scalar in SCALAR_CLASSES
)  # an instruction, as between Python's own numbers
_BINARY = (("binary", 1.0),)
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
            once = compiled_ns(effects, target, node.body, depth + 1)
            spent = spent + once * node.trips * (VECTORISED if _is_vectorised(node) else 1.0)
        elif isinstance(node, Branch):
            for arm, share in node.shares:
                spent = spent + compiled_ns(effects, target, arm, depth + 1) * share
    return spent


def _is_vectorised(loop: Loop) -> bool:
    """Whether the machine does several turns of a loop at once: none needs what another one stores, and nothing is called."""
    calls = [node for node in loop.body.nodes if isinstance(node, Call) and node.implicit]
    if loop.iterations is not Iterations.INDEPENDENT or len(calls) < len(loop.body.nodes):
        return False
    return any(call.name.endswith(".__setitem__") for call in calls)


def _call(effects: _Effects, target: Target, call: Call, depth: int) -> Estimate:
    inner = call.inner if call.inner is not None else call.compiled
    if inner is not None:
        return compiled_ns(effects, target, inner, depth + 1)
    effect = effects(call)
    if call.implicit and effect.native == ZERO:
        is_arithmetic = call.name.startswith(_SCALAR_OPERATORS)
        return Estimate.point(operations_ns(_BINARY, target) * BYTECODE_SHARE if is_arithmetic else ELEMENT_NS)
    if call.name in _TRANSCENDENTAL and effect.native == ZERO:
        return Estimate.point(TRANSCENDENTAL_NS)
    is_builtin = "." not in call.name  # `abs(x)` and `min(a, b)` are an instruction or two
    return effect.native + effect.gil * (BYTECODE_SHARE if is_builtin else CALL_SHARE)
