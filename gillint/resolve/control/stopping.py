"""Loops that end at a limit of their own: `if len(found) >= limit: break`, `if number == 10: break`."""

from __future__ import annotations

from functools import reduce

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.expressions import evaluate
from gillint.syntax import tree as t
from gillint.syntax.containers import adds_to
from gillint.syntax.walk import as_augment, key_of, length_of, name_called

_REACHED = ("ge", "gt", "eq")
_NOT_YET = ("lt", "le", "ne")


def turns_until_stopped(act: Activation, loop: t.For | t.While) -> Estimate | None:
    """The turns after which a test in the body ends the loop that counts them; None where none does.

    Counted is what grows by the same each turn: a counter, the position that `enumerate` gives, the length of a list.
    """
    found = [n for s in loop.body if isinstance(s, t.If) for n in (_limit(act, loop, s),) if n is not None]
    return reduce(Estimate.min, found) if found else None


_SPREAD = 4.0  # a limit that may be more than so many times what is likely is none


def _limit(act: Activation, loop: t.For | t.While, s: t.If) -> Estimate | None:
    test = s.test
    if not isinstance(test, t.Compare) or len(test.operators) != 1:
        return None
    sign = test.operators[0]
    if _stops(s.body) and sign in _REACHED:
        counting: t.Body = loop.body
    elif _stops(s.orelse) and sign in _NOT_YET:
        counting = (*s.body, *loop.body)
    else:
        return None
    begin, step = _counted(act, loop, test.left, counting)
    with act.nested():
        end = evaluate(act, test.rights[0]).number
    if begin is None or step == 0 or end is None or end.high > _SPREAD * abs(end.likely):
        return None
    turns = (end - begin) / step
    return turns.max(1) if turns.likely >= 1 else None


def _stops(body: t.Body) -> bool:
    last = body[-1] if body else None
    return isinstance(last, t.Return) or (isinstance(last, t.Jump) and last.kind == "break")


def _counted(act: Activation, loop: t.For | t.While, node: t.Expr, body: t.Body) -> tuple[float | None, float]:
    """What a count begins at, and what is added to it each turn."""
    container = length_of(node)
    if container is not None:
        filled = key_of(container) or ""
        value = act.environment.get(filled)
        is_filled = any(adds_to(s.value, filled) for s in body if isinstance(s, t.Evaluate))
        if value is None or value.size is None or not value.size.known or not is_filled:
            return None, 0.0
        return value.size.likely, 1.0
    name = key_of(node)
    if name is None:
        return None, 0.0
    if isinstance(loop, t.For) and _is_position(loop, name):
        return 0.0, 1.0
    steps = [moved for s in body if (moved := as_augment(s)) is not None and key_of(moved.target) == name]
    start = act.environment.get(name)
    if len(steps) != 1 or start is None or start.number is None or not start.number.known:
        return None, 0.0
    added = steps[0].value
    if steps[0].operator not in ("add", "sub") or not isinstance(added, t.Constant):
        return None, 0.0
    amount = added.value if isinstance(added.value, (int, float)) else 0
    return start.number.likely, float(amount if steps[0].operator == "add" else -amount)


def _is_position(loop: t.For, name: str) -> bool:
    """`for i, x in enumerate(xs)`, `for i in range(n)`, `for i in itertools.count()`."""
    call = loop.iterable
    if not isinstance(call, t.Call):
        return False
    called = name_called(call.function)
    if called == "enumerate" and isinstance(loop.target, t.Sequence) and len(call.arguments) == 1:
        return key_of(loop.target.elements[0]) == name
    counts = (called == "range" and len(call.arguments) == 1) or (called == "count" and not call.arguments)
    return counts and key_of(loop.target) == name
