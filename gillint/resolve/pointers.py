"""How often a `while` loop turns that moves places through a sequence: a merge, two ends that meet, a scanner."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from gillint.estimate import Estimate
from gillint.frozen import dataclass
from gillint.resolve.activation import Activation
from gillint.resolve.expressions import evaluate
from gillint.syntax import tree as t

_UP, _DOWN = ("lt", "le", "ne"), ("gt", "ge", "ne")
# What an inner loop moves a place by on the average: the length of a word or a number in a text.
_RUN = 4.0


@dataclass(frozen=True, slots=True)
class _Moves:
    """How a loop moves a place: the steps in which it does, whether in each turn, and whether in a loop inside."""

    steps: tuple[float, ...]
    always: bool
    inside: bool


def turns_by_places(act: Activation, loop: t.While) -> Estimate | None:
    """How often a loop turns whose test compares places that it moves by constant steps, and nothing else; None for others."""
    parts = loop.test.values if isinstance(loop.test, t.Boolean) and loop.test.operator == "and" else (loop.test,)
    found: list[tuple[Estimate, bool]] = []
    for part in parts:
        one = _turns_of(act, part, loop)
        if one is None:
            return None
        found.append(one)
    shared = [turns for turns, always in found if not always]
    always = [turns for turns, is_always in found if is_always]
    turns = shared[0] if shared else always[0]
    for other in shared[1:]:  # one of them is moved in each turn, until one has come to its end
        turns = turns + other
    for other in always if shared else always[1:]:
        turns = turns.combine(other, min)
    return turns.max(1)


def _turns_of(act: Activation, test: t.Expr, loop: t.While) -> tuple[Estimate, bool] | None:
    """The turns after which one comparison no longer holds, and whether each turn brings it nearer."""
    if not isinstance(test, t.Compare) or len(test.rights) != 1:
        return None
    left, right, operator = test.left, test.rights[0], test.operators[0]
    moves = [_moves_of(side.id, loop) if isinstance(side, t.Name) else None for side in (left, right)]
    nearer = [(m, sign) for m, sign in zip(moves, (1.0, -1.0), strict=True) if m is not None]
    if operator in _UP and all(s * sign > 0 for m, sign in nearer for s in m.steps):
        ends = (right, left)
    elif operator in _DOWN and all(s * sign < 0 for m, sign in nearer for s in m.steps):
        ends = (left, right)
    else:
        return None
    if not nearer:
        return None
    with act.nested():
        far, near = (evaluate(act, end).number for end in ends)
    if far is None or near is None or (far - near).likely < 0:
        return None
    steps = [abs(s) for m, _ in nearer for s in m.steps]
    pace = sum(steps) / len(steps)
    if all(m.always for m, _ in nearer):
        pace *= len(nearer)
    if any(m.inside for m, _ in nearer):
        pace *= _RUN
    return (far - near) / pace, all(m.always for m, _ in nearer)


@lru_cache(maxsize=4096)
def _moves_of(name: str, loop: t.While) -> _Moves | None:
    """How a loop moves a place; None where it does not, or in a way that nobody can tell."""
    steps: list[float] = []
    always = inside = False
    for statement, depth, in_loop in _statements(loop.body, 0, in_loop=False):
        if isinstance(statement, t.Augment) and isinstance(statement.target, t.Name) and statement.target.id == name:
            amount = statement.value.value if isinstance(statement.value, t.Constant) else None
            if not isinstance(amount, (int, float)) or statement.operator not in ("add", "sub") or not amount:
                return None
            steps.append(amount if statement.operator == "add" else -amount)
            always = always or (depth == 0 and not in_loop)
            inside = inside or in_loop
        elif name in _bound(statement):
            return None
    return _Moves(tuple(steps), always, inside) if steps else None


def _statements(body: t.Body, depth: int, *, in_loop: bool) -> Iterator[tuple[t.Stmt, int, bool]]:
    for s in body:
        yield s, depth, in_loop
        if isinstance(s, (t.For, t.While)):
            yield from _statements(s.body, depth, in_loop=True)
        elif isinstance(s, t.If):
            yield from _statements(s.body, depth + 1, in_loop=in_loop)
            yield from _statements(s.orelse, depth + 1, in_loop=in_loop)
        elif isinstance(s, (t.With, t.Try)):
            yield from _statements(s.body, depth, in_loop=in_loop)


def _bound(s: t.Stmt) -> set[str]:
    targets = s.targets if isinstance(s, t.Assign) else (s.target,) if isinstance(s, t.For) else ()
    return {name for target in targets for name in _names(target)}


def _names(target: t.Expr) -> Iterator[str]:
    if isinstance(target, t.Name):
        yield target.id
    elif isinstance(target, t.Sequence):
        for element in target.elements:
            yield from _names(element)
