"""The one sentence that says why."""

from __future__ import annotations

import re

from gillint.advice.assess import Assessment, RankedCall
from gillint.costs.locks import keeper_of, lets_through, semaphore_of
from gillint.knowledge.schema import Effect, one_by_one
from gillint.regions.find import PAUSES
from gillint.regions.waiting import is_awaited
from gillint.resolve.trace import Bound, Call, Concurrency, Iterations, Kind, has_await
from gillint.resolve.values import Value
from gillint.scaling.model import HANDOFF_NS
from gillint.scaling.predict import HELD_IS_GIL, BoundType, Setting, loads, spreads_itself

_VERB = {
    Effect.HOLDS: "holds the GIL",
    Effect.RELEASES: "releases the GIL",
    Effect.WAITS: "waits without the GIL",
    Effect.RUNS_PYTHON: "runs Python code",
    Effect.UNKNOWN: "is not known",
}
_STEP = ".__iter__"
_REWRITTEN = ".__rewritten__"
_STANDS_OUT = 0.3  # a call with this share of the time is what the sentence speaks of
_LITTLE_NS = 1e6  # what one turn of a loop may take of the event loop's thread before anyone minds
_WORTH_SAYING = 0.1  # bytecode with less of the time than this limits nothing
_SHORT_RELEASE = 2.0  # releases shorter than this many handoffs are not worth one
_PANDAS = "pandas releases the GIL inside some operations, but its own glue and every Python callback hold it"


def explain(a: Assessment, setting: Setting) -> str:
    """Explain a prediction: what sets the limit, by how much, and what follows for threads."""
    if setting.free_threaded:
        return _free_threaded(a, setting)
    concurrency = a.prediction.concurrency
    if concurrency is Concurrency.ASYNCIO:
        return _asyncio(a)
    if concurrency is Concurrency.INTERNAL:
        return _internal(a)
    if concurrency in (Concurrency.PROCESSES, Concurrency.INTERPRETERS):
        return _already_apart(a)
    if is_internal(a, setting):
        return _internal(a)
    kind = a.prediction.bound
    if kind is BoundType.UNKNOWN:
        unknown = next((c for c in a.calls if c.detail.effect.effect is Effect.UNKNOWN), None)
        name = f"`{unknown.detail.call.name}`" if unknown is not None else "a call"
        return f"Nothing is known of {name}, and it could decide either way, so no verdict is given."
    if too_short(a):
        return _too_short(a)
    if kind is BoundType.GIL:
        return _gil(a)
    if kind is BoundType.IO:
        return _io(a)
    if kind is BoundType.NATIVE:
        return _native(a)
    return _mixed(a)


def too_short(a: Assessment) -> bool:
    """Whether it releases for so short a time that a handoff of the GIL costs more."""
    d = a.demand
    releases = d.releases.likely
    released = d.native.likely + d.wait.likely
    return (
        releases >= 0.5
        and released / releases < _SHORT_RELEASE * HANDOFF_NS
        and a.prediction.ceiling.likely is not None
        and a.prediction.ceiling.likely < 1.25
        and tiny_releaser(a) is not None
    )


def tiny_releaser(a: Assessment) -> RankedCall | None:
    """The call that users would name: it releases, takes a good share, and is over before anyone could wake up.

    Python code that releases for a hundredth of its time is Python code.
    """
    for call in a.calls:
        effect = call.detail.effect
        released = effect.native.likely + effect.wait.likely
        is_it = effect.effect in (Effect.RELEASES, Effect.WAITS) or released >= 0.1 * effect.elapsed.likely
        is_tiny = released < _SHORT_RELEASE * HANDOFF_NS * effect.releases.likely
        if call.share >= 0.2 and effect.releases.likely >= 0.5 and effect.fact is not None and is_it and is_tiny:
            return call
    return None


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%" if value >= 0.01 or value == 0 else "less than 1%"


def _held(a: Assessment) -> str:
    likely = a.prediction.held.likely
    return _percent(likely) if likely is not None else "an unknown part"


def _little(a: Assessment) -> str:
    """A share after the word "only"."""
    return _held(a).removeprefix("less than ") if _held(a) != "less than 1%" else "a hundredth or less"


USUAL = 0.1  # of the turns: the pause before another attempt is seldom made, however long it is


def _top(a: Assessment, *effects: Effect) -> RankedCall | None:
    """The call of such an effect that takes the most time, one that is usually made before one for failures."""
    found = [c for c in a.calls if c.detail.effect.effect in effects and c.share >= 0.1]
    return next((c for c in found if c.detail.chance >= USUAL), found[0] if found else None)


def _name(a: Assessment, call: RankedCall) -> str:
    return f"{spoken(call.detail.call)} (line {call.place(a.region.path).line})"


def named(call: Call) -> str:
    """A call as a table names it: by what stands in the source."""
    return call.name.removesuffix(_REWRITTEN)


def spoken(call: Call) -> str:
    """A call, or the iteration that is none in the source, as a sentence names it."""
    if call.implicit and call.name.endswith(_STEP):
        return f"the iteration over `{call.name.removesuffix(_STEP)}`"
    if call.implicit and call.name.endswith(_REWRITTEN):
        return f"`{named(call)}` of a file that was written a moment ago"
    return f"`{call.name}`"


def _held_in(a: Assessment, call: RankedCall) -> float:
    """The share of the region's time for which a call holds the GIL."""
    return (call.detail.effect.gil * call.detail.count).likely / max(a.demand.elapsed.likely, 1e-3)


def _holder(a: Assessment) -> tuple[RankedCall | None, float, float]:
    """The call that holds the GIL for most of the time, its share, and that of bytecode outside of such calls."""
    held = [(c, _held_in(a, c)) for c in a.calls]
    top, share = max(held, key=lambda pair: pair[1], default=(None, 0.0))
    return top, min(1.0, share), bytecode(a)


def bytecode(a: Assessment) -> float:
    """The share of the time that is the bytecode of the program itself, outside of its calls."""
    inside = sum(c.detail.python.likely for c in a.calls)
    return min(1.0, max(0.0, a.demand.python.likely - inside) / max(a.demand.elapsed.likely, 1e-3))


def _gil(a: Assessment) -> str:
    top, share, own = _holder(a)
    of_python = f"{_percent(own)} of the time is Python bytecode, which needs the GIL"
    if top is not None and share >= _STANDS_OUT and (share > own or not top.detail.call.implicit):
        does = _VERB[top.detail.effect.effect] if top.detail.effect.effect is Effect.RUNS_PYTHON else "holds the GIL"
        reason = f"{_name(a, top)} {does} for {_percent(share)} of the time"
    elif top is None or own >= _STANDS_OUT:
        reason = of_python
    else:
        reason = f"many short calls hold it, {_name(a, top)} for {_percent(share)} of the time"
        reason += f", and {of_python}" if own >= _WORTH_SAYING else ""
    text = (
        f"{_held(a)} of each {unit(a)} holds the GIL: {reason}, so threads take turns instead of running side by side"
    )
    if any(c.detail.call.name.startswith("pandas.") and c.share > 0.2 for c in a.calls):
        text += f"; {_PANDAS}"
    return text + "."


def unit(a: Assessment) -> str:
    """What one run of the region's body is called."""
    kind = a.region.kind.value
    return {"submission": "task", "recursion": "call", "function": "call", "coroutine": "call"}.get(kind, "iteration")


def _too_short(a: Assessment) -> str:
    tiny = tiny_releaser(a)
    assert tiny is not None
    effect = tiny.detail.effect
    each = (effect.native.likely + effect.wait.likely) / max(effect.releases.likely, 1.0)
    only = f"only for {duration(each)} at a time" if each >= 1 else "only for a moment where it need not wait"
    return (
        f"{_name(a, tiny)} releases the GIL, but {only}, which is little beside a handoff between "
        f"threads (about {duration(HANDOFF_NS)}): threads gain nothing and can make it slower{_crossover(tiny, each)}."
    )


def _crossover(tiny: RankedCall, each: float) -> str:
    """From which size on a release is worth a handoff, where its time grows with the size that is passed."""
    native = tiny.detail.effect.fact.behaviour.native if tiny.detail.effect.fact is not None else None
    value = _grown_with(tiny.detail.call.bound, native.of or "" if native is not None else "")
    if value is None or value.size is None or native is None or native.per == 0 or each <= 0 or value.size.likely < 2:
        return ""
    if "value(" in (native.of or ""):
        return ""  # it grows with a number that is passed, as the radius of a circle
    exact = value.size.likely * _SHORT_RELEASE * HANDOFF_NS / each
    digits = 10 ** max(0, len(str(int(exact))) - 1)
    return f"; it pays from about {round(exact / digits) * digits:,} {_COUNTED.get(value.type or '', 'elements')} on"


def _grown_with(bound: Bound, formula: str) -> Value | None:
    """What is passed that the time of a call grows with: `X` of `rows(X) * size(self)`, of a model with so many trees."""
    named = (bound.get(name) for name in _ASKED.findall(formula) if name != "self")
    first = bound.receiver if bound.receiver is not None else next(iter(bound.positional), None)
    return next((value for value in named if value is not None), first)


_ASKED = re.compile(r"\((\w+)")
_COUNTED = {"str": "characters"} | dict.fromkeys(("bytes", "bytearray", "memoryview", "mmap.mmap"), "bytes")


def is_internal(a: Assessment, setting: Setting) -> bool:
    """Whether a library spreads the work over the cores by itself, whoever calls it."""
    return spreads_itself(loads(a.demand, free_threaded=setting.free_threaded)[1], setting.cores)


def serialiser(a: Assessment) -> RankedCall | None:
    """The call whose library lets one thread through at a time, where that and not the GIL sets the limit."""
    if a.demand.serial.likely < 0.5 * a.demand.elapsed.likely or a.demand.serial.likely <= a.demand.locked.likely:
        return None
    return next((c for c in a.calls if c.detail.queued and c.share >= 0.1), None)


def one_at_a_time(call: RankedCall) -> str:
    """What lets only one thread through: a file, a connection, a generator, the library as a whole."""
    if call.detail.file is not None:
        return f"one writer at a time commits into `{call.detail.file}`, through whatever connection"
    return one_by_one(call.detail.effect.serialised_by or "library")


def gate(a: Assessment) -> float | None:
    """How many threads a semaphore of the program lets through at a time, where that sets the limit."""
    semaphore = semaphore_of(a.region.body) if a.demand.locked.likely > 0 else None
    number = lets_through(semaphore.value).likely if semaphore is not None else 0.0
    return number if number * a.demand.locked.likely >= 0.5 * a.demand.elapsed.likely > 0 else None


def _gated(a: Assessment) -> str | None:
    """What a semaphore says to more threads than it lets through."""
    number = gate(a)
    is_less = number is not None and number < len(a.prediction.curve)
    return f"; but a semaphore lets {number:.0f} of them through at a time" if is_less else None


def _one_by_one(a: Assessment) -> str:
    """Why tasks run one after the other as they are handed over; empty where they do not."""
    if a.region.in_turn and a.region.handover is not None and is_awaited(a.region.handover):
        return "; but this loop awaits each task before it hands over the next one"
    if a.region.in_turn:
        return "; but here each task is waited for before anything else is handed over, so nothing runs beside it"
    return "; but the pool has one worker, so one task runs at a time" if a.region.workers == 1 else ""


def hands_on(a: Assessment) -> bool:
    """Whether it does no more itself than it hands over."""
    d = a.demand
    return d.handed.likely >= (d.gil + d.native + d.wait + d.unknown).likely


def what_holds_back(a: Assessment) -> str:
    """Why threads cannot speed it up: the GIL, or what lets one thread through at a time though the GIL is free."""
    held = a.prediction.held.likely or 0.0
    if held < HELD_IS_GIL and (call := serialiser(a)) is not None:
        return one_at_a_time(call)
    return f"{100 * held:.0f}% of each task holds the GIL"


def _held_back(a: Assessment) -> str | None:
    """Why threads help little or not at all though the GIL is free: a lock, cores that are taken, handoffs that cost the gain."""
    if a.prediction.ceiling.likely is None:
        return None
    if _one_by_one(a) and a.prediction.help != "no":
        return _one_by_one(a)
    if a.prediction.help == "yes":
        return _gated(a)
    own = a.demand.parallel.likely / max(a.demand.native.likely, 1e-3)
    if own >= _STANDS_OUT:
        return (
            f"; but the library itself spreads {_percent(own)} of that over the cores, which threads cannot use twice"
        )
    gated = _gated(a)
    if gated is not None:
        return gated
    if a.prediction.help == "partly":
        return None
    locked = _locked(a)
    if locked is not None:
        return locked
    call = serialiser(a)
    if call is not None:
        then = "each needs one of its own" if call.detail.effect.serialised_by == "thread" else "the others queue"
        return f"; but {one_at_a_time(call)}, so {then}"
    return "; but it gives the GIL up so often, for so short a time, that handing it over costs what threads gain"


def _locked(a: Assessment) -> str | None:
    """Whose lock has threads take turns, where one is held for most of the time."""
    if not a.demand.locked.likely >= 0.5 * a.demand.elapsed.likely > 0:
        return None
    share = _percent(min(1.0, a.demand.locked.likely / a.demand.elapsed.likely))
    keeper = keeper_of(a.region.body)
    whose = "a lock of the program is held"
    if keeper is not None:
        whose = f"`{keeper}` is a functools.cached_property, whose lock for all instances (until Python 3.12) is held"
    return f"; but {whose} for {share} of it, so one thread runs at a time"


def _io(a: Assessment) -> str:
    top = _top(a, Effect.WAITS)
    what = f"{_name(a, top)} waits with the GIL released" if top is not None else "it waits with the GIL released"
    carried = a.region.iterations.value == "carried"
    end = _held_back(a) or (
        "; but the pause is there on purpose (polling, a rate limit), so this loop itself is not to be spread"
        if carried and pauses(a)
        else "; but each iteration needs the one before, so this loop itself cannot be spread"
        if carried
        else f", so other threads wait at the same time, whatever the number of cores{its_own(a)}"
    )
    return f"{what}, and only {_little(a)} of each {unit(a)} needs the GIL{end}."


def its_own(a: Assessment) -> str:
    """What each thread must have for itself, where each run of the function makes it and the library lets one use it."""
    call = next((c for c in a.calls if c.share >= 0.1 and c.detail.effect.serialised_by in _OWN), None)
    if call is None or call.detail.queued or a.region.kind is Kind.SUBMISSION:
        return ""
    file = " and a file" if call.detail.call.name == "sqlite3.Connection.commit" else ""
    what = call.detail.effect.serialised_by or ""
    return f", each with {'an' if what[:1] in 'aeiou' else 'a'} {what}{file} of its own"


_OWN = ("connection", "generator", "archive", "parser", "driver")


def _native(a: Assessment) -> str:
    top = _top(a, Effect.RELEASES)
    waiting = _top(a, Effect.WAITS) if top is None else None
    if top is not None:
        what = f"{_name(a, top)} computes with the GIL released"
    elif waiting is not None:
        what = f"{_name(a, waiting)} works with the GIL released"
    else:
        what = "it computes with the GIL released"
    carried = a.region.iterations.value == "carried"
    end = _held_back(a) or (
        "; but each iteration needs the one before" if carried else f", so threads run it on several cores{its_own(a)}"
    )
    return f"{what}, and only {_little(a)} of each {unit(a)} needs the GIL{end}."


def _mixed(a: Assessment) -> str:
    holder, share, own = _holder(a)
    releaser = _top(a, Effect.RELEASES, Effect.WAITS)
    parts = []
    if holder is not None and share >= 0.1 and share >= own:
        parts.append(f"{_name(a, holder)} holds it for {_percent(share)} of the time")
    elif own >= 0.1:
        parts.append(f"{_percent(own)} of the time is Python bytecode")
    if releaser is not None and parts and holder is not None and releaser.detail.call is holder.detail.call:
        parts = [f"{parts[0]} and releases it for the rest of its own"]
    elif releaser is not None:
        parts.append(f"{_name(a, releaser)} releases it")
    why = ": " + ", ".join(parts) if parts else ""
    held = a.prediction.held.likely
    limit = min(1.0 / held, a.prediction.ceiling.high) if held else a.prediction.ceiling.high
    most = f"; however many threads there are, {limit:.1f}x is the most"
    end = _one_by_one(a) if a.prediction.help != "no" else _locked(a) or ""
    return f"{_held(a)} of each {unit(a)} holds the GIL{why}{most}{end}."


def _already_apart(a: Assessment) -> str:
    runs = a.prediction.concurrency.value
    end = _one_by_one(a)
    if a.prediction.bound is BoundType.GIL:
        return f"{_held(a)} of each task holds the GIL, but each of the {runs} has one of its own; threads would take turns{end}."
    if a.prediction.help != "yes":
        return f"{_held(a)} of each task holds a GIL, and each of the {runs} has one of its own; threads would share one{end}."
    return f"Only {_little(a)} of each task holds a GIL, so threads could do what the {runs} do, without pickling{end}."


def _meanwhile(a: Assessment) -> str:
    """Which call computes on the thread of the event loop though it needs no GIL."""
    top = _top(a, Effect.RELEASES) if a.prediction.bound is BoundType.NATIVE else None
    return f", and {_name(a, top)} computes on it without the GIL" if top is not None else ""


def is_stream(a: Assessment) -> bool:
    """Whether a loop spends its time waiting for the next item of something asynchronous: messages, lines, events."""
    return sum(c.share for c in a.calls if c.detail.call.name.endswith(".__aiter__")) >= 0.5


def takes_results(a: Assessment) -> bool:
    """Whether a loop awaits what runs in tasks of its own, and does little with it: `for task in tasks: print(await task)`."""
    awaits = a.region.kind is Kind.LOOP and has_await(a.region.body)
    return (
        awaits and a.demand.wait.likely <= 0 and a.demand.unknown.likely <= 0 and a.demand.elapsed.likely < _LITTLE_NS
    )


def _asyncio(a: Assessment) -> str:
    if a.loop_block is not None and a.loop_block.likely > 50_000_000:
        return (
            f"The work runs on the event loop's thread and blocks every other task for up to {duration(a.loop_block.likely)}; "
            "threads on top of the loop change nothing."
        )
    if hands_on(a):
        return "It hands its work over and waits for it; what was handed over is looked at by itself."
    unknown = a.demand.unknown.likely > 0 and has_await(a.region.body) and a.prediction.bound is not BoundType.NATIVE
    waits = a.demand.wait.likely > a.demand.gil.likely or unknown
    apart = a.region.iterations in (Iterations.INDEPENDENT, Iterations.REDUCTION)
    if waits and a.region.kind in (Kind.LOOP, Kind.COMPREHENSION) and apart:
        if is_stream(a):
            return (
                "It waits for what comes next, which comes when it comes; neither threads nor tasks would change that."
            )
        return "The awaits follow one another, so nothing overlaps within this loop; threads would not change that, tasks would."
    if waits and a.region.kind is Kind.LOOP and a.region.iterations is Iterations.CARRIED and not unknown:
        return "The awaits follow one another, as each iteration needs the one before; the event loop runs other tasks meanwhile."
    if takes_results(a):
        return (
            "It takes what other tasks have done, which is looked at by itself; other tasks run while it awaits them."
        )
    if a.prediction.bound is BoundType.UNKNOWN:
        return (
            "Nothing is known of a call that could decide; what it awaits overlaps, the rest takes turns on one thread."
        )
    busy = keeps_the_loop_busy(a)
    if busy is not None:
        return (
            f"The tasks compute in turn on the event loop's one thread, and all of them together longer than one waits: "
            f"{_name(a, busy)} takes {duration(_computing(busy))} of each."
        )
    if a.prediction.bound is BoundType.IO or waits:
        return f"The event loop already overlaps the waiting, so threads add nothing: {_limit_of_waiting(a)}."
    return f"The tasks take turns on the event loop's one thread{_meanwhile(a)}; more tasks do not make that thread faster."


def _limit_of_waiting(a: Assessment) -> str:
    top = _top(a, Effect.WAITS)
    if pauses(a) and top is not None:
        return f"the pauses of {_name(a, top)} limit it"
    return f"what {_name(a, top)} waits for limits it" if top is not None else "what it waits for limits it"


def pauses(a: Assessment) -> bool:
    """Whether what a region waits for is the clock."""
    top = _top(a, Effect.WAITS)
    return top is not None and top.detail.call.name in PAUSES


def keeps_the_loop_busy(a: Assessment) -> RankedCall | None:
    """The dearest call of tasks that compute longer all together than each of them waits."""
    if a.region.kind is not Kind.SUBMISSION:
        return None
    computing = a.demand.gil.likely + a.demand.native.likely
    if computing * a.region.at_once.likely <= a.demand.wait.likely or not a.region.at_once.known:
        return None
    return max((c for c in a.calls if not c.detail.call.implicit), key=_computing, default=None)


def _computing(call: RankedCall) -> float:
    """How long (ns) a call computes in all: one that is awaited does, too, before and after it waits."""
    effect = call.detail.effect
    return ((effect.gil + effect.native) * call.detail.count).likely


def _internal(a: Assessment) -> str:
    top = next((c for c in a.calls if c.detail.effect.parallel), None)
    what = _name(a, top) if top is not None else "the library"
    return f"{what} already spreads its work over the cores by itself, so threads on top add nothing and can oversubscribe them."


def _free_threaded(a: Assessment, setting: Setting) -> str:
    ceiling = a.prediction.ceiling.likely
    if ceiling is None:
        return "Nothing is known of a call that could decide either way, so no verdict is given."
    if a.prediction.concurrency is Concurrency.ASYNCIO:
        return _asyncio(a)
    if is_internal(a, setting):
        return _internal(a)
    if a.prediction.help == "no":
        held_back = _held_back(a) or ""
        return f"Without a GIL nothing is held{held_back.replace('; but', ', but')} (predicted, never measured)."
    if a.prediction.bound is BoundType.IO:
        text = f"It waits, and threads wait at the same time: about {ceiling:.1f}x one thread of the same build"
        return f"{text} (predicted, never measured)."
    return (
        f"Without a GIL nothing is held: Python code runs on all {setting.cores} cores, about {ceiling:.1f}x one thread of the "
        "same build (predicted, never measured)."
    )


def duration(ns: float) -> str:
    """A time that a person reads."""
    for limit, factor, unit in (
        (1e3, 1.0, "ns"),
        (1e6, 1e3, "us"),
        (1e9, 1e6, "ms"),
        (1.2e11, 1e9, "s"),
        (7.2e12, 6e10, "min"),
    ):
        if ns < limit:
            return f"{ns / factor:.3g} {unit}"
    return f"{ns / 3.6e12:.3g} h"
