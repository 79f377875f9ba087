"""How often a function runs that calls itself until an end that it tests for: `if row == n: return`, `if len(path) == len(xs)`.

Each call goes one step on, so that there are as many calls one in the other as there are steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.expressions import evaluate
from gillint.resolve.trace import Block
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, length_of, name_called

_MOST = 1e6
# What is tried is mostly given up before the end; so is some of it where there are other ends: `left < 0`.
_TRIED, _ENDED = 0.5, 0.75
_AT_THE_END = ("eq", "ge", "gt")


def calls_to_the_end(
    act: Activation,
    tree: t.Function | t.Lambda,
    before: Mapping[str, Value],
    inner: Sequence[Mapping[str, Value]],
    block: Block,
) -> Estimate | None:
    """How often a function runs for one call from outside; None where each call does not bring it nearer to an end.

    `before`: the arguments of the run; `inner`: those of each call from inside; `block`: what a run does.
    """
    calls = block.again.likely
    if not isinstance(tree, t.Function) or not inner or calls <= 1.0:
        return None
    found = [steps for test in _tests(tree.body) if (steps := _steps(act, test, before, inner)) is not None]
    if not found:
        return None
    tried = _TRIED if _is_tried(tree.body, tree.name) else _ENDED if len(found) < _ends(tree.body) else 1.0
    levels = min(*found, math.log(_MOST) / math.log(calls))
    return Estimate.point(max(1.0, min(_MOST, ((calls ** (levels + 1) - 1) / (calls - 1)) ** tried)))


def ends_of(act: Activation, tree: t.Function | t.Lambda) -> dict[str, Estimate]:
    """What the parameters of a function are compared with where it ends: `if i == len(a) or j == len(b): return 0`."""
    found: dict[str, Estimate] = {}
    for test in _tests(tree.body) if isinstance(tree, t.Function) else ():
        if isinstance(test.left, t.Name) and (end := _end(act, test)) is not None:
            found.setdefault(test.left.id, end)
    return found


def _end(act: Activation, test: t.Compare) -> Estimate | None:
    with act.nested():
        return evaluate(act, test.rights[0]).number


def _tests(body: t.Body) -> Iterator[t.Compare]:
    """The comparisons by which a function ends, before it calls itself."""
    for whole in _ending(body):
        for test in whole.values if isinstance(whole, t.Boolean) and whole.operator == "or" else (whole,):
            if isinstance(test, t.Compare) and len(test.rights) == 1 and test.operators[0] in _AT_THE_END:
                yield test


def _ends(body: t.Body) -> int:
    """How many conditions end a function."""
    return sum(len(test.values) if isinstance(test, t.Boolean) else 1 for test in _ending(body))


def _ending(body: t.Body) -> Iterator[t.Expr]:
    """The tests behind which a function is left."""
    return (s.test for s in body if isinstance(s, t.If) and s.body and isinstance(s.body[-1], (t.Return, t.Raise)))


def _steps(
    act: Activation, test: t.Compare, before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]]
) -> float | None:
    """How many calls are one in the other until a comparison holds; None where not every one of them is a step nearer."""
    whole = length_of(test.left)
    counted = whole if whole is not None else test.left
    if not isinstance(counted, t.Name) or counted.id not in before:
        return None
    amounts = [_amount(values.get(counted.id), is_length=whole is not None) for values in (before, *inner)]
    end = _end(act, test)
    if end is None or not end.known or None in amounts:
        return None
    first, *nexts = (a for a in amounts if a is not None)
    paces = [there - first for there in nexts]
    return (end.likely - first) / min(paces) if min(paces) > 0 and end.likely > first else None


def _amount(value: Value | None, *, is_length: bool) -> float | None:
    found = value if value is None else value.size if is_length else value.number
    return found.likely if found is not None and found.known else None


def _is_tried(body: t.Body, name: str) -> bool:
    """Whether a function calls itself in a loop that passes some turns by, or under a condition."""
    for s in body:
        if isinstance(s, (t.For, t.While)):
            passes = any(isinstance(inner, t.If) for inner in s.body)
            if (passes and _calls(s.body, name)) or _is_tried(s.body, name):
                return True
        elif isinstance(s, t.If) and (_calls(s.body, name) or _calls(s.orelse, name)):
            return True
    return False


def _calls(body: t.Body, name: str) -> bool:
    return any(isinstance(e, t.Call) and name_called(e.function) == name for e in expressions(body))
