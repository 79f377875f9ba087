"""How often a `while` loop turns that moves places through a sequence: a merge, two ends that meet, a scanner."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from gillint.estimate import Estimate, total
from gillint.frozen import dataclass
from gillint.resolve.activation import Activation
from gillint.resolve.control.turns import leaves_early
from gillint.resolve.expressions import evaluate
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import as_augment, conditions_of, key_of

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
    found: list[tuple[Estimate, bool]] = []
    for part in conditions_of(loop.test):
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


def places_in_the_end(act: Activation, loop: t.While) -> dict[str, Value]:
    """Where the places are that a loop moves up to an end, once it is over: there, or not far from it.

    `while i < len(left) and j < len(right)`: of the one little is left behind `i`, and nothing of the other.
    """
    if any(leaves_early(s) for s in loop.body):
        return {}
    found: dict[str, Value] = {}
    for part in conditions_of(loop.test):
        name = key_of(part.left) if isinstance(part, t.Compare) and part.operators == ("lt",) else None
        moves = _moves_of(name, loop) if name is not None else None
        if name is None or moves is None or not isinstance(part, t.Compare) or set(moves.steps) != {1}:
            continue
        with act.nested():
            end = evaluate(act, part.rights[0]).number
        if end is not None and end.likely > 0:
            found[name] = Value(type="int", number=end)
    return found


def place_of(loop: t.While) -> str | None:
    """The place that a loop compares with an end: `at` of `while at + 62 < len(data)`."""
    return _of_place(loop.test.left, None)[0] if isinstance(loop.test, t.Compare) else None


def turns_by_strides(act: Activation, loop: t.While, start: Estimate | None) -> Estimate | None:
    """How often a loop turns that goes through records: `while at < len(data): ...; at += HEADER.size; at += length`.

    It is asked after the body, whose variables tell the strides; `start` is where the place was before.
    """
    test = loop.test
    if not isinstance(test, t.Compare) or len(test.rights) != 1 or test.operators[0] not in ("lt", "le", "ne"):
        return None
    left, ahead = _of_place(test.left, None)
    if left is None or start is None:
        return None
    with act.nested():
        end = evaluate(act, test.rights[0]).number
        stride, found = Estimate.point(0), False
        for statement, depth, in_loop in _statements(loop.body, 0, in_loop=False):
            step = _stride(statement, left, loop)
            if step is None:
                if left in _bound(statement):
                    return None
                continue
            amounts = [evaluate(act, part).number for part in step]
            known = [a for a in amounts if a is not None]
            if in_loop or len(known) < len(amounts):
                return None
            stride = total((stride, *known)) if depth == 0 else stride + total(known) * _SOME
            found = True
        further = [evaluate(act, part).number for part in ahead]
    if end is None or not found or stride.low <= 0:
        return None
    end = total((end, *(a * -1 for a in further if a is not None)))
    return ((end - start) / stride).map(lambda n: max(1.0, n)).sorted()


_SOME = 0.5  # how often a step counts that only some turns make


def _of_place(node: t.Expr, name: str | None) -> tuple[str | None, tuple[t.Expr, ...]]:
    """A place, and what is added to it: `at`, `at + 62`."""
    if isinstance(node, t.Name) and name in (None, node.id):
        return node.id, ()
    if isinstance(node, t.Binary) and node.operator == "add":
        found, added = _of_place(node.left, name)
        if found is not None:
            return found, (*added, node.right)
    return None, ()


def _stride(statement: t.Stmt, name: str, loop: t.While) -> tuple[t.Expr, ...] | None:
    """What a statement adds to a place: `at += size`, `at = at + size`, `at = end` after `end = at + size`."""
    if isinstance(statement, t.Augment):
        moved = isinstance(statement.target, t.Name) and statement.target.id == name and statement.operator == "add"
        return (statement.value,) if moved else None
    if not isinstance(statement, t.Assign) or statement.value is None or not _is_target(statement, name):
        return None
    value = statement.value
    if isinstance(value, t.Name):
        ends = [s.value for s in loop.body if isinstance(s, t.Assign) and _is_target(s, value.id)]
        value = ends[0] if len(ends) == 1 and ends[0] is not None else value
    return _of_place(value, name)[1] or None


def _is_target(statement: t.Assign, name: str) -> bool:
    return any(isinstance(target, t.Name) and target.id == name for target in statement.targets)


_LONGEST = 1e15  # of a step that is meant


@lru_cache(maxsize=4096)
def _moves_of(name: str, loop: t.While) -> _Moves | None:
    """How a loop moves a place; None where it does not, or in a way that nobody can tell."""
    steps: list[float] = []
    always = inside = False
    for statement, depth, in_loop in _statements(loop.body, 0, in_loop=False):
        moved = as_augment(statement)
        if moved is not None and isinstance(moved.target, t.Name) and moved.target.id == name:
            amount = moved.value.value if isinstance(moved.value, t.Constant) else None
            if not isinstance(amount, (int, float)) or moved.operator not in ("add", "sub"):
                return None
            if not 0 < abs(amount) < _LONGEST:
                return None
            steps.append(amount if moved.operator == "add" else -amount)
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
