"""Confirmed, refuted or inconclusive: a table."""

from __future__ import annotations

import dataclasses

import pytest

from gillint.benchmark.judge import _verdict, unended
from gillint.estimate import Interval
from gillint.measure.plan import Measurement
from gillint.pipeline import analyse
from gillint.scaling.predict import Range, Setting
from tests.support import options


def around(value: float, spread: float = 0.02) -> Interval:
    return Interval(value - spread, value, value + spread)


GOOD = Measurement(
    threads=2,
    speedup=around(1.0),
    curve=((1, around(1.0, 0)), (2, around(1.0))),
    processes=around(1.95),
    positive=around(1.96),
    negative=around(0.98),
    seconds=0.01,
    rounds=12,
    held=around(1.0, 0),
    held_method="counted",
    demands=None,
    stall_ns=None,
    has_gil=(True, True),
    cores=2,
    python="3.11.7",
)
HELD, SCALES, BETWEEN, WIDE = Range(0.8, 1.0, 1.05), Range(1.8, 1.95, 2.0), Range(1.2, 1.5, 1.7), Range(0.8, 1.6, 2.0)


@pytest.mark.parametrize(
    ("predicted", "changes", "verdict", "reason"),
    [
        (HELD, {"speedup": around(0.97)}, "confirmed", "measured 0.97x"),
        (HELD, {"speedup": around(1.9)}, "refuted", "measured 1.90x"),
        (SCALES, {"speedup": around(1.9)}, "confirmed", "measured 1.90x"),
        (SCALES, {"speedup": around(1.0)}, "refuted", "measured 1.00x"),
        (SCALES, {"speedup": around(1.0), "processes": around(1.05)}, "inconclusive", "not the GIL"),
        (SCALES, {"speedup": around(1.7, 0.05)}, "inconclusive", "overlaps"),
        (BETWEEN, {"speedup": around(1.45)}, "confirmed", "measured 1.45x"),
        (BETWEEN, {"speedup": around(1.22, 0.06)}, "inconclusive", "where the answer turns"),
        (BETWEEN, {"speedup": around(0.8)}, "refuted", "predicted 1.50x"),
        (WIDE, {"speedup": around(1.5)}, "inconclusive", "too wide to test"),
        (Range(0.7, None, 2.0), {}, "inconclusive", "nothing is predicted"),
        (HELD, {"positive": around(1.3)}, "inconclusive", "too busy"),
        (HELD, {"negative": around(1.6)}, "inconclusive", "do not separate"),
        (HELD, {"rounds": 3}, "inconclusive", "too few"),
        (HELD, {"speedup": Interval(0.7, 1.0, 1.4)}, "inconclusive", "too wide"),
        (HELD, {"cores": 1}, "inconclusive", "one core"),
        (SCALES, {"speedup": around(1.9), "has_gil": (False, False), "negative": around(1.9)}, "confirmed", "measured"),
    ],
)  # fmt: skip
def test_verdicts(predicted: Range, changes: dict[str, object], verdict: str, reason: str) -> None:
    found, why = _verdict(predicted, dataclasses.replace(GOOD, **changes), Setting(2, 2, False))  # type: ignore[arg-type]
    assert (found.value, reason in why) == (verdict, True), why


@pytest.mark.parametrize(
    ("take", "says"), [("q.get()", "as nothing fills the queue"), ("open('a').read()", "--measure-time")]
)
def test_what_takes_from_a_queue_may_wait_for_ever(take: str, says: str) -> None:
    source = (
        "import hashlib, queue, threading\nq = queue.Queue()\n"
        f"def consume():\n    while True:\n        item = {take}\n        if not item:\n            break\n"
        "        hashlib.sha256(item).digest()\nthreading.Thread(target=consume).start()\n"
    )
    report = analyse(source, "program.py", options())
    [handed] = [a for a in report.regions if a.region.span.line == 9]
    assert says in unended(handed)
