"""When a fact still holds: what was counted, beside what is predicted and what was recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gillint.advice.outcome import Options
from gillint.benchmark.verify import Verdict, judge, predict
from gillint.estimate import Interval
from gillint.knowledge.base import find_fact
from gillint.knowledge.schema import Behaviour, Effect, Fact, Measured, Probe
from gillint.measure.probe import Counted


def fact(effect: str = "holds", *recorded: float) -> Fact:
    evidence = tuple(Measured("1", "3.11", "2026-11-22", held=value) for value in recorded)
    return Fact("lib.f", "packages/lib.toml", (), Behaviour(Effect(effect)), evidence=evidence)


def found(held: float, spread: float = 0.0, **more: float) -> Counted:
    figures = {"gil": 1000 * held, "native": 1000 * (1 - held), "wait": 0.0, "releases": 1.0, "other_threads": 0.0}
    return Counted(held=held, low=held - spread, high=held + spread, reference=45.0, **{**figures, **more})


def near(value: float) -> Interval:
    return Interval(max(0.0, value - 0.1), value, min(1.0, value + 0.1))


@pytest.mark.parametrize(
    ("made", "counted", "predicted", "verdict"),
    [
        (fact("holds", 1.0), found(1.0), near(1.0), "agree"),
        (fact("holds", 1.0), found(0.1), near(1.0), "disagree"),
        (fact("releases", 0.05), found(0.1), None, "agree"),
        (fact("releases", 0.05), found(0.25), None, "disagree"),
        (fact("releases"), found(0.29), near(0.05), "agree"),
        (fact("releases"), found(0.31), near(0.05), "disagree"),
        (fact("releases", 0.31), found(0.31), near(0.05), "agree"),
        (fact("holds"), found(0.95), None, "agree"),
        (fact("holds"), found(0.5), None, "disagree"),
        (fact("runs-python"), found(0.9), None, "agree"),
        (fact("releases"), found(0.5), None, "agree"),
        (fact("releases"), found(0.9), None, "disagree"),
        (fact("releases", 0.82), found(0.6), None, "agree"),
        (fact("releases", 0.82), found(0.5), None, "disagree"),
        (fact("releases", 0.33), found(0.02), None, "disagree"),
        (fact("holds", 0.98), found(0.8), None, "disagree"),
        (fact("releases", 0.33), found(0.02, gil=300.0, native=700.0, wait=14_000.0), None, "agree"),
        (fact("waits", 0.33), found(0.02, gil=300.0, native=700.0, wait=14_000.0), None, "disagree"),
        (fact("unknown"), found(0.9), None, "inconclusive"),
        (fact("holds", 1.0), found(0.7, 0.2), None, "inconclusive"),
        (fact("releases", 0.1), found(0.9, other_threads=500.0), None, "inconclusive"),
        (fact("releases", 0.05), found(0.25, correction=900.0), None, "inconclusive"),
        (fact("releases", 0.05), found(0.06, correction=900.0), None, "agree"),
        (fact("waits"), found(0.9), near(0.1), "inconclusive"),
        (fact("waits"), found(0.9, releases=0.0), near(0.1), "disagree"),
        (fact("waits", 0.1), found(0.9), near(0.1), "disagree"),
    ],
)
def test_verdicts(made: Fact, counted: Counted, predicted: Interval | None, verdict: str) -> None:
    assert judge(made, counted, predicted).verdict is Verdict(verdict)


@pytest.mark.parametrize(
    ("name", "low", "high"), [("zlib.compress", 0.0, 0.1), ("json.loads", 0.9, 1.0), ("hashlib.sha256", 0.0, 0.1)]
)
def test_the_probe_of_a_fact_is_predicted(name: str, low: float, high: float) -> None:
    known = find_fact(name)
    assert known is not None
    found = predict(known, Options())
    assert found is not None and low <= found.held.likely <= high


@pytest.mark.parametrize(
    ("made", "counted", "computing", "verdict"),
    [
        # what waits, and was answered sooner or later than is likely: the share of its CPU time decides
        (fact("waits"), found(0.9), 0.9, "agree"),
        (fact("waits"), found(0.9), 0.2, "inconclusive"),
        (fact("waits"), found(0.02, gil=300.0, native=700.0, wait=14_000.0), 0.3, "agree"),
        (fact("waits"), found(0.02, gil=300.0, native=700.0, wait=14_000.0), 0.9, "inconclusive"),
        # what threads of the library do, which do not hold the GIL; those of the standard library may
        (replace(fact("releases"), distribution="lib"), found(0.9, other_threads=8000.0), 0.1, "agree"),
        (replace(fact("releases"), distribution="lib"), found(0.9, other_threads=8000.0), 0.9, "inconclusive"),
        (replace(fact("releases"), distribution="python"), found(0.9, other_threads=8000.0), 0.1, "inconclusive"),
    ],
)
def test_the_share_of_the_cpu_time(made: Fact, counted: Counted, computing: float, verdict: str) -> None:
    assert judge(made, counted, near(0.5), computing).verdict is Verdict(verdict)


def test_a_probe_speaks_for_the_other_names_of_a_family() -> None:
    known = find_fact("zlib.compress")
    assert known is not None
    one, other = find_fact("sklearn.datasets.make_moons"), find_fact("sklearn.datasets.make_circles")
    assert one is not None and other is not None and one.probe == other.probe
    assert predict(one, Options()) == predict(other, Options()) is not None
    assert predict(replace(known, probe=one.probe), Options()) is None


def test_what_is_predicted_stands_on_the_evidence_of_the_condition() -> None:
    known = find_fact("numpy.sort")
    assert known is not None
    clause = next(c for c in known.clauses if c.condition.dtype == ("object",))
    whole, part = predict(known, Options()), predict(known.under(clause), Options())
    assert whole is not None and whole.evidence == known.evidence
    assert clause.probe is not None and part is not None and part.held.likely == 1.0
    assert predict(replace(known, probe=clause.probe), Options()) == part
    assert part.evidence == clause.evidence != known.evidence


def test_a_probe_that_is_not_about_its_fact_predicts_nothing() -> None:
    known = find_fact("zlib.compress")
    assert known is not None
    assert predict(replace(known, probe=Probe("", "sum(range(1000))")), Options()) is None
    assert predict(replace(known, probe=Probe("", "(((")), Options()) is None
    assert predict(replace(known, probe=None), Options()) is None
