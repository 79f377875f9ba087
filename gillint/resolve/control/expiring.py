"""Answers that are kept for a while: `value, when = known[key]`, `if now - when < 60: return value`.

What a function has stored under a key is mostly still good when it is asked for again: who keeps answers for a second or an hour
asks more often than that.
"""

from __future__ import annotations

from functools import lru_cache

from gillint.resolve.activation import Activation
from gillint.resolve.control.chances import value_of
from gillint.resolve.control.memoised import missed
from gillint.resolve.objects.filling import turns_since_made
from gillint.syntax import tree as t
from gillint.syntax.walk import key_of, mentioned, statements

Place = tuple[t.Expr, t.Expr]  # a key, and the table in which it is looked for
_FRESH = 0.98


def kept_for_a_while(act: Activation, node: t.If) -> float | None:
    """How often a test holds that asks whether an answer is there, or whether it is still good; None of any other test."""
    body = act.body.body if isinstance(act.body, t.Function) else ()
    place, outer = _asked_for(body, node), None
    if place is not None:
        outer = next((s for s in statements(body) if isinstance(s, t.If) and s is not node and node in s.body), None)
        if outer is not None and _is_there(body, outer) is not None:
            return _FRESH
    found = place or _is_there(body, node)
    if found is None:
        return None
    there = 1.0 - missed(act, (value_of(act, found[0]),), turns_since_made(act, found[1]))
    return there * _FRESH if place is not None else there


def _is_there(body: t.Body, node: t.If) -> Place | None:
    """The key and the table of `if key in known:`, behind which it is asked whether that is still good."""
    test = node.test
    if not isinstance(test, t.Compare) or test.operators != ("contains",):
        return None
    found = [_asked_for(body, s) for s in node.body if isinstance(s, t.If)]
    asked = (test.left, test.rights[0])
    return asked if any(place is not None and _spelt(place) == _spelt(asked) for place in found) else None


def _asked_for(body: t.Body, node: t.If) -> Place | None:
    """The key and the table, where a test asks for one part of what was looked up, and another part is given back then."""
    names, last = mentioned(node.test), node.body[-1]
    if not isinstance(last, t.Return) or last.value is None or not names:
        return None
    of = mentioned(last.value)
    is_other = _is_another_part(node.test, last.value)
    return next((place for place, parts in _looked_up(body) if is_other and parts & names and parts & of), None)


@lru_cache(maxsize=1024)
def _looked_up(body: t.Body) -> tuple[tuple[Place, frozenset[str]], ...]:
    """What is taken from a table under a key under which something is stored as well: the place, and the variables."""
    assigned = [s for s in statements(body) if isinstance(s, t.Assign)]
    stored = {_spelt((x.index, x.value)) for s in assigned for x in s.targets if isinstance(x, t.Subscript)}
    found = ((_place(s.value), s.targets) for s in assigned)
    return tuple(
        (place, frozenset().union(*map(mentioned, targets)))
        for place, targets in found
        if place is not None and None not in _spelt(place) and _spelt(place) in stored
    )


def _place(value: t.Expr | None) -> Place | None:
    """The key and the table of `known[key]` and `known.get(key)`."""
    if isinstance(value, t.Subscript):
        return value.index, value.value
    if not isinstance(value, t.Call) or not value.arguments or not isinstance(value.function, t.Attribute):
        return None
    return (value.arguments[0].value, value.function.value) if value.function.name == "get" else None


def _spelt(place: Place) -> tuple[str | None, str | None]:
    return key_of(place[0]), key_of(place[1])


def _is_another_part(test: t.Expr, given: t.Expr) -> bool:
    """`now - when < 60` of `value`, `time.time() - hit[1] < 60` of `hit[0]`, `hit.until > now` of `hit.value`."""
    compared = test.values if isinstance(test, t.Boolean) and test.operator == "and" else (test,)
    return any(
        isinstance(one, t.Compare)
        and one.operators[0] in ("lt", "le", "gt", "ge")
        and (not mentioned(given) & mentioned(one) or not isinstance(given, t.Name))
        for one in compared
    )
