"""Loops over a short table that is written out: `for name, codec, size in TABLE`.

Each turn has its own arguments. An average of them would give the small codec half of the large data, so the body is read
once for each member of the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.control.branching import run_turn
from gillint.resolve.control.iterations import iterations_of
from gillint.resolve.control.turns import leaves_early
from gillint.resolve.objects.state import behind_calls
from gillint.resolve.targets import bind
from gillint.resolve.text.texts import ANY
from gillint.resolve.trace import Block, Branch, Kind, Loop
from gillint.resolve.values import LazyRef, Value, text_of
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions

_MOST = 6  # members of a table, and turns of such loops inside each other
_APART = 1.5  # numbers and sizes that differ by less are alike
_STATEMENT = re.compile(
    r"\s*(select|with|insert|update|delete)\b", re.IGNORECASE
)  # each asks a database for work of its own
_TABLES = ("tuple", "list", "dict_items")


def unrolled(act: Activation, node: t.For, table: Value, run: Callable[[Activation, t.Body], float]) -> bool:
    """Read the body of a loop once for each member of a table, where these differ; False where they do not."""
    members = _table(act, table) if not node.is_async else None
    if members is None:
        return False
    if not (_are_different(members) or (_are_names(members) and _is_key(node))) or not _is_plain(node):
        return False
    turns = []
    act.unrolled *= len(members)
    files, turn = act.program.files, act.program.files.turn
    for number, member in enumerate(members):
        files.turn = (*turn, number)
        with act.nested() as builder:
            act.operation("loop_step")
            bind(act, node.target, member)
            run_turn(act, run, node.body)
        turns.append(builder.finish())
    files.turn = turn
    act.unrolled //= len(members)
    trips, body = Estimate.point(len(members)), Block((), (Branch(tuple(turns)),))
    found = behind_calls(act, node, iterations_of(node))
    act.emit(Loop(node.span, act.path, Kind.LOOP, trips, body, found, act.name))
    run(act, node.orelse)
    return True


def each_of(
    act: Activation, node: t.Comprehension, table: Value, make: Callable[[], Value]
) -> tuple[Value, ...] | None:
    """What a comprehension over such a table makes of each member, where these differ: `a, b = (load(n) for n in (10, 1000))`."""
    clause = node.clauses[0]
    members = _table(act, table) if len(node.clauses) == 1 and not clause.conditions and not clause.is_async else None
    if members is None or not _are_different(members):
        return None
    made = []
    for member in members:
        with act.nested():
            bind(act, clause.target, member)
            made.append(make())
    return tuple(made)


def mapped_each(act: Activation, table: Value, make: Callable[[Value], Value]) -> tuple[Value, ...] | None:
    """The same of `map`: `width, height = map(int, ("640", "480"))`."""
    members = _table(act, table)
    if members is None or not _are_different(members):
        return None
    with act.nested():
        return tuple(make(member) for member in members)


def _table(act: Activation, table: Value) -> tuple[Value, ...] | None:
    """The members of a table that is short enough, and written out."""
    members = table.items if table.type in _TABLES else None
    if members is None or not 1 < len(members) <= _MOST // act.unrolled or act.program.is_scarce:
        return None
    return members


def _are_different(members: tuple[Value, ...]) -> bool:
    """Whether the members are more than names for alike things."""
    rows = [m.items if m.type in ("tuple", "list") and m.items is not None else (m,) for m in members]
    if any(isinstance(v.reference, LazyRef) for row in rows for v in row):
        return False
    return any(map(_differ, zip(*rows, strict=False)))


def _are_names(members: tuple[Value, ...]) -> bool:
    return all(m.type == "str" and m.literal is not None for m in members)


@lru_cache(maxsize=4096)
def _is_key(node: t.For) -> bool:
    """Whether the variable of a loop is what something is looked up by: `for name in ("a", "b"): frame[name]`."""
    if not isinstance(node.target, t.Name):
        return False
    keys = (e.index for e in expressions(node.body) if isinstance(e, t.Subscript))
    return any(isinstance(key, t.Name) and key.id == node.target.id for key in keys)


def _differ(column: tuple[Value, ...]) -> bool:
    if len({v.type for v in column}) > 1 or len({v.reference for v in column}) > 1:
        return True
    if "::" in (column[0].type or "") and any(v.columns != column[0].columns for v in column):
        return True  # instances of one class that were made with different things
    if column[0].type == "str":
        statements = all(_STATEMENT.match((text_of(v) or ANY).pattern) for v in column)
        return statements or any(_is_numeral(v) for v in column)
    amounts = [v.number if v.number is not None else v.size for v in column]
    known = [abs(a.likely) for a in amounts if a is not None]
    return len(known) == len(column) and max(known) > _APART * max(min(known), 1.0)


def _is_numeral(value: Value) -> bool:
    """Whether a text is a number that is written out, for `int` to read."""
    return value.literal is not None and isinstance(value.literal.value, str) and value.literal.value.strip().isdigit()


@lru_cache(maxsize=4096)
def _is_plain(node: t.For) -> bool:
    """Whether each turn runs to its end, and nothing comes out of it but by variables."""
    if any(leaves_early(s) or isinstance(s, (t.Function, t.Class)) for s in node.body):
        return False
    return not any(isinstance(e, (t.Yield, t.Await)) for e in expressions(node.body)) and all(_names(node.target))


def _names(target: t.Expr) -> Iterator[bool]:
    """Whether the parts of a target are variables."""
    if isinstance(target, t.Sequence):
        for element in target.elements:
            yield from _names(element)
    else:
        yield isinstance(target, t.Name)
