"""The one sentence that says why."""

from __future__ import annotations

from gillint.advice.assess import Assessment, RankedCall
from gillint.knowledge.schema import Effect
from gillint.resolve.trace import Concurrency, Iterations, Kind
from gillint.scaling.model import HANDOFF_NS
from gillint.scaling.predict import BoundType, Setting

_VERB = {
    Effect.HOLDS: "holds the GIL",
    Effect.RELEASES: "releases the GIL",
    Effect.WAITS: "waits without the GIL",
    Effect.RUNS_PYTHON: "runs Python code",
    Effect.UNKNOWN: "is not known",
}
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
        and _tiny_releaser(a) is not None
    )


def _tiny_releaser(a: Assessment) -> RankedCall | None:
    """The call that users would name: it releases, takes a good share, and is over before anyone could wake up."""
    for call in a.calls:
        effect = call.detail.effect
        if call.share >= 0.2 and effect.releases.likely >= 0.5 and effect.fact is not None:
            return call
    return None


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%" if value >= 0.01 or value == 0 else "less than 1%"


def _held(a: Assessment) -> str:
    likely = a.prediction.held.likely
    return _percent(likely) if likely is not None else "an unknown part"


def _top(a: Assessment, *effects: Effect) -> RankedCall | None:
    return next((c for c in a.calls if c.detail.effect.effect in effects and c.share >= 0.1), None)


def _name(a: Assessment, call: RankedCall) -> str:
    return f"`{call.detail.call.name}` (line {call.place(a.region.path).line})"


def _gil(a: Assessment) -> str:
    top = _top(a, Effect.HOLDS) or _top(a, Effect.RUNS_PYTHON) or _top(a, Effect.RELEASES)
    bytecode = a.demand.python.likely / max(a.demand.elapsed.likely, 1e-3)
    reason = (
        f"{_name(a, top)} {_VERB[top.detail.effect.effect]} for {_percent(top.share)} of the time"
        if top is not None and (top.share > 0.3 or bytecode < 0.5) and not top.detail.call.implicit
        else f"{_percent(min(1.0, bytecode))} of the time is Python bytecode, which needs the GIL"
    )
    text = (
        f"{_held(a)} of each {_unit(a)} holds the GIL: {reason}, so threads take turns instead of running side by side"
    )
    if any(c.detail.call.name.startswith("pandas.") and c.share > 0.2 for c in a.calls):
        text += f"; {_PANDAS}"
    return text + "."


def _unit(a: Assessment) -> str:
    kind = a.region.kind.value
    return {"submission": "task", "recursion": "call", "function": "call", "coroutine": "call"}.get(kind, "iteration")


def _too_short(a: Assessment) -> str:
    tiny = _tiny_releaser(a)
    assert tiny is not None
    effect = tiny.detail.effect
    each = (effect.native.likely + effect.wait.likely) / max(effect.releases.likely, 1.0)
    return (
        f"{_name(a, tiny)} releases the GIL, but only for {duration(each)} at a time, which is shorter than a handoff between "
        f"threads (about {duration(HANDOFF_NS)}): threads gain nothing and can make it slower{_crossover(tiny, each)}."
    )


def _crossover(tiny: RankedCall, each: float) -> str:
    """From which size on a release is worth a handoff, where its time grows with the size that is passed."""
    bound = tiny.detail.call.bound
    value = bound.receiver if bound.receiver is not None else next(iter(bound.positional), None)
    native = tiny.detail.effect.fact.behaviour.native if tiny.detail.effect.fact is not None else None
    if value is None or value.size is None or native is None or native.per == 0 or each <= 0 or value.size.likely < 2:
        return ""
    exact = value.size.likely * _SHORT_RELEASE * HANDOFF_NS / each
    digits = 10 ** max(0, len(str(int(exact))) - 1)
    return f"; it pays from about {round(exact / digits) * digits:,} elements on"


def _io(a: Assessment) -> str:
    top = _top(a, Effect.WAITS)
    what = f"{_name(a, top)} waits with the GIL released" if top is not None else "it waits with the GIL released"
    carried = a.region.iterations.value == "carried"
    end = (
        "; but each iteration needs the one before, so this loop itself cannot be spread"
        if carried
        else ", so other threads wait at the same time, whatever the number of cores"
    )
    return f"{what}, and only {_held(a)} of each {_unit(a)} needs the GIL{end}."


def _native(a: Assessment) -> str:
    top = _top(a, Effect.RELEASES)
    what = f"{_name(a, top)} computes with the GIL released" if top is not None else "it computes with the GIL released"
    carried = a.region.iterations.value == "carried"
    end = "; but each iteration needs the one before" if carried else ", so threads run it on several cores"
    return f"{what}, and only {_held(a)} of each {_unit(a)} needs the GIL{end}."


def _mixed(a: Assessment) -> str:
    holder = _top(a, Effect.HOLDS, Effect.RUNS_PYTHON)
    releaser = _top(a, Effect.RELEASES, Effect.WAITS)
    parts = []
    if holder is not None:
        parts.append(f"{_name(a, holder)} holds it for {_percent(holder.share)} of the time")
    if releaser is not None:
        parts.append(f"{_name(a, releaser)} releases it")
    why = ": " + ", ".join(parts) if parts else ""
    limit = a.prediction.ceiling.high
    return (
        f"{_held(a)} of each {_unit(a)} holds the GIL{why}; however many threads there are, {limit:.1f}x is the most."
    )


def _already_apart(a: Assessment) -> str:
    runs = a.prediction.concurrency.value
    if a.prediction.bound is BoundType.GIL:
        return f"{_held(a)} of each task holds the GIL, but each of the {runs} has one of its own; threads would take turns."
    return f"Only {_held(a)} of each task holds a GIL, so threads could do what the {runs} do, without pickling."


def _asyncio(a: Assessment) -> str:
    if a.loop_block is not None and a.loop_block.likely > 50_000_000:
        return (
            f"The work runs on the event loop's thread and blocks every other task for up to {duration(a.loop_block.likely)}; "
            "threads on top of the loop change nothing."
        )
    waits = a.demand.wait.likely > a.demand.gil.likely
    apart = a.region.iterations in (Iterations.INDEPENDENT, Iterations.REDUCTION)
    if waits and a.region.kind in (Kind.LOOP, Kind.COMPREHENSION) and apart:
        return "The awaits follow one another, so nothing overlaps within this loop; threads would not change that, tasks would."
    if a.prediction.bound is BoundType.IO or waits:
        return "The event loop already overlaps the waiting, so threads add nothing: the server and the round trips limit it."
    return "The tasks take turns on the event loop's one thread; more tasks or threads do not make that thread faster."


def _internal(a: Assessment) -> str:
    top = next((c for c in a.calls if c.detail.effect.parallel), None)
    what = _name(a, top) if top is not None else "the library"
    return f"{what} already spreads its work over the cores by itself, so threads on top add nothing and can oversubscribe them."


def _free_threaded(a: Assessment, setting: Setting) -> str:
    ceiling = a.prediction.ceiling.likely
    if ceiling is None:
        return "Nothing is known of a call that could decide either way, so no verdict is given."
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
