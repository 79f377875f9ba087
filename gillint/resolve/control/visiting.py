"""Walks from one place to all that hang together with it, begun from each place that none has come to: flood fills, components.

Each place is visited once, in whichever of the walks. So all of them together turn about as often as the loop that begins them,
and not that often each.
"""

from __future__ import annotations

from functools import lru_cache

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.syntax import tree as t
from gillint.syntax.containers import change_of
from gillint.syntax.walk import expressions, key_of, names_in, statements

SHARED = Estimate(1, 1.2, 1e4)  # turns of one of the walks: what is left of one a place where some places begin none
_OFTEN = 20.0  # calls of a function that walks, with the places that have been visited passed to it


def turns_of_a_walk(act: Activation, loop: t.While) -> Estimate | None:
    """How often a loop that works off what it finds turns, where it passes by what other such walks have visited."""
    marked = _marked(loop)
    if not marked:
        return None
    body = act.body
    statements = body.body if isinstance(body, t.Function) else body if isinstance(body, tuple) else ()
    outer = _around(statements, loop)
    if outer is not None and any(isinstance(s, t.If) and marked & names_in(s.test) for s in outer.body):
        return SHARED
    if not isinstance(body, t.Function) or outer is not None or act.times.likely < _OFTEN:
        return None
    passed = marked & {p.name for p in body.parameters}
    return SHARED if passed & _asked(loop) else None


@lru_cache(maxsize=2048)
def _marked(loop: t.While) -> frozenset[str]:
    """The containers in which a loop notes what it has visited: `seen.add(cell)`, `seen[y, x] = True`."""
    found: set[str | None] = set()
    for e in expressions(loop.body):
        change = change_of(e)
        if change is not None and change.by > 0:
            found.add(key_of(change.container))
        elif isinstance(e, t.Call) and isinstance(e.function, t.Attribute) and e.function.name == "setdefault":
            found.add(key_of(e.function.value))
    for s in statements(loop.body):
        if isinstance(s, t.Assign):
            found |= {key_of(target.value) for target in s.targets if isinstance(target, t.Subscript)}
    return frozenset(name for name in found if name is not None) & _asked(loop)


@lru_cache(maxsize=2048)
def _asked(loop: t.While) -> frozenset[str]:
    """What the tests inside a loop are about."""
    return frozenset(name for s in statements(loop.body) if isinstance(s, t.If) for name in names_in(s.test))


def _around(body: t.Body, loop: t.While) -> t.For | None:
    """The loop over places that a walk stands in."""
    for s in statements(body):
        if isinstance(s, t.For) and any(inner is loop for inner in statements(s.body)):
            deeper = _around(s.body, loop)
            return deeper if deeper is not None else s
    return None
