"""From a region's demands to the answer: bound, ceiling, curve, held fraction, stall."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Literal

from gillint import frozen
from gillint.costs.demand import RECURSIVE_CALLS, Demand
from gillint.estimate import LIMIT, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.trace import Concurrency
from gillint.scaling.model import HANDOFF_NS, Load, bound, knee, likely, pessimistic, taken_by_others

SWITCH_INTERVAL_NS = 5_000_000.0
LETS_IN_NS = 10_000.0  # a release that is over sooner is taken back before a thread that waits for it has woken up
HELD_IS_GIL = 0.8
HELD_IS_MIXED = 0.3
HELP_NO = 1.25
HELP_YES = 0.7
# Costs in the knowledge base are right within some 15% against each other; both ends are tried.
_COST_SPREAD = 1.15


class BoundType(str, Enum):
    """What limits a region."""

    GIL = "gil"
    NATIVE = "native"
    IO = "io"
    MIXED = "mixed"
    UNKNOWN = "unknown"


Help = Literal["yes", "partly", "no", "unknown"]


@frozen.dataclass(frozen=True, slots=True)
class Range:
    """An interval with its likely value; likely is None where nothing can be said."""

    low: float
    likely: float | None
    high: float


@frozen.dataclass(frozen=True, slots=True)
class Setting:
    """The question: how many threads on how many cores of which build."""

    cores: int
    threads: int
    free_threaded: bool


@dataclass(frozen=True, slots=True)
class Prediction:
    """How a region scales."""

    bound: BoundType
    concurrency: Concurrency
    parallel_library: bool
    help: Help
    held: Range
    ceiling: Range
    curve: tuple[float | None, ...]
    saturation: tuple[int, float | None]
    stall: Estimate
    demand: Demand


def loads(demand: Demand, *, free_threaded: bool) -> tuple[Load, Load, Load]:
    """The demands scenario by scenario. Without a GIL what held it is work for the cores like any other."""
    d = demand
    if free_threaded:
        d = replace(d, gil=ZERO, native=d.native + d.gil, releases=ZERO, guarded=ZERO)
    asked = (d.gil, d.native, d.wait, d.releases, d.parallel, d.pages, d.serial, d.guarded)
    low, likely, high = zip(*(e.scenarios for e in asked), strict=True)
    return _within(Load(*low)), _within(Load(*likely)), _within(Load(*high))


def _within(load: Load) -> Load:
    """What others queue for is no longer than the whole: a lock around a loop without an end, of which one turn is asked."""
    return replace(load, serial=min(load.serial, load.gil + load.native + load.wait))


def predict(
    demand: Demand, trips: Estimate, concurrency: Concurrency, setting: Setting, *, recursive: bool = False
) -> Prediction:
    """Predict how a region scales.

    Args:
        demand: of one iteration, call or task.
        trips: iterations of the region as written; only the stall depends on it.
        concurrency: how it already runs.
        setting: threads, cores and build.
    """
    three = loads(demand, free_threaded=setting.free_threaded)
    kind = _bound(demand, three[1], setting)
    internal = spreads_itself(three[1], setting.cores)
    if internal and concurrency is Concurrency.SEQUENTIAL:
        concurrency = Concurrency.INTERNAL
    held = _held(three, setting, kind)
    curve: tuple[float | None, ...]
    if concurrency is Concurrency.ASYNCIO:
        ceiling, curve = _as_written(setting)
        saturation: tuple[int, float | None] = (1, 1.0)
    elif internal:
        ceiling, curve = _internal(three, setting)
        saturation = (1, 1.0)
    else:
        ceiling, curve = _ceiling(three, setting)
        threads, best = knee(three[1], setting.cores)
        saturation = (threads, curve[threads - 1] if threads <= len(curve) else best)
    undecided = kind is BoundType.UNKNOWN and setting.threads > 1
    if undecided and concurrency is not Concurrency.ASYNCIO and not internal:
        ceiling = Range(min(ceiling.low, 0.7), None, float(setting.threads))
        curve = (1.0, *(None for _ in curve[1:]))
        saturation = (1, None)
    return Prediction(
        bound=kind,
        concurrency=concurrency,
        parallel_library=demand.parallel.likely > 0,
        help=_help(ceiling, kind, concurrency, setting),
        held=held,
        ceiling=ceiling,
        curve=curve,
        saturation=saturation,
        stall=stall(demand, RECURSIVE_CALLS if recursive else trips) if not setting.free_threaded else ZERO,
        demand=demand,
    )


def spreads_itself(load: Load, cores: int) -> bool:
    """Whether most of the time is in calls that a library itself runs on all cores."""
    return load.parallel / cores > 0.5 * load.elapsed(cores)


def _classify(gil: float, native: float, wait: float, elapsed: float) -> BoundType:
    fraction = gil / elapsed if elapsed > 0 else 1.0
    if fraction >= HELD_IS_GIL:
        return BoundType.GIL
    if fraction > HELD_IS_MIXED:
        return BoundType.MIXED
    return BoundType.IO if wait > native else BoundType.NATIVE


def _bound(demand: Demand, load: Load, setting: Setting) -> BoundType:
    """The class; unknown if the unknown calls, held or not, could move it across a boundary."""
    elapsed = load.elapsed(setting.cores)
    native = load.native - load.parallel + load.parallel / setting.cores
    known = _classify(load.gil, native, load.wait, elapsed)
    doubt = demand.unknown.likely
    if doubt <= 0:
        return known
    whole = elapsed + doubt
    as_held = _classify(load.gil + doubt, native, load.wait, whole)
    as_native = _classify(load.gil, native + doubt, load.wait, whole)
    as_wait = _classify(load.gil, native, load.wait + doubt, whole)
    return known if known is as_held is as_native is as_wait else BoundType.UNKNOWN


def _held(three: tuple[Load, Load, Load], setting: Setting, kind: BoundType) -> Range:
    values = [min(1.0, load.gil / load.elapsed(setting.cores)) for load in three]
    if kind is BoundType.UNKNOWN and not setting.free_threaded:
        return Range(0.0, None, 1.0)
    return Range(min(values), values[1], max(values))


def _variants(load: Load) -> tuple[Load, ...]:
    """The same load where the costs are off, one way and the other."""
    if load.gil <= 0 or load.native + load.wait <= 0:
        return (load,)
    s = _COST_SPREAD
    return (
        load,
        replace(load, gil=load.gil * s, native=load.native / s, parallel=load.parallel / s),
        replace(load, gil=load.gil / s, native=load.native * s, parallel=load.parallel * s),
    )


@lru_cache(maxsize=4096)  # an editor asks again after each keystroke, and most regions are as they were
def _ceiling(three: tuple[Load, Load, Load], setting: Setting) -> tuple[Range, tuple[float, ...]]:
    threads, cores = setting.threads, setting.cores
    curve = _settled([likely(three[1], t, cores) for t in range(1, threads + 1)])
    value = curve[-1]
    tried = [(v, likely(v, threads, cores)) for load in dict.fromkeys(three) for v in _variants(load)]
    lows = [pessimistic(v, threads, cores, expected) for v, expected in tried]
    highs = [_optimistic(v, threads, cores, expected) for v, expected in tried]
    low, high = min([value, *lows]), max([value, *highs])
    if threads == 1:
        return Range(1.0, 1.0, 1.0), (1.0,)
    return Range(max(low, 0.05), value, min(high, float(threads))), curve


def _settled(curve: list[float]) -> tuple[float, ...]:
    """Past its peak a curve settles: the model's handoffs, fitted on two threads, would have more of them fall off a cliff."""
    best, settled = 0.0, curve[:1]
    for value in curve[1:]:
        best = max(best, value)
        settled.append(max(value, 0.9 * best))
    return tuple(settled)


def _optimistic(load: Load, threads: int, cores: int, expected: float) -> float:
    """Between what is expected and the bound, which regular loops nearly reach."""
    top = bound(load, threads, cores)
    if load.releases < 0.5:
        return max(expected, min(float(threads), top * 1.05))
    # Phases outside the GIL that are short beside a handoff never fall into step, unless they seldom meet.
    phase = (load.native + load.wait) / load.releases
    meeting = taken_by_others(load, threads, load.elapsed(cores))
    regular = max(min(1.0, phase / (2.5 * HANDOFF_NS)), 1.0 - meeting)
    return max(expected * 1.15, expected + (top - expected) * 0.8 * regular)


def _as_written(setting: Setting) -> tuple[Range, tuple[float, ...]]:
    """The event loop already overlaps the waiting: more threads change nothing."""
    curve = (1.0,) * setting.threads
    return Range(0.9 if setting.threads > 1 else 1.0, 1.0, 1.1 if setting.threads > 1 else 1.0), curve


def _internal(three: tuple[Load, Load, Load], setting: Setting) -> tuple[Range, tuple[float, ...]]:
    """The library uses the cores: threads on top add nothing, and may oversubscribe."""
    values = [min(max(bound(load, setting.threads, setting.cores), 1.0), float(setting.threads)) for load in three]
    value = min(values[1], 1.2)
    if setting.threads == 1:
        return Range(1.0, 1.0, 1.0), (1.0,)
    curve = tuple(1.0 if t == 1 else value for t in range(1, setting.threads + 1))
    return Range(0.7, value, min(max(value, 1.1), float(setting.threads))), curve


def _help(ceiling: Range, kind: BoundType, concurrency: Concurrency, setting: Setting) -> Help:
    if concurrency in (Concurrency.ASYNCIO, Concurrency.INTERNAL):
        return "no"
    if kind is BoundType.UNKNOWN or ceiling.likely is None:
        return "unknown"
    if ceiling.likely < HELP_NO:
        return "no"
    most = setting.threads if kind is BoundType.IO else min(setting.threads, setting.cores)
    return "yes" if ceiling.likely >= HELP_YES * most else "partly"


def stall(demand: Demand, trips: Estimate) -> Estimate:
    """How long another thread stands still at worst: the longest hold in C, plus bytecode up to the switch interval."""

    def one(gil: float, hold: float, python: float, releases: float, away: float, count: float) -> float:
        lets_in = releases >= 1 and away / releases >= LETS_IN_NS
        stretch = gil / releases if lets_in else gil * max(count, 1.0)
        around = min(SWITCH_INTERVAL_NS, max(0.0, stretch - hold)) if python > 0 else 0.0
        return min(LIMIT, max(hold, min(stretch, hold + around)))

    away = demand.native + demand.wait
    parts = (demand.gil, demand.hold, demand.python, demand.releases, away, trips)
    return Estimate.of(one(*(p.scenarios[i] for p in parts)) for i in range(3))
