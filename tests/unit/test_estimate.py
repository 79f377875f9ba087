"""Arithmetic on what is not known exactly."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gillint.estimate import LIMIT, ONE, ZERO, Estimate, total

FINITE = st.floats(min_value=-1e15, max_value=1e15)
ESTIMATES = st.builds(Estimate, FINITE, FINITE, FINITE)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (Estimate(1, 2, 3) + Estimate(10, 20, 30), (11, 22, 33)),
        (Estimate(1, 2, 3) + 1, (2, 3, 4)),
        (1 + Estimate(1, 2, 3), (2, 3, 4)),
        (Estimate(1, 2, 3) - 1, (0, 1, 2)),
        (10 - Estimate(1, 2, 3), (9, 8, 7)),
        (Estimate(1, 2, 3) * Estimate(2, 2, 2), (2, 4, 6)),
        (3 * Estimate(1, 2, 3), (3, 6, 9)),
        (Estimate(2, 4, 6) / 2, (1, 2, 3)),
        (12 / Estimate(1, 2, 3), (12, 6, 4)),
        (Estimate(1, 5, 9).max(4), (4, 5, 9)),
        (Estimate(1, 5, 9).min(4), (1, 4, 4)),
        (Estimate(9, 5, 1).sorted(), (1, 5, 9)),
        (Estimate.point(7), (7, 7, 7)),
        (total([ONE, ONE, Estimate(1, 2, 3)]), (3, 4, 5)),
        (total([]), (0, 0, 0)),
    ],
)
def test_arithmetic_goes_scenario_by_scenario(made: Estimate, expected: tuple[float, float, float]) -> None:
    assert made.scenarios == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (ONE, ONE, (1, 1, 1)),
        (Estimate.point(1), Estimate.point(9), (1, 9, 9)),
        (Estimate(1, 2, 3), Estimate(2, 5, 4), (1, 5, 4)),
        (Estimate(9, 2, 1), ZERO, (0, 2, 9)),
    ],
)
def test_a_join_covers_both(a: Estimate, b: Estimate, expected: tuple[float, float, float]) -> None:
    joined = a.join(b)
    assert (joined.low, joined.high) == (expected[0], max(expected[2], joined.likely))
    assert joined == b.join(a)


def test_dividing_by_nothing_is_finite() -> None:
    assert (ONE / ZERO).scenarios == (LIMIT, LIMIT, LIMIT)
    assert (ZERO / ZERO).scenarios == (0.0, 0.0, 0.0)
    assert (Estimate.point(-1) / ZERO).scenarios == (-LIMIT, -LIMIT, -LIMIT)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1e300, 10**30])
def test_what_is_too_large_is_capped(value: float) -> None:
    assert all(abs(v) <= LIMIT for v in Estimate.point(value).scenarios)


def test_known_means_that_nothing_unknown_is_in_it() -> None:
    assert Estimate.point(3).known
    assert not Estimate(1, 2, 3).known
    assert (Estimate(1, 2, 3) * 0).known


OPERATIONS: list[Callable[[Estimate, Estimate], Estimate]] = [
    Estimate.__add__, Estimate.__sub__, Estimate.__mul__, Estimate.__truediv__, Estimate.max, Estimate.min, Estimate.join,
]  # fmt: skip


@given(ESTIMATES, ESTIMATES, st.sampled_from(OPERATIONS))
def test_everything_stays_finite(a: Estimate, b: Estimate, operation: Callable[[Estimate, Estimate], Estimate]) -> None:
    made = operation(a, b)
    assert all(math.isfinite(v) and v <= LIMIT for v in made.scenarios)


@given(ESTIMATES, ESTIMATES)
def test_a_join_contains_the_extremes(a: Estimate, b: Estimate) -> None:
    joined = a.join(b)
    values = (*a.scenarios, *b.scenarios)
    if a == b:
        assert joined == a
    else:
        assert (joined.low, joined.high) == (min(values), max(values))


_OPEN = Estimate(1, 5_000, 1e6)


@pytest.mark.parametrize(
    ("turns", "depth", "likely"),
    [
        (_OPEN, 0, 5_000),
        (_OPEN, 1, 1_000),
        (_OPEN, 3, 30),
        (_OPEN, 9, 1),
        (_OPEN * _OPEN, 0, 1e6),
        (Estimate.point(5_000), 9, 5_000),  # known
        (Estimate(10, 5_000, 6_000), 9, 5_000),  # nearly
        (Estimate(1, 1, 1e6), 9, 1),
    ],
)
def test_loops_of_unknown_length_in_each_other_do_not_multiply_without_end(
    turns: Estimate, depth: int, likely: float
) -> None:
    assert turns.around(depth) == Estimate(turns.low, likely, turns.high)
