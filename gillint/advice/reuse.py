"""What is made anew in each iteration, and could be made once: clients, contexts, compiled patterns."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.advice.assess import Advice, Assessment, RankedCall
from gillint.advice.explain import unit
from gillint.resolve.trace import Concurrency, Kind
from gillint.resolve.values import Value
from gillint.scaling.predict import Range

_DEAR = 0.1  # of an iteration's time


def made_once(a: Assessment) -> Iterator[Advice]:
    """Make it once what each iteration makes for itself, where it does not hang on the iteration."""
    call = remade(a)
    if call is None:
        return
    gain = _gain(a, call)
    where = {Concurrency.SEQUENTIAL: "once before the loop", Concurrency.ASYNCIO: "once, for all tasks"}
    place = where.get(a.prediction.concurrency, "once for each worker (`initializer`)")
    why = (
        f"`{call.detail.call.name}` {place}: it takes {call.share:.0%} of each {unit(a)}, and what it makes serves many"
    )
    yield Advice("batch", False, Range(1.0, gain, gain), why)


def _gain(a: Assessment, call: RankedCall) -> float:
    """How much faster it is without the call; tasks of an event loop compute in turn and wait at the same time."""
    effect, tasks = call.detail.effect, a.region.at_once.likely
    if a.prediction.concurrency is not Concurrency.ASYNCIO:
        return 1.0 / max(1.0 - call.share, 0.01)
    computing, spared = a.demand.gil.likely + a.demand.native.likely, effect.gil.likely + effect.native.likely
    before = computing * tasks + a.demand.wait.likely
    return before / max(before - spared * call.detail.count.likely * tasks, 0.01 * before)


def remade(a: Assessment) -> RankedCall | None:
    """The dearest call that makes the same thing in each iteration."""
    many = a.region.at_once if a.region.kind is Kind.SUBMISSION else a.region.trips
    if many.likely <= 1 or a.region.kind is Kind.FUNCTION:
        return None
    return next((c for c in a.calls if c.share >= _DEAR and _is_reusable(c)), None)


def _is_reusable(call: RankedCall) -> bool:
    fact, bound = call.detail.effect.fact, call.detail.call.bound
    passed = (*bound.positional, *(value for _, value in bound.parameters))
    return fact is not None and fact.reusable and call.detail.count.likely >= 1 and all(map(_is_fixed, passed))


def _is_fixed(value: Value) -> bool:
    """Whether a value is the same in each iteration as far as can be seen: a constant, a class."""
    return value.literal is not None or value.reference is not None or value.type == "NoneType"
