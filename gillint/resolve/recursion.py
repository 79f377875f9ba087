"""How often a function that calls itself runs, and how often the loops turn in which it does.

Where each call is seen to be of something smaller (`sort(xs[:half])`, `build(depth - 1)`), a call from inside is run like any
other, level by level, until the end that the function tests for. Where numbers count down from further up than that, how
often follows from them. Elsewhere every call but the first is made by another one. So on the average a call makes one more,
however many there are: where a loop over the children of a node would make a thousand, most nodes have none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import replace
from gillint.resolve.bound import size_of
from gillint.resolve.contents import inside
from gillint.resolve.iterations import expressions
from gillint.resolve.trace import Block, Branch, Call, Loop, Node
from gillint.resolve.values import Value
from gillint.syntax import tree as t

_LEVELS = 24  # of calls one in the other, each seen to be of something smaller
_HALVES = 0.75  # of what there was: the levels are few, however much it is
_STEPS = 12  # a number that is counted down from so far up, one call for each
_MOST = 1e6


def calls_itself(tree: t.Function | t.Lambda) -> bool:
    """Whether a function calls something by its own name."""
    if not isinstance(tree, t.Function):
        return False
    called = (e.function for e in expressions(tree.body) if isinstance(e, t.Call))
    return any(
        tree.name == (f.id if isinstance(f, t.Name) else f.name if isinstance(f, t.Attribute) else "") for f in called
    )


def smaller(before: Mapping[str, Value], after: Mapping[str, Value], levels: int) -> dict[str, Value] | None:
    """The arguments of a call from inside, where it is seen to be of something smaller; None elsewhere.

    Sizes are rounded, so that the halves of a list are alike.
    """
    if levels >= _LEVELS:
        return None
    sizes, numbers = list(_sizes(before, after)), list(_numbers(before, after))
    pairs = sizes + (numbers if len(numbers) == 1 else [])  # two numbers may be the ends of something
    if not any(new <= _HALVES * old or (old <= _STEPS and new < old) for old, new in pairs if new >= 0):
        return None
    return {name: _rounded(value) for name, value in after.items()}


def _sizes(before: Mapping[str, Value], after: Mapping[str, Value]) -> Iterator[tuple[float, float]]:
    """How much there was, and how much there is in the call from inside, where that is known."""
    for name, value in after.items():
        old = before.get(name)
        if old is not None and old.type == value.type and (value.size is not None or value.shape is not None):
            was, now = size_of(old), size_of(value)
            if was.known and now.known and value.number is None:
                yield was.likely, now.likely


def _numbers(before: Mapping[str, Value], after: Mapping[str, Value]) -> Iterator[tuple[float, float]]:
    """The same of numbers."""
    for name, value in after.items():
        old = before.get(name)
        was, now = old.number if old is not None else None, value.number
        if was is not None and now is not None and was.known and now.known:
            yield was.likely, now.likely


def _rounded(value: Value) -> Value:
    changes: dict[str, object] = {}
    if value.size is not None and value.size.known:
        changes["size"] = value.size.map(_two_digits)
    if value.shape is not None and all(d.known for d in value.shape):
        changes["shape"] = tuple(d.map(_two_digits) for d in value.shape)
    if value.number is not None and value.number.known and value.literal is None:
        changes["number"] = value.number.map(_two_digits)
    return replace(value, **changes) if changes else value  # type: ignore[arg-type]


def _two_digits(number: float) -> float:
    return float(f"{number:.2g}")


def rounds(before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]], calls: float) -> Estimate | None:
    """How often a function runs for one call from outside, where a number is counted down or a document is walked through.

    `inner`: the arguments of each call from inside; `calls`: how many of them a run makes.
    """
    found = [levels for after in inner if (levels := _levels(before, after)) is not None]
    if found:
        levels = sum(found) / len(found)
        return Estimate.point(max(1.0, levels if calls <= _ONE else min(_MOST, calls**levels)))
    for after in inner:
        for name, value in after.items():
            was = before.get(name)
            if was is not None and was.type in ("json", "dict", "list") and was.size is not None and value != was:
                return (inside(was, "leaves") * _NODES_PER_LEAF).max(1)
    return None


def _levels(before: Mapping[str, Value], after: Mapping[str, Value]) -> float | None:
    """How many calls are one in the other until nothing is left."""
    numbers = list(_numbers(before, after))
    between = [(abs(a[0] - b[0]), abs(a[1] - b[1])) for i, a in enumerate(numbers) for b in numbers[:i]]
    for old, new in (*_sizes(before, after), *numbers, *between):
        if 0 <= new <= _HALVES * old:
            return math.log(old + 1) / math.log(old / max(new, 1.0)) if old > 1 else 1.0
        if 0 <= new < old:
            return old / (old - new)
    return None


_ONE = 1.05  # a call, as far as shares of arms tell
_NODES_PER_LEAF = 1.4  # the containers around them are nodes, too


def balanced(block: Block) -> Block:
    """A recursive function's body with such trip counts that one run makes one call more."""
    calls = calls_in(block)
    return _scaled(block, calls) if calls.likely > 1 else block


def calls_in(block: Block) -> Estimate:
    """How many calls one run makes of a function that is running already."""
    return total(_calls_of(node) for node in block.nodes)


def _calls_of(node: Node) -> Estimate:
    if isinstance(node, Call):
        if node.kind != "project":
            return ZERO
        return ONE if node.inner is None else calls_in(node.inner)
    if isinstance(node, Loop):
        return calls_in(node.body) * node.trips
    if isinstance(node, Branch):
        return total(calls_in(arm) * share for arm, share in node.shares)
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
