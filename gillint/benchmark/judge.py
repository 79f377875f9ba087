"""Predicted beside measured: confirmed, refuted, or inconclusive and why."""

from __future__ import annotations

from gillint.advice.assess import Assessment
from gillint.diagnostics.measured import Measured, Point, Verdict
from gillint.measure.plan import Benchmark, Measurement
from gillint.resolve.assumed import ALL_QUEUES
from gillint.resolve.trace import Kind
from gillint.scaling.predict import HELP_NO, Range, Setting, predict

_LEAST_ROUNDS = 5
_LEAST_POSITIVE = 0.8  # of what the cores allow: below it the machine was busy with something else
_MOST_NEGATIVE = 1.25
_SLACK = (0.05, 0.15)  # relative: the least and the most by which a measurement is taken to be off by itself


# What comes from another thread, which does not run where one part of the program is measured alone.
_TAKES = tuple(f"{queue}.get" for queue in ALL_QUEUES)


def unended(a: Assessment) -> str:
    """What to do about work that did not end in its time."""
    taken = next((c.detail.call.name for c in a.calls if c.detail.call.name in _TAKES), None)
    if taken is not None:
        return f"alone it may wait for ever in `{taken}`, as nothing fills the queue: --setup can fill it"
    return "give it more with --measure-time"


def judge(a: Assessment, benchmark: Benchmark, m: Measurement, setting: Setting) -> Measured:
    """Compare.

    Args:
        a: the region with its prediction for this machine's cores and as many threads as were measured.
        benchmark: what was run.
        m: what came out.
        setting: of the prediction.
    """
    verdict, reason = _verdict(a.prediction.ceiling, m, setting)
    return Measured(
        verdict=verdict,
        reason=reason,
        threads=m.threads,
        speedup=m.speedup,
        processes=m.processes,
        held_fraction=m.held,
        held_method=m.held_method,
        stall_ns=m.stall_ns,
        controls=(("releases", m.positive), ("holds", m.negative)),
        stand_ins=tuple((s.name, s.what) for s in benchmark.stand_ins),
        work=benchmark.work,
        seconds=m.seconds,
        rounds=m.rounds,
        curve=_curve(a, m, setting),
        notes=tuple(_notes(m)),
    )


def _verdict(predicted: Range, m: Measurement, setting: Setting) -> tuple[Verdict, str]:
    doubt = _doubt(predicted, m, setting)
    if doubt is not None:
        return Verdict.INCONCLUSIVE, doubt
    assert predicted.likely is not None
    slack = _slack(m, setting)
    low, high = predicted.low * (1 - slack), predicted.high * (1 + slack)
    seen = f"{m.speedup.likely:.2f}x ({m.speedup.low:.2f}-{m.speedup.high:.2f})"
    said = f"{predicted.likely:.2f}x ({predicted.low:.2f}-{predicted.high:.2f})"
    helps, helped = predicted.likely >= HELP_NO, m.speedup.likely >= HELP_NO
    clear = m.speedup.high < HELP_NO or m.speedup.low > HELP_NO
    disjoint = m.speedup.high < low or m.speedup.low > high
    if disjoint or (helps != helped and clear):
        if m.speedup.high < low and m.processes.high < max(low, HELP_NO):
            return Verdict.INCONCLUSIVE, (
                f"measured {seen}, predicted {said}; but {m.threads} processes reached {m.processes.likely:.2f}x only: "
                "memory bandwidth, page faults or other programs, not the GIL"
            )
        return Verdict.REFUTED, f"measured {seen}, predicted {said}"
    if low <= m.speedup.low and m.speedup.high <= high and helps == helped:
        return Verdict.CONFIRMED, f"measured {seen}, predicted {said}"
    if helps != helped:
        return Verdict.INCONCLUSIVE, f"measured {seen}: around {HELP_NO}x, where the answer turns; predicted {said}"
    return Verdict.INCONCLUSIVE, f"measured {seen} overlaps the predicted {said} and does not lie within it"


def _doubt(predicted: Range, m: Measurement, setting: Setting) -> str | None:
    """Why nothing can be said, where that is so."""
    cores = min(m.threads, m.cores)
    if cores < 2:
        return "with one core or one thread there is nothing to compare"
    if m.positive.likely < _LEAST_POSITIVE * cores:
        return (
            f"the machine is too busy: work that releases the GIL reached {m.positive.likely:.2f}x on {m.threads} threads, "
            f"where {cores} cores allow {cores}x"
        )
    if m.has_gil[0] and m.negative.likely > _MOST_NEGATIVE:
        return f"the controls do not separate: a Python loop reached {m.negative.likely:.2f}x on {m.threads} threads"
    if m.rounds < _LEAST_ROUNDS:
        return f"{m.rounds} rounds are too few: give it more time with --measure-time"
    if predicted.likely is None:
        return f"measured {m.speedup.likely:.2f}x; nothing is predicted for calls that are not known"
    if predicted.high - predicted.low > setting.threads / 2:
        return (
            f"the prediction, {predicted.low:.2f}-{predicted.high:.2f}x, is too wide to test (measured "
            f"{m.speedup.likely:.2f}x): say how large the inputs are with --assume"
        )
    if m.speedup.width > 0.25 * m.threads:
        seen = f"{m.speedup.low:.2f}-{m.speedup.high:.2f}x"
        return f"the measured interval, {seen}, is too wide: give it more time with --measure-time"
    return None


def _slack(m: Measurement, setting: Setting) -> float:
    """How far a measurement may be off by itself: what the controls of the same rounds were off by."""
    cores = min(m.threads, m.cores)
    off = [1 - m.positive.likely / cores]
    if m.has_gil[0]:
        off.append(abs(1 - m.negative.likely))
    return min(_SLACK[1], max(_SLACK[0], *off))


def _curve(a: Assessment, m: Measurement, setting: Setting) -> tuple[Point, ...]:
    measured = dict(m.curve)
    points = []
    for threads in range(1, m.threads + 1):
        p = predict(
            a.demand,
            a.region.trips,
            a.region.concurrency,
            Setting(setting.cores, threads, setting.free_threaded),
            recursive=a.region.kind is Kind.RECURSION,
        ).ceiling
        points.append(Point(threads, (p.low, p.likely, p.high), measured.get(threads)))
    return tuple(points)


def _notes(m: Measurement) -> list[str]:
    before, after = m.has_gil
    notes = []
    if not before and after:
        notes.append("an import switched the GIL on: the speed-up is that of a build with a GIL")
    elif not before:
        notes.append("this interpreter runs without a GIL: there is none to hold, and nothing stands still for it")
    if m.held is None and (before or after):  # without a GIL there is nothing to measure
        notes.append(f"held fraction not measured: {m.held_method}")
    if m.demands is not None and m.demands.other_threads > 0:
        notes.append("the work computes on threads of its own as well")
    return notes
