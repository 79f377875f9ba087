"""The ways out, each with what it would give and what forbids it; ranked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from gillint.advice.assess import Advice, Assessment, RankedCall
from gillint.advice.explain import duration, is_internal, serialiser, too_short
from gillint.advice.transfer import TASK_NS, not_worth_sending, too_large_to_send
from gillint.costs.demand import LOCK_TAKEN, Demand
from gillint.effects.classify import classify
from gillint.estimate import ZERO
from gillint.knowledge.base import find_fact, library, library_files
from gillint.knowledge.conditions import Target, version_key
from gillint.knowledge.schema import Effect, Library
from gillint.resolve.program import walk
from gillint.resolve.trace import Call, Concurrency, Handover, Iterations, Kind
from gillint.scaling.model import bound, knee, likely
from gillint.scaling.predict import HELP_NO, BoundType, Range, Setting, loads

# Start-up of a pool of processes, ns: fork 10-30 ms, spawn 100-300 ms; since 3.14 Linux has a fork server in its place.
_FORK_NS, _SPAWN_NS = 20e6, 100e6
_NOTHING_GAINED = 1.05
_BLOCK_NS = 10e6  # a pause of the event loop that users notice
_INTERPRETER_START_NS = 50e6  # a pool of sub-interpreters: each imports what it needs anew
_PICKLE_SHARE = 0.85  # what pickling both ways and uneven ends leave of the ideal, for ordinary arguments

# A faster function with the same purpose. The speed-up comes from both facts' costs; whether it scales from its effect.
_FASTER = {
    "json.loads": "orjson.loads",
    "json.load": "orjson.loads",
    "json.dumps": "orjson.dumps",
    "json.dump": "orjson.dumps",
}
# A function or coroutine that is called again and again has its pool already.
_STARTED_FOR = (Kind.LOOP, Kind.COMPREHENSION, Kind.GENERATOR, Kind.MAP, Kind.SUBMISSION)
_UNPICKLABLE = ("threading.", "sqlite3.", "socket.", "io.", "generator", "_thread.")
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
    if a.prediction.help in ("yes", "partly"):
        yield _threads(a, setting, target)
    yield from _own_for_each(a, setting)
    if a.prediction.help != "yes" or kind is BoundType.MIXED:
        yield from _obstacles(a, setting)
        yield _processes(a, setting, target)
        yield _interpreters(a, setting, target, libraries)
        if not setting.free_threaded:
            yield _free_threaded(a, setting, target, libraries)
        yield from _faster(a, setting, target)
        yield from _batch(a)
        if _is_pure(a, libraries):
            yield Advice(
                "pypy", False, _PYPY, "the time is in pure Python, which PyPy compiles; its threads share a GIL too"
            )


def _already_apart(a: Assessment, setting: Setting, target: Target) -> Iterator[Advice]:
    """Work that has its own GIL already; where threads would do, they save the pickling."""
    if a.prediction.help == "yes":
        yield _threads(a, setting, target)
    processes = a.prediction.concurrency is Concurrency.PROCESSES
    against = (_unpicklable(a) or not_worth_sending(a)) if processes and a.region.handover is not None else None
    if against is not None:
        yield Advice("processes", True, Range(0.05, 1.0, 1.0), "as it is written", against)
        return
    ideal = _ideal(setting)
    why = f"it already runs in {a.prediction.concurrency.value}, each with its own GIL: up to the number of cores pays"
    yield Advice("none", False, Range(min(1.0, ideal), max(1.0, ideal * _PICKLE_SHARE), ideal), why)


def _carried(a: Assessment) -> str | None:
    if a.region.iterations is Iterations.CARRIED:
        return "each iteration needs the one before (pagination, polling, a shared cursor, carried state)"
    return None


def _own_for_each(a: Assessment, setting: Setting) -> Iterator[Advice]:
    """What serves one thread at a time, once for each thread: connections, generators of random numbers, parsers."""
    call = serialiser(a)
    what = call.detail.effect.serialised_by if call is not None else None
    if call is None or what is None or what in ("library", "thread") or setting.threads < 2:
        return
    load = loads(replace(a.demand, serial=a.demand.locked), free_threaded=setting.free_threaded)[1]
    gain = likely(load, setting.threads, setting.cores)
    if gain >= HELP_NO:
        name = call.detail.call.name
        why = f"one {what} for each thread: `{name}` on a shared one lets one thread through at a time"
        yield Advice(
            "threads", True, Range(1.0, gain, max(gain, bound(load, setting.threads, setting.cores))), why, _carried(a)
        )


def _threads(a: Assessment, setting: Setting, target: Target) -> Advice:
    threads, best = knee(loads(a.demand, free_threaded=setting.free_threaded)[1], setting.cores)
    at = a.prediction.ceiling
    count = min(threads, max(setting.threads, 2))
    more = (
        f", and up to about {threads} threads pay ({best:.0f}x)" if threads > count and best > (at.likely or 1) else ""
    )
    limit = "the waiting overlaps" if a.prediction.bound is BoundType.IO else "the calls run on several cores"
    if setting.free_threaded and a.prediction.bound is not BoundType.IO and at.likely is not None:
        share = a.demand.python.likely / max(a.demand.elapsed.likely, 1e-3)
        against = at.likely / (1.0 + (_overhead(target) - 1.0) * min(1.0, share))
        limit = f"Python code runs on several cores, about {against:.1f}x against one thread of a build with the GIL"
    return Advice("threads", True, at, f"{count} threads: {limit}{more}", _carried(a))


def _ideal(setting: Setting) -> float:
    return float(min(setting.threads, setting.cores))


def _processes(a: Assessment, setting: Setting, target: Target) -> Advice:
    ideal = float(setting.threads) if a.prediction.bound is BoundType.IO else _ideal(setting)
    at_best = max(1.0, ideal * _PICKLE_SHARE)
    start = _FORK_NS if version_key(target.python) < (3, 14) else _SPAWN_NS
    veto = _carried(a) or _unpicklable(a) or too_large_to_send(a) or _too_short_to_start(a, at_best, start)
    why = "each process has its own interpreter and GIL; arguments and results are pickled, and workers take 0.1-0.3 s to start"
    short = a.region.handover is not None and a.demand.elapsed.likely < TASK_NS and not _is_open(a)
    if veto is None and short:
        takes = (
            f"a task takes {duration(a.demand.elapsed.likely)}, and sending it to a process about {duration(TASK_NS)}"
        )
        if "map" not in (a.region.via or ""):
            veto = f"{takes}: hand over more work at a time"
        why = f"{takes}: only in chunks (`chunksize=`); {why}"
    why += _if_long_enough(a, start) + _sent_again(a) + _guarded(a)
    likely_gain = _with_start(a, at_best, start)
    return Advice("processes", ideal > 1, Range(min(1.0, ideal), likely_gain, ideal), why, veto)


def _sent_again(a: Assessment) -> str:
    """Objects that a decoder builds cost as much again to pickle where they are the result."""
    decoder = next((c for c in a.calls if c.share >= 0.5 and c.detail.call.name.endswith((".loads", ".load"))), None)
    if decoder is None or decoder.detail.effect.effect is not Effect.HOLDS:
        return ""
    return f"; what `{decoder.detail.call.name}` builds costs about as much again where it is sent back whole"


def _guarded(a: Assessment) -> str:
    """What a lock of threads says about processes: there is something that they would have to share."""
    locks = (c.detail.call for c in a.calls if c.detail.call.implicit and c.detail.call.name in LOCK_TAKEN)
    lock = next(locks, None)
    if lock is None or a.region.kind is not Kind.SUBMISSION:
        return ""
    return f"; they share neither the `{lock.name.removesuffix('.__enter__')}` nor what it guards"


def _with_start(a: Assessment, at_best: float, start: float) -> float:
    """The gain of a pool that is started for one run of the region, where it is known how long that takes."""
    spent = a.run_ns
    if a.region.kind not in _STARTED_FOR or not spent.known or _is_open(a):
        return at_best
    return max(1.0, spent.likely / (start + spent.likely / at_best))


def _too_short_to_start(a: Assessment, at_best: float, start: float) -> str | None:
    """Whether starting the workers is known to take longer than what they save."""
    spent = a.run_ns
    if a.region.kind not in _STARTED_FOR or _is_open(a):
        return None
    if spent.known and _with_start(a, at_best, start) < _NOTHING_GAINED:
        return f"starting them costs more than they save: the whole takes about {duration(spent.likely)}"
    if spent.high < start:
        return f"starting them costs more than they save: the whole takes {duration(spent.high)} at most"
    return None


def _if_long_enough(a: Assessment, start: float) -> str:
    """What the advice hangs on where nobody knows how long the whole takes, and it may be little."""
    spent = a.run_ns
    if a.region.kind not in _STARTED_FOR or spent.known or spent.likely >= start or _is_open(a):
        return ""
    takes = f"{duration(spent.likely)} by estimate"
    return f"; it pays if the whole takes much longer than {duration(start)}, and it takes {takes}"


def _is_open(a: Assessment) -> bool:
    """Whether a recursive function takes part: how often it calls itself, and so how long it takes, is not known."""
    return any(isinstance(n, Call) and n.inner is not None and n.inner.recursive for n in walk(a.region.body))


def _unpicklable(a: Assessment) -> str | None:
    handover = a.region.handover
    if isinstance(handover, Handover):
        if handover.worker_name is not None and "<lambda>" in handover.worker_name:
            return "a lambda cannot be pickled: make it a function at the top level of a module"
        for value in handover.arguments:
            if value.type is not None and value.type.startswith(_UNPICKLABLE):
                return f"an argument of type {value.type} cannot be pickled"
    return None


def _interpreters(a: Assessment, setting: Setting, target: Target, libraries: tuple[str, ...]) -> Advice:
    ideal = _ideal(setting)
    veto = _carried(a)
    if veto is None:
        against = [
            lib.name
            for lib in _support(libraries)
            if lib.distribution != "python" and (lib.subinterpreters is None or lib.subinterpreters.state != "declared")
        ]
        if against:
            veto = f"{', '.join(against)} cannot be loaded in a sub-interpreter, or does not say so"
    if veto is None and version_key(target.python) < (3, 14):
        veto = f"concurrent.futures.InterpreterPoolExecutor needs Python 3.14; the target is {target.python}"
    at_best = max(1.0, ideal * _PICKLE_SHARE)
    veto = veto or _too_short_to_start(a, at_best, _INTERPRETER_START_NS)
    speedup = Range(min(1.0, ideal), _with_start(a, at_best, _INTERPRETER_START_NS), ideal)
    why = "each sub-interpreter has its own GIL in one process; what is passed is copied or pickled"
    why += _if_long_enough(a, _INTERPRETER_START_NS)
    return Advice("interpreters", ideal > 1, speedup, why, veto)


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
    veto = _carried(a)
    if veto is None:
        against = [lib.name for lib in _support(libraries) if lib.distribution != "python" and not _declares(lib)]
        if against:
            veto = f"importing {', '.join(against)} switches the GIL on again: no declared support"
    if veto is None and version_key(target.python) < (3, 13):
        veto = f"needs Python 3.13 or later; the target is {target.python}"
    if veto is None and best < _NOTHING_GAINED:
        veto = f"it would gain nothing here (about {best:.1f}x): the GIL is not what limits it"
    percent = 100 * (overhead - 1)
    why = f"no GIL: Python code runs on all cores, at about {percent:.0f}% sequential overhead (predicted, never measured)"
    if _guarded(a):
        why += "; what is under the lock still runs on one thread at a time"
    return Advice("free-threaded", best > 1.25, Range(min(1.0, best), best, max(best, high)), why, veto)


def _declares(lib: Library) -> bool:
    return lib.free_threading is not None and lib.free_threading.state == "declared"


def _support(libraries: tuple[str, ...]) -> list[Library]:
    """The third-party libraries that the file imports and that a knowledge file speaks of."""
    files = library_files()
    return [lib for name in libraries if name in files and (lib := library(name)) is not None]


def _without(demand: Demand, calls: list[RankedCall]) -> Demand:
    gil, native = demand.gil, demand.native
    for call in calls:
        gil = gil - call.detail.effect.gil * call.detail.count
        native = native - call.detail.effect.native * call.detail.count
    return replace(demand, gil=gil.max(0), native=native.max(0), unknown=ZERO)


def _obstacles(a: Assessment, setting: Setting) -> Iterator[Advice]:
    """A list of Python objects between a decoder and an array: the one thing in the way of threads."""
    arrays = [c for c in a.calls if c.detail.call.name in ("numpy.array", "numpy.asarray") and c.share >= 0.1]
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
        _carried(a) if gain >= 1.25 and best < 1.25 else None,
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
            renamed = replace(bound, parameters=tuple(zip(other.parameters, bound.positional, strict=False)))
            swapped = classify(replace(call.detail.call, name=other.name, fact=other, bound=renamed), target)
            factor = call.detail.effect.elapsed.likely / max(swapped.elapsed.likely, 1.0)
            gain = 1.0 / (1.0 - call.share + call.share / max(factor, 0.1))
            if gain > 1.05:
                scales = swapped.effect is Effect.RELEASES
                end = "" if scales else "; it holds the GIL as well, so it is faster but does not scale"
                why = f"`{other.name}` does what `{name}` does in about {_part(factor)} of the time{end}"
                yield Advice("library", scales, Range(1.0, gain, gain * 1.5), why)
        elif call.detail.effect.instead is not None:
            scales, gain_range = _promised(a, call, setting)
            if not scales and _SCALES.search(call.detail.effect.instead):
                continue  # what it would give is no more than there is
            why = f"for `{name}`: {call.detail.effect.instead}"
            yield Advice("library", scales, gain_range, why, _carried(a) if scales else None)


def _part(factor: float) -> str:
    return f"1/{factor:.0f}" if factor >= 1.5 else f"{100 / factor:.0f}%"


def _batch(a: Assessment) -> Iterator[Advice]:
    if too_short(a):
        tiny = max((c for c in a.calls if c.detail.effect.releases.likely >= 0.5), key=lambda c: c.share)
        yield Advice(
            "batch",
            False,
            Range(1.0, 2.0, 10.0),
            _larger(tiny),
        )


def _larger(tiny: RankedCall) -> str:
    bound_values = tiny.detail.call.bound
    values = (bound_values.receiver, *bound_values.positional)
    if any(v is not None and v.type == "numpy.ndarray" for v in values) or tiny.detail.call.name.startswith("numpy."):
        return f"one call of `{tiny.detail.call.name}` on a large array instead of many on small ones"
    return f"fewer calls of `{tiny.detail.call.name}` that do more each"


def _is_pure(a: Assessment, libraries: tuple[str, ...]) -> bool:
    elapsed = max(a.demand.elapsed.likely, 1e-3)
    compiled = any(lib.distribution != "python" for lib in _support(libraries))
    return a.demand.python.likely / elapsed > 0.6 and not compiled


def _asyncio(a: Assessment, setting: Setting) -> Iterator[Advice]:
    apart = a.region.iterations in (Iterations.INDEPENDENT, Iterations.REDUCTION)
    if a.region.kind is Kind.LOOP and apart and a.demand.wait.likely > a.demand.gil.likely:
        ideal = a.demand.elapsed.likely / max(a.demand.gil.likely + a.demand.native.likely, 1.0)
        top = max(1.0, min(ideal, a.region.trips.likely, 100.0))
        why = "the awaits follow one another: start them together with asyncio.gather or a TaskGroup, as far as the server allows"
        yield Advice("batch", True, Range(1.0, top, top), why)
        return
    blocking = next(
        (c for c in a.calls if c.share > 0.2 and not c.detail.call.awaited and not c.detail.call.implicit), None
    )
    if a.loop_block is not None and a.loop_block.likely > _BLOCK_NS and blocking is not None:
        name, effect = blocking.detail.call.name, blocking.detail.effect.effect
        held = effect in (Effect.HOLDS, Effect.RUNS_PYTHON)
        what = "a process, or shorter pieces" if held else "asyncio.to_thread, or an awaitable counterpart"
        yield Advice(
            "processes" if held else "threads",
            False,
            Range(1.0, 1.0, 1.0),
            f"`{name}` blocks the event loop for {duration(a.loop_block.likely)}: hand it to {what}",
        )
        return
    yield Advice(
        "none",
        False,
        Range(1.0, 1.0, 1.0),
        "the event loop overlaps the waiting already; what is left is fewer or cheaper round trips, or more connections",
    )
