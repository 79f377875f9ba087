"""Containers and texts that a loop collects until something comes that ends them: lines of a record, letters of a word."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from gillint.estimate import ONE, Estimate
from gillint.resolve.activation import Activation, turns_of
from gillint.syntax import tree as t
from gillint.syntax.walk import assigned, inside, key_of, loops_in

# How many turns go by until one of them ends what was collected, where only what comes tells that.
_UNTIL_FLUSHED = Estimate(1, 5, 1_000)


def until_flushed(act: Activation, target: t.Expr) -> Estimate | None:
    """How often what grows here does so until it is begun anew; None where it is not, or when it has become long."""
    name = key_of(target)
    if name is None or not act.loop_spans:
        return None
    loops = loops_in(act.statements)
    for depth, (span, place) in enumerate(zip(reversed(act.loop_spans), reversed(act.loop_places), strict=True)):
        found = list(_flushes(loops[span].body, name, ())) if span in loops else []
        if not found:
            continue
        if not all(map(_asks_what_comes, (test for tests in found for test in tests))):
            return None
        inner = turns_of(act.loops[place + 1 :]) if depth else ONE
        return inner * _UNTIL_FLUSHED if all(found) else inner
    return None


def _flushes(body: t.Body, name: str, tests: tuple[t.Expr, ...]) -> Iterator[tuple[t.Expr, ...]]:
    """Where a body begins a variable anew: under which tests."""
    for s in body:
        if begins_anew(s, name):
            yield tests
        elif isinstance(s, t.If):
            yield from _flushes(s.body, name, (*tests, s.test))
            yield from _flushes(s.orelse, name, (*tests, s.test))
        elif isinstance(s, (t.With, t.Try)):
            yield from _flushes(s.body, name, tests)


def begins_anew(s: t.Stmt, name: str) -> bool:
    """`lines = []`, `word = ""`, `lines.clear()`, `del lines[:]`."""
    if isinstance(s, t.Evaluate) and isinstance(s.value, t.Call) and isinstance(s.value.function, t.Attribute):
        return s.value.function.name == "clear" and key_of(s.value.function.value) == name
    if isinstance(s, t.Delete):
        return any(isinstance(d, t.Subscript) and key_of(d.value) == name and _is_whole(d.index) for d in s.targets)
    made = [value for key, value in assigned(s) if key == name] if isinstance(s, t.Assign) else []
    return any(_is_empty(value) for value in made if value is not None)


def _is_whole(index: t.Expr) -> bool:
    return isinstance(index, t.Slice) and index.lower is None and index.upper is None


def _is_empty(made: t.Expr) -> bool:
    if isinstance(made, t.Constant):
        return made.value in ("", b"")
    return (isinstance(made, t.Sequence) and not made.elements) or (isinstance(made, t.Dict) and not made.items)


_ORDER = ("lt", "le", "gt", "ge")


def _asks_what_comes(test: t.Expr) -> bool:
    """Whether a test asks what something is, not how much there is of it: `line.startswith(">")`, `letter in " ,;"`."""
    return not any(map(_asks_how_much, inside(test)))


def _asks_how_much(part: t.Expr) -> bool:
    if isinstance(part, t.Call):
        return isinstance(part.function, t.Name) and part.function.id == "len"
    if isinstance(part, t.Binary):
        return True
    if not isinstance(part, t.Compare):
        return False
    ordered = any(operator in _ORDER for operator in part.operators)
    sides = (part.left, *part.rights)
    counted = any(isinstance(s, t.Constant) and isinstance(s.value, int) for pair in pairwise(sides) for s in pair)
    return ordered or counted
