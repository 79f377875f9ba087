"""How often a `while` loop turns by its shape, where nothing in sight counts its turns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.control.consuming import RUN, stays_in_a_run
from gillint.resolve.control.converging import (
    CLIMBED,
    PAIRED,
    SETTLED,
    climbs,
    joins_pairs,
    settles,
    turns_until_converged,
)
from gillint.resolve.control.graphs import turns_over_a_graph
from gillint.resolve.control.onward import turns_onward
from gillint.resolve.control.turns import is_retry, leaves_early
from gillint.resolve.control.visiting import turns_of_a_walk
from gillint.syntax import tree as t
from gillint.syntax.containers import change_of
from gillint.syntax.walk import (
    as_augment,
    conditions_of,
    expressions,
    key_of,
    name_called,
    names_in,
    set_in,
    statements,
)

WHILE_TRIPS = Estimate(1, 1_000, 1e6)  # where nothing tells
# Where it is run again and again. In the programs of the accuracy table such a loop turns nine times (geometric mean), and
# never a thousand times: a digit, a parent, a link at a time.
INNER_WHILE_TRIPS = Estimate(1, 10, 1e6)
# What is shed came in one at a time: as many turns as things come in, about one each time.
SHED = Estimate(0, 1, 1_000)
# Messages in what has come in so far, cut off one by one.
PIECES = Estimate(1, 10, 1_000)
# What is waited for is there with the first piece, or was left over from the last: a message is seldom longer than that.
_ARRIVES = Estimate(0, 1, 1_000)
# An iterator that leaves some of the items of another one out gives back every second one.
_SKIPPED = Estimate(1, 2, 1e4)
_TRIED = Estimate(1, 1, 10)  # until it succeeds, which is nearly always at once
GUARD = 100_000.0  # turns: a limit above that, beside another way out, is there for what should not happen


def cuts_off(loop: t.While) -> bool:
    """Whether a loop takes pieces off a text until there is no whole one left: `while "\\n" in buffer: line, buffer =
    buffer.split("\\n", 1)`, `while len(buffer) >= size: record, buffer = buffer[:size], buffer[size:]`.
    """
    if not isinstance(loop.test, t.Compare):
        return False
    wanted = loop.test.operators[0]
    if wanted == "contains":
        looked_at = {key_of(loop.test.rights[0])}
    elif (
        wanted in ("gt", "ge") and isinstance(loop.test.left, t.Call) and name_called(loop.test.left.function) == "len"
    ):
        looked_at = {key_of(a.value) for a in loop.test.left.arguments}
    else:
        return False
    for s in loop.body:
        if isinstance(s, t.Assign) and s.value is not None:
            targets = {key_of(e) for x in s.targets for e in (x.elements if isinstance(x, t.Sequence) else (x,))}
            used = {key_of(e) for e in expressions((s,))}
            if looked_at & targets & used - {None}:
                return True
    return False


def fills_up(loop: t.While) -> bool:
    """Whether a loop reads on until something is in a buffer: `while b"\\n" not in buffer: buffer += sock.recv(4096)`."""
    if not isinstance(loop.test, t.Compare) or loop.test.operators[0] != "not_contains":
        return False
    buffer = key_of(loop.test.rights[0])
    steps = (step for s in loop.body if (step := as_augment(s)) is not None)
    return buffer is not None and any(key_of(step.target) == buffer for step in steps)


def sheds(loop: t.While) -> bool:
    """Whether a loop takes away what is too much or too old: `while len(cache) > limit: cache.popitem()`,
    `while window and window[0] < start: window.popleft()`.
    """
    if _evicts(loop):
        return True
    if _runs_what_it_takes(loop):
        return False
    looked_at = {name for test in conditions_of(loop.test) if isinstance(test, t.Compare) for name in _limited(test)}
    if not looked_at:
        return False
    removed = (
        x.value
        for s in statements(loop.body)
        if isinstance(s, t.Delete)
        for x in s.targets
        if isinstance(x, t.Subscript)
    )
    taken: set[str | None] = {key_of(container) for container in removed}  # `del cache[oldest]`
    changes = [change for e in expressions(loop.body) if (change := change_of(e)) is not None]
    taken |= {key_of(change.container) for change in changes if change.by < 0}
    given = {key_of(change.container) for change in changes if change.by > 0}
    return bool(looked_at & taken - given)


def _runs_what_it_takes(loop: t.While) -> bool:
    """`while queue and queue[0].at <= end: event = heappop(queue); event.action()`: a schedule that is worked off."""
    taken: set[str | None] = set()
    for s in loop.body:
        change = change_of(s.value) if isinstance(s, t.Assign) and s.value is not None else None
        if change is not None and change.by < 0:
            taken |= set(set_in((s,)))
    called = (key_of(e.function) for e in expressions(loop.body) if isinstance(e, t.Call))
    return any(name is not None and name.partition(".")[0] in taken for name in called)


_EVICTS = re.compile(r"^_*(evict|expire|drop|discard|shrink|trim|prune|pop)", re.IGNORECASE)


def _evicts(loop: t.While) -> bool:
    """`while self.size + new > self.limit: self.popitem()`: what the object's own method makes smaller."""
    test = loop.test if isinstance(loop.test, t.Compare) and loop.test.operators in (("gt",), ("ge",)) else None
    if test is None:
        return False
    calls = (s.value for s in loop.body if isinstance(s, (t.Evaluate, t.Assign)) and isinstance(s.value, t.Call))
    methods = (call.function for call in calls if isinstance(call.function, t.Attribute))
    owners = {key_of(method.value) for method in methods if _EVICTS.match(method.name)}
    return any(name.rpartition(".")[0] in owners for name in names_in(test.left))


def _limited(test: t.Compare) -> Iterator[str]:
    """The containers whose length a test compares with a limit, or whose first or last member it looks at."""
    for side in (test.left, *test.rights):
        for e in (side, *_below(side)):
            if isinstance(e, t.Call) and name_called(e.function) == "len" and len(e.arguments) == 1:
                limit = test.rights[0]
                endless = isinstance(limit, t.Constant) and isinstance(limit.value, int) and limit.value <= 1
                name = key_of(e.arguments[0].value)
            elif isinstance(e, t.Subscript) and _is_end(e.index):
                endless, name = False, key_of(e.value)
            else:
                continue
            if name is not None and not endless:
                yield name


def _below(node: t.Expr) -> Iterator[t.Expr]:
    """What an expression looks into: the containers of its subscripts and attributes, and its indices."""
    if isinstance(node, (t.Subscript, t.Attribute)):
        yield node.value
        yield from _below(node.value)
    if isinstance(node, t.Subscript):
        yield node.index
        yield from _below(node.index)
    if isinstance(node, t.Binary):
        for side in (node.left, node.right):
            yield side
            yield from _below(side)


def _is_end(index: t.Expr) -> bool:
    if isinstance(index, t.Unary) and index.operator == "neg":
        index = index.operand
    return isinstance(index, t.Constant) and index.value in (0, 1, -1)


def taken_from(loop: t.While) -> set[str | None]:
    """The containers from which a loop takes until the test finds nothing, or nothing that it looks for, in them."""
    names = {key_of(e) for e in expressions((t.Return(loop.test.span, loop.test),))}
    changes = (change_of(e) for e in expressions(loop.body))
    return names & {key_of(change.container) for change in changes if change is not None and change.by < 0}


def comes_in_singly(act: Activation, loop: t.While) -> bool:
    """Whether a loop empties what the loop around it fills, one at a time: `waiting.append(job)`, `while free and waiting:
    waiting.popleft()`.
    """
    names = taken_from(loop)
    around = act.loop if isinstance(act.body, t.Function) and names else None
    if around is None or not names.isdisjoint(set_in(around.body)):
        return False
    changes = (change_of(e) for e in expressions(around.body))
    added = [c for c in changes if c is not None and c.by > 0 and key_of(c.container) in names]
    return bool(added) and not any(change.several for change in added)


def _comes_from_elsewhere(act: Activation, loop: t.While) -> bool:
    """Whether a method that is called again and again empties what other methods fill: `while self.free and self.waiting:
    self.waiting.popleft()`.
    """
    names = {name for name in taken_from(loop) if name is not None and "." in name}
    if not names or not act.runs_often() or _runs_what_it_takes(loop):
        return False
    changes = (change_of(e) for e in expressions(act.statements))
    filled = {key_of(change.container) for change in changes if change is not None and change.by > 0}
    return bool(names - filled - set(set_in(tuple(statements(act.statements)))))


def turns_until_one_is_good(act: Activation, loop: t.While) -> Estimate | None:
    """The turns of a method that gives one thing back each time, and drops what is no longer good before it: `while self.heap:
    entry = heappop(self.heap); if entry.is_valid: return entry`; None for other loops.
    """
    gives = any(isinstance(s, t.Return) and s.value is not None for s in statements(loop.body))
    return _SKIPPED if gives and works_off(loop) and _comes_from_elsewhere(act, loop) else None


def turns_until_found(act: Activation, loop: t.While) -> Estimate | None:
    """The turns of `while True: row = next(self.rows); if fits(row): return row` in a `__next__`; None for other loops."""
    is_step = isinstance(act.body, t.Function) and act.body.name in ("__next__", "__anext__")
    is_endless = isinstance(loop.test, t.Constant)
    return _SKIPPED if is_step and is_endless and any(leaves_early(s) for s in loop.body) else None


def usual_turns(act: Activation, loop: t.While) -> Estimate:
    """How often a loop turns by its shape, where nothing in sight counts its turns."""
    if is_retry(loop.body):
        return _TRIED
    if sheds(loop) or comes_in_singly(act, loop) or _comes_from_elsewhere(act, loop):
        return SHED
    if joins_pairs(loop):
        return PAIRED
    if cuts_off(loop):
        return PIECES
    if fills_up(loop):
        return _ARRIVES
    if stays_in_a_run(loop.test):
        return RUN
    if settles(loop):
        return SETTLED
    found = turns_until_converged(loop)
    if found is None and works_off(loop):
        found = turns_of_a_walk(act, loop) or turns_over_a_graph(act, loop)
    found = found or turns_onward(act, loop)
    if found is not None:
        return found
    is_inner = act.runs_often() and not works_off(loop) and not serves(loop)
    return INNER_WHILE_TRIPS if is_inner else CLIMBED if climbs(loop) else WHILE_TRIPS


def is_guard(limit: Estimate, loop: t.While) -> bool:
    """Whether a limit to the turns is a guard, and not the way out of the loop."""
    return limit.likely > GUARD and any(leaves_early(s) for s in loop.body)


def works_off(loop: t.While) -> bool:
    """`while frontier: cell = frontier.pop()`, `while heap: heappop(heap)`: there is always more that is found."""
    names = _asked_for_members(loop.test)
    changes = (change_of(e) for e in expressions(loop.body))
    return any(change is not None and change.by < 0 and key_of(change.container) in names for change in changes)


def serves(loop: t.While) -> bool:
    """`while True: task = tasks.get()`: a worker's loop, which is there for all the tasks."""
    if not isinstance(loop.test, t.Constant) or not loop.test.value:
        return False
    return any(
        isinstance(e, t.Call) and name_called(e.function) in _ASKED_FOR_TASKS and all(a.keyword for a in e.arguments)
        for e in expressions(loop.body)
    )


_ASKED_FOR_TASKS = ("get", "get_nowait", "accept")


def _asked_for_members(test: t.Expr) -> set[str | None]:
    """The containers that a test asks whether there is something in them."""
    if isinstance(test, t.Boolean):
        return set().union(*map(_asked_for_members, test.values))
    if isinstance(test, t.Unary):
        return _asked_for_members(test.operand)
    if isinstance(test, t.Compare):
        return _asked_for_members(test.left)
    if isinstance(test, t.Call):
        if name_called(test.function) == "len" and test.arguments:
            return {key_of(test.arguments[0].value)}
        return {key_of(test.function.value)} if isinstance(test.function, t.Attribute) else set()
    return {key_of(test)} if isinstance(test, (t.Name, t.Attribute)) else set()
