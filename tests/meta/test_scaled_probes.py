"""The probes that `scripts/scaled_probes.py` makes larger, and that a condition's own probe meets the condition."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest

from gillint.advice.outcome import Options
from gillint.knowledge.base import all_libraries
from gillint.knowledge.schema import Clause, Fact, Probe
from gillint.pipeline import analyse
from scripts.scaled_probes import scaled

SIZES = {  # setup and statement, before and after
    ("n = 1000; rng = r(7)", "f(n)"): ("n = 10000; rng = r(7)", "f(n)"),
    ("a = r(500)\nb = r(20)", "g(a, 500)"): ("a = r(5000)\nb = r(20)", "g(a, 5000)"),
    ("s = 'é' * 64; n = 64", "f(s)"): ("s = 'é' * 640; n = 640", "f(s)"),
    ("x = 3", "f(x, True)"): None,
}


@pytest.mark.parametrize(("before", "after"), SIZES.items())
def test_the_largest_number_grows(before: tuple[str, str], after: tuple[str, str] | None) -> None:
    assert scaled(Probe(*before), 10) == (Probe(*after) if after is not None else None)


_ONE_OF = 25  # a sample, by name: all of them take a minute and a half


def cases() -> list[tuple[Fact, Clause]]:
    facts = {f.name: f for library in all_libraries() for _, f in library.facts if f.probe is not None}
    chosen = (f for f in facts.values() if zlib.crc32(f.name.encode()) % _ONE_OF == 0)
    return [(f, c) for f in chosen for c in f.clauses if c.probe is not None]


@pytest.mark.parametrize(("fact", "clause"), cases(), ids=lambda v: getattr(v, "name", ""))
def test_a_condition_is_met_by_its_own_probe(fact: Fact, clause: Clause) -> None:
    """What the reader does not tell of an argument can decide nothing: such a condition would be lost."""
    assert clause.probe is not None
    setup, body = clause.probe.setup, clause.probe.statement.replace("\n", "\n    ")
    report = analyse(f"{setup}\nfor _ in range(1000):\n    {body}\n", "a.py", Options(python="3.11"))
    line = setup.count("\n") + 2
    calls = [c.detail.effect for r in report.regions if r.region.span.line == line for c in r.calls]
    found = [e for e in calls if e.fact is not None and replace(e.fact, name=fact.name) == fact]
    # A family shares the probe, which calls one of its names.
    assert not found or fact.evidence_of(clause) in [e.evidence for e in found]
