"""How often a `while` loop turns that takes more out of a container than it puts back, or fills one up to a limit.

`while len(heap) > 1: a, b = heappop(heap), heappop(heap); heappush(heap, join(a, b))`, `while left and len(rows) < 100:
rows.append(...)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gillint.estimate import ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import size_of
from gillint.resolve.control.turns import leaves_early
from gillint.resolve.expressions import evaluate
from gillint.syntax import tree as t
from gillint.syntax.containers import change_of
from gillint.syntax.walk import conditions_of, expressions, key_of, length_of, name_called, statements


def turns_until_drained(act: Activation, loop: t.While) -> Estimate | None:
    """The turns until a container that each turn makes shorter by the same amount is empty; None for any other loop.

    One whose own methods take one thing in each turn, and put nothing back, is left to those who see what those methods do.
    """
    node, left = _looked_at(loop.test)
    change = _change(loop, key_of(node)) if node is not None else None
    if node is None or change is None or change >= 0:
        return None
    if not any(_is_put_back_or_of_a_heap(e) for e in expressions(loop.body)):
        return None
    with act.nested():
        container = evaluate(act, node)
    if container.size is None or not container.size.high:
        return None
    return ((size_of(container) - left) / -change).max(1)


def leave_empty(act: Activation, loop: t.While) -> None:
    """What a loop takes from until there is no more is empty afterwards: what is put there next time begins at nothing."""
    name = loop.test.id if isinstance(loop.test, t.Name) else None
    value = act.environment.get(name) if name is not None else None
    if name is None or value is None or value.type not in _EMPTIED or any(map(leaves_early, loop.body)):
        return
    calls = (e for e in expressions(loop.body) if isinstance(e, t.Call))
    if any(_step(call, name) == -1 for call in calls) and not any(_is_replaced(s, name) for s in statements(loop.body)):
        act.environment[name] = replace(value, size=ZERO, items=None, literal=None)
        act.born[name] = (len(act.loops), ZERO)


_EMPTIED = ("list", "set", "collections.deque")


def turns_until_filled(act: Activation, loop: t.While) -> Estimate | None:
    """The most turns of a loop that ends when a list is as long as it may be, and makes it longer in each turn."""
    tests = conditions_of(loop.test)
    for test in tests if len(tests) > 1 else ():
        counted = length_of(test.left) if isinstance(test, t.Compare) and test.operators[0] in ("lt", "le") else None
        change = _change(loop, key_of(counted)) if counted is not None else None
        if counted is None or change is None or change <= 0 or not isinstance(test, t.Compare):
            continue
        with act.nested():
            limit, now = evaluate(act, test.rights[0]).number, evaluate(act, counted).size
        if limit is not None and now is not None and now.known and limit.known:
            turns = max(1.0, (limit.likely - now.likely) / change)
            return Estimate(1.0, turns, turns)
    return None


def _looked_at(test: t.Expr) -> tuple[t.Expr | None, float]:
    """The container of `while heap`, `while len(heap) > 1`, and how much of it is left in the end."""
    if isinstance(test, (t.Name, t.Attribute)):
        return test, 0.0
    if isinstance(test, t.Compare) and test.operators in (("gt",), ("ge",), ("ne",)):
        limit = test.rights[0].value if isinstance(test.rights[0], t.Constant) else None
        left = limit - (1 if test.operators == ("ge",) else 0) if isinstance(limit, int) else None
        # Another limit is that of what sheds what is too much.
        if left in (0, 1):
            return length_of(test.left), float(left)
    return None, 0.0


def _change(loop: t.While, key: str | None) -> int | None:
    """By how much each turn makes a container longer; None where that is not the same each time, or not to be seen."""
    if key is None or any(_is_changed(s, key) for s in statements(loop.body)):
        return None
    whole = [n for e in expressions(loop.body) if (n := _step(e, key)) != 0]
    always = [n for s in _unconditional(loop.body) for e in expressions((s,)) if (n := _step(e, key)) != 0]
    if None in whole or len(whole) != len(always):
        return None
    return sum(n for n in always if n is not None)


def _unconditional(body: t.Body) -> Iterator[t.Stmt]:
    """The statements of a body that run in each turn, as far as nothing leaves it."""
    for s in body:
        if isinstance(s, (t.Assign, t.Augment, t.Evaluate)):
            yield s
        elif isinstance(s, t.With):
            yield from _unconditional(s.body)


def _is_changed(s: t.Stmt, key: str) -> bool:
    """Whether a statement puts another container in the place, or takes parts away: `heap = []`, `del heap[0]`."""
    if isinstance(s, t.Jump) and s.kind == "continue":
        return True  # what comes behind it is not for each turn
    targets = s.targets if isinstance(s, (t.Assign, t.Delete)) else (s.target,) if isinstance(s, t.Augment) else ()
    flat = [e for x in targets for e in (x.elements if isinstance(x, t.Sequence) else (x,))]
    return any(key_of(e.value if isinstance(s, t.Delete) and isinstance(e, t.Subscript) else e) == key for e in flat)


def _is_replaced(s: t.Stmt, name: str) -> bool:
    return isinstance(s, t.Assign) and any(key_of(target) == name for target in s.targets)


def _step(e: t.Expr, key: str) -> int | None:
    """What one call adds to a container; None where nobody can tell."""
    if not isinstance(e, t.Call):
        return 0
    change = change_of(e)
    if change is not None and key_of(change.container) == key:
        return change.by if not change.several else None
    own = e.function.value if isinstance(e.function, t.Attribute) else None
    is_seen = (own is not None and key_of(own) == key) or any(key_of(a.value) == key for a in e.arguments)
    return None if is_seen and length_of(e) is None else 0


def _is_put_back_or_of_a_heap(e: t.Expr) -> bool:
    change = change_of(e)
    if change is None or not isinstance(e, t.Call):
        return False
    return not change.several and (change.by > 0 or name_called(e.function) == "heappop")
