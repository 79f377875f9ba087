"""How often a `while` loop turns that takes off the first or the last items of a sequence: `rest = rest[n:]`, `del rows[0]`."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.estimate import ONE, Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import size_of
from gillint.resolve.expressions import evaluate
from gillint.syntax import tree as t
from gillint.syntax.containers import change_of
from gillint.syntax.walk import assigned, conditions_of, expressions, key_of, length_of, rests, slice_of, statements

_SEQUENCES = ("list", "tuple", "str", "bytes", "bytearray", "memoryview", "collections.deque")


def turns_until_cut_up(act: Activation, loop: t.While) -> Estimate | None:
    """The turns until nothing is left of a sequence of which each turn takes off as much; None for any other loop."""
    for test in conditions_of(loop.test):
        container, left = _what_is_left(act, test)
        name = key_of(container) if container is not None else None
        if container is None or name is None or _is_filled(loop.body, name):
            continue
        cuts = [cut for s in statements(loop.body) for cut in _cuts(act, s, name)]
        if len(cuts) != 1 or not any(True for s in loop.body for _ in _cuts(act, s, name)):
            continue  # none, several, or one that only some turns make
        with act.nested():
            sequence = evaluate(act, container)
        off = cuts[0]
        if off is not None and off.likely >= 1 and sequence.type in _SEQUENCES and sequence.size is not None:
            return ((size_of(sequence) - left) / off).max(1)
    return None


def _what_is_left(act: Activation, test: t.Expr) -> tuple[t.Expr | None, float]:
    """The sequence of `while rest`, `while len(rest) > 8`, `while rest != b""`, and how much of it is left in the end."""
    if isinstance(test, (t.Name, t.Attribute)):
        return test, 0.0
    if not isinstance(test, t.Compare) or len(test.rights) != 1:
        return None, 0.0
    operator, limit = test.operators[0], test.rights[0]
    measured = length_of(test.left)
    if measured is None:
        is_empty = isinstance(limit, t.Constant) and limit.value in ("", b"")
        return (test.left, 0.0) if operator == "ne" and is_empty else (None, 0.0)
    if operator not in ("gt", "ge", "ne"):
        return None, 0.0
    with act.nested():
        number = evaluate(act, limit).number
    return (measured, number.likely - (operator == "ge")) if number is not None else (None, 0.0)


def _is_filled(body: t.Body, name: str) -> bool:
    """Whether something is also put into it: `rest += sock.recv(4096)`, `rows.append(row)`."""
    changes = (change_of(e) for e in expressions(body))
    if any(change is not None and change.by > 0 and key_of(change.container) == name for change in changes):
        return True
    return any(isinstance(s, t.Augment) and key_of(s.target) == name for s in statements(body))


def _cuts(act: Activation, s: t.Stmt, name: str) -> Iterator[Estimate | None]:
    """How much a statement takes off a sequence, each time it does; None where nobody can tell."""
    if isinstance(s, t.Delete):
        for target in s.targets:
            if isinstance(target, t.Subscript) and key_of(target.value) == name:
                yield _deleted(act, target.index)
    elif isinstance(s, t.Assign):
        for rest, target in rests(s):
            if rest == name:
                is_cut = s.value is not None and key_of(s.value) == name
                yield Estimate.point(len(target.elements) - 1.0) if is_cut else None
        for key, value in assigned(s):
            if key == name:
                part = slice_of(value, name)
                yield _sliced(act, part) if part is not None else None


def _deleted(act: Activation, index: t.Expr) -> Estimate | None:
    """What `del rows[0]`, `del buffer[:size]` take away."""
    if not isinstance(index, t.Slice):
        return ONE
    return _number(act, index.upper) if index.lower is None and index.step is None else None


def _sliced(act: Activation, index: t.Slice) -> Estimate | None:
    """What `rest[size:]`, `rest[:-1]` leave out."""
    if index.step is not None or (index.lower is None) == (index.upper is None):
        return None
    off = _number(act, index.lower if index.lower is not None else index.upper)
    if off is None or index.lower is not None:
        return off
    return off * -1.0 if off.high < 0 else None


def _number(act: Activation, node: t.Expr | None) -> Estimate | None:
    if node is None:
        return None
    with act.nested():
        number = evaluate(act, node).number
    return number if number is not None and number.known else None
