"""The ways out, each with what it would give and what forbids it; ranked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gillint.advice.assess import Advice, Assessment, RankedCall
from gillint.advice.batching import fewer_commits, larger_calls
from gillint.advice.explain import (
    duration,
    gate,
    hands_on,
    is_internal,
    is_stream,
    its_own,
    keeps_the_loop_busy,
    pauses,
    serialiser,
    takes_results,
    unit,
)
from gillint.advice.reuse import made_once, remade
from gillint.advice.transfer import not_worth_sending
from gillint.advice.workers import (
    NOTHING_GAINED,
    PICKLE_SHARE,
    carried,
    guarded,
    interpreters,
    into_one_archive,
    processes,
    side_by_side,
    supported,
    tasks_of,
    too_little,
    unpicklable,
)
from gillint.costs.demand import Demand
from gillint.costs.locks import keeper_of
from gillint.effects.classify import classify
from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.knowledge.base import find_fact
from gillint.knowledge.conditions import Target
from gillint.knowledge.schema import FOR_ALL, Effect, Library
from gillint.knowledge.versions import version_key
from gillint.regions.find import PAUSES
from gillint.resolve.assumed import FILES
from gillint.resolve.calling.bound import member_size, size_of
from gillint.resolve.program import walk
from gillint.resolve.trace import Call, Concurrency, Iterations, Kind, Loop
from gillint.resolve.values import Value
from gillint.scaling.model import bound, knee, likely
from gillint.scaling.predict import HELP_NO, BoundType, Prediction, Range, Setting, loads

ALL_FIRST = "all tasks handed over first, and waited for afterwards: "
_NOTEWORTHY = 0.2  # the share from which on a counterpart is told of a call that releases anyhow
_BLOCK_NS = 10e6  # a pause of the event loop that users notice


# A faster function with the same purpose. The speed-up comes from both facts' costs; whether it scales from its effect.
_FASTER = {
    "json.loads": "orjson.loads",
    "json.load": "orjson.loads",
    "json.dumps": "orjson.dumps",
    "json.dump": "orjson.dumps",
}
# Pure Python: PyPy's own benchmarks give a factor around 4 over CPython (speed.pypy.org), much more or less by program.
_PYPY = Range(1.0, 3.0, 10.0)


def ways_out(a: Assessment, setting: Setting, target: Target, libraries: tuple[str, ...]) -> tuple[Advice, ...]:
    """What to do about a region, the best first: what scales, then what is merely faster, then what is vetoed."""
    found = list(_all(a, setting, target, libraries))
    if not found:
        found = [Advice("none", False, Range(1.0, 1.0, 1.0), "nothing known would make it faster as it stands")]

    def rank(advice: Advice) -> tuple[bool, bool, float]:
        return (advice.veto is not None, not advice.scales, -(advice.speedup.likely or 0.0))

    return tuple(sorted(found, key=rank))


def _all(a: Assessment, setting: Setting, target: Target, libraries: tuple[str, ...]) -> Iterator[Advice]:
    kind, concurrency = a.prediction.bound, a.prediction.concurrency
    if concurrency is Concurrency.ASYNCIO:
        yield from _asyncio(a, setting)
        return
    if concurrency is Concurrency.INTERNAL or is_internal(a, setting):
        yield Advice(
            "none",
            False,
            Range(1.0, 1.0, 1.0),
            "the library uses all cores already: a plain loop does; threads or processes only with its own limited to one "
            "(OMP_NUM_THREADS=1, threadpoolctl)",
        )
        return
    if kind is BoundType.UNKNOWN:
        why = "tell what is unknown (an annotation, --assume), or see what is known of each call with `gillint explain`"
        yield Advice("none", False, Range(1.0, 1.0, 1.0), why)
        return
    if concurrency in (Concurrency.PROCESSES, Concurrency.INTERPRETERS):
        yield from _already_apart(a, setting, target)
        return
    if a.region.in_process and a.region.kind is not Kind.SUBMISSION:
        yield _in_a_process(a)
        yield from _faster(a, setting, target)
        return
    if a.prediction.help in ("yes", "partly"):
        if _is_lone(a):
            yield Advice("none", False, Range(1.0, 1.0, 1.0), _WAITED if a.region.in_turn else _ALONE)
        elif _mostly_pauses(a):
            yield Advice("none", False, Range(1.0, 1.0, 1.0), _PAUSES)
        else:
            yield _threads(a, setting, target)
    if gate(a) is not None and kind is BoundType.IO:
        return  # a limit that is there on purpose
    yield from made_once(a)
    yield from _own_for_each(a, setting)
    yield from fewer_commits(a)
    if a.prediction.help != "yes" or kind is BoundType.MIXED:
        yield from _obstacles(a, setting)
        yield processes(a, setting, target)
        yield interpreters(a, setting, target, libraries)
        if not setting.free_threaded:
            yield _free_threaded(a, setting, target, libraries)
        yield from _faster(a, setting, target)
        yield from larger_calls(a)
        if _is_pure(a, libraries):
            yield Advice(
                "pypy", False, _PYPY, "the time is in pure Python, which PyPy compiles; its threads share a GIL too"
            )


def _already_apart(a: Assessment, setting: Setting, target: Target) -> Iterator[Advice]:
    """Work that has its own GIL already; where threads would do, they save the pickling."""
    if a.prediction.help == "yes":
        yield _threads(a, setting, target)
        return
    apart = a.prediction.concurrency is Concurrency.PROCESSES
    against = (unpicklable(a) or not_worth_sending(a)) if apart and a.region.handover is not None else None
    if against is not None:
        yield Advice("processes", True, Range(0.05, 1.0, 1.0), "as it is written", against)
        return
    ideal = side_by_side(a, setting)
    runs = a.prediction.concurrency.value
    if a.region.in_turn:
        why = f"{ALL_FIRST}each of the {runs} has its own GIL"
        yield Advice(runs, ideal > 1, Range(min(1.0, ideal), max(1.0, ideal * PICKLE_SHARE), ideal), why)
        return
    why = f"it already runs in {runs}, each with its own GIL: up to the number of cores pays"
    yield Advice("none", False, Range(min(1.0, ideal), max(1.0, ideal * PICKLE_SHARE), ideal), why)


def _in_a_process(a: Assessment) -> Advice:
    why = f"`{a.region.function}` runs in processes already, each with its own GIL: up to the number of cores pays"
    return Advice("none", False, Range(1.0, 1.0, 1.0), why)


def _own_for_each(a: Assessment, setting: Setting) -> Iterator[Advice]:
    """What serves one thread at a time, once for each thread: connections, generators of random numbers, parsers."""
    if a.prediction.help == "no" and a.demand.locked.likely >= 0.5 * a.demand.elapsed.likely > 0:
        if any(c.detail.queued and c.share >= 0.5 for c in a.calls):
            return  # without the lock they would wait for each other at the library's own
        load = loads(replace(a.demand, serial=ZERO, locked=ZERO), free_threaded=setting.free_threaded)[1]
        gain = likely(load, setting.threads, setting.cores)
        if gain >= HELP_NO:
            keeper = keeper_of(a.region.body)
            why = "the lock only around what threads share: the work outside, and its result stored under the lock"
            if keeper is not None:
                why = (
                    f"`{keeper}` without the lock: a plain method that is called once, a property that keeps its value in "
                    "`self.__dict__`, or Python 3.12, where functools.cached_property takes none"
                )
            yield Advice("threads", True, Range(1.0, gain, max(gain, bound(load, setting.threads, setting.cores))), why)
        return
    call = serialiser(a)
    what = call.detail.effect.serialised_by if call is not None else None
    shared = what in (*FOR_ALL, "thread") or (call is not None and call.detail.file is not None)
    if call is None or what is None or shared or setting.threads < 2:
        return
    load = loads(replace(a.demand, serial=a.demand.locked), free_threaded=setting.free_threaded)[1]
    gain = likely(load, setting.threads, setting.cores)
    if gain >= HELP_NO:
        name = call.detail.call.name
        why = f"one {what} for each thread: `{name}` on a shared one lets one thread through at a time"
        yield Advice(
            "threads", True, Range(1.0, gain, max(gain, bound(load, setting.threads, setting.cores))), why, carried(a)
        )


def _threads(a: Assessment, setting: Setting, target: Target) -> Advice:
    threads, best = knee(loads(a.demand, free_threaded=setting.free_threaded)[1], setting.cores)
    gated = gate(a)
    threads = threads if gated is None else min(threads, max(1, round(gated)))
    tasks = tasks_of(a)
    most = min(threads, tasks or threads) if threads > 1 else setting.threads
    count = _fewest(a.prediction.curve, min(most, max(setting.threads, 2)))
    at = _at(a.prediction, count)
    programs = next((c for c in a.calls if c.share >= 0.1), None)
    if programs is not None and _runs_a_program(programs):
        more = (
            f"; the programs use the cores themselves: where they compute, no more than {setting.cores} at a time pay"
        )
    elif gated is not None and count >= threads:
        more = "; the semaphore lets no more through"
    elif _is_once(a):
        more = ", where there are as many such tasks"
    elif a.region.kind is Kind.FUNCTION:
        more = ", where there are as many calls to make"
    elif tasks is not None and count < tasks < threads:
        more = f", and up to {tasks} threads pay, one for each {unit(a)}"
    elif threads > count and best > (at.likely or 1) and (tasks is None or tasks > count):
        more = f", and up to about {threads} threads pay ({best:.0f}x)"
    else:
        more = ""
    waits = a.demand.wait.likely > a.demand.native.likely
    limit = f"{'the waiting overlaps' if waits else 'the calls run on several cores'}{its_own(a)}"
    if setting.free_threaded and a.prediction.bound is not BoundType.IO and at.likely is not None:
        share = a.demand.python.likely / max(a.demand.elapsed.likely, 1e-3)
        against = at.likely / (1.0 + (_overhead(target) - 1.0) * min(1.0, share))
        limit = f"Python code runs on several cores, about {against:.1f}x against one thread of a build with the GIL"
    first = ALL_FIRST if a.region.in_turn else "in a pool with more workers: " if a.region.workers == 1 else ""
    return Advice("threads", True, at, f"{first}{count} threads: {limit}{more}", carried(a))


_PROGRAMS = ("subprocess.", "os.system", "os.popen", "asyncio.create_subprocess_", "asyncio.subprocess.")


def _runs_a_program(call: RankedCall) -> bool:
    """Whether another process does the work: a command, a browser."""
    return call.detail.call.name.startswith(_PROGRAMS) or call.detail.effect.serialised_by == "driver"


_WAITED = "it is waited for at once, so the thread adds nothing: a plain call does the same"
_ALONE = (
    "it has a thread of its own already, beside whatever else the program does; more pay only where there is more to do"
)


_PAUSES = "most of it is a pause on purpose (polling, a rate limit): more threads would only wait for the same"


def _mostly_pauses(a: Assessment) -> bool:
    """Whether a function mostly sleeps in loops that ask again and again, or that go slowly on purpose."""
    if a.region.kind not in (Kind.FUNCTION, Kind.RECURSION) or a.prediction.bound is not BoundType.IO:
        return False
    loops = [n for n in walk(a.region.body) if isinstance(n, Loop) and n.iterations is Iterations.CARRIED]
    inside = {n.span for loop in loops for n in walk(loop.body) if isinstance(n, Call)}
    pauses = (c for c in a.calls if c.detail.call.name in PAUSES and c.detail.call.span in inside)
    return sum(c.share for c in pauses) >= 0.5


def _is_lone(a: Assessment) -> bool:
    """Whether one thread is started for it at a time."""
    return _is_once(a) and (a.region.via or "").startswith("threading.")


def _is_once(a: Assessment) -> bool:
    """Whether it is handed over as one task: `pool.submit(f, x)` outside of any loop."""
    return a.region.kind is Kind.SUBMISSION and a.region.at_once == ONE


_NEARLY = 0.99


def _fewest(curve: tuple[float | None, ...], most: int) -> int:
    """The fewest threads that are as fast as any number of them up to `most`."""
    asked = dict(enumerate(curve[: max(most, 2)], start=1))
    best = max((x or 0.0 for n, x in asked.items() if n > 1), default=0.0)
    return next((n for n, x in asked.items() if n > 1 and (x or 0.0) >= _NEARLY * best), max(most, 2))


def _at(prediction: Prediction, count: int) -> Range:
    """The ceiling for fewer threads than were asked for."""
    at, curve = prediction.ceiling, prediction.curve
    there = curve[count - 1] if 0 < count < len(curve) else None
    if there is None or at.likely is None:
        return at
    return Range(min(at.low, there), there, max(there, min(at.high, float(count))))


def _overhead(target: Target) -> float:
    """How many times longer one thread of the free-threaded build takes for Python code."""
    return 1.4 if version_key(target.python)[:2] == (3, 13) else 1.08


def _free_threaded(a: Assessment, setting: Setting, target: Target, libraries: tuple[str, ...]) -> Advice:
    overhead = _overhead(target)
    load = loads(a.demand, free_threaded=True)[1]
    best = likely(load, setting.threads, setting.cores) / overhead
    high = (
        float(min(setting.threads, setting.cores)) if a.prediction.bound is not BoundType.IO else float(setting.threads)
    )
    veto = carried(a) or into_one_archive(a)
    if veto is None:
        against = [
            lib.name for lib in supported(libraries) if lib.distribution != "python" and _is_without_support(lib)
        ]
        if against:
            veto = f"importing {', '.join(against)} switches the GIL on again: no declared support"
    if veto is None and version_key(target.python) < (3, 13):
        veto = f"needs Python 3.13 or later; the target is {target.python}"
    if veto is None and best < NOTHING_GAINED:
        veto = f"it would gain nothing here (about {best:.1f}x): the GIL is not what limits it"
    percent = 100 * (overhead - 1)
    why = f"no GIL: Python code runs on all cores, at about {percent:.0f}% sequential overhead (predicted, never measured)"
    unsaid = [lib.name for lib in supported(libraries) if lib.distribution != "python" and lib.free_threading is None]
    if unsaid:
        why += f"; whether {', '.join(unsaid)} leaves it off is not known here"
    if guarded(a):
        why += "; what is under the lock still runs on one thread at a time"
    return Advice("free-threaded", best > 1.25, Range(min(1.0, best), best, max(best, high)), why, veto)


def _is_without_support(lib: Library) -> bool:
    return lib.free_threading is not None and lib.free_threading.state != "declared"


def _without(demand: Demand, calls: list[RankedCall]) -> Demand:
    gil, native = demand.gil, demand.native
    for call in calls:
        gil = gil - call.detail.effect.gil * call.detail.count
        native = native - call.detail.effect.native * call.detail.count
    return replace(demand, gil=gil.max(0), native=native.max(0), unknown=ZERO)


def _copies_a_list(call: Call) -> bool:
    """Whether an array is made of a list in sight, or of what a decoder gives; what nothing is known of may be an array."""
    given = call.bound.positional[:1]
    return call.name in ("numpy.array", "numpy.asarray") and any(v.type in ("list", "tuple", "json") for v in given)


def _obstacles(a: Assessment, setting: Setting) -> Iterator[Advice]:
    """A list of Python objects between a decoder and an array: the one thing in the way of threads."""
    arrays = [c for c in a.calls if c.share >= 0.1 and _copies_a_list(c.detail.call)]
    if not arrays or arrays[0].detail.effect.effect is not Effect.HOLDS:
        return
    decoders = [c for c in a.calls if c.detail.call.name.endswith((".loads", ".load")) and c.share >= 0.02]
    rest = _without(a.demand, [*arrays, *decoders])
    new = loads(rest, free_threaded=setting.free_threaded)[1]
    old = loads(a.demand, free_threaded=setting.free_threaded)[1]
    before, after = old.elapsed(setting.cores), new.elapsed(setting.cores)
    gain = likely(new, setting.threads, setting.cores)
    best = min(before / max(after, 1.0), 50.0) * gain
    call = arrays[0].detail.call
    origin = f" that `{decoders[0].detail.call.name}` builds" if decoders else ""
    yield Advice(
        "batch",
        gain >= 1.25,
        Range(1.0, max(1.0, best), max(1.0, best * 1.5)),
        f"the obstacle is the list of Python objects{origin} and `{call.name}` (line {call.span.line}) copies with the GIL held: "
        "decode straight into an array (a binary format with numpy.frombuffer, or a parser that fills arrays)",
        carried(a) if gain >= 1.25 and best < 1.25 else None,
    )


_SCALES = re.compile(
    r"gives? the GIL up|releases? (?:it|the GIL)|which releases?|without the GIL|nogil=True|workers=-1|each thread"
)


def _promised(a: Assessment, call: RankedCall, setting: Setting) -> tuple[bool, Range]:
    """What the counterpart that a fact names would give: threads in earnest, where it says so; how fast it is nobody says.

    The time is taken to be the same, without the GIL and without a lock.
    """
    effect = call.detail.effect
    if _SCALES.search(effect.instead or "") is None or (
        effect.effect is Effect.RELEASES and effect.serialised_by is None
    ):
        return False, Range(1.0, 1.0, 3.0)
    moved = call.detail.effect.gil * call.detail.count
    gil, native = (a.demand.gil - moved).max(0), a.demand.native + moved
    changed = replace(
        a.demand, gil=gil, native=native, serial=a.demand.locked, releases=a.demand.releases + call.detail.count
    )
    load = loads(changed, free_threaded=setting.free_threaded)[1]
    gain = likely(load, setting.threads, setting.cores)
    return gain >= HELP_NO, Range(min(1.0, gain), gain, max(gain, bound(load, setting.threads, setting.cores)))


def _faster(a: Assessment, setting: Setting, target: Target) -> Iterator[Advice]:
    """Libraries that do the same in less time; most of them hold the GIL as well, and it is said."""
    seen: set[str] = set()
    for call in a.calls:
        name = call.detail.call.name
        other = find_fact(_FASTER.get(name, ""))
        if call.share < 0.05 or name in seen or call.detail.effect.fact is None:
            continue
        seen.add(name)
        if other is not None:
            bound = call.detail.call.bound
            passed = tuple(Value(type="str", size=inside) if (inside := _in_a_file(v)) else v for v in bound.positional)
            renamed = replace(bound, positional=passed, parameters=tuple(zip(other.parameters, passed, strict=False)))
            swapped = classify(replace(call.detail.call, name=other.name, fact=other, bound=renamed), target)
            factor = call.detail.effect.elapsed.likely / max(swapped.elapsed.likely, 1.0)
            gain = 1.0 / (1.0 - call.share + call.share / max(factor, 0.1))
            if gain > 1.05:
                scales = swapped.effect is Effect.RELEASES
                end = "" if scales else "; it holds the GIL as well, so it is faster but does not scale"
                why = f"`{other.name}` does what `{name}` does in about {_part(factor)} of the time{end}"
                yield Advice("library", scales, Range(1.0, gain, gain * 1.5), why)
        elif call.detail.effect.instead is not None and (
            call.share >= _NOTEWORTHY or call.detail.effect.gil.likely > 0.5 * call.detail.effect.elapsed.likely
        ):
            scales, gain_range = _promised(a, call, setting)
            if not scales and _SCALES.search(call.detail.effect.instead):
                continue  # what it would give is no more than there is
            why = f"for `{name}`: {call.detail.effect.instead}"
            yield Advice("library", scales, gain_range, why, carried(a) if scales else None)


def _in_a_file(value: Value) -> Estimate | None:
    """How many characters are in an open file: `orjson.loads` gets them where `json.load` gets the file."""
    return size_of(value) * member_size(value) if value.type in FILES else None


def _part(factor: float) -> str:
    return f"1/{factor:.0f}" if factor >= 1.5 else f"{100 / factor:.0f}%"


def _is_pure(a: Assessment, libraries: tuple[str, ...]) -> bool:
    elapsed = max(a.demand.elapsed.likely, 1e-3)
    compiled = any(lib.distribution != "python" for lib in supported(libraries))
    return a.demand.python.likely / elapsed > 0.6 and not compiled


def _asyncio(a: Assessment, setting: Setting) -> Iterator[Advice]:
    apart = a.region.iterations in (Iterations.INDEPENDENT, Iterations.REDUCTION)
    if a.region.kind is Kind.LOOP and apart and a.demand.wait.likely > a.demand.gil.likely and not is_stream(a):
        ideal = a.demand.elapsed.likely / max(a.demand.gil.likely + a.demand.native.likely, 1.0)
        top = max(1.0, min(ideal, a.region.trips.likely, 100.0))
        why = "the awaits follow one another: start them together with asyncio.gather or a TaskGroup, as far as the server allows"
        yield Advice("batch", True, Range(1.0, top, top), why)
        return
    yield from made_once(a)
    anew = remade(a)
    blocking = next(
        (c for c in a.calls if c.share > 0.2 and not c.detail.call.awaited and not c.detail.call.implicit), None
    )
    native = a.prediction.bound is BoundType.NATIVE
    if blocking is not None and blocking is anew:
        return
    if a.loop_block is not None and (a.loop_block.likely > _BLOCK_NS or native) and blocking is not None:
        name, effect = blocking.detail.call.name, blocking.detail.effect.effect
        held = effect in (Effect.HOLDS, Effect.RUNS_PYTHON)
        action, what = "threads", "hand it to asyncio.to_thread, or an awaitable counterpart"
        if held:
            action, what = "processes", "hand it to a process, or shorter pieces"
        elif name in PAUSES:
            action, what = "library", "`await asyncio.sleep(...)` instead"
        why = f"`{name}` blocks the event loop for {duration(a.loop_block.likely)}: {what}"
        yield Advice(action, False, Range(1.0, 1.0, 1.0), why)
        return
    if hands_on(a):
        why = "it waits for what it has handed over, which is looked at by itself; the event loop is free meanwhile"
        yield Advice("none", False, Range(1.0, 1.0, 1.0), why)
        return
    busy = keeps_the_loop_busy(a)
    computes = a.demand.gil.likely > a.demand.wait.likely or busy is not None
    if a.prediction.bound is BoundType.GIL and computes and not (takes_results(a) or too_little(a)):
        is_awaited = busy is not None and busy.detail.call.awaited  # what a coroutine computes stays with its loop
        how = (
            "processes with an event loop each use" if is_awaited else "run_in_executor with a ProcessPoolExecutor uses"
        )
        why = f"the tasks compute in turn on the loop's one thread: {how} the cores"
        yield Advice("processes", False, Range(1.0, 1.0, 1.0), why)
        return
    left = "shorter pauses, or more tasks" if pauses(a) else "fewer or cheaper round trips, or more connections"
    why = f"the event loop overlaps the waiting already; what is left is {left}"
    yield Advice("none", False, Range(1.0, 1.0, 1.0), why)
