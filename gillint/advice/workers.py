"""Processes and sub-interpreters: what starting them costs, and what cannot be sent to them."""

from __future__ import annotations

from gillint.advice.assess import Advice, Assessment
from gillint.advice.explain import duration
from gillint.advice.transfer import TASK_NS, too_large_to_send
from gillint.costs.locks import LOCK_TAKEN
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.knowledge.base import library, library_files
from gillint.knowledge.conditions import Target
from gillint.knowledge.schema import Effect, Library
from gillint.knowledge.versions import version_key
from gillint.regions.sharing import is_shared, made_in
from gillint.resolve.program import walk
from gillint.resolve.trace import Call, Handover, Iterations, Kind
from gillint.scaling.model import bound
from gillint.scaling.predict import Range, Setting, loads

# Start-up of a pool of processes, ns: fork 10-30 ms, spawn 100-300 ms; since 3.14 Linux has a fork server in its place.
_FORK_NS, _SPAWN_NS = 20e6, 100e6
NOTHING_GAINED = 1.05
_OFFLOADS = ("to_thread", "run_in_executor", "run_sync")  # the pool is there already
_INTERPRETER_START_NS = 50e6  # a pool of sub-interpreters: each imports what it needs anew
PICKLE_SHARE = 0.85  # what pickling both ways and uneven ends leave of the ideal, for ordinary arguments
# A function or coroutine that is called again and again has its pool already.
_STARTED_FOR = (Kind.LOOP, Kind.COMPREHENSION, Kind.GENERATOR, Kind.MAP, Kind.SUBMISSION)
_UNPICKLABLE = ("threading.", "sqlite3.", "socket.", "io.", "generator", "_thread.")


def carried(a: Assessment) -> str | None:
    """Why iterations cannot be spread over workers at all, or None."""
    if a.region.iterations is Iterations.CARRIED:
        return "each iteration needs the one before (pagination, polling, a pause on purpose, a shared cursor, carried state)"
    return None


def _in_one_file(a: Assessment) -> str | None:
    """What is written in turn, whichever process writes it."""
    if a.demand.serial.likely < 0.5 * a.demand.elapsed.likely:
        return None
    call = next((c for c in a.calls if c.detail.queued and c.detail.file is not None and c.share >= 0.1), None)
    if call is None:
        return None
    return f"one writer at a time commits into `{call.detail.file}`, whichever process it is in"


def into_one_archive(a: Assessment) -> str | None:
    """An archive that is open before the region begins: what is put into it, is put there by who has opened it."""
    calls = [c.detail for c in a.calls if c.share >= 0.1 and c.detail.effect.serialised_by == "archive"]
    made = made_in(walk(a.region.body)) if calls else frozenset[str]()
    if not any(is_shared(c.call, made) for c in calls):
        return None
    return "all of it goes into one open archive: one thread of one process writes it"


def tasks_of(a: Assessment) -> int | None:
    """How many there are to run beside each other, where that is known."""
    region = a.region
    number = region.at_once if region.kind is Kind.SUBMISSION else region.trips
    is_several = region.kind in (Kind.SUBMISSION, Kind.LOOP, Kind.COMPREHENSION, Kind.MAP)
    return round(number.likely) if is_several and number.known and number.likely >= 2 else None


def side_by_side(a: Assessment, setting: Setting) -> float:
    """How much faster workers are at most that have a GIL each, one for each task: what cores leave, which a library may
    use already.
    """
    load = loads(a.demand, free_threaded=True)[1]
    return bound(replace(load, serial=0.0), min(setting.threads, tasks_of(a) or setting.threads), setting.cores)


def processes(a: Assessment, setting: Setting, target: Target) -> Advice:
    """A pool of processes: what it would give with its start-up, and what forbids it."""
    most = side_by_side(a, setting)
    at_best = max(1.0, most * PICKLE_SHARE)
    start = _FORK_NS if version_key(target.python) < (3, 14) else _SPAWN_NS
    veto = (
        carried(a)
        or _in_one_file(a)
        or into_one_archive(a)
        or unpicklable(a)
        or too_large_to_send(a)
        or too_little(a)
        or _too_short_to_start(a, at_best, start)
    )
    why = "each process has its own interpreter and GIL; arguments and results are pickled, and workers take 0.1-0.3 s to start"
    short = a.region.handover is not None and a.demand.elapsed.likely < TASK_NS and not _is_open(a)
    if veto is None and short:
        takes = (
            f"a task takes {duration(a.demand.elapsed.likely)}, and sending it to a process about {duration(TASK_NS)}"
        )
        if "map" not in (a.region.via or ""):
            veto = f"{takes}: hand over more work at a time"
        why = f"{takes}: only in chunks (`chunksize=`); {why}"
    why += _if_long_enough(a, start) + _sent_again(a) + guarded(a)
    likely_gain = _with_start(a, at_best, start)
    return Advice("processes", most > 1, Range(min(1.0, most), likely_gain, most), why, veto)


def _sent_again(a: Assessment) -> str:
    """Objects that a decoder builds cost as much again to pickle where they are the result."""
    decoder = next((c for c in a.calls if c.share >= 0.5 and c.detail.call.name.endswith((".loads", ".load"))), None)
    if decoder is None or decoder.detail.effect.effect is not Effect.HOLDS:
        return ""
    return f"; what `{decoder.detail.call.name}` builds costs about as much again where it is sent back whole"


def guarded(a: Assessment) -> str:
    """What a lock of threads says about processes: there is something that they would have to share."""
    lock = next((c.detail.call for c in a.calls if c.detail.call.name in LOCK_TAKEN), None)
    if lock is None or a.region.kind is not Kind.SUBMISSION:
        return ""
    return f"; they share neither the `{lock.name.rpartition('.')[0]}` nor what it guards"


def _whole(a: Assessment) -> Estimate | None:
    """How long the work of one pool takes; None where that says nothing: it is started elsewhere, or serves many runs."""
    region = a.region
    if region.kind not in _STARTED_FOR or (region.via or "").endswith(_OFFLOADS) or _is_open(a):
        return None
    whole = a.demand.elapsed * region.at_once if region.kind is Kind.SUBMISSION else a.run_ns
    return whole if a.spent_ns < 1.5 * whole.likely else None


def _with_start(a: Assessment, at_best: float, start: float) -> float:
    """The gain of a pool that is started for one run of the region, where it is known how long that takes."""
    whole = _whole(a)
    if whole is None or not whole.known:
        return at_best
    return max(1.0, whole.likely / (start + whole.likely / at_best))


def _too_short_to_start(a: Assessment, at_best: float, start: float) -> str | None:
    """Whether starting the workers is known to take longer than what they save."""
    whole = _whole(a)
    if whole is None:
        return None
    if whole.known and _with_start(a, at_best, start) < NOTHING_GAINED:
        return f"starting them costs more than they save: the whole takes about {duration(whole.likely)}"
    if whole.high < start:
        return f"starting them costs more than they save: the whole takes {duration(whole.high)} at most"
    return None


def too_little(a: Assessment) -> str | None:
    """Whether one run of a region is over before a pool that is there already has got the work."""
    is_run = a.region.kind in _STARTED_FOR and a.region.kind is not Kind.SUBMISSION
    if not is_run or _is_open(a) or max(a.run_ns.scenarios) >= TASK_NS:
        return None
    return (
        f"one run takes {duration(a.run_ns.likely)}, and sending it to a process about {duration(TASK_NS)}: "
        "hand over more at a time, from further out"
    )


def _if_long_enough(a: Assessment, start: float) -> str:
    """What the advice hangs on where nobody knows how long the whole takes, and it may be little."""
    whole = _whole(a)
    if whole is None or whole.known or whole.likely >= start:
        return ""
    takes = f"{duration(whole.likely)} by estimate"
    return f"; it pays if the whole takes much longer than {duration(start)}, and it takes {takes}"


def _is_open(a: Assessment) -> bool:
    """Whether a recursive function takes part: how often it calls itself, and so how long it takes, is not known."""
    return any(isinstance(n, Call) and n.inner is not None and n.inner.recursive for n in walk(a.region.body))


def unpicklable(a: Assessment) -> str | None:
    """Why the work or an argument cannot be sent to another process, or None."""
    handover = a.region.handover
    if isinstance(handover, Handover):
        if handover.worker_name is not None and "<lambda>" in handover.worker_name:
            return "a lambda cannot be pickled: make it a function at the top level of a module"
        for value in handover.arguments:
            if value.type is not None and value.type.startswith(_UNPICKLABLE):
                return f"an argument of type {value.type} cannot be pickled"
    return None


def interpreters(a: Assessment, setting: Setting, target: Target, libraries: tuple[str, ...]) -> Advice:
    """A pool of sub-interpreters, and the version or the library that forbids it."""
    most = side_by_side(a, setting)
    veto = carried(a) or _in_one_file(a) or into_one_archive(a)
    if veto is None:
        against = [
            lib.name
            for lib in supported(libraries)
            if lib.distribution != "python" and (lib.subinterpreters is None or lib.subinterpreters.state != "declared")
        ]
        if against:
            say = "does not say" if len(against) == 1 else "do not say"
            veto = f"{', '.join(against)} cannot be loaded in a sub-interpreter, or {say} so"
    if veto is None and version_key(target.python) < (3, 14):
        veto = f"concurrent.futures.InterpreterPoolExecutor needs Python 3.14; the target is {target.python}"
    at_best = max(1.0, most * PICKLE_SHARE)
    veto = veto or too_little(a) or _too_short_to_start(a, at_best, _INTERPRETER_START_NS)
    speedup = Range(min(1.0, most), _with_start(a, at_best, _INTERPRETER_START_NS), most)
    why = "each sub-interpreter has its own GIL in one process; what is passed is copied or pickled"
    why += _if_long_enough(a, _INTERPRETER_START_NS)
    return Advice("interpreters", most > 1, speedup, why, veto)


def supported(libraries: tuple[str, ...]) -> list[Library]:
    """The third-party libraries that the file imports and that a knowledge file speaks of."""
    files = library_files()
    return [lib for name in libraries if name in files and (lib := library(name)) is not None]
