"""Lists that are sorted again and again, and are in order but for what has come in since: `rows.append(row); rows.sort()`.

Timsort takes such a list for one long run: it goes through it once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from gillint.diagnostics.span import Span
from gillint.estimate import ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import size_of
from gillint.resolve.objects.filling import attribute_key
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.containers import change_of
from gillint.syntax.walk import expressions, key_of, statements, targets_of

_SORTS = ("sorted", "list.sort")
_AS_LONG = 2.0  # a comparison of what has come in, beside one of two that are in order
# What a list may be asked without being brought out of order; and what adds to it or takes from it.
_ASKED = frozenset(("sort", "index", "count", "copy"))
_CHANGED = frozenset(("append", "extend", "insert", "pop", "remove"))
_READERS = frozenset(
    ("len", "sum", "min", "max", "list", "tuple", "iter", "enumerate", "print", "sorted", "any", "all", "str")
)


def kept_in_order(act: Activation, name: str, holder: Value, span: Span) -> Value | None:
    """What a call sorts that the last one like it has sorted: as long as it is on average; None where it may be in any order."""
    if name not in _SORTS:
        return None
    body, turns = _turns(act, span)
    found = next((s for s in statements(body) if _sorts(s, span)), None)
    place = _sorted_place(found) if found is not None else None
    if place is None or turns < 1 or not _stays(body, found, place):
        return None
    changes = (change_of(e) for e in expressions(body))
    size = size_of(holder).likely
    grows = any(c is not None and c.by > 0 and key_of(c.container) == key_of(place) for c in changes)
    new, mean = (size / turns, size / 2) if grows else (0.0, size)
    new += sum(key_of(x) == key_of(place) for s in body for x in _overwritten(s))
    passed = mean + _AS_LONG * new * math.log2(max(new, 2.0))
    return replace(holder, size=Estimate(0, passed, size_of(holder).high).sorted(), items=None)


def _turns(act: Activation, span: Span) -> tuple[t.Body, float]:
    """The statements that run again and again for one list, and how often: a loop, or a method that changes its instance."""
    body = act.body.body if isinstance(act.body, t.Function) else ()
    if act.loop is not None:
        found = next((s for s in statements(act.loop.body) if _sorts(s, span)), None)
        place = _sorted_place(found) if isinstance(found, t.Evaluate) else None
        made_at = act.born.get(place.id, (0, ZERO))[0] if isinstance(place, t.Name) else 0
        return act.loop.body, act.loops[-1].likely if made_at < len(act.loops) else 0.0
    place = next((_sorted_place(s) for s in statements(body) if _sorts(s, span)), None)
    made = act.program.births.get(attribute_key(act, place) or "") if place is not None else None
    return body, (act.times / made).likely if made is not None and made.likely > 0 else 0.0


def _sorts(s: t.Stmt, span: Span) -> bool:
    return isinstance(s, (t.Evaluate, t.Assign)) and isinstance(s.value, t.Call) and s.value.span == span


def _sorted_place(s: t.Stmt) -> t.Expr | None:
    """The variable or attribute that is in order behind a statement: `rows.sort()`, `rows = sorted(rows)`."""
    call = s.value if isinstance(s, (t.Evaluate, t.Assign)) else None
    if not isinstance(call, t.Call):
        return None
    if isinstance(s, t.Evaluate):
        return call.function.value if isinstance(call.function, t.Attribute) else None
    given = call.arguments[0].value if call.arguments else None
    if not isinstance(s, t.Assign) or given is None or key_of(given) is None:
        return None
    return given if [key_of(x) for x in s.targets] == [key_of(given)] else None


def _stays(body: t.Body, sorting: t.Stmt | None, place: t.Expr) -> bool:
    """Whether nothing else brings a list out of order, or puts another one in its place."""
    name = key_of(place)
    others = [s for s in statements(body) if s is not sorting]
    if any(key_of(x) == name for s in others for x in _set(s)):
        return False
    used = [key_of(x) for whole in expressions(body) for x in _used(whole)]
    used += [key_of(s.iterable) for s in others if isinstance(s, t.For)]
    used += [key_of(x) for x in _set(sorting)] if sorting is not None else []
    kept = sum(key_of(x) == name for s in body for x in _overwritten(s))
    stored = sum(key_of(x) == name for s in others for x in _overwritten(s))
    return kept == stored and sum(key_of(e) == name for e in expressions(body)) <= used.count(name)


def _set(s: t.Stmt) -> Iterator[t.Expr]:
    """The variables that a statement gives another value, and the lists of which it sets a part: `rows[:5] = others`."""
    for target in targets_of(s):
        if not isinstance(target, t.Subscript):
            yield target
        elif isinstance(target.index, t.Slice):
            yield target.value


def _overwritten(s: t.Stmt) -> Iterator[t.Expr]:
    """The lists of which a statement sets one member."""
    yield from (x.value for x in targets_of(s) if isinstance(x, t.Subscript) and not isinstance(x.index, t.Slice))


def _used(e: t.Expr) -> Iterator[t.Expr]:
    """The lists that an expression asks for something, or lengthens or shortens."""
    if isinstance(e, t.Subscript):
        yield e.value
    elif isinstance(e, t.Call):
        if isinstance(e.function, t.Attribute) and e.function.name in _ASKED | _CHANGED:
            yield e.function.value
        if isinstance(e.function, t.Name) and e.function.id in _READERS:
            yield from (argument.value for argument in e.arguments)
    elif isinstance(e, t.Comprehension):
        yield from (clause.iterable for clause in e.clauses)
