"""GIL303, GIL304, GIL305: threads and an event loop that get in each other's way."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.advice.assess import Assessment
from gillint.advice.explain import duration
from gillint.diagnostics.types import Confidence, Diagnostic, Related, Severity
from gillint.knowledge.schema import Effect
from gillint.resolve.calling.handovers import HANDOVERS
from gillint.resolve.program import walk
from gillint.resolve.trace import Await, Call, Concurrency, Handover, Loop
from gillint.rules.base import FileContext, Rule, facts_of, finding, heaviest, is_shared_out, link, own_nodes
from gillint.scaling.predict import BoundType

_FREEZES_NS = 50e6
_AT_LEAST_NS = 10e6
_LONG_NS = 100e6
_LOOPS = ("asyncio.run", "asyncio.AbstractEventLoop.run_until_complete", "asyncio.Runner.run", "anyio.run")


def is_offload(a: Assessment) -> bool:
    """`to_thread`, `run_in_executor`, `sync_to_async` are there to free the event loop, not to gain throughput."""
    spec = HANDOVERS.get(a.region.via or "")
    return spec is not None and (spec.awaitable or spec.result == _DEFERRED)


_DEFERRED = "twisted.internet.defer.Deferred"


def _is_sure(a: Assessment) -> bool:
    return a.prediction.bound is not BoundType.UNKNOWN and a.confidence is not Confidence.LOW


def _futile(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in context.assessments:
        if not is_offload(a) or a.region.concurrency is not Concurrency.THREADS or not _is_sure(a):
            continue
        top = heaviest(tuple(c.detail for c in a.calls), Effect.HOLDS)
        hold = a.demand.hold
        if top is not None and hold.likely >= _FREEZES_NS and hold.low >= _AT_LEAST_NS:
            message = (
                f"the event loop stands still all the same: `{top.call.name}` holds the GIL for about "
                f"{duration(hold.likely)} at a stretch, whichever thread runs it; a process would free the loop"
            )
            related = (link(top, f"`{top.call.name}` holds"),)
            yield finding(rule, context, a.region.span, message, a.confidence, related, facts_of(top))
        elif _for_throughput(a, context):
            message = (
                f"started together, these gain nothing: {100 * (a.prediction.held.likely or 0):.0f}% of each holds the GIL "
                f"({duration(a.demand.elapsed.likely)} of Python code), likely "
                f"{a.prediction.ceiling.likely or 1:.2f}x on {context.setting.threads} threads, and the event loop waits up to "
                "5 ms for each turn; processes would gain"
            )
            yield finding(rule, context, a.region.span, message, a.confidence)


def _for_throughput(a: Assessment, context: FileContext) -> bool:
    """Python code that is offloaded several times at once: in a comprehension or a loop that does not await each, or by
    coroutines that are started together.
    """
    gil = a.prediction.bound is BoundType.GIL and a.demand.python.likely > 0.5 * a.demand.elapsed.likely
    if not gil or a.demand.elapsed.low < 1e6 or a.demand.elapsed.likely < _AT_LEAST_NS:
        return False
    loop = _loop_around(a, context) if a.region.depth > 0 else None
    together = loop is not None and not any(isinstance(n, Await) for n in own_nodes(loop.body))
    return together or any(_starts_several(b, a) for b in context.assessments)


def _starts_several(b: Assessment, a: Assessment) -> bool:
    """Whether a region starts several coroutines at once that offload the work each."""
    started, place = b.region.handover, (a.region.path, a.region.span)
    if started is None or b.region.concurrency is not Concurrency.ASYNCIO or started.tasks.low < 2:
        return False
    return any(isinstance(n, Handover) and (n.path, n.span) == place for n in walk(started.worker))


def _loop_around(a: Assessment, context: FileContext) -> Loop | None:
    for trace in context.resolved.functions:
        for node in own_nodes(trace.block):
            if isinstance(node, Loop) and any(n is a.region.handover for n in own_nodes(node.body)):
                return node
    return None


def _convoy(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    """A long computation in Python on one thread, and a thread or loop beside it that comes and goes, in one function."""
    for a in context.assessments:
        if a.region.handover is None or a.region.concurrency is not Concurrency.THREADS or not _is_sure(a):
            continue
        d = a.demand
        pure = a.prediction.bound is BoundType.GIL and d.python.likely > 0.5 * d.elapsed.likely
        if not pure or d.elapsed.likely < _LONG_NS or d.elapsed.low < _AT_LEAST_NS:
            continue
        beside = next((b for b in context.assessments if _comes_and_goes(a, b)), None)
        if beside is None:
            continue
        message = (
            f"this thread computes for about {duration(d.elapsed.likely)} beside work that waits: each time that work comes back "
            "it queues for up to 5 ms, the switch interval; a process would not hold it up"
        )
        related = (Related(beside.region.path, beside.region.span, "it waits for the GIL after each wait of its own"),)
        yield finding(rule, context, a.region.span, message, a.confidence, related)


def _comes_and_goes(a: Assessment, b: Assessment) -> bool:
    handover = b.region.handover
    same = b.region.function == a.region.function and handover is not None and handover is not a.region.handover
    beside = b.region.concurrency in (Concurrency.THREADS, Concurrency.ASYNCIO)
    return same and beside and b.prediction.bound is BoundType.IO and b.demand.releases.likely >= 1 and _is_sure(b)


def _over_asyncio(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in context.assessments:
        if a.region.concurrency is not Concurrency.THREADS or not is_shared_out(a) or is_offload(a):
            continue
        assert a.region.handover is not None
        runs = [n for n in walk(a.region.handover.worker) if isinstance(n, Call) and n.name in _LOOPS]
        if not runs or a.demand.wait.likely < max(a.demand.gil.likely, 1e6):
            continue
        message = (
            f"each thread runs an event loop of its own (`{runs[0].name}`) for work that waits for "
            f"{duration(a.demand.wait.likely)} and computes for {duration(a.demand.gil.likely)}: one loop overlaps all of it, "
            "with `asyncio.gather` or a TaskGroup"
        )
        related = (Related(runs[0].path, runs[0].span, "an event loop for each task"),)
        yield finding(rule, context, a.region.span, message, a.confidence, related)


FUTILE_OFFLOAD = Rule(
    code="GIL303",
    name="futile-offload",
    severity=Severity.WARNING,
    detects="Work that holds the GIL is moved off the event loop with `to_thread`, `run_in_executor` or `sync_to_async`.",
    why=(
        "The event loop needs the GIL for every step. One C call that holds it freezes the loop from whichever thread it runs "
        "in. Python code does give it up, every 5 ms: the loop runs again, a hop at a time, but nothing gets done sooner."
    ),
    example=(
        "import asyncio\nimport json\n\n\n"
        "async def handler(request):\n"
        '    text = "[" + "1.5," * 20_000_000 + "0]"\n'
        "    return await asyncio.to_thread(json.loads, text)  # GIL303\n"
    ),
    instead="A `ProcessPoolExecutor` in `run_in_executor`; pieces; a library that releases the GIL.",
    limits=(
        "Reported where one C call holds for 50 ms or so, or where Python code is offloaded several times at once. One offload "
        "of Python code does free the loop, and is left alone."
    ),
    evidence=(
        "`Lib/asyncio/threads.py`, `to_thread` (CPython 3.11.7): a thread of the same interpreter. Measured there: a task that "
        "ticks every 10 ms stood still for 10.7 s beside `to_thread(re.search, ...)`. `sys.getswitchinterval()` is 0.005."
    ),
    check=_futile,
)

CONVOY = Rule(
    code="GIL304",
    name="convoy",
    severity=Severity.INFO,
    detects="A thread that computes in Python runs beside one that waits and comes back often.",
    why=(
        "Whoever comes back from waiting asks for the GIL and gets it when the other's 5 ms are over. A server that answers in "
        "0.1 ms then takes 5 ms for each step that waits, whatever the number of cores."
    ),
    example=(
        "import threading\nimport time\n\n\n"
        "def compute():\n"
        "    return sum(i * i for i in range(20_000_000))\n\n\n"
        "def poll():\n"
        "    for _ in range(100):\n"
        "        time.sleep(0.05)\n\n\n"
        "def start():\n"
        "    threading.Thread(target=compute).start()  # GIL304\n"
        "    threading.Thread(target=poll).start()\n"
    ),
    instead=(
        "The computation in a process; or `sys.setswitchinterval` with a smaller value, at the price of more switches."
    ),
    limits="Both are looked for in one function; whether they run at the same time is not known, hence opt-in.",
    evidence="`sys.getswitchinterval()` is 0.005 (CPython 3.11.7); `gillint explain convoy` has the measurement.",
    check=_convoy,
    by_default=False,
)

THREADS_OVER_ASYNCIO = Rule(
    code="GIL305",
    name="threads-over-asyncio",
    severity=Severity.INFO,
    detects="A pool of threads in which each runs an event loop for a task that mostly waits.",
    why=(
        "An event loop overlaps the waiting of thousands of tasks on one thread. A thread and a loop for each task costs memory "
        "and start-up, and their Python code takes turns under one GIL all the same."
    ),
    example=(
        "import asyncio\n"
        "from concurrent.futures import ThreadPoolExecutor\n\n\n"
        "async def check(host):\n"
        "    await asyncio.sleep(1)\n\n\n"
        "def check_all(hosts):\n"
        "    with ThreadPoolExecutor(8) as pool:\n"
        "        pool.map(lambda host: asyncio.run(check(host)), hosts)  # GIL305\n"
    ),
    instead="`asyncio.run` once, and `asyncio.gather` or a TaskGroup for the tasks, with a semaphore for the limit.",
    limits="A single thread with an event loop of its own, beside a program that blocks, is right and not reported.",
    evidence=(
        "`Lib/asyncio/runners.py`, `Runner` (CPython 3.11.7): each run makes an event loop with a selector and a "
        "socket pair."
    ),
    check=_over_asyncio,
)
