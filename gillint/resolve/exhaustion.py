"""How often a `while` loop turns that takes something until there is no more: a file in chunks, a queue, a list."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.estimate import Estimate
from gillint.resolve.bound import FILES, element_of, number_of, size_of
from gillint.resolve.trace import Block, Branch, Call
from gillint.resolve.values import NONE

_READERS = ("read", "read1", "readline", "readinto")
_TAKERS = ("pop", "popleft", "get", "get_nowait", "popitem")
_GIVERS = ("append", "appendleft", "extend", "extendleft", "put", "put_nowait", "add", "update", "insert")
_CONTAINERS = ("list", "set", "dict", "collections.deque", "queue.Queue", "queue.LifoQueue", "queue.PriorityQueue")


# A server turns as often as somebody asks it, which is counted where that is written.
_SERVED = (
    "socket.socket.accept",
    "socket.socket.recvfrom",
    "selectors.DefaultSelector.select",
    "selectors.BaseSelector.select",
    "select.select",
    "select.epoll.poll",
    "select.poll.poll",
)
_EACH_CLIENT = Estimate(1, 1, 1e6)


def turns_until_empty(body: Block) -> Estimate | None:
    """The turns after which a file has been read, or a container been emptied that nothing in the loop fills."""
    calls = list(_calls(body))
    if any(call.name in _SERVED for call in calls):
        return _EACH_CLIENT
    for call in calls:
        method = call.name.rsplit(".", 1)[-1]
        source = call.bound.receiver
        if source is None or source.size is None or not source.size.known:
            continue
        if method in _READERS and (source.type in FILES or source.type in ("io.BytesIO", "io.StringIO")):
            return _reads(call, method)
        filled = any(c.bound.receiver is not None and _gives(c, source.type) for c in calls)
        if method in _TAKERS and source.type in _CONTAINERS and not filled:
            return source.size.max(1)
    return None


def _gives(call: Call, kind: str | None) -> bool:
    return (
        call.name.rsplit(".", 1)[-1] in _GIVERS and call.bound.receiver is not None and call.bound.receiver.type == kind
    )


def _reads(call: Call, method: str) -> Estimate | None:
    """How many reads of a size there are in a file, and one that finds its end."""
    source = call.bound.receiver
    assert source is not None and source.size is not None
    if method == "readline":
        return source.size + 1
    passed = call.bound.positional[0] if call.bound.positional else None
    if passed is None or passed == NONE:
        return None
    chunk = size_of(passed) if method == "readinto" else number_of(passed)
    if not chunk.known or chunk.likely <= 0:
        return None
    return (source.size * size_of(element_of(source)) / chunk).map(lambda n: -(-n // 1)) + 1


def _calls(block: Block) -> Iterator[Call]:
    for node in block.nodes:
        if isinstance(node, Call):
            yield node
        elif isinstance(node, Branch):
            for arm in node.arms:
                yield from _calls(arm)
