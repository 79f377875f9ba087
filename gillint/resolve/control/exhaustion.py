"""How often a `while` loop turns that takes something until there is no more: a file in chunks, a queue, a list."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gillint.estimate import ONE, Estimate
from gillint.knowledge.schema import TERMINAL
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import ALL_QUEUES, BUFFERS, FILES, QUEUES
from gillint.resolve.calling.bound import member_size, number_of, size_of
from gillint.resolve.control.turns import leaves_early
from gillint.resolve.control.usual_turns import WHILE_TRIPS, taken_from
from gillint.resolve.external.records import records_of
from gillint.resolve.trace import Block, Branch, Call, Loop
from gillint.resolve.values import NONE, MadeRef, Value
from gillint.syntax import tree as t
from gillint.syntax.containers import ADDS, TAKES
from gillint.syntax.walk import expressions, inside, key_of, statements

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


def turns_until_empty(
    act: Activation, body: Block, *, endless: bool = True, asks_for_next: bool = False
) -> Estimate | None:
    """The turns after which a file has been read, or a container been emptied that nothing in the loop fills.

    `endless`: nothing in the test of the loop ends it: `while True`, as a server has it; `asks_for_next`: the loop ends where an
    iterator has no more, as `ends_with_an_iterator` says.
    """
    calls = list(_calls(body))
    if endless and any(call.name in _SERVED for call in calls):
        return _EACH_CLIENT
    for call in calls:
        if call.name == "itertools.islice" and len(call.bound.positional) == 2:
            taken, each = (call.bound.positional[0].size, call.bound.positional[1].number)
            if taken is not None and each is not None and each.known and each.likely >= 1:
                return (taken / each).map(lambda n: max(1.0, -(-n // 1)))
        if call.name == "next" and (asks_for_next or (endless and len(call.bound.positional) == 1)):
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


def turns_until_it_is_empty(act: Activation, loop: t.While, body: Block) -> Estimate | None:
    """The turns of `while not deck.is_empty(): deck.draw()`: as many as there are things where the object's method takes one."""
    asked = loop.test.operand if isinstance(loop.test, t.Unary) and loop.test.operator == "not" else loop.test
    owner = _owner(asked)
    if owner is None:
        return None
    spans = {e.span for e in expressions(loop.body) if _owner(e) == owner}
    for call in _calls(body):
        inner = call.inner if call.span in spans and call.kind == "project" else None
        for taken in _calls(inner) if inner is not None else ():
            source = taken.bound.receiver
            if source is None or source.size is None or not _takes(taken.name.rsplit(".", 1)[-1], source):
                continue
            if not any(_gives(c, source) for c in _calls(body, loops=True, depth=_DEPTH)):
                return source.size.max(1)
    return None


def _owner(e: t.Expr) -> str | None:
    """`deck` of `deck.draw()`."""
    return key_of(e.function.value) if isinstance(e, t.Call) and isinstance(e.function, t.Attribute) else None


def ends_with_an_iterator(loop: t.While) -> bool:
    """Whether a loop turns until an iterator has no more, which gives a default then: `while (row := next(rows, None)) is not
    None`, `row = next(rows, None); if row is None: break`.
    """
    given = {key_of(target) for target, value in _given(loop) if _is_next(value)}
    tests = [
        s.test for s in statements(loop.body) if isinstance(s, t.If) and any(leaves_early(inner) for inner in s.body)
    ]
    tests = [loop.test] if not isinstance(loop.test, t.Constant) else tests
    return any(key_of(_asked(test)) in given - {None} for test in tests)


def _given(loop: t.While) -> Iterator[tuple[t.Expr, t.Expr]]:
    """What a loop gives a value, and which one."""
    for s in statements(loop.body):
        if isinstance(s, t.Assign) and s.value is not None:
            yield from ((target, s.value) for target in s.targets)
    yield from ((e.target, e.value) for e in (*inside(loop.test), *expressions(loop.body)) if isinstance(e, t.Walrus))


def _is_next(value: t.Expr) -> bool:
    return isinstance(value, t.Call) and key_of(value.function) == "next" and len(value.arguments) == 2


def _asked(test: t.Expr) -> t.Expr:
    """The variable that a test asks whether there is something in it: `row`, `row is not None`, `(row := f()) != end`."""
    if isinstance(test, t.Unary) and test.operator == "not":
        return _asked(test.operand)
    if isinstance(test, t.Compare) and test.operators in (("is",), ("is_not",), ("eq",), ("ne",)):
        return _asked(test.left)
    return test.target if isinstance(test, t.Walrus) else test


def since_last_time(act: Activation, loop: t.While, turns: Estimate) -> Estimate:
    """The turns of a loop that empties what a loop around it fills: what has come in since it was here last.

    What is taken from a container, all in all, is no more than what is put into it: `while window and window[0] < start:
    window.popleft()` in a loop that appends to the window.
    """
    filled = [act.born[name][0] for name in taken_from(loop) if name is not None and name in act.born]
    around = act.trips_so_far(min(filled)) if filled else ONE
    if around.likely <= 1:
        return turns
    return Estimate(0, min(turns.likely, max(turns.likely / around.likely, _SELDOM)), turns.high)


_SELDOM = 0.1


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
