"""Whether a fact still holds: its probe counted again, beside what the fact predicts for the probe and what it recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from gillint.advice.outcome import Options
from gillint.estimate import Interval
from gillint.knowledge.base import find_fact
from gillint.knowledge.schema import Condition, Effect, Evidence, Fact, Measured
from gillint.measure.probe import Counted
from gillint.pipeline import analyse

TOLERANCE = 0.15  # of the held fraction, absolute
_MIXED = (0.05, 0.95)  # in between, a call both holds and does not
_ODDS = 4.0  # of holding: costs that are right within a factor of two, each, give no more
WIDEST = 0.3  # rounds that differ by more than this show nothing
_SIDES = (0.3, 0.8)  # native or waiting, mixed, held: the bounds of the model
_LEAST_SHARE = 0.2  # of the probe's predicted time that must be the fact's own calls
_MOST_CORRECTION = 0.5  # CPU time of counting, beside that of the probe
_OTHERS = 0.2  # CPU time in threads of the library's own, beside that of the caller

AGREEMENT = (
    "A fact agrees where the held fraction that is counted now lies within 0.15 of what gillint predicts for the probe's\n"
    "code and sizes, or of a held fraction that the fact's evidence recorded; or on the same side of the bounds (up to 0.3,\n"
    "up to 0.8, above) as the likely prediction; or, where a part is held and a part is not (0.05 to 0.95), has at most\n"
    "four times the odds, or a quarter: kernels and memory differ, and costs are right within a factor of two. Where a\n"
    "call that does not wait was kept waiting (a busy disk), the share of its CPU time counts as well; where one that waits\n"
    "was answered sooner or later than is likely (by a server on the same machine), that share alone. A fact whose probe\n"
    "can neither be predicted nor was recorded is judged by its effect alone: what holds or runs Python is above 0.8,\n"
    "what releases or waits below. Inconclusive is what raised, what took too long, what differed by more than 0.3 from\n"
    "round to round, what was answered sooner or later and computes otherwise, what other threads of the library did even\n"
    "where it was told to use one (unless the share of their CPU time, too, is as predicted), and what would disagree, but\n"
    "releases so shortly that counting takes as long."
)


class Verdict(str, Enum):
    """What a probe says of its fact."""

    AGREE = "agree"
    DISAGREE = "disagree"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Verified:
    """The verdict on one fact.

    Attributes:
        reason: why it is not "agree", or what was expected.
        predicted: the held fraction that gillint predicts for the probe.
        recorded: the held fractions of the evidence.
        condition: what holds in the case that was probed, where that is not the fact's own probe.
    """

    fact: Fact
    verdict: Verdict
    reason: str
    counted: Counted | None = None
    predicted: Interval | None = None
    recorded: tuple[float, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Predicted:
    """What gillint predicts for a probe.

    Attributes:
        held: the held fraction.
        computing: the same of its CPU time alone.
        evidence: what it stands on.
    """

    held: Interval
    computing: float
    evidence: tuple[Evidence, ...]


def predict(fact: Fact, options: Options) -> Predicted | None:
    """What is predicted for a fact's probe, where the fact's own calls are much of it."""
    if fact.probe is None:
        return None
    body = "\n".join(f"    {line}" for line in fact.probe.statement.splitlines())
    head = f"{fact.probe.setup}\n" if fact.probe.setup else ""
    line = head.count("\n") + 1
    report = analyse(f"{head}for _ in range(1000):\n{body}\n", "probe.py", options)
    for region in report.regions:
        if region.region.span.line != line:
            continue
        calls = [c for c in region.calls if c.detail.effect.fact is not None and _is_of(fact, c.detail.effect.fact)]
        held = region.prediction.held
        if sum(c.share for c in calls) < _LEAST_SHARE or held.likely is None:
            return None
        gil, native = region.demand.gil.likely, region.demand.native.likely
        computing = gil / (gil + native) if gil + native else 1.0
        return Predicted(Interval(held.low, held.likely, held.high), computing, calls[0].detail.effect.evidence)
    return None


def _is_of(fact: Fact, called: Fact) -> bool:
    """Whether it is the fact that was called, or another name of its family: they share the probe."""
    return called.id == fact.id or replace(called, name=fact.name) == find_fact(fact.name)


def recorded_held(fact: Fact) -> tuple[float, ...]:
    """The held fractions that the evidence gives."""
    return tuple(e.held for e in fact.evidence if isinstance(e, Measured) and e.held is not None)


def judge(
    fact: Fact, counted: Counted, predicted: Interval | None, predicted_computing: float | None = None
) -> Verified:
    """Compare what was counted with what was expected."""
    recorded = recorded_held(fact)

    def verdict(kind: Verdict, reason: str) -> Verified:
        if kind is Verdict.DISAGREE and counted.correction > _MOST_CORRECTION * (counted.gil + counted.native):
            kind, reason = Verdict.INCONCLUSIVE, f"{reason}; its releases are so short that counting takes as long"
        return Verified(fact, kind, reason, counted, predicted, recorded)

    if counted.other_threads > _OTHERS * (counted.gil + counted.native + counted.wait):
        text = "threads of the library's own did much of the work"
        share = counted.gil / (counted.gil + counted.native + counted.other_threads)
        if fact.distribution == "python" or predicted_computing is None or not _near(share, predicted_computing):
            return verdict(Verdict.INCONCLUSIVE, text)  # the threads of the standard library run Python code
        return verdict(Verdict.AGREE, f"{text}: {share:.2f} of all CPU time, predicted {predicted_computing:.2f}")
    if counted.high - counted.low > WIDEST:
        return verdict(Verdict.INCONCLUSIVE, f"from {counted.low:.2f} to {counted.high:.2f} from round to round")
    waits = fact.behaviour.effect is Effect.WAITS and counted.releases >= 1
    usual = predicted.likely if predicted is not None else 0.0
    if waits and not recorded and abs(counted.held - usual) > TOLERANCE:
        text = f"it releases, and was answered {'sooner' if counted.held > usual else 'later'} than the fact takes for likely"
        share = counted.gil / (counted.gil + counted.native) if counted.gil + counted.native else 1.0
        if predicted_computing is None or not _near(share, predicted_computing):
            return verdict(Verdict.INCONCLUSIVE, text)
        return verdict(Verdict.AGREE, f"{text}; predicted {predicted_computing:.2f} of its CPU time")
    if predicted is None and not recorded:
        return verdict(*_by_effect(fact, counted.held))
    expected = (*recorded, predicted.likely) if predicted is not None else recorded
    near = any(_near(held, value) for held in _shares(fact, counted) for value in expected)
    near = near or (predicted is not None and _side(counted.held) == _side(predicted.likely))
    wanted = [f"predicted {predicted.likely:.2f}"] if predicted is not None else []
    wanted += [f"recorded {', '.join(f'{value:.2f}' for value in dict.fromkeys(recorded))}"] if recorded else []
    return verdict(Verdict.AGREE if near else Verdict.DISAGREE, ", ".join(wanted))


def _shares(fact: Fact, counted: Counted) -> tuple[float, ...]:
    """The held fraction; of what does not wait by itself also that of its CPU time: a busy disk is not the fact's."""
    computing = counted.gil + counted.native
    if fact.behaviour.effect is Effect.WAITS or not counted.wait or not computing:
        return (counted.held,)
    return (counted.held, counted.gil / computing)


def _near(one: float, other: float) -> bool:
    """Whether two held fractions say the same; the odds count only where a call both holds and does not."""
    if abs(one - other) <= TOLERANCE:
        return True
    if not all(_MIXED[0] <= held <= _MIXED[1] for held in (one, other)):
        return False
    odds = one / (1 - one) * (1 - other) / other
    return 1 / _ODDS <= odds <= _ODDS


def _side(held: float) -> int:
    return sum(held >= bound for bound in _SIDES)


def _by_effect(fact: Fact, held: float) -> tuple[Verdict, str]:
    effect = fact.behaviour.effect
    if effect is Effect.UNKNOWN:
        return Verdict.INCONCLUSIVE, "the fact says nothing"
    if fact.clauses:
        return (
            Verdict.INCONCLUSIVE,
            "it depends on arguments that cannot be read from the probe, and nothing was recorded",
        )
    holding = effect in (Effect.HOLDS, Effect.RUNS_PYTHON)
    return (Verdict.AGREE if (held >= _SIDES[1]) == holding else Verdict.DISAGREE), f"its effect: {effect.value}"
