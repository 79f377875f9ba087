"""GIL104, GIL105, GIL106: hand-overs to threads that run into a limit of their own making."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from gillint.advice.assess import Assessment
from gillint.advice.explain import duration
from gillint.costs.demand import CallShare
from gillint.costs.synchronous import longest_synchronous
from gillint.diagnostics.fixes import Applicability, Edit, Fix
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Confidence, Diagnostic, Related, Severity
from gillint.estimate import Estimate
from gillint.knowledge.schema import Effect
from gillint.resolve.trace import Call, Concurrency, FunctionTrace, Handover, Lock
from gillint.resolve.values import TaskRef, Value
from gillint.rules.base import FileContext, Rule, facts_of, finding, heaviest, is_shared_out, link, own_nodes
from gillint.rules.edits import pool_of
from gillint.scaling.predict import HELP_NO, BoundType

_TRIVIAL_NS = 20_000.0
_FAR_PAST = 2.0  # so many times the knee; estimates of costs are not better than that
_LOCKED = 0.9
# Joins that take a timeout: its position.
_TIMEOUTS = {
    "threading.Thread.join": 0,
    "concurrent.futures.Future.result": 0,
    "concurrent.futures.Future.exception": 0,
    "concurrent.futures.wait": 1,
    "concurrent.futures.as_completed": 1,
    "multiprocessing.pool.AsyncResult.get": 0,
    "multiprocessing.pool.AsyncResult.wait": 0,
    "asyncio.wait_for": 1,
}
_SECOND = 1e9


def _past_saturation(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in context.assessments:
        d, workers = a.demand, a.region.workers
        ceiling = a.prediction.ceiling.likely
        if (
            workers is None
            or a.region.concurrency is not Concurrency.THREADS
            or a.prediction.bound not in (BoundType.IO, BoundType.MIXED, BoundType.NATIVE)
            or a.confidence is Confidence.LOW
            or ceiling is None
            or ceiling < HELP_NO
            or context.setting.free_threaded
        ):
            continue
        # The cores are the machine's affair; what the GIL leaves is not.
        gil = d.gil.max(d.serial)
        knees = [e / g for e, g in zip(d.elapsed.scenarios, gil.scenarios, strict=True) if g > 0]
        if not knees or workers < _FAR_PAST * max(knees) + 2:
            continue
        knee = max(2, math.ceil(d.elapsed.likely / max(gil.likely, 1.0)))
        message = (
            f"{workers} workers, but about {knee} keep the GIL busy: each task holds it for {duration(gil.likely)} of "
            f"{duration(d.elapsed.likely)}; more threads only queue"
        )
        yield finding(rule, context, a.region.span, message, a.confidence, fix=_fewer(a, context, knee))


def _fewer(a: Assessment, context: FileContext, knee: int) -> Fix | None:
    made = pool_of(a, context)
    if made is None or made.name not in ("concurrent.futures.ThreadPoolExecutor", "multiprocessing.pool.ThreadPool"):
        return None
    name = "max_workers" if made.name.endswith("Executor") else "processes"
    edit = Edit("keyword", made.span, str(knee), name)
    return Fix(f"Use {knee} workers", Applicability.UNSAFE, (edit,))


def _timeouts(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    handed = [
        (trace, node)
        for trace in context.resolved.functions
        for node in own_nodes(trace.block)
        if isinstance(node, Handover)
    ]
    for trace in context.resolved.functions:
        for node in own_nodes(trace.block):
            if isinstance(node, Call) and node.name in _TIMEOUTS and not node.implicit:
                yield from _one_timeout(rule, context, node, handed)
            elif isinstance(node, Handover) and node.concurrency is Concurrency.THREADS:
                limit = _nanoseconds(dict(node.options).get("timeout")) if node.via.endswith(".map") else None
                if limit is not None:
                    yield from _too_late(rule, context, node.span, limit, node)


def _one_timeout(
    rule: Rule, context: FileContext, call: Call, handed: list[tuple[FunctionTrace, Handover]]
) -> Iterator[Diagnostic]:
    position = _TIMEOUTS[call.name]
    value = call.bound.get("timeout")
    if value is None and len(call.bound.positional) > position:
        value = call.bound.positional[position]
    limit = _nanoseconds(value)
    if limit is None:
        return
    if call.name == "asyncio.wait_for":
        inside = [h for _, h in handed if _within(h.span, call.span) and h.path == call.path]
        if inside:
            yield from _too_late(rule, context, call.span, limit, inside[0])
        elif call.inner is not None:
            block = longest_synchronous(context.costs, call.inner)
            if block.likely >= limit.likely and block.low >= 0.1 * limit.likely:
                message = (
                    f"the timeout of {duration(limit.likely)} cannot fire in time: the coroutine runs for about "
                    f"{duration(block.likely)} without an await, and the timer needs the event loop"
                )
                yield finding(rule, context, call.span, message, Confidence.MEDIUM)
        return
    task = _task(call)
    if task is not None:
        found = next((h for _, h in handed if h.span == task.span and h.path == task.path), None)
        if found is not None:
            yield from _too_late(rule, context, call.span, limit, found)


def _too_late(rule: Rule, context: FileContext, span: Span, limit: Estimate, work: Handover) -> Iterator[Diagnostic]:
    if work.concurrency is not Concurrency.THREADS:
        return
    demand, calls = context.costs.region(work.worker)
    top = _longest(calls)
    if top is None or demand.unknown.likely > 0.5 * demand.elapsed.likely:
        return
    hold = top.effect.hold
    sure = hold.likely >= limit.likely and hold.low >= 0.1 * limit.likely
    share = top.elapsed.likely / max(demand.elapsed.likely, 1.0)
    explodes = _backtracks(top.call)
    if (
        not sure
        and not (share >= 0.8 and explodes)
        and not (share >= 0.8 and hold.high >= max(limit.likely, 0.2 * _SECOND))
    ):
        return
    lasts = f"for about {duration(hold.likely)}" if sure else "throughout, however long its input makes it"
    if explodes and not sure:
        lasts += " (a repeat inside a repeat: exponential where it does not match)"
    message = (
        f"the timeout of {duration(limit.likely)} cannot fire while `{top.call.name}` runs: it holds the GIL {lasts}, and the "
        "waiting thread needs the GIL to notice; only a process can be stopped in time"
    )
    related = (link(top, f"`{top.call.name}` holds"), Related(work.path, work.span, "handed to a thread here"))
    yield finding(rule, context, span, message, Confidence.HIGH if sure else Confidence.MEDIUM, related, facts_of(top))


# A group that ends in a repeat and is repeated itself, `(a+)+`: the classic of catastrophic backtracking.
_NESTED_REPEAT = re.compile(r"\((?:\?:)?[^()]*[^()\\][*+]\)[*+]")


def _backtracks(call: Call) -> bool:
    """Whether a regular expression of `re` can take time that is exponential in its text."""
    if not call.name.startswith("re."):
        return False
    pattern = call.bound.positional[0] if call.bound.positional else None
    text = pattern.literal.value if pattern is not None and pattern.literal is not None else None
    return isinstance(text, str) and _NESTED_REPEAT.search(text) is not None


def _longest(calls: tuple[CallShare, ...]) -> CallShare | None:
    held = [c for c in calls if c.effect.effect is Effect.HOLDS and c.effect.fact is not None and not c.effect.assumed]
    return max(held, key=lambda c: c.effect.hold.likely, default=None)


def _within(inner: Span, outer: Span) -> bool:
    start = (outer.line, outer.column) <= (inner.line, inner.column)
    return start and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _task(call: Call) -> TaskRef | None:
    """The hand-over that a join waits for."""
    for value in (call.bound.receiver, *call.bound.positional[:1]):
        for candidate in (value, value.element if value is not None else None):
            if candidate is not None and isinstance(candidate.reference, TaskRef):
                return candidate.reference
    return None


def _nanoseconds(value: Value | None) -> Estimate | None:
    """A timeout that is written down, in nanoseconds."""
    if value is None or value.number is None or not value.number.known or value.number.likely <= 0:
        return None
    return value.number * _SECOND


def _locked(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in context.assessments:
        if not is_serialised(a) or not is_shared_out(a) or a.demand.elapsed.likely < _TRIVIAL_NS:
            continue
        if (
            a.demand.locked.low < _LOCKED * 0.5 * a.demand.elapsed.low
            or a.demand.unknown.likely > 0.5 * a.demand.elapsed.likely
        ):
            continue
        lock = _lock_of(a, context)
        if lock is None:
            continue
        text = _text_of(lock, context) or lock.value.type
        share = min(1.0, a.demand.locked.likely / a.demand.elapsed.likely)
        message = (
            f"`{text}` is held for {100 * share:.0f}% of each task ({duration(a.demand.locked.likely)}): one task runs at a "
            "time, whatever the number of threads"
        )
        top = heaviest(tuple(c.detail for c in a.calls), Effect.WAITS, Effect.RELEASES, Effect.HOLDS)
        related = [Related(lock.path, lock.span, "taken here")]
        if top is not None:
            related.append(link(top, f"`{top.call.name}` under the lock"))
        confidence = Confidence.HIGH if a.confidence is Confidence.HIGH else Confidence.MEDIUM
        yield finding(rule, context, a.region.span, message, confidence, tuple(related), facts_of(top))


def is_serialised(a: Assessment) -> bool:
    """Threads whose work is under one lock of the program for nearly all of its time."""
    return (
        a.region.handover is not None
        and a.region.concurrency is Concurrency.THREADS
        and a.demand.locked.likely >= _LOCKED * a.demand.elapsed.likely > 0
    )


def _lock_of(a: Assessment, context: FileContext) -> Lock | None:
    """The lock, unless each task may have one of its own: an attribute of an object that is handed over."""
    assert a.region.handover is not None
    worker = (a.region.handover.worker_name or "").rpartition(".")[0]
    for node in _through(a.region.handover.worker.nodes, 0):
        if isinstance(node, Lock):
            text = _text_of(node, context)
            own = text.startswith("self.") and worker != a.region.function.rpartition(".")[0]
            made = re.compile(rf"(?<![\w.]){re.escape(text)}\s*(?::[^=]+)?=.*Lock\(")
            shared = not own and bool(text) and any(made.search(line) for line in context.syntax.lines)
            return node if shared else None
    return None


def _text_of(lock: Lock, context: FileContext) -> str:
    """The lock as it is written: what `with` takes, or what `acquire` is called on."""
    text = context.syntax.text(lock.span) if lock.path == context.path else ""
    return re.sub(r"\s*\.\s*(?:acquire|release)\s*\(.*", "", text, flags=re.DOTALL)


def _through(nodes: tuple[object, ...], depth: int) -> Iterator[Call | Lock]:
    for node in nodes if depth < 20 else ():
        if isinstance(node, (Call, Lock)):
            yield node
        if isinstance(node, Call) and node.inner is not None:
            yield from _through(node.inner.nodes, depth + 1)
        for body in (getattr(node, "body", None), *getattr(node, "arms", ())):
            if body is not None:
                yield from _through(body.nodes, depth + 1)


THREADS_PAST_SATURATION = Rule(
    code="GIL104",
    name="threads-past-saturation",
    severity=Severity.INFO,
    detects="A pool of threads has far more workers than keep the GIL busy.",
    why=(
        "With each task holding the GIL for a part G of its time R, R/G threads keep it busy all the time. Those beyond wait in "
        "line for it: they cost memory and handoffs, and make each task slower without getting more done."
    ),
    example=(
        "import json\nimport time\n"
        "from concurrent.futures import ThreadPoolExecutor\n\n"
        'TEXT = "[" + "1.5," * 100_000 + "0]"\n\n\n'
        "def task(_):\n"
        "    time.sleep(0.01)\n"
        "    return json.loads(TEXT)\n\n\n"
        "with ThreadPoolExecutor(64) as pool:\n"
        "    results = list(pool.map(task, range(1000)))  # GIL104\n"
    ),
    instead="As many workers as the knee of the curve, which `gillint FILE` prints; for more throughput, processes.",
    limits=(
        "From the estimated costs, and only where twice as many workers as the knee are written down. Limits set by the number "
        "of cores are not reported, since that is the machine's. Opt-in: more threads than needed do little harm."
    ),
    evidence="The asymptotic bound R/G (Denning and Buzen, 1978); docs/model.md compares it with measurements.",
    check=_past_saturation,
    by_default=False,
)

TIMEOUT_OVER_UNINTERRUPTIBLE_HOLD = Rule(
    code="GIL105",
    name="timeout-over-uninterruptible-hold",
    severity=Severity.WARNING,
    detects="A timeout (`join`, `result`, `wait_for`) guards work on a thread that is one C call holding the GIL throughout.",
    why=(
        "Whoever waits with a timeout is a thread, too: to notice that the time is up it needs the GIL. A C call that holds it "
        "gives nobody a turn before it is done, so the timeout comes after the end of what it should have cut short."
    ),
    example=(
        "import re\nimport threading\n\n\n"
        "def search():\n"
        '    re.findall("(a+)+$", "a" * 500_000_000)\n\n\n'
        "worker = threading.Thread(target=search)\n"
        "worker.start()\n"
        "worker.join(timeout=1)  # GIL105\n"
    ),
    instead="A process, which can be terminated; for regular expressions an engine with a timeout of its own or linear time.",
    limits=(
        "Only timeouts that are written as numbers, and work that is handed over in the same file. Where the time hangs on the "
        "input, it is reported if that one call is nearly all of the work, and so is a regular expression with a "
        "repeat inside a repeat, `(a+)+`, whatever its text."
    ),
    evidence=(
        "`re` never gives the GIL up while it matches: `gillint explain re.findall`. Measured on CPython 3.11.7: a thread in a "
        "search of 9 s; `start()`, and so `join(0.1)` after it, came back when the search was done."
    ),
    check=_timeouts,
)

LOCK_AROUND_WHOLE_BODY = Rule(
    code="GIL106",
    name="lock-around-whole-body",
    severity=Severity.WARNING,
    detects="Threads run a function whose whole body is under one lock that they share.",
    why="The lock lets one thread in at a time, so the others wait: that is a sequential program with the cost of threads.",
    example=(
        "import threading\nimport time\n"
        "from concurrent.futures import ThreadPoolExecutor\n\n"
        "lock = threading.Lock()\n\n\n"
        "def fetch(url):\n"
        "    with lock:\n"
        "        time.sleep(1)\n\n\n"
        "def fetch_all(urls):\n"
        "    with ThreadPoolExecutor(8) as pool:\n"
        "        pool.map(fetch, urls)  # GIL106\n"
    ),
    instead="The lock only around what threads share: collect results, then store them under the lock.",
    limits=(
        "Locks that a name or an attribute holds, taken with `with` or by `acquire()` and `release()`; not locks from a "
        "container. Locks made inside the task, or attributes of objects that are handed over, may be one for each task and "
        "are not reported."
    ),
    evidence="What is under a lock is serial: the bound R / (time under the lock) of the model, docs/model.md.",
    check=_locked,
)
