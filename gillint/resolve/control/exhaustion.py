"""How often a `while` loop turns that takes something until there is no more: a file in chunks, a queue, a list."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from gillint.estimate import ONE, ZERO, Estimate
from gillint.knowledge.schema import TERMINAL
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import ALL_QUEUES, BUFFERS, FILES, QUEUES
from gillint.resolve.calling.bound import element_of, member_size, number_of, size_of
from gillint.resolve.control.consuming import RUN, stays_in_a_run
from gillint.resolve.control.converging import (
    CLIMBED,
    PAIRED,
    SETTLED,
    bisects,
    climbs,
    joins_pairs,
    settles,
    turns_until_converged,
)
from gillint.resolve.control.graphs import turns_over_a_graph
from gillint.resolve.control.onward import turns_onward
from gillint.resolve.control.turns import is_retry, leaves_early
from gillint.resolve.control.visiting import turns_of_a_walk
from gillint.resolve.expressions import evaluate
from gillint.resolve.external.records import records_of
from gillint.resolve.trace import Block, Branch, Call, Loop
from gillint.resolve.values import NONE, MadeRef, Value
from gillint.syntax import tree as t
from gillint.syntax.containers import ADDS, TAKES, change_of
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
# Of requests, one after the other: a listing has some pages. An answer comes in a few pieces.
EXCHANGES = Estimate(1, 20, 1e4)
FRAGMENTS = Estimate(1, 5, 1e4)
_SIZED = (*BUFFERS, "asyncio.FedReader", "http.client.HTTPResponse", "urllib3.HTTPResponse")
_READERS = ("read", "read1", "readline", "readlines", "readinto", "readuntil", "readexactly")
_FETCHES = ("fetchone", "fetchmany")  # rows of a cursor: a loop ends behind the last
_CONTAINERS = ("list", "set", "dict", "collections.deque", *QUEUES)


# A server turns as often as somebody asks it, which is counted where that is written.
_SERVED = (
    "socket.socket.accept",
    "multiprocessing.connection.Listener.accept",
    "socket.socket.recvfrom",
    "selectors.DefaultSelector.select",
    "selectors.BaseSelector.select",
    "select.select",
    "select.epoll.poll",
    "select.poll.poll",
)
_EACH_CLIENT = Estimate(1, 1, 1e6)


# What is shed came in one at a time: as many turns as things come in, about one each time.
SHED = Estimate(0, 1, 1_000)


# Messages in what has come in so far, cut off one by one.
PIECES = Estimate(1, 10, 1_000)


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
            used = {key_of(e) for e in (*expressions((s,)),)}
            if looked_at & targets & used - {None}:
                return True
    return False


# What is waited for is there with the first piece, or was left over from the last: a message is seldom longer than that.
_ARRIVES = Estimate(0, 1, 1_000)


def fills_up(loop: t.While) -> bool:
    """Whether a loop reads on until something is in a buffer: `while b"\\n" not in buffer: buffer += sock.recv(4096)`."""
    if not isinstance(loop.test, t.Compare) or loop.test.operators[0] != "not_contains":
        return False
    buffer = key_of(loop.test.rights[0])
    return buffer is not None and any(isinstance(s, t.Augment) and key_of(s.target) == buffer for s in loop.body)


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


def turns_until_empty(act: Activation, body: Block, *, endless: bool = True) -> Estimate | None:
    """The turns after which a file has been read, or a container been emptied that nothing in the loop fills.

    `endless`: nothing in the test of the loop ends it: `while True`, as a server has it.
    """
    calls = list(_calls(body))
    if endless and any(call.name in _SERVED for call in calls):
        return _EACH_CLIENT
    for call in calls:
        if call.name == "itertools.islice" and len(call.bound.positional) == 2:
            taken, each = (call.bound.positional[0].size, call.bound.positional[1].number)
            if taken is not None and each is not None and each.known and each.likely >= 1:
                return (taken / each).map(lambda n: max(1.0, -(-n // 1)))
        if endless and call.name == "next" and len(call.bound.positional) == 1:
            rows = call.bound.positional[0]
            if rows.size is not None and rows.size.known:
                return rows.size.max(1)
        method = call.name.rsplit(".", 1)[-1]
        source = call.bound.receiver
        if source is None:
            continue
        is_sized = source.type in _SIZED and source.size is not None
        if method in _READERS and (source.type in FILES or is_sized):
            return _reads(act, call, method, [c for c in calls if c is not call and _reads_too(c, source)])
        if method in _FETCHES and source.size is not None and source.element is not None:
            asked = call.bound.positional[0].number if call.bound.positional else ONE
            each = (asked if asked is not None and method != "fetchone" else ONE).max(1)
            return (source.size / each).map(math.ceil) + 1
        if source.size is None or not source.size.known:
            continue
        if not _takes(method, source):
            continue
        if not any(_gives(c, source) for c in _calls(body, loops=True, depth=_DEPTH)):
            return source.size.max(1)
    return None


def since_last_time(act: Activation, loop: t.While, turns: Estimate) -> Estimate:
    """The turns of a loop that empties what a loop around it fills: what has come in since it was here last.

    What is taken from a container, all in all, is no more than what is put into it: `while window and window[0] < start:
    window.popleft()` in a loop that appends to the window.
    """
    filled = [act.born[name][0] for name in _taken_from(loop) if name is not None and name in act.born]
    around = act.trips_so_far(min(filled)) if filled else ONE
    if around.likely <= 1:
        return turns
    return Estimate(0, min(turns.likely, max(turns.likely / around.likely, _SELDOM)), turns.high)


_SELDOM = 0.1


def _taken_from(loop: t.While) -> set[str | None]:
    """The containers from which a loop takes until the test finds nothing, or nothing that it looks for, in them."""
    names = {key_of(e) for e in expressions((t.Return(loop.test.span, loop.test),))}
    changes = (change_of(e) for e in expressions(loop.body))
    return names & {key_of(change.container) for change in changes if change is not None and change.by < 0}


def comes_in_singly(act: Activation, loop: t.While) -> bool:
    """Whether a loop empties what the loop around it fills, one at a time: `waiting.append(job)`, `while free and waiting:
    waiting.popleft()`.
    """
    names = _taken_from(loop)
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
    names = {name for name in _taken_from(loop) if name is not None and "." in name}
    if not names or not act.runs_often() or _runs_what_it_takes(loop):
        return False
    changes = (change_of(e) for e in expressions(act.statements))
    filled = {key_of(change.container) for change in changes if change is not None and change.by > 0}
    return bool(names - filled - set(set_in(tuple(statements(act.statements)))))


def turns_by_others(act: Activation, body: Block) -> Estimate | None:
    """The turns of a worker that takes from a queue what others put there, which may be later in the file than its start.

    Workers that were started together share it.
    """
    for call in _calls(body):
        source = call.bound.receiver
        taken = source is not None and call.name.rsplit(".", 1)[-1] in TAKES and source.type in ALL_QUEUES
        if source is None or not taken or source.size is not None or not isinstance(source.reference, MadeRef):
            continue
        if any(_gives(c, source) for c in _calls(body, loops=True, depth=_DEPTH)):
            continue
        filled = act.program.filled(source.reference)
        if filled is not None:
            return (filled / act.times.max(1)).max(1)
    return None


# An iterator that leaves some of the items of another one out gives back every second one.
_SKIPPED = Estimate(1, 2, 1e4)


def turns_until_found(act: Activation, loop: t.While) -> Estimate | None:
    """The turns of `while True: row = next(self.rows); if fits(row): return row` in a `__next__`; None for other loops."""
    is_step = isinstance(act.body, t.Function) and act.body.name in ("__next__", "__anext__")
    is_endless = isinstance(loop.test, t.Constant)
    return _SKIPPED if is_step and is_endless and any(leaves_early(s) for s in loop.body) else None


_TRIED = Estimate(1, 1, 10)  # until it succeeds, which is nearly always at once
GUARD = 100_000.0  # turns: a limit above that, beside another way out, is there for what should not happen


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


def turns_while_talking(body: Block) -> Estimate | None:
    """The turns of a loop that talks to somebody else each time; None where it does not."""
    found = _exchange(body, 4)
    if found is None:
        return None
    return FRAGMENTS if found.name.endswith((".recv", ".recv_into")) else EXCHANGES


def _exchange(body: Block, depth: int) -> Call | None:
    """The first call that talks to somebody else, of a body itself or of what it calls."""
    for node in body.nodes:
        if isinstance(node, Call) and _is_talk(node):
            return node
        inner = node.inner if isinstance(node, Call) else node.body if isinstance(node, Loop) else None
        found = _exchange(inner, depth - 1) if inner is not None and depth > 0 else None
        if isinstance(node, Branch):
            found = next((c for arm in node.arms if (c := _exchange(arm, depth)) is not None), None)
        if found is not None:
            return found
    return None


def _is_talk(call: Call) -> bool:
    return call.fact is not None and (call.peer is not None or call.fact.serialised_by == TERMINAL)


def _gives(call: Call, to: Value) -> bool:
    """Whether a call may fill a container: another one of the same type, as far as they can be told apart."""
    receiver = call.bound.receiver
    if receiver is None or receiver.type != to.type or call.name.rsplit(".", 1)[-1] not in ADDS:
        return False
    return receiver.reference == to.reference or receiver.reference is None or to.reference is None


def _takes(method: str, source: Value) -> bool:
    """Whether a method takes something out of a container: `get` does of a queue, and leaves a dict as it is."""
    return method in TAKES and source.type in _CONTAINERS and not (source.type == "dict" and method == "get")


def _reads_too(call: Call, source: Value) -> bool:
    """Whether another call takes from the same file: `f.read(length)` after `f.read(HEADER.size)`."""
    other = call.bound.receiver
    return (
        call.name.rsplit(".", 1)[-1] in _READERS
        and other is not None
        and (other.type, other.text) == (source.type, source.text)
    )


def _reads(act: Activation, call: Call, method: str, others: list[Call]) -> Estimate | None:
    """How many reads of a size there are in a file; the one that finds its end is followed by nothing.

    A file that nothing in sight writes is as long as reading it is taken to cost.
    """
    source = call.bound.receiver
    assert source is not None
    lines = size_of(source)
    if method in ("readline", "readuntil"):
        return lines + 1
    passed = call.bound.positional[0] if call.bound.positional else None
    if passed is None or passed == NONE:
        return None
    chunk = size_of(passed) if method == "readinto" else number_of(passed)
    if not chunk.known or chunk.likely <= 0:
        return None
    turns = (lines * member_size(source) / chunk).map(lambda n: max(1.0, -(-n // 1)))
    for other in others:
        length = other.bound.positional[0] if other.bound.positional else None
        if length is None or length.number is None:  # what follows a header is as long as it says
            written = records_of(act, source)
            records = written.pieces if written is not None else None
            return (turns.min(WHILE_TRIPS) if records is None else turns.min(records)).max(1)
        turns = turns * (chunk / (chunk + length.number))
    return turns.max(1)


_DEPTH = 4  # functions that call each other, one of which may fill what a loop empties


def _calls(block: Block, *, loops: bool = False, depth: int = 0) -> Iterator[Call]:
    """The calls of a block itself, those in its loops, and those in so many functions below, callbacks included."""
    for node in block.nodes:
        if isinstance(node, Call):
            yield node
            for inner in (node.inner, node.callback) if depth > 0 else ():
                yield from _calls(inner, loops=loops, depth=depth - 1) if inner is not None else ()
        elif isinstance(node, Branch):
            for arm in node.arms:
                yield from _calls(arm, loops=loops, depth=depth)
        elif isinstance(node, Loop) and loops:
            yield from _calls(node.body, loops=True, depth=depth)


def turns_until_long(act: Activation, test: t.Expr, assumed: Estimate) -> Estimate | None:
    """`while len(out) < n: out += piece`: n by what a turn adds; so for `sum(map(len, pieces))`.

    `assumed`: the turns after which what there is now was there.
    """
    if not isinstance(test, t.Compare) or test.operators[:1] not in (("lt",), ("le",)):
        return None
    call = test.left if isinstance(test.left, t.Call) and isinstance(test.left.function, t.Name) else None
    name = call.function.id if call is not None and isinstance(call.function, t.Name) else None
    counted = call.arguments[0].value if call is not None and call.arguments else None
    if name == "sum" and isinstance(counted, t.Call) and len(counted.arguments) == 2:
        counted = counted.arguments[1].value  # sum(map(len, pieces))
    elif name != "len":
        return None
    value = act.environment.get(counted.id) if isinstance(counted, t.Name) else None
    if value is None or value.size is None or not isinstance(counted, t.Name):
        return None
    with act.nested():
        wanted = evaluate(act, test.rights[0]).number
    first = act.born.get(counted.id, (0, ZERO))[1]
    added = (value.size - first) / assumed
    if name == "sum":
        added = added * size_of(element_of(value))
    if wanted is None or added.likely <= 0:
        return None
    return wanted.combine(added.likely, lambda n, a: max(1.0, -(-n // a)))


def turns_by_counter(act: Activation, node: t.While) -> Estimate | None:
    """`while i < n: ...; i += step`: (n - i) / step turns."""
    test = node.test
    if not isinstance(test, t.Compare) or len(test.rights) != 1 or not isinstance(test.left, t.Name):
        return None
    steps = [s for x in node.body if (s := as_augment(x)) is not None and key_of(s.target) == test.left.id]
    start = act.environment.get(test.left.id)
    if len(steps) > 1 or start is None or start.number is None:
        return None
    with act.nested():
        end = evaluate(act, test.rights[0]).number
        step = evaluate(act, steps[0].value).number if steps else None
    if end is None or (steps and steps[0].operator not in ("add", "sub")):
        return None
    if not steps and bisects(node):
        return (end - start.number).map(lambda n: max(1.0, math.log2(max(n, 2.0))))
    if step is None or not step.known:
        return _strides(end - start.number) if test.operators[0] in ("lt", "le") else None
    return ((end - start.number) / step).map(lambda n: max(1.0, abs(n)))


def _strides(whole: Estimate) -> Estimate:
    """`while pos < len(data): pos += length_of_a_record`: at most one turn a byte, and nothing tells how long records are."""
    return Estimate(1.0, max(1.0, whole.likely) ** 0.5, max(1.0, whole.high))
