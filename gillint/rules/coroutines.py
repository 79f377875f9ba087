"""GIL301, GIL302: what keeps the event loop from its other tasks."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.advice.explain import duration
from gillint.costs.demand import CallShare
from gillint.costs.stretches import Piece, pieces
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Confidence, Diagnostic, Severity
from gillint.knowledge.schema import Effect
from gillint.resolve.trace import FunctionTrace
from gillint.rules.base import FileContext, Rule, facts_of, finding, heaviest, is_polled, link

_BLOCKS_NS = 50e6  # a pause of the event loop that users notice
_AT_LEAST_NS = 10e6  # ... and what it must take with every unknown small
_WAITS_NS = 5e6
_SLEEP_NS = 1e6
_SELDOM, _CERTAIN = 0.3, 0.9  # how likely what lies in a callee is reached: one condition halves it
_NEAR = 2  # calls on the way
_MEANINGLESS = 1e5  # between what a piece takes at least and what it likely takes: nobody knows
_QUEUES = ("queue.Queue.get", "queue.LifoQueue.get", "queue.PriorityQueue.get", "queue.SimpleQueue.get")
_ENTRIES = ("main", "_main", "amain", "async_main", "main_async")


def _coroutines(context: FileContext) -> Iterator[tuple[FunctionTrace, Piece]]:
    for trace in context.resolved.functions:
        if trace.is_async:
            for piece in pieces(context.costs, trace.block):
                # Before its first await the entry of a program has nobody to keep waiting.
                if not (piece.is_first and trace.name.rsplit(".", 1)[-1] in _ENTRIES):
                    yield trace, piece


def _longest_by_line(context: FileContext) -> Iterator[Piece]:
    """One piece for a line: `sum(x for x in y)` is a call and a loop."""
    found: dict[int, Piece] = {}
    for _, piece in _coroutines(context):
        line = piece.span.line
        if line not in found or found[line].demand.elapsed.likely < piece.demand.elapsed.likely:
            found[line] = piece
    yield from found.values()


def _computing(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for piece in _longest_by_line(context):
        d = piece.demand
        busy = d.gil + d.native
        doubtful = d.unknown.likely + d.assumed.likely > 0.3 * d.elapsed.likely
        if busy.likely < _BLOCKS_NS or busy.low < _AT_LEAST_NS or d.wait.likely > busy.likely or doubtful:
            continue
        top = heaviest(piece.calls, Effect.HOLDS, Effect.RELEASES, Effect.RUNS_PYTHON)
        share = top.elapsed.likely / d.elapsed.likely if top is not None else 0.0
        if top is not None and share < 0.3:
            top = None
        if top is not None and ((top.effect.undecided and share > 0.5) or (top.chain and _is_remote(top))):
            continue
        if busy.likely > _MEANINGLESS * busy.low:
            continue
        what = f"`{top.call.name}`" if top is not None else "this loop" if piece.is_loop else "this call"
        held = d.gil.likely > 0.5 * busy.likely
        cure = (
            "a process, or pieces with an await between them"
            if held and d.python.likely < 0.5 * busy.likely
            else "asyncio.to_thread (other tasks then run, at about 5 ms a hop), a process"
            if held
            else "asyncio.to_thread"
        )
        at_most = f" (at least {duration(busy.low)})" if busy.low < 0.8 * busy.likely else ""
        message = f"{what} keeps the event loop from its other tasks for about {duration(busy.likely)}{at_most}: {cure}"
        confidence = Confidence.HIGH if busy.low > 0.5 * busy.likely else Confidence.MEDIUM
        related = (link(top, f"`{top.call.name}`: {100 * share:.0f}% of it"),) if top is not None else ()
        yield finding(rule, context, piece.span, message, confidence, related, facts_of(top))


def _waiting(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    asks_first = any(".empty()" in line or ".qsize()" in line for line in context.syntax.lines)
    seen: set[object] = set()
    helpers: set[Span] = set()  # calls of functions that wait somewhere inside
    for _, piece in _coroutines(context):
        for share in piece.calls:
            call = share.call
            if not _blocks(share) or is_polled(call.name, context):
                continue
            place = call.span if call.path == context.path and not share.chain else piece.span
            if place != call.span and _is_remote(share):
                continue  # a pause before something that failed is tried again, a default that nobody asks for
            if place != call.span and call.name.startswith(("socket.", "threading.Condition.")):
                # A function that looks up or connects somewhere inside does so for few of its arguments, and a lock that is
                # made of a condition (many readers, one writer) seldom has to wait for it.
                continue
            if call.name in _QUEUES and (place != call.span or asks_first):
                continue
            if (place, call.name) in seen or (place in helpers and place != call.span):
                continue  # what waits longest in a helper stands for the rest
            seen.add((place, call.name))
            chain = () if place == call.span else (link(share, f"`{call.name}` waits"),)
            helpers.update((place,) if chain else ())
            through = "" if place == call.span else " on the way"
            wait = share.effect.away
            is_told = wait.known or call.name not in ("time.sleep", _ASKS)
            lasts = f", for about {duration(wait.likely)} each time" if is_told else ""
            message = (
                f"`{call.name}` waits{through} without `await`{lasts}: "
                f"no other task of the event loop runs meanwhile; {_instead(call.name)}"
            )
            yield finding(rule, context, place, message, Confidence.HIGH, chain, facts_of(share))


def _is_remote(share: CallShare) -> bool:
    """Whether what lies in a callee is hardly what usually happens: behind two conditions, or behind one and far away.

    A pause behind a condition is for what is usually there at once.
    """
    far = len(share.chain) > _NEAR or share.call.name == "time.sleep"
    return share.chance < _SELDOM or (share.chance < _CERTAIN and far)


_ASKS = "input"  # no time of the program's, but it waits for somebody


def _blocks(share: CallShare) -> bool:
    """Whether a call is known to wait, for long enough to matter."""
    call, effect = share.call, share.effect
    if effect.effect is not Effect.WAITS or effect.assumed or call.awaited or call.implicit:
        return False
    if call.name == _ASKS:
        return True
    if call.name == "socket.getaddrinfo" and (call.bound.get("flags") is not None or len(call.bound.positional) > 5):
        return False  # with AI_NUMERICHOST it asks nobody
    if call.name in _QUEUES:
        block = call.bound.get("block")
        timeout = call.bound.get("timeout")
        return not any(v is not None and v.number is not None and v.number.likely == 0 for v in (block, timeout))
    timeout = call.bound.get("timeout")
    if timeout is not None and timeout.number is not None and timeout.number.high == 0:
        return False
    if call.name == "time.sleep":
        return effect.wait.likely >= _SLEEP_NS
    if call.name.startswith(("select.", "selectors.", "multiprocessing.connection.")):
        return False
    # A server on this machine may be somewhere else tomorrow, and a slow one blocks as long there.
    return effect.away.likely >= _WAITS_NS and effect.away.likely > effect.gil.likely


def _instead(name: str) -> str:
    if name == "time.sleep":
        return "use `await asyncio.sleep(...)`"
    if name.startswith("subprocess."):
        return "use `asyncio.create_subprocess_exec`"
    if name.startswith(("requests.", "urllib", "http.client")):
        return "use an HTTP client that awaits (httpx, aiohttp), or `asyncio.to_thread`"
    if name.startswith("httpx."):
        return "use `httpx.AsyncClient`"
    if name.startswith("queue."):
        return "use `asyncio.Queue`"
    return "use a counterpart that is awaited, or `asyncio.to_thread`"


LONG_COMPUTATION_IN_COROUTINE = Rule(
    code="GIL301",
    name="long-computation-in-coroutine",
    severity=Severity.WARNING,
    detects=(
        "A coroutine computes for long without an await: every other task of the event loop stands still meanwhile."
    ),
    why=(
        "An event loop has one thread. Between two awaits nothing else runs on it: no request is answered, no timer fires, no "
        "heartbeat is sent. It does not matter whether the work releases the GIL: a sort of a large array blocks the loop too."
    ),
    example=(
        "import json\n\n\n"
        "async def handler(request):\n"
        '    table = json.loads("[" + "1.5," * 20_000_000 + "0]")  # GIL301\n'
        "    await request.answer(len(table))\n"
    ),
    instead=(
        "For calls that release the GIL `await asyncio.to_thread(...)`. For Python code the same, if 5 ms a hop are "
        "acceptable, or a process. For one C call that holds the GIL only a process, or shorter pieces."
    ),
    limits=(
        "Only where the sizes are known well enough that it takes 10 ms at least; functions that are defined inside other "
        "functions are not looked at. What a coroutine called main does before its first await is not reported, nor what "
        "is done in a function that is called, behind two conditions."
    ),
    evidence=(
        "Each call's own costs and evidence: `gillint explain NAME`; the estimate of bytecode is in "
        "`knowledge/bytecode.toml`."
    ),
    check=_computing,
)

BLOCKING_WAIT_IN_COROUTINE = Rule(
    code="GIL302",
    name="blocking-wait-in-coroutine",
    severity=Severity.WARNING,
    detects=(
        "A coroutine waits without `await`, itself or in a function that it calls: for the network, a process, a pause."
    ),
    why=(
        "The GIL is free while it waits, but the event loop is not: its only thread sits in the system call, and every other "
        "task waits with it."
    ),
    example=(
        "import requests\n\n\n"
        "def load(url):\n"
        "    return requests.get(url).json()\n\n\n"
        "async def handler(url):\n"
        "    return load(url)  # GIL302: requests.get, one call further down\n"
    ),
    instead=(
        "A counterpart that is awaited (`asyncio.sleep`, an asynchronous client), or `await "
        "asyncio.to_thread(load, url)`."
    ),
    limits=(
        "Only calls that are known to wait; reading local files is not reported. Waiting for a lock or for a future that may be "
        "done already is not reported either. What a coroutine called main does before its first await is left alone. In a "
        "function that is called, a wait behind two conditions, or before a failed attempt is repeated, is left alone, too."
    ),
    evidence=(
        "The facts say which calls wait, from their sources: `gillint explain requests.get`, `gillint explain "
        "time.sleep`."
    ),
    check=_waiting,
)
