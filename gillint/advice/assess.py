"""One region with everything that is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gillint import frozen
from gillint.costs.demand import RECURSIVE_CALLS, CallShare, Costs, Demand, overlapped, side_by_side
from gillint.costs.synchronous import longest_synchronous
from gillint.diagnostics.measured import Measured
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Confidence
from gillint.estimate import LIMIT, Estimate
from gillint.regions.find import Region
from gillint.regions.sharing import NOTHING_MADE, Objects
from gillint.resolve.trace import Block, Branch, Concurrency, Kind, has_await
from gillint.resolve.values import Value
from gillint.scaling.predict import BoundType, Prediction, Range, Setting, predict


@frozen.dataclass(frozen=True, slots=True)
class RankedCall:
    """A call site with its share of the region's time."""

    share: float
    detail: CallShare

    def place(self, path: str) -> Span:
        """Where it is in this file: itself, or the call here through which a call in another file is reached."""
        call = self.detail.call
        return call.span if call.path == path or not self.detail.chain else self.detail.chain[0]


@dataclass(frozen=True, slots=True)
class Advice:
    """A way out (or none): what it would give against one thread of the code as written, and what forbids it."""

    action: str
    scales: bool
    speedup: Range
    why: str
    veto: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """A region, its demands, how it scales, and why; `spent_ns` is its inclusive time in a run of the file."""

    region: Region
    demand: Demand
    prediction: Prediction
    calls: tuple[RankedCall, ...]
    cost_share: float
    confidence: Confidence
    assumptions: tuple[str, ...]
    loop_block: Estimate | None
    explanation: str = ""
    advice: tuple[Advice, ...] = ()
    measured: Measured | None = None
    spent_ns: float = 0.0

    @property
    def run_ns(self) -> Estimate:
        """Time of one run of the whole region."""
        return self.demand.elapsed * self.region.trips


def _different(region: Region) -> tuple[Block, ...]:
    """The tasks that run at once, where each is a coroutine of its own: `gather(produce(), consume())`."""
    only = region.body.nodes[0] if len(region.body.nodes) == 1 else None
    return only.arms if isinstance(only, Branch) and region.at_once.likely == len(only.arms) else ()


_GATES = (".__aenter__", ".acquire")


def _let_through(shares: tuple[CallShare, ...]) -> tuple[Estimate | None, bool]:
    """How many tasks a semaphore, or a pool in a queue, lets through at once, and whether there is one of which that is not
    known.
    """
    gates = [s.call.bound.receiver for s in shares if s.call.name.endswith(_GATES) and "Semaphore" in s.call.name]
    pools = tuple(_pools(shares))
    found = [g.number if g is not None else None for g in gates] + [p.size for p in pools]
    numbers = [n for n in found if n is not None and n.known]
    return (numbers[0] if numbers else None), len(numbers) < len(found)


_TAKES, _GIVES = ("asyncio.Queue.get", "asyncio.LifoQueue.get"), (".put", ".put_nowait")
_EACH_TIME = 0.9  # of what is taken is given back: a job that is tried again seldom is


def _pools(shares: tuple[CallShare, ...]) -> Iterator[Value]:
    """The queues from which a task takes something that it gives back: a connection, a browser."""
    for taken in shares:
        queue = taken.call.bound.receiver
        if taken.call.name not in _TAKES or queue is None or queue.reference is None:
            continue
        for given in shares:
            same = given.call.bound.receiver
            is_given = given.call.name.startswith(queue.type or "-") and given.call.name.endswith(_GIVES)
            if is_given and same is not None and same.reference == queue.reference:
                if given.count.likely >= _EACH_TIME * taken.count.likely:
                    yield queue
                break


_WIDE = 1.5  # a ceiling that may be anything within this factor of itself is no firm answer


def assess(
    region: Region,
    costs: Costs,
    setting: Setting,
    spent: float,
    total: float,
    notes: tuple[str, ...],
    objects: Objects = NOTHING_MADE,
) -> Assessment:
    """Put together what the stages found for one region.

    Args:
        region: the region.
        costs: the demands of the file's blocks.
        setting: threads, cores, build.
        spent: the region's inclusive time in a run of the file, ns.
        total: the file's time, ns.
        notes: what was assumed in the file as a whole.
        objects: what each run of a function makes for itself, and what all have in common.
    """
    is_task = region.kind is Kind.SUBMISSION
    demand, shares = costs.region(region.body, objects.of_a_task() if is_task else objects)
    recursive = region.kind is Kind.RECURSION
    together = demand
    if region.kind is Kind.SUBMISSION and region.concurrency is Concurrency.ASYNCIO and region.at_once.known:
        limit, is_open = _let_through(shares)
        several = _different(region)
        if several:
            together = side_by_side(demand, [costs.block(arm) for arm in several])
        else:
            together = demand if is_open else overlapped(demand, region.at_once, limit)
    prediction = predict(together, region.trips, region.concurrency, setting, recursive=recursive)
    elapsed = max(demand.elapsed.likely, 1e-3)
    if elapsed >= LIMIT:  # of which each call's own time, cut off there too, is a part all the same
        elapsed = max(elapsed, sum(share.elapsed.likely for share in shares))
    ranked = [RankedCall(min(1.0, max(0.0, share.elapsed.likely / elapsed)), share) for share in shares]
    loop_block = longest_synchronous(costs, region.body) if region.in_coroutine else None
    if loop_block is not None:
        if region.kind is not Kind.SUBMISSION and not has_await(region.body):
            loop_block = loop_block * (RECURSIVE_CALLS if recursive else region.trips)
        loop_block = loop_block.map(lambda ns: min(ns, LIMIT))
    return Assessment(
        region=region,
        demand=demand,
        prediction=prediction,
        calls=tuple(ranked),
        cost_share=min(1.0, spent / total) if total > 0 else 0.0,
        confidence=_confidence(demand, prediction, ranked),
        assumptions=_assumptions(region, prediction, ranked, notes),
        loop_block=loop_block,
        spent_ns=spent,
    )


def _confidence(demand: Demand, prediction: Prediction, calls: list[RankedCall]) -> Confidence:
    elapsed = max(demand.elapsed.likely, 1e-3)
    if prediction.bound is BoundType.UNKNOWN or demand.unknown.likely > 0.3 * elapsed:
        return Confidence.LOW
    ceiling = prediction.ceiling
    settled = prediction.concurrency in (Concurrency.ASYNCIO, Concurrency.INTERNAL)
    wide = not settled and ceiling.likely is not None and ceiling.high > _WIDE * max(ceiling.low, 0.8)
    undecided = any(c.share > 0.2 and c.detail.effect.undecided for c in calls)
    if wide and ceiling.likely is not None and _may_turn(ceiling.low, ceiling.likely, ceiling.high):
        return Confidence.LOW
    fed = any(c.detail.call.kind == "unknown" and c.detail.call.bound.positional for c in calls)
    guessed = sum(c.share for c in calls if c.detail.call.kind == "unknown") > 0.3
    doubtful = fed or guessed or demand.unknown.likely > 0.05 * elapsed or demand.assumed.likely > 0.3 * elapsed
    return Confidence.MEDIUM if wide or undecided or doubtful else Confidence.HIGH


def _may_turn(low: float, likely: float, high: float) -> bool:
    """Whether the answer to "do threads help" could well be the other one."""
    return high > 1.6 if likely < 1.25 else low < 1.0


def _assumptions(
    region: Region, prediction: Prediction, calls: list[RankedCall], notes: tuple[str, ...]
) -> tuple[str, ...]:
    found = list(notes)
    if region.trips_hang_on is not None:
        found.append(f"the number of iterations depends on {_quoted(region.trips_hang_on)}")
    hanging: list[str] = []
    for call in calls:
        if call.share < 0.02:
            continue
        hanging.extend(name for name in call.detail.effect.hangs_on if name not in hanging)
        for what in call.detail.effect.undecided:
            text = f"{what} is not known: the ordinary case is assumed"
            if text not in found:
                found.append(text)
    versions = (c.detail.effect for c in calls if c.share >= 0.02)
    found.extend(f"{e.library}" for e in versions if e.library is not None and e.fact and e.fact.depends_on_version)
    if hanging:
        found.append("unknown sizes that matter: " + ", ".join(_quoted(n) for n in hanging[:4]))
    unknown = [c.detail.call for c in calls if c.detail.call.kind == "unknown"]
    for is_awaited, what in ((False, "a call of a few microseconds"), (True, "a wait of some milliseconds")):
        names = tuple(dict.fromkeys(f"`{c.name}`" for c in unknown if (c.awaited and not c.implicit) is is_awaited))
        if names:
            found.append(f"nothing is known of {', '.join(names[:3])}: taken for {what}")
    if max(prediction.stall.scenarios) >= LIMIT:
        found.append("times are capped at 1e15 ns")
    return tuple(dict.fromkeys(found))


def _quoted(name: str) -> str:
    return name if " " in name or "`" in name else f"`{name}`"
