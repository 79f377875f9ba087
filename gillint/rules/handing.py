"""GIL107, GIL108: hand-overs that leave nothing to run beside the caller."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gillint.diagnostics.types import Confidence, Diagnostic, Severity
from gillint.resolve.calling.handovers import HANDOVERS, HandoverSpec
from gillint.resolve.trace import Concurrency, Handover
from gillint.rules.base import RELEASED, FileContext, Rule, culprit, finding, own_nodes

_TRIVIAL_NS = 20_000.0  # a task shorter than a handoff is about something else than throughput


def _done_before(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for trace in context.resolved.functions:
        for node in own_nodes(trace.block):
            spec = HANDOVERS.get(node.via) if isinstance(node, Handover) else None
            if not isinstance(node, Handover) or spec is None or node.no_work is None or node.path != context.path:
                continue
            call = _call_in_place(context.syntax.text(node.span), spec)
            if call is None:
                continue
            given = "None" if node.no_work == "NoneType" else f"of type {node.no_work}"
            message = (
                f"`{call}` runs here, before anything is handed over; what is handed over is its result, {given}, "
                "and no function"
            )
            yield finding(rule, context, node.span, message, Confidence.HIGH)


def _call_in_place(text: str, spec: HandoverSpec) -> str | None:
    """The call that stands where the work should be, as it is written: `f(x)` in `Thread(target=f(x))`."""
    try:
        made = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(made, ast.Call):
        return None
    named = (k.value for k in made.keywords if spec.style == "thread" and k.arg in ("target", "function"))
    work = next(named, made.args[spec.work] if len(made.args) > spec.work else None)
    return ast.unparse(work) if isinstance(work, ast.Call) else None


def _one_by_one(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in context.assessments:
        p, spec = a.prediction, HANDOVERS.get(a.region.via or "")
        if (
            not a.region.in_turn
            or a.region.depth == 0
            or a.region.concurrency is not Concurrency.THREADS
            or spec is None
            or spec.awaitable  # other tasks of the event loop run meanwhile
            or p.help not in ("yes", "partly")
            or p.ceiling.likely is None
            or a.confidence is Confidence.LOW
            or a.demand.elapsed.likely < _TRIVIAL_NS
        ):
            continue
        message = (
            "each task is waited for before the next one is handed over, so nothing runs side by side; handed over first, and "
            f"waited for afterwards: likely {p.ceiling.likely:.1f}x on {context.setting.threads} threads"
        )
        related, facts = culprit(a, RELEASED)
        yield finding(rule, context, a.region.span, message, a.confidence, related, facts)


WORK_DONE_BEFORE_HANDOVER = Rule(
    code="GIL107",
    name="work-done-before-handover",
    severity=Severity.WARNING,
    detects="A thread, a pool or a process is given the result of a call instead of the function: `Thread(target=f(x))`.",
    why=(
        "Arguments are evaluated before the call: `f(x)` runs in the caller, from beginning to end, and the thread is given "
        "what it returned. Everything runs one after the other, and the thread has nothing to do, or fails in silence."
    ),
    example=(
        "import threading\nimport time\n\n\n"
        "def fetch(url):\n"
        "    time.sleep(1)\n"
        "    return url.upper()\n\n\n"
        "for url in ['a', 'b', 'c']:\n"
        "    thread = threading.Thread(target=fetch(url))  # GIL107\n"
        "    thread.start()\n"
    ),
    instead="The function, and its arguments beside it: `Thread(target=fetch, args=(url,))`, `pool.submit(fetch, url)`.",
    limits=(
        "Only where the result is known to be something that cannot be called: None, a number, a text, a list. A call that "
        "makes a function (`partial(f, x)`, a factory) is right."
    ),
    evidence="The language reference: all argument expressions are evaluated before the call is attempted.",
    check=_done_before,
)

WAITED_FOR_ONE_BY_ONE = Rule(
    code="GIL108",
    name="waited-for-one-by-one",
    severity=Severity.WARNING,
    detects="A loop hands a task to a thread and waits for it before it hands over the next one.",
    why=(
        "`start()` and `join()`, or `submit()` and `result()`, in the same turn of a loop let one task run at a time: that is a "
        "sequential program with the cost of threads."
    ),
    example=(
        "import time\n"
        "from concurrent.futures import ThreadPoolExecutor\n\n\n"
        "def fetch(url):\n"
        "    time.sleep(1)\n"
        "    return url.upper()\n\n\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    for url in ['a', 'b', 'c']:\n"
        "        print(pool.submit(fetch, url).result())  # GIL108\n"
    ),
    instead=(
        "All tasks first, then their results: `futures = [pool.submit(fetch, url) for url in urls]`, then `future.result()` for "
        "each; or `pool.map(fetch, urls)`."
    ),
    limits=(
        "Waits in the same turn of the same loop. Not reported: a wait with a timeout, which needs the thread; what does "
        "something else between the hand-over and the wait; `await`, during which other tasks of the event loop run; work that "
        "threads would not speed up anyway, which GIL101 reports."
    ),
    evidence=(
        "Measured on CPython 3.11.7: four tasks of `time.sleep(0.1)`, each `submit(...).result()` in a loop, take 0.40 s; all "
        "submitted first, 0.10 s."
    ),
    check=_one_by_one,
)
