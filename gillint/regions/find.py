"""The regions of a file: the stretches of code whose scaling is asked."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, Estimate
from gillint.frozen import dataclass, replace
from gillint.regions.apart import only_in_processes
from gillint.regions.recurring import with_its_calls
from gillint.regions.sharing import made_in
from gillint.regions.waiting import is_awaited, waited_for
from gillint.resolve.external.rewriting import rewrites
from gillint.resolve.program import walk
from gillint.resolve.trace import (
    Block,
    Branch,
    Call,
    Concurrency,
    FunctionTrace,
    Handover,
    Iterations,
    Kind,
    Loop,
    Node,
    Resolved,
    has_await,
    inline,
)

PAUSES = ("time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep")  # waits that are there on purpose
_SHARED_CURSORS = {
    "sqlite3.Cursor.fetchone",
    "sqlite3.Cursor.fetchmany",
    "queue.Queue.get",
    "socket.socket.recv",
    "input",
    # An event loop of the program: what is ready is told once, to whoever asks.
    "select.select",
    "select.poll.poll",
    "select.epoll.poll",
    *(f"selectors.{kind}Selector.select" for kind in ("Default", "Epoll", "Poll", "Select", "Base")),
}


# A connection carries one exchange at a time, and a stream has an order: turns that share it cannot run beside each other.
_EXCHANGES = {
    "http.client.HTTPConnection.getresponse",
    "smtplib.SMTP.sendmail",
    "smtplib.SMTP.send_message",
    "ftplib.FTP.retrbinary",
    "ftplib.FTP.storbinary",
    "imaplib.IMAP4.fetch",
    "poplib.POP3.retr",
    "asyncio.StreamReader.read",
    "asyncio.StreamReader.readexactly",
    "asyncio.StreamReader.readline",
    "asyncio.StreamReader.readuntil",
    "aiofiles.threadpool.AsyncFile.read",
    "aiofiles.threadpool.AsyncFile.readline",
    "aiofiles.threadpool.AsyncFile.write",
    *(f"websockets.{kind}.client.ClientConnection.recv" for kind in ("asyncio", "sync")),
}
# Methods whose object remembers what went in before.
_ROLLING = {
    "hashlib.HASH.update",
    "hmac.HMAC.update",
    "zlib.Compress.compress",
    "zlib.compressobj.compress",
    "bz2.BZ2Compressor.compress",
    "lzma.LZMACompressor.compress",
    "compression.zstd.ZstdCompressor.compress",
}


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A stretch of code whose scaling is asked; `body` is one iteration, one call, or one task.

    Attributes:
        trips: how many iterations or tasks one run of it has.
        concurrency: how it already runs, before costs tell whether the library itself is parallel.
        in_coroutine: it runs on the event loop's thread.
        in_worker: it is (also) run by something that was handed over.
        in_process: nothing runs it but processes that the program starts.
        depth: 0 for a region that is in no other region of the same function.
        at_once: of work that is handed over: how many times in all, the loops around included.
        in_turn: each task is waited for before anything else is handed over.
        endless: of a loop: nothing in it ends it.
    """

    kind: Kind
    span: Span
    path: str
    function: str
    body: Block
    trips: Estimate
    concurrency: Concurrency
    iterations: Iterations
    workers: int | None = None
    trips_hang_on: str | None = None
    in_coroutine: bool = False
    in_worker: bool = False
    in_process: bool = False
    depth: int = 0
    via: str | None = None
    handover: Handover | None = None
    at_once: Estimate = ONE
    in_turn: bool = False
    endless: bool = False


def find_regions(resolved: Resolved) -> tuple[Region, ...]:
    """All loops, comprehensions, generators, maps, recursions and hand-overs of the file, in order of place.

    Functions without any of these are left to the caller: whether they matter depends on what they cost.
    """
    workers = _handed_over(resolved)
    found: dict[Span, Region] = {}
    for trace in resolved.functions:
        in_worker = trace.name in workers
        if trace.block.recursive:
            found.setdefault(trace.span, _recursion(trace, in_worker))
        once = _Context(trace.is_async, in_worker)
        for region in _regions(trace.block, trace.path, trace.name, once, in_turn=waited_for(trace.block)):
            found.setdefault(region.span, _with_its_calls(region, trace))
    seen: set[int] = set()
    for trace in resolved.functions:
        # Nested functions and lambdas are seen where they are called.
        context = _Context(trace.is_async, trace.name in workers)
        for inner, name, inside in _called(trace.block, trace.name, context, seen):
            for region in _regions(inner, trace.path, name, inside):
                if region.path == resolved.path:
                    found.setdefault(region.span, region)
    apart = only_in_processes(resolved)
    regions = [replace(r, in_process=True) if r.function in apart else r for r in found.values()]
    return tuple(sorted(regions, key=lambda r: (r.span.line, r.span.column, -r.span.end_line)))


def _with_its_calls(region: Region, trace: FunctionTrace) -> Region:
    if not trace.block.recursive or region.kind is Kind.SUBMISSION or region.body.again.likely <= 0:
        return region
    return replace(region, body=with_its_calls(region.body, trace.name, trace.block))


def _recursion(trace: FunctionTrace, in_worker: bool) -> Region:
    concurrency = Concurrency.ASYNCIO if trace.is_async else Concurrency.SEQUENTIAL
    return Region(
        Kind.RECURSION,
        trace.span,
        trace.path,
        trace.name,
        trace.block,
        ONE,
        concurrency,
        Iterations.UNKNOWN,
        in_coroutine=trace.is_async,
        in_worker=in_worker,
    )


def function_region(trace: FunctionTrace, path: str, *, in_worker: bool = False) -> Region:
    """A function as a region of its own."""
    kind = Kind.COROUTINE if trace.is_async else Kind.FUNCTION
    concurrency = Concurrency.ASYNCIO if trace.is_async else Concurrency.SEQUENTIAL
    return Region(
        kind,
        trace.span,
        path,
        trace.name,
        trace.block,
        ONE,
        concurrency,
        Iterations.UNKNOWN,
        in_coroutine=trace.is_async,
        in_worker=in_worker,
    )


@dataclass(frozen=True, slots=True)
class _Context:
    is_async: bool
    in_worker: bool


# These are awaited where they stand, so that a loop around does not have its turns run beside each other.
_AWAITED_AT_ONCE = ("asyncio.gather", "asyncio.wait", "asyncio.as_completed")


def _regions(
    block: Block,
    path: str,
    function: str,
    context: _Context,
    depth: int = 0,
    times: Estimate = ONE,
    in_turn: frozenset[Handover] = frozenset(),
) -> Iterator[Region]:
    for node in block.nodes:
        if isinstance(node, Loop):
            owner = node.function or function
            awaits = context.is_async and has_await(node.body)
            yield Region(
                node.kind,
                node.span,
                node.path,
                owner,
                node.body,
                node.trips,
                Concurrency.ASYNCIO if awaits else Concurrency.SEQUENTIAL,
                _iterations(node),
                trips_hang_on=node.trips_hang_on,
                in_coroutine=context.is_async,
                in_worker=context.in_worker,
                depth=depth,
                endless=node.endless,
            )
            inside = waited_for(node.body)
            yield from _regions(node.body, path, function, context, depth + 1, times * node.trips, inside)
        elif isinstance(node, Handover) and node.no_work is None:
            yield Region(
                Kind.SUBMISSION,
                node.span,
                node.path,
                node.function or function,
                node.worker,
                node.tasks,
                node.concurrency,
                Iterations.INDEPENDENT,
                workers=node.workers,
                in_coroutine=node.concurrency is Concurrency.ASYNCIO,
                in_worker=False,
                depth=depth,
                via=node.via,
                handover=node,
                at_once=node.tasks if node.via in _AWAITED_AT_ONCE else times * node.tasks,
                in_turn=node in in_turn and (depth > 0 or not is_awaited(node)),
            )
        elif isinstance(node, Branch):
            for arm in node.arms:
                yield from _regions(arm, path, function, context, depth, times, in_turn)
        elif isinstance(node, Call) and node.callback is not None:
            yield from _regions(node.callback, path, function, context, depth + 1)


def _called(block: Block, function: str, context: _Context, seen: set[int]) -> Iterator[tuple[Block, str, _Context]]:
    """The bodies that are reached through calls and hand-overs, with the name they run under; not what was seen before."""
    stack: list[tuple[Block, str, _Context]] = [(block, function, context)]
    while stack:
        current, name, state = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        for node in current.nodes:
            if isinstance(node, Call):
                for inner in (node.inner, node.callback):
                    if inner is not None:
                        yield inner, node.name if inner is node.inner else name, state
                        stack.append((inner, node.name if inner is node.inner else name, state))
            elif isinstance(node, Loop):
                stack.append((node.body, name, state))
            elif isinstance(node, Branch):
                stack.extend((arm, name, state) for arm in node.arms)
            elif isinstance(node, Handover):
                inside = _Context(node.concurrency is Concurrency.ASYNCIO, True)
                worker = node.worker_name or name
                yield node.worker, worker, inside
                stack.append((node.worker, worker, inside))


def _handed_over(resolved: Resolved) -> frozenset[str]:
    """The names of the functions that are handed to a thread, a process or a task."""
    handovers = (node for node in walk(*(trace.block for trace in resolved.functions)) if isinstance(node, Handover))
    return frozenset(node.worker_name for node in handovers if node.worker_name is not None)


def _with_callees(calls: list[Call]) -> list[Call]:
    """Calls, those of the functions that they call, and so on; each function once."""
    found, seen = list(calls), set[int]()
    for call in found:  # which grows meanwhile
        if call.inner is not None and id(call.inner) not in seen:
            seen.add(id(call.inner))
            found.extend(n for n in inline(call.inner) if isinstance(n, Call))
    return found


def _iterations(loop: Loop) -> Iterations:
    """The loop's own data flow, and what its calls say: a shared cursor, a rate limit."""
    calls = [node for node in inline(loop.body) if isinstance(node, Call)]
    if any(call.name in _SHARED_CURSORS for call in calls):
        return Iterations.CARRIED
    made = made_in(calls)
    if any(c.name in _ROLLING and c.bound.receiver is not None and c.bound.receiver.type not in made for c in calls):
        return Iterations.CARRIED
    calls = _with_callees(calls)
    made = made_in(calls)
    if any(c.name in _EXCHANGES and c.bound.receiver is not None and c.bound.receiver.type not in made for c in calls):
        return Iterations.CARRIED
    if rewrites(calls) or _trains(loop.body):
        return Iterations.CARRIED
    return Iterations.CARRIED if _is_paced(loop.body) else loop.iterations


_OPTIMIZER = "torch.optim."


def _trains(body: Block) -> bool:
    """Whether turns change the weights that the next ones start from, unless each makes its own optimizer."""
    calls = [node for node in walk(body) if isinstance(node, Call)]
    steps = [c for c in calls if c.name.endswith(".step")]
    is_descent = any(c.name.endswith(".backward") for c in calls)
    learns = any(c.name.startswith(_OPTIMIZER) or (is_descent and c.kind == "unknown") for c in steps)
    return learns and not any(c.result is not None and (c.result.type or "").startswith(_OPTIMIZER) for c in calls)


def _is_paced(body: Block) -> bool:
    """Whether most turns of a loop pause between requests, in a loop of their own perhaps: a limit that is there on purpose."""
    usual = tuple(_as_a_rule(body, set()))
    if any(isinstance(node, Call) and node.name in PAUSES for node in usual) and any(map(_asks_outside, walk(body))):
        return True
    # A loop that is carried asks for one thing again and again; several such things may be waited for at the same time.
    return any(isinstance(n, Loop) and n.iterations is not Iterations.CARRIED and _is_paced(n.body) for n in usual)


_RULE = 0.3  # an arm that is taken more seldom is an exception: a back-off after a failure


def _as_a_rule(block: Block, seen: set[int]) -> Iterator[Call | Loop]:
    """The calls and loops of most turns of a loop, those of the functions that they call included; loops are not looked into."""
    if id(block) in seen:
        return
    seen.add(id(block))
    for node in block.nodes:
        if isinstance(node, Branch):
            for arm, share in node.shares:
                if share >= _RULE:
                    yield from _as_a_rule(arm, seen)
        elif isinstance(node, Loop):
            yield node
        elif isinstance(node, Call):
            yield node
            if node.inner is not None:
                yield from _as_a_rule(node.inner, seen)


def _asks_outside(call: Node) -> bool:
    if not isinstance(call, Call) or call.name in PAUSES or call.implicit or call.kind == "join":
        return False
    if call.fact is not None:
        return call.fact.behaviour.effect.value == "waits" or call.fact.behaviour.wait is not None
    if call.kind == "unknown":
        return True  # nobody spares what computes: `trends.build_payload(batch)` of a library that is not known
    inner = walk(call.inner) if call.inner is not None else ()
    return any(isinstance(node, Call) and node.inner is None and _asks_outside(node) for node in inner)
