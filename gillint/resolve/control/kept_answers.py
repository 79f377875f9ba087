"""How functions keep their answers: `functools.lru_cache`, a dict, a table that is filled."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from gillint.frozen import dataclass
from gillint.syntax import tree as t
from gillint.syntax.parse import dotted
from gillint.syntax.walk import expressions, key_of, mentioned, name_called, statements

_CACHES = ("lru_cache", "cache")


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where a function looks its answer up: the `test`, and whether the answer is there where that `holds`."""

    test: t.If | t.Try
    holds: bool


@lru_cache(maxsize=1024)
def lookup_in(tree: t.Function) -> Lookup | None:
    """Where a function that keeps its answers by itself looks for them.

    `if n in memo: return memo[n]`, `try: return memo[n]`, `if table[i][j] != -1: return table[i][j]`, `hit = memo.get(n)`,
    `if hit is not None: return hit`, `if n not in memo: memo[n] = ...`.
    """
    kept = {_container(x) for s in statements(tree.body) if isinstance(s, t.Assign) for x in s.targets} - {None}
    found: dict[str, str | None] = {}  # variables that hold what was looked up
    for s in tree.body:
        if isinstance(s, t.Assign) and s.value is not None and _looked_up(s.value) in kept:
            found |= {name: _looked_up(s.value) for x in s.targets if (name := key_of(x)) is not None}
        if isinstance(s, t.Try) and isinstance(s.body[0], t.Return) and _container(s.body[0].value) in kept:
            return Lookup(s, holds=True)
        if not isinstance(s, t.If):
            continue
        asked = _asked(s.test, found)
        if asked is None or asked not in kept:
            continue
        last = s.body[-1]
        if _gives(last, asked, found, s.test) and not calls_by_name(s.body, tree.name):
            return Lookup(s, holds=True)
        sets = any(_container(x) == asked for b in statements(s.body) if isinstance(b, t.Assign) for x in b.targets)
        if sets and any(_gives(r, asked, {}, s.test) for r in statements(tree.body)):
            return Lookup(s, holds=False)
    return None


def calls_by_name(body: t.Body, name: str) -> bool:
    """Whether something of this name is called in a body."""
    return any(isinstance(e, t.Call) and name_called(e.function) == name for e in expressions(body))


def _container(place: t.Expr | None) -> str | None:
    """`table` of `table[i][j]`; None of anything else."""
    if not isinstance(place, t.Subscript):
        return None
    while isinstance(place, t.Subscript):
        place = place.value
    return key_of(place)


def _looked_up(value: t.Expr) -> str | None:
    """`memo` of `memo.get(key)` and of `memo[key]`."""
    function = value.function if isinstance(value, t.Call) else None
    return key_of(function.value) if isinstance(function, t.Attribute) and function.name == "get" else _container(value)


def _asked(test: t.Expr, found: Mapping[str, str | None]) -> str | None:
    """The container in which a test looks for something: in comparison with a constant, or with nothing."""
    if isinstance(test, t.Unary) and test.operator == "not":
        return _asked(test.operand, found)
    if isinstance(test, t.Compare) and len(test.operators) == 1:
        right = test.rights[0]
        if test.operators[0] in ("contains", "not_contains"):
            return key_of(right)
        is_constant = isinstance(right, t.Constant) or (
            isinstance(right, t.Unary) and isinstance(right.operand, t.Constant)
        )
        return _asked(test.left, found) if is_constant else None
    if isinstance(test, t.Walrus):
        return _looked_up(test.value)
    name = key_of(test)
    return found.get(name) if name is not None else _container(test)


def _gives(s: t.Stmt, container: str, found: Mapping[str, str | None], test: t.Expr) -> bool:
    """Whether a statement returns what is kept in a container."""
    if not isinstance(s, t.Return) or s.value is None:
        return False
    name = key_of(s.value)
    is_named = name is not None and (found.get(name) == container or name in mentioned(test))
    return is_named or _looked_up(s.value) == container


@lru_cache(maxsize=1024)
def is_end(tree: t.Function, node: t.If) -> bool:
    """Whether a test at the top of a function is for where its arguments end, which few of them do: one in all calls where
    each makes one more, and a few where it keeps its answers.
    """
    lookup = lookup_in(tree)
    if not node.body or not isinstance(node.body[-1], t.Return) or (lookup is not None and lookup.test is node):
        return False
    names = {p.name for p in tree.parameters}
    if mentioned(node.test).isdisjoint(names) or not (lookup is not None or has_cache(tree) or _calls_once(tree)):
        return False
    for s in tree.body:
        if calls_by_name((s,), tree.name):
            return False
        if s is node:
            return True
    return False


def _calls_once(tree: t.Function) -> bool:
    """Whether a run of a function makes one call of itself, if any: in no loop."""
    looped = (s.body for s in statements(tree.body) if isinstance(s, (t.For, t.While)))
    turned = [e for e in expressions(tree.body) if isinstance(e, t.Comprehension)]
    own = [e for e in expressions(tree.body) if isinstance(e, t.Call) and name_called(e.function) == tree.name]
    return len(own) == 1 and not turned and not any(calls_by_name(body, tree.name) for body in looped)


def remembers(tree: t.Function | t.Lambda) -> bool:
    """Whether a function keeps its answers, or has them kept."""
    return isinstance(tree, t.Function) and (has_cache(tree) or lookup_in(tree) is not None)


def has_cache(tree: t.Function) -> bool:
    """Whether a function is decorated so that it remembers its answers."""
    written = (d.function if isinstance(d, t.Call) else d for d in tree.decorators)
    return any(dotted(d).rsplit(".", 1)[-1] in _CACHES for d in written)
