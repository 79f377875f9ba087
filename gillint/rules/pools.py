"""GIL101, GIL102, GIL103: threads over work that they cannot speed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from gillint.advice.assess import Assessment
from gillint.advice.explain import duration, too_short, what_holds_back
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Confidence, Diagnostic, Severity
from gillint.knowledge.schema import Effect
from gillint.resolve.control.loops import WHILE_TURNS
from gillint.resolve.program import walk
from gillint.resolve.trace import Call, Concurrency, Handover, Loop
from gillint.rules.base import HELD, PARALLEL, RELEASED, FileContext, Rule, culprit, finding, own_nodes
from gillint.rules.builds import runs_compiled
from gillint.rules.edits import processes_instead
from gillint.rules.limits import is_serialised
from gillint.rules.offloads import is_offload
from gillint.scaling.predict import HELD_IS_GIL, HELP_NO, BoundType

_TRIVIAL_NS = 20_000.0  # a task shorter than a handoff is about something else than throughput


def _thread_handovers(context: FileContext) -> Iterator[Assessment]:
    """Hand-overs to threads whose ceiling is known to be low."""
    for a in context.assessments:
        ceiling = a.prediction.ceiling.likely
        if (
            a.region.handover is not None
            and not _is_lone(a, context)
            and a.region.span not in _in_processes(context)
            and a.region.concurrency is Concurrency.THREADS
            and a.prediction.bound is not BoundType.UNKNOWN
            and a.confidence is not Confidence.LOW
            and ceiling is not None
            and ceiling < HELP_NO
            and a.demand.elapsed.likely > 0
            and not _could_wait(a)
            and not _is_fed(a)
        ):
            yield a


@lru_cache(maxsize=1)
def _in_processes(context: FileContext) -> frozenset[Span]:
    """Where work is handed to processes: `Executor = ThreadPoolExecutor if small else ProcessPoolExecutor` leaves the choice."""
    nodes = walk(*(trace.block for trace in context.resolved.functions))
    return frozenset(n.span for n in nodes if isinstance(n, Handover) and n.concurrency is Concurrency.PROCESSES)


_MOSTLY = 0.5
_MAY_WAIT = 5_000.0  # an unknown call is taken for 200 ns at least; it may as well be a request of a millisecond


def _could_wait(a: Assessment) -> bool:
    """Whether unknown calls would outweigh the rest if they waited: the rest is known by what it takes at least.

    Functions that are passed in, or not defined, are taken for Python code; most of the work must not hang on that.
    """
    if a.demand.assumed.likely > _MOSTLY * a.demand.elapsed.likely:
        return True
    return a.demand.unknown.likely > 0 and a.demand.gil.low < _MAY_WAIT * a.demand.unknown.low


_LITTLE_NS = 200_000.0


def _is_fed(a: Assessment) -> bool:
    """Whether it takes one thing after the other from another thread of the program, and does little with each: how long it
    waits for that is not known, and it is a thread of its own for something else than throughput.
    """
    details = (call.detail for call in a.calls)
    waits = (d for d in details if d.effect.fact is not None and d.effect.fact.talks and d.effect.wait.likely == 0)
    return any(d.effect.effect is Effect.WAITS and a.demand.gil.likely < _LITTLE_NS * d.count.likely for d in waits)


def _is_lone(a: Assessment, context: FileContext) -> bool:
    """One thread beside the program: it watches, refreshes, or can be waited for with a timeout; it does not share work."""
    region = a.region
    if region.via not in ("threading.Thread", "threading.Timer") or region.depth > 0 or region.handover is None:
        return False
    key = region.handover.worker_key
    others = [b for b in context.assessments if b is not a and b.region.concurrency is Concurrency.THREADS]
    alike = [b for b in others if b.region.handover is not None and b.region.handover.worker_key == key]
    if not alike and any(isinstance(n, Loop) and n.trips_hang_on == WHILE_TURNS for n in walk(region.body)):
        return True
    if _runs_often(region.function, context):
        return False
    busy = (BoundType.GIL, BoundType.MIXED)
    return not any(b.region.function == region.function and b.prediction.bound in busy for b in others)


def _runs_often(function: str, context: FileContext) -> bool:
    """Whether the file calls a function in a loop, or at several places: each time it starts another thread."""
    return _call_counts(context)[function] > 1


@lru_cache(maxsize=1)
def _call_counts(context: FileContext) -> Counter[str]:
    """How often the file calls each function; twice for each loop around a call."""
    found: Counter[str] = Counter()
    for trace in context.resolved.functions:
        for node in own_nodes(trace.block):
            if isinstance(node, Call):
                found[node.name] += 1
            elif isinstance(node, Loop):
                found.update(n.name for n in own_nodes(node.body) if isinstance(n, Call))
    return found


def _parallel(a: Assessment) -> bool:
    return a.prediction.parallel_library and a.demand.parallel.likely > 0.5 * a.demand.elapsed.likely


def _held_work(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in _thread_handovers(context):
        trivial = a.demand.elapsed.likely < _TRIVIAL_NS
        if trivial or too_short(a) or _parallel(a) or is_offload(a) or a.prediction.bound is BoundType.IO:
            continue
        held = a.prediction.held.likely or 0.0
        if (is_serialised(a) and held < HELD_IS_GIL) or runs_compiled(context, a):
            continue  # there is more to say: GIL106, GIL502
        related, facts = culprit(a, HELD)
        ceiling = a.prediction.ceiling
        message = (
            f"threads cannot speed this up: likely {ceiling.likely:.2f}x, at most {ceiling.high:.2f}x on "
            f"{context.setting.threads} threads, because {what_holds_back(a)}"
        )
        yield finding(
            rule, context, a.region.span, message, a.confidence, related, facts, processes_instead(a, context)
        )


def _tiny_releases(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in _thread_handovers(context):
        if not too_short(a) or _parallel(a) or is_offload(a) or a.demand.elapsed.likely < _TRIVIAL_NS:
            continue
        related, facts = culprit(a, RELEASED)
        each = (a.demand.native.likely + a.demand.wait.likely) / max(a.demand.releases.likely, 1.0)
        message = (
            f"each release of the GIL lasts about {duration(each)}, less than a handoff between threads: "
            f"likely {a.prediction.ceiling.likely:.1f}x on {context.setting.threads} threads"
        )
        yield finding(rule, context, a.region.span, message, a.confidence, related, facts)


def _parallel_library(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in _thread_handovers(context):
        if not _parallel(a) or is_offload(a):
            continue
        call = next(c for c in a.calls if c.detail.effect.parallel)
        related, facts = culprit(a, PARALLEL)
        message = f"`{call.detail.call.name}` already uses all cores: threads on top add nothing and oversubscribe them"
        yield finding(rule, context, a.region.span, message, a.confidence, related, facts)


THREADS_OVER_HELD_WORK = Rule(
    code="GIL101",
    name="threads-over-held-work",
    severity=Severity.WARNING,
    detects="Work that holds the GIL is handed to threads: a `ThreadPoolExecutor`, a `ThreadPool`, or a `Thread`.",
    why=(
        "Only the thread that holds the GIL runs Python code. Work that holds it nearly all the time takes as long on four "
        "threads as on one, plus the switching; other threads of the program are held up by it as well."
    ),
    example=(
        "import json\n"
        "from concurrent.futures import ThreadPoolExecutor\n\n\n"
        "def parse(path):\n"
        "    with open(path) as lines:\n"
        "        return [json.loads(line) for line in lines]\n\n\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    tables = list(pool.map(parse, paths))  # GIL101\n"
    ),
    instead=(
        "Processes (`ProcessPoolExecutor`) where arguments and results pickle cheaply; sub-interpreters or a free-threaded "
        "build where the libraries allow it; a library that releases the GIL. `gillint FILE` ranks them for your code."
    ),
    limits=(
        "Nothing is reported where calls that gillint does not know could decide, nor where the ceiling hangs on an unknown "
        "size. Threads that are there for something else than throughput (a watcher, a timer) are judged all the same."
    ),
    evidence=(
        "Measured on CPython 3.11, two cores: `json.loads` of 0.4 MB gives 0.88x on two threads, a sum over a range 1.0x. "
        "Each call's own evidence is printed by `gillint explain NAME`."
    ),
    check=_held_work,
)

THREADS_OVER_TINY_RELEASES = Rule(
    code="GIL102",
    name="threads-over-tiny-releases",
    severity=Severity.WARNING,
    detects="Threads run calls that do release the GIL, but for less time than it takes to hand it over.",
    why=(
        "Giving the GIL to a waiting thread and taking it back costs a wake-up and a context switch, 5 to 50 microseconds. "
        "A call that is outside the GIL for two microseconds is over before anyone else could start."
    ),
    example=(
        "import numpy as np\n"
        "from concurrent.futures import ThreadPoolExecutor\n\n\n"
        "def order(rows):\n"
        "    return [np.sort(row) for row in rows]\n\n\n"
        "parts = [np.random.rand(10_000, 50) for _ in range(8)]\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    ordered = list(pool.map(order, parts))  # GIL102\n"
    ),
    instead="Fewer, larger calls: one `np.sort(part, axis=1)` on the whole array instead of one for each row.",
    limits="The cost of a handoff depends on the machine and the system; the rule takes 20 microseconds.",
    evidence=(
        "`np.fft.fft` on 1,024 points ran at 0.87x on two threads where 16,384 points ran at 2.0x; loops that hold for 10 us "
        "and release for 10 us at 0.87x (CPython 3.11, two cores; `scripts/calibrate_handoff.py` measures it again)."
    ),
    check=_tiny_releases,
)

THREADS_OVER_PARALLEL_LIBRARY = Rule(
    code="GIL103",
    name="threads-over-parallel-library",
    severity=Severity.WARNING,
    detects="Threads run calls of a library that spreads each call over all cores by itself: BLAS, polars, duckdb, pyarrow.",
    why=(
        "One call already keeps the cores busy. Several at a time start more threads than there are cores, which then wait for "
        "one another: it is seldom faster and often slower."
    ),
    example=(
        "import numpy as np\n"
        "from concurrent.futures import ThreadPoolExecutor\n\n"
        "matrices = [np.random.rand(2000, 2000) for _ in range(8)]\n\n\n"
        "def square(m):\n"
        "    return m @ m\n\n\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    squares = list(pool.map(square, matrices))  # GIL103\n"
    ),
    instead="Call it in a plain loop, or limit the library to one thread (`OMP_NUM_THREADS=1`, threadpoolctl) and keep the pool.",
    limits="Whether the library was built with threads, and how many it uses, is not seen; a BLAS limited to one thread scales.",
    evidence="OpenBLAS starts its threads above a product of the three dimensions that its `interface/gemm.c` sets.",
    check=_parallel_library,
)
