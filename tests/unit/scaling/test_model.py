"""The queueing model: bounds that cannot be passed, and the grid that was measured."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gillint.costs.demand import Demand
from gillint.estimate import ONE, Estimate
from gillint.resolve.trace import Concurrency
from gillint.scaling.model import Load, bound, knee, likely, mean_value_analysis, pessimistic
from gillint.scaling.predict import Setting, predict

# Each iteration holds for g microseconds and releases for n; two threads on two cores, CPython 3.11.
MEASURED = [
    (2, 10, 1.83), (2, 50, 1.88), (10, 10, 0.87), (10, 50, 1.85), (10, 200, 1.93), (50, 10, 0.80), (50, 50, 1.49),
    (50, 200, 1.88), (200, 10, 0.91), (200, 50, 1.00), (200, 200, 1.84), (1000, 50, 1.06), (1000, 200, 1.02),
    (1000, 1000, 1.90),
]  # fmt: skip
BOUNDS = [
    (2, 10, 2.00), (2, 50, 2.00), (10, 10, 2.00), (10, 50, 2.00), (10, 200, 2.00), (50, 10, 1.20), (50, 50, 2.00),
    (50, 200, 2.00), (200, 10, 1.05), (200, 50, 1.25), (200, 200, 2.00), (1000, 50, 1.05), (1000, 200, 1.20),
    (1000, 1000, 2.00),
]  # fmt: skip
MVA = [
    (2, 10, 1.95), (2, 50, 2.00), (10, 10, 1.60), (10, 50, 1.95), (10, 200, 2.00), (50, 10, 1.18), (50, 50, 1.60),
    (50, 200, 1.92), (200, 10, 1.05), (200, 50, 1.22), (200, 200, 1.60), (1000, 50, 1.05), (1000, 200, 1.18),
    (1000, 1000, 1.60),
]  # fmt: skip


def phases(g: float, n: float) -> Load:
    return Load(gil=g * 1_000, native=n * 1_000, wait=0.0, releases=1.0)


@pytest.mark.parametrize(("g", "n", "expected"), BOUNDS)
def test_the_asymptotic_bound(g: float, n: float, expected: float) -> None:
    assert bound(phases(g, n), 2, 2) == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize(("g", "n", "expected"), MVA)
def test_mean_value_analysis(g: float, n: float, expected: float) -> None:
    assert mean_value_analysis(phases(g, n), 2, 2) == pytest.approx(expected, abs=0.04)


def test_the_expectation_is_near_the_measured_grid() -> None:
    errors = [abs(likely(phases(g, n), 2, 2) - measured) for g, n, measured in MEASURED]
    assert statistics.median(errors) <= 0.12
    assert statistics.mean(errors) <= 0.16
    assert max(errors) <= 0.6


@pytest.mark.parametrize(("g", "n"), [(10, 10), (50, 10)])
def test_short_releases_beside_short_holds_make_it_slower(g: float, n: float) -> None:
    assert likely(phases(g, n), 2, 2) < 1.0


@pytest.mark.parametrize(("g", "n"), [(200, 200), (1000, 1000)])
def test_long_regular_phases_nearly_reach_the_bound(g: float, n: float) -> None:
    assert likely(phases(g, n), 2, 2) > 1.6


@pytest.mark.parametrize(("g", "n", "measured"), MEASURED)
def test_the_interval_covers_what_was_measured(g: float, n: float, measured: float) -> None:
    demand = Demand(gil=Estimate.point(g * 1e3), native=Estimate.point(n * 1e3), releases=ONE)
    found = predict(demand, Estimate.point(10_000), Concurrency.SEQUENTIAL, Setting(2, 2, False)).ceiling
    assert found.low - 0.1 <= measured <= found.high + 0.1


AMOUNT = st.one_of(st.just(0.0), st.floats(min_value=1.0, max_value=1e12))
LOADS = st.builds(
    Load, gil=AMOUNT, native=AMOUNT, wait=AMOUNT, releases=st.sampled_from([0.0, 0.3, 1.0, 5.0, 1e4]),
    pages=st.sampled_from([0.0, 1e3, 1e7]),
)  # fmt: skip
COUNTS = st.integers(min_value=1, max_value=64)


@given(LOADS, COUNTS, COUNTS)
def test_nothing_passes_the_bound(load: Load, threads: int, cores: int) -> None:
    top = bound(load, threads, cores)
    slack = 1e-6 * top
    assert 0 < top <= threads + 1e-9
    assert mean_value_analysis(load, threads, cores) > 0  # the bound caps it: it knows no core that a holder occupies
    value = likely(load, threads, cores)
    assert 0 < value <= top + slack + 1e-6
    assert pessimistic(load, threads, cores, value) <= value + slack + 1e-6
    assert all(map(math.isfinite, (top, value)))


@given(LOADS, COUNTS)
def test_one_thread_is_one(load: Load, cores: int) -> None:
    assert likely(load, 1, cores) == pytest.approx(1.0)


@given(LOADS, COUNTS, COUNTS)
def test_more_cores_never_lower_the_bound(load: Load, threads: int, cores: int) -> None:
    assert bound(load, threads, cores + 1) >= bound(load, threads, cores) - 1e-9
    assert bound(load, threads + 1, cores) >= bound(load, threads, cores) - 1e-9


@given(LOADS, COUNTS, COUNTS)
def test_waiting_longer_without_the_gil_never_lowers_the_bound(load: Load, threads: int, cores: int) -> None:
    from dataclasses import replace

    assert bound(replace(load, wait=load.wait * 2 + 1e3), threads, cores) >= bound(load, threads, cores) - 1e-9


@given(LOADS, COUNTS, COUNTS)
def test_holding_longer_never_helps(load: Load, threads: int, cores: int) -> None:
    from dataclasses import replace

    # Where the cores are plenty; otherwise a longer hold also changes what one thread takes.
    many = max(cores, threads)
    assert bound(replace(load, gil=load.gil * 2 + 1e3), threads, many) <= bound(load, threads, many) + 1e-9


@given(LOADS, COUNTS)
def test_the_unit_of_time_does_not_matter_to_the_bound(load: Load, threads: int) -> None:
    from dataclasses import replace

    if load.gil + load.native + load.wait < 100:
        return
    scaled = replace(load, gil=load.gil * 3, native=load.native * 3, wait=load.wait * 3)
    assert bound(scaled, threads, 4) == pytest.approx(bound(load, threads, 4))


@given(LOADS, COUNTS)
def test_the_knee_is_a_number_of_threads(load: Load, cores: int) -> None:
    threads, speedup = knee(load, cores)
    assert threads >= 1
    assert 0 < speedup <= threads + 1e-6


@pytest.mark.parametrize(
    ("load", "cores", "expected"),
    [
        (Load(gil=1e6, native=0, wait=0), 4, 1),
        (Load(gil=1e3, native=1e9, wait=0, releases=1), 4, 4),
        (Load(gil=1e6, native=0, wait=99e6, releases=1), 4, 100),
        (Load(gil=1e3, native=0, wait=1e8, releases=1), 1, 1000),
    ],
)
def test_the_knee(load: Load, cores: int, expected: int) -> None:
    assert knee(load, cores)[0] == pytest.approx(expected, rel=0.02)


# From demands to answers


def demand(gil: float = 0, native: float = 0, wait: float = 0, **more: float) -> Demand:
    parts = {"gil": gil, "native": native, "wait": wait, "releases": 1.0 if native or wait else 0.0, **more}
    return Demand(**{k: Estimate.point(v) for k, v in parts.items()})


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (demand(gil=1e6), "gil"),
        (demand(gil=0.81e6, native=0.19e6), "gil"),
        (demand(gil=0.79e6, native=0.21e6), "mixed"),
        (demand(gil=0.31e6, wait=0.69e6), "mixed"),
        (demand(gil=0.29e6, wait=0.71e6), "io"),
        (demand(gil=0.29e6, native=0.71e6), "native"),
        (demand(wait=1e6, native=1.1e6), "native"),
        (demand(wait=1.1e6, native=1e6), "io"),
        (demand(gil=1e6, unknown=1e3), "gil"),
        (demand(gil=1e6, unknown=1e6), "unknown"),
        (demand(wait=1e9, unknown=1e5), "io"),
    ],
)
def test_the_bound_is_by_the_held_fraction(made: Demand, kind: str) -> None:
    assert predict(made, ONE, Concurrency.SEQUENTIAL, Setting(4, 4, False)).bound.value == kind


@pytest.mark.parametrize("threads", [1, 2, 4, 7, 64])
@pytest.mark.parametrize(
    "made", [demand(gil=1e6), demand(gil=1e5, native=9e5), demand(gil=1e4, wait=1e8), demand(unknown=1)]
)
@pytest.mark.parametrize("free_threaded", [False, True])
def test_the_curve_ends_at_the_ceiling(made: Demand, threads: int, free_threaded: bool) -> None:
    found = predict(made, Estimate.point(100), Concurrency.SEQUENTIAL, Setting(4, threads, free_threaded))
    assert len(found.curve) == threads
    if found.ceiling.likely is not None:
        assert found.curve[0] == 1.0
        assert found.curve[-1] == found.ceiling.likely
        assert 0 < found.ceiling.low <= found.ceiling.likely <= found.ceiling.high <= threads


def test_without_a_gil_python_code_scales() -> None:
    found = predict(demand(gil=1e9), Estimate.point(100), Concurrency.SEQUENTIAL, Setting(4, 4, True))
    assert found.ceiling.likely is not None and found.ceiling.likely > 3
    assert (found.held.likely, found.stall.likely) == (0.0, 0.0)


@pytest.mark.parametrize("how", [Concurrency.ASYNCIO, Concurrency.SEQUENTIAL])
def test_what_overlaps_already_gains_nothing(how: Concurrency) -> None:
    made = demand(gil=1e3, wait=1e8) if how is Concurrency.ASYNCIO else demand(gil=1e3, native=1e9, parallel=1e9)
    found = predict(made, ONE, how, Setting(4, 4, False))
    assert found.help == "no"
    assert found.ceiling.likely == pytest.approx(1.0, abs=0.2)
    assert found.concurrency.value == ("asyncio" if how is Concurrency.ASYNCIO else "internal")


def test_a_lock_of_the_library_serialises() -> None:
    free = predict(demand(gil=1e3, native=1e7), ONE, Concurrency.SEQUENTIAL, Setting(4, 4, False))
    locked = predict(demand(gil=1e3, native=1e7, serial=1e7), ONE, Concurrency.SEQUENTIAL, Setting(4, 4, False))
    assert free.help == "yes"
    assert locked.help == "no"


@given(
    *(st.floats(min_value=0, max_value=1e15) for _ in range(4)),
    st.floats(min_value=0, max_value=1e6), COUNTS, COUNTS, st.booleans(), st.sampled_from(list(Concurrency)),
)  # fmt: skip
def test_predictions_are_finite_and_ordered(
    gil: float, native: float, wait: float, unknown: float, releases: float, threads: int, cores: int,
    free_threaded: bool, how: Concurrency,
) -> None:  # fmt: skip
    made = Demand(
        gil=Estimate(gil / 10, gil, gil * 10), native=Estimate(native, native, native * 3),
        wait=Estimate(0, wait, wait), unknown=Estimate.point(unknown), releases=Estimate.point(releases),
        hold=Estimate.point(gil / 2), python=Estimate.point(gil / 2),
    )  # fmt: skip
    found = predict(made, Estimate(1, 100, 1e6), how, Setting(cores, threads, free_threaded))
    values = [found.ceiling.low, found.ceiling.high, found.held.low, found.held.high, *found.stall.scenarios]
    values += [v for v in (found.ceiling.likely, found.held.likely, *found.curve, found.saturation[1]) if v is not None]
    assert all(math.isfinite(v) and v >= 0 for v in values)
    assert 0 < found.ceiling.low <= found.ceiling.high <= threads
    assert 0 <= found.held.low <= found.held.high <= 1


def test_nobody_queues_for_longer_than_the_whole_takes() -> None:
    endless = demand(gil=1e7, wait=6.8e8, releases=300, serial=1e15)
    ceiling = predict(endless, ONE, Concurrency.SEQUENTIAL, Setting(2, 2, False)).ceiling
    assert ceiling.likely is not None
    assert 0.5 < ceiling.low <= ceiling.likely <= 1.05
