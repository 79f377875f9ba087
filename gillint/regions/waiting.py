"""Work that is waited for before more is handed over, so that nothing runs beside it: `submit(f, x).result()` in a loop."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.estimate import ONE
from gillint.knowledge.schema import Effect
from gillint.resolve.calling.handovers import HANDOVERS
from gillint.resolve.trace import Await, Block, Branch, Call, Concurrency, Handover, Loop, Node
from gillint.resolve.values import TaskRef

_STARTS = ".start"
_ALL_DONE = ".shutdown"  # of a pool, which is made anew in each turn then
_BLOCKS = ".apply"  # of a pool: hands over and waits


def waited_for(turn: Block) -> frozenset[Handover]:
    """The hand-overs of one turn of a loop that the same turn waits for, while nothing else happens.

    A wait with a timeout is none: there the thread is what makes the timeout possible. Nor is one that only some turns come
    to: `if len(running) >= workers: running.pop(0).join()`.
    """
    found: set[Handover] = set()
    running: list[Handover] = []
    alone: Handover | None = None
    begun_in: dict[Handover, _Arms] = {}
    for node, arms in _placed(turn):
        if isinstance(node, Handover) and node.concurrency is not Concurrency.ASYNCIO:
            begun_in[node] = arms
            alone = node if not running and node.tasks == ONE else None
            if not node.via.endswith(_BLOCKS):
                running.append(node)
            elif alone is not None:
                found.add(node)
        elif done := [h for h in running if _ends(node, h)]:
            is_always = all(begun_in[h][: len(arms)] == arms for h in done)
            if done == [alone] and is_always and not _has_limit(node):
                found.update(done)
            running = [h for h in running if h not in done]
            alone = None
        elif isinstance(node, (Handover, Loop)) or (isinstance(node, Call) and _takes_time(node)):
            alone = None
    return frozenset(found)


_Arms = tuple[int, ...]


def _placed(block: Block, arms: _Arms = ()) -> Iterator[tuple[Node, _Arms]]:
    """The nodes of a block, with the arms of branches in which they stand."""
    for node in block.nodes:
        if isinstance(node, Branch):
            for arm in node.arms:
                yield from _placed(arm, (*arms, id(arm)))
        else:
            yield node, arms


def _takes_time(call: Call) -> bool:
    """Whether the caller does something worth a thread of its own; what it prints in between is none."""
    waits = call.fact is not None and call.fact.behaviour.effect is Effect.WAITS
    return waits or call.kind in ("project", "undefined", "unknown")


def is_awaited(work: Handover) -> bool:
    """Whether an event loop waits for it, and runs other tasks meanwhile."""
    spec = HANDOVERS.get(work.via)
    return spec is not None and spec.awaitable


def _ends(node: Node, work: Handover) -> bool:
    """Whether this waits for the work."""
    if isinstance(node, Await):
        return is_awaited(work)
    if not isinstance(node, Call) or node.kind != "join" or node.name.endswith(_STARTS):
        return False
    if node.name.endswith(_ALL_DONE):
        return work.via.startswith(node.name.removesuffix(_ALL_DONE) + ".")
    task = node.bound.receiver.reference if node.bound.receiver is not None else None
    return isinstance(task, TaskRef) and (task.path, task.span) == (work.path, work.span)


def _has_limit(node: Node) -> bool:
    return isinstance(node, Call) and bool(node.bound.positional or node.bound.parameters)
