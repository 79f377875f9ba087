"""What a coroutine does between its awaits, piece by piece: each keeps the event loop from its other tasks."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.costs.demand import CallShare, Costs, Demand
from gillint.diagnostics.span import Span
from gillint.frozen import dataclass
from gillint.resolve.trace import Await, Block, Branch, Call, Handover, Loop, has_await, inline

_MAX_DEPTH = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """A call, or a loop without an await, in a coroutine; `is_first` where nothing was awaited or started before it."""

    span: Span
    demand: Demand
    calls: tuple[CallShare, ...]
    is_loop: bool
    is_first: bool


def pieces(costs: Costs, block: Block) -> Iterator[Piece]:
    """The synchronous pieces of a coroutine's body, in order."""
    for node, is_first in _nodes(block, is_first=True, depth=0):
        alone = Block((), (node,))
        yield Piece(node.span, costs.block(alone), costs.calls(alone), isinstance(node, Loop), is_first)


def _nodes(block: Block, *, is_first: bool, depth: int) -> Iterator[tuple[Call | Loop, bool]]:
    for node in block.nodes if depth < _MAX_DEPTH else ():
        if isinstance(node, (Await, Handover)) or (isinstance(node, Call) and node.awaited):
            is_first = False
        elif isinstance(node, Branch):
            for arm in node.arms:
                yield from _nodes(arm, is_first=is_first, depth=depth + 1)
            is_first = is_first and not any(has_await(arm) for arm in node.arms)
        elif isinstance(node, Loop) and (has_await(node.body) or _starts(node.body)):
            yield from _nodes(node.body, is_first=False, depth=depth + 1)
            is_first = False
        elif isinstance(node, Loop) or (isinstance(node, Call) and node.kind != "join"):
            yield node, is_first


def _starts(block: Block) -> bool:
    return any(isinstance(n, Handover) or (isinstance(n, Call) and n.awaited) for n in inline(block))
