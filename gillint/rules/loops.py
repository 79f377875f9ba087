"""GIL201, GIL202, GIL203: sequential loops that threads would speed up, and lines that spoil native work."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.advice.assess import Assessment
from gillint.advice.explain import USUAL, duration
from gillint.diagnostics.types import Confidence, Diagnostic, Severity
from gillint.regions.find import PAUSES
from gillint.resolve.control.loops import WHILE_TURNS
from gillint.resolve.numeric.dtypes import SCALAR_CLASSES
from gillint.resolve.trace import Bound, Call, Concurrency, Iterations, Kind
from gillint.rules.base import NATIVE, WAITING, FileContext, Rule, culprit, finding, is_polled
from gillint.scaling.predict import BoundType

_LOOPS = (Kind.LOOP, Kind.COMPREHENSION, Kind.GENERATOR, Kind.MAP)
_TURNS = 4  # a loop of two or three turns is not worth one either
_SEVERAL = 2  # waits of one loop that could overlap
_WORTH_NS = 50e6  # a loop that takes less is not worth a pool


def _serial(context: FileContext, kind: BoundType) -> Iterator[Assessment]:
    """Sequential loops of independent iterations that threads are known to speed up."""
    for a in context.assessments:
        region = a.region
        if (
            region.kind in _LOOPS
            and region.depth == 0
            and not region.in_worker
            and not region.in_coroutine
            and a.prediction.concurrency is Concurrency.SEQUENTIAL
            and region.iterations in (Iterations.INDEPENDENT, Iterations.REDUCTION)
            and a.prediction.bound is kind
            and a.prediction.help == "yes"
            and a.confidence is not Confidence.LOW
            and region.trips.likely >= _TURNS
            and region.trips_hang_on != WHILE_TURNS  # how often it turns is what the loop is about
            and a.run_ns.likely >= _WORTH_NS
            and a.demand.handed.likely == 0
        ):
            yield a


def _waiting(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in _serial(context, BoundType.IO):
        every = [c for c in a.calls if c.detail.effect.wait.likely > 0]
        waits = [c for c in every if c.detail.chance >= USUAL] or every
        if not waits or waits[0].detail.call.name in PAUSES or waits[0].detail.effect.serialised_by is not None:
            continue  # a pause is there on purpose; one connection serves one at a time
        if waits[0].detail.chance * a.region.trips.likely < _SEVERAL:
            continue  # a client that is made when it is first asked for: the other turns do not wait
        if waits[0].detail.call.name in _WAITS_FOR and not any(
            c.detail.call.name == "subprocess.Popen" for c in a.calls
        ):
            continue  # what was started before runs at the same time already
        if any(c.detail.call.name in _OF_ONE_THREAD for c in a.calls):
            continue  # other threads may not touch the event loop
        if _locks_the_index(waits[0].detail.call) or is_polled(waits[0].detail.call.name, context):
            continue
        if waits[0].detail.chain and waits[0].detail.call.name in _LOOK_UPS:
            continue  # in a function that looks up few of its arguments
        related, facts = culprit(a, WAITING)
        top = waits[0].detail.call
        usual = max(waits[0].share, 1.0 - sum(c.share for c in every if c not in waits))
        message = (
            f"{100 * waits[0].share / usual:.0f}% of each iteration waits in `{top.name}`, and the iterations are independent: "
            f"{context.setting.threads} threads would be about {a.prediction.ceiling.likely:.1f}x faster"
        )
        yield finding(rule, context, a.region.span, message, a.confidence, related, facts)


_WAITS_FOR = (
    "subprocess.Popen.wait",
    "subprocess.Popen.communicate",
    "multiprocessing.Process.join",
    "threading.Thread.join",
    "concurrent.futures.Future.result",
    "threading.Event.wait",
    "queue.Queue.get",
    "multiprocessing.Queue.get",
    "redis.Redis.blpop",
    "redis.Redis.brpop",
)
# What is only for the thread on which an event loop runs.
_OF_ONE_THREAD = frozenset(
    f"asyncio.AbstractEventLoop.{name}"
    for name in (
        "add_reader",
        "add_writer",
        "remove_reader",
        "remove_writer",
        "call_soon",
        "call_later",
        "call_at",
        "create_task",
    )
)
_LOOK_UPS = ("socket.gethostbyname", "socket.getaddrinfo")
_INDEX = {"add", "checkout", "commit", "merge", "mv", "rebase", "reset", "restore", "rm", "stash", "switch"}


def _locks_the_index(call: Call) -> bool:
    """Git changes its index under a lock: a second one would fail, not wait."""
    arguments = call.bound.positional[0].items if call.bound.positional else None
    words = [v.literal.value for v in (arguments or ())[:2] if v.literal is not None]
    return len(words) == 2 and words[0] == "git" and words[1] in _INDEX


def _native(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in _serial(context, BoundType.NATIVE):
        if (
            a.prediction.ceiling.low < 1.25
            or not a.region.trips.known
            or a.calls[0].detail.effect.serialised_by is not None
        ):
            continue
        related, facts = culprit(a, NATIVE)
        top = a.calls[0].detail.call
        message = (
            f"`{top.name}` releases the GIL for {duration(a.demand.native.likely)} in each independent iteration: "
            f"{context.setting.threads} threads would be about {a.prediction.ceiling.likely:.1f}x faster"
        )
        yield finding(rule, context, a.region.span, message, a.confidence, related, facts)


_ITERATION = "numpy.ndarray.__iter__"
_UNPACKS = {
    "numpy.ndarray.tolist": "work on the array itself",
    _ITERATION: "use whole-array operations instead of a loop over its elements",
    "numpy.vectorize.__call__": "it is a Python loop; use ufuncs on whole arrays",
    "pandas.DataFrame.iterrows.__iter__": "use column operations, or itertuples where a loop it must be",
    "pandas.DataFrame.itertuples.__iter__": "use column operations",
    "pandas.DataFrame.apply": "use column operations instead of a Python function for each row",
    "pandas.Series.apply": "use vectorised operations instead of a Python function for each value",
    "pandas.Series.map": "use vectorised operations, or a dict instead of a function",
    "pandas.DataFrame.map": "use vectorised operations instead of a Python function for each value",
}
_OF_ELEMENTS = tuple(f"{scalar}.__" for scalar in SCALAR_CLASSES)  # operators of what it gives
_FROM_ARRAY = {"list", "tuple", "sorted", "sum", "min", "max", "set"}
_SHARE = 0.3


def _unpacked(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    seen: set[object] = set()
    for a in context.assessments:
        if a.prediction.bound not in (BoundType.GIL, BoundType.MIXED) or a.region.depth > 0 or a.run_ns.likely < 1e6:
            continue
        for call in a.calls:
            detail = call.detail
            arguments = detail.call.bound.positional
            whole = bool(arguments) and arguments[0].type == "numpy.ndarray"
            name = detail.call.name
            advice = _UNPACKS.get(name)
            if name in _FROM_ARRAY and whole:
                advice = f"use the array's own methods: `{name}` makes a Python object of every element"
            elif name in ("pandas.Series.map", "pandas.Series.apply", "pandas.DataFrame.apply", "pandas.DataFrame.map"):
                advice = advice if detail.call.callback is not None else None
            inside = call.share + (_callback_share(a, call.detail.call) if advice is not None else 0.0)
            if name == _ITERATION:
                inside += sum(c.share for c in a.calls if c.detail.call.name.startswith(_OF_ELEMENTS))
            if (
                advice is None
                or detail.effect.assumed
                or inside < _SHARE
                or _may_be_small(name, detail.call.bound)
                or detail.call.span in seen
                or detail.call.path != context.path
            ):
                continue
            seen.add(detail.call.span)
            facts = (detail.effect.fact.id,) if detail.effect.fact is not None else ()
            over = name.removesuffix(".__iter__")
            what = f"`{name}`" if over == name else f"the iteration over `{over}`"
            message = f"{what} turns native work into Python objects, one by one, with the GIL held: {advice}"
            yield finding(rule, context, detail.call.span, message, a.confidence, (), facts)


_SMALL = 100.0  # elements; of an array that is made on the spot the size is told by the estimate


def _may_be_small(name: str, bound: Bound) -> bool:
    """Whether an array is of unknown size and could be a handful of numbers."""
    value = bound.receiver if name.startswith("numpy.ndarray.") else bound.positional[0] if bound.positional else None
    if value is None or value.type != "numpy.ndarray":
        return False
    return value.size is None or (not value.size.known and value.size.low < _SMALL)


def _callback_share(a: Assessment, call: object) -> float:
    """The bytecode of a callback is not in its caller's own share: what no library call explains is taken for it."""
    if getattr(call, "callback", None) is None:
        return 0.0
    return min(1.0, a.demand.python.likely / max(a.demand.elapsed.likely, 1e-3))


SERIAL_WAITING_LOOP = Rule(
    code="GIL201",
    name="serial-waiting-loop",
    severity=Severity.WARNING,
    detects="A sequential loop whose iterations are independent and spend most of their time waiting.",
    why="Waiting needs neither the GIL nor a core, so it can overlap: N threads wait for N answers at the same time.",
    example=(
        "import requests\n\n\n"
        "def fetch_all(urls):\n"
        "    pages = []\n"
        "    for url in urls:  # GIL201\n"
        "        pages.append(requests.get(url).text)\n"
        "    return pages\n"
    ),
    instead="`ThreadPoolExecutor(...).map(...)` over the iterations, or asyncio with a client that awaits.",
    limits=(
        "Not reported where one iteration needs the one before (pagination, polling, back-off, a shared cursor), where the loop "
        "pauses on purpose, or where one connection serves all. Limits that a server sets are not seen."
    ),
    evidence="`time.sleep`, sockets and subprocesses release the GIL around the system call; see `gillint explain time.sleep`.",
    check=_waiting,
)

SERIAL_NATIVE_LOOP = Rule(
    code="GIL202",
    name="serial-native-loop",
    severity=Severity.INFO,
    detects="A sequential loop of independent iterations whose time is in long native calls that release the GIL.",
    why="While such a call computes, other threads can run: the loop uses one core where threads would use all.",
    example=(
        "import zlib\n\n"
        "blocks = [bytes(4_000_000) for _ in range(64)]\n"
        "packed = []\n"
        "for block in blocks:  # GIL202\n"
        "    packed.append(zlib.compress(block))\n"
    ),
    instead="`ThreadPoolExecutor(...).map(zlib.compress, blocks)`: no pickling, no copies.",
    limits="Only where the sizes are known to be large; memory bandwidth can set a lower limit than the cores.",
    evidence="`zlib.compress` of 1.4 MB gives 2.0x on two threads (CPython 3.11); each call's evidence: `gillint explain NAME`.",
    check=_native,
)

NATIVE_RESULT_UNPACKED = Rule(
    code="GIL203",
    name="native-result-unpacked",
    severity=Severity.WARNING,
    detects="One line turns the result of native work into Python objects, and so makes the whole GIL-bound.",
    why=(
        "`list(array)`, `.tolist()`, `iterrows`, `np.vectorize` and `df.apply` make an object of each element, or call a Python "
        "function on each, with the GIL held. That often takes longer than the native work around it."
    ),
    example=(
        "import numpy as np\n\n\n"
        "def norms(points):\n"
        "    return [float(np.sqrt(sum(p * p))) for p in points]  # GIL203: sum() over an array\n\n\n"
        "norms(np.random.rand(10_000, 300))\n"
    ),
    instead="Whole-array operations: `np.sqrt((points * points).sum(axis=1))`.",
    limits="Only where the type of the array or frame is known; small arrays are not reported.",
    evidence=(
        "`Series.apply(lambda)` holds for 0.97 of the time and gives 0.77x on two threads; `np.array(list)` 0.73x "
        "(CPython 3.11)."
    ),
    check=_unpacked,
)
