"""Medians and their bootstrap intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gillint.measure.statistics import interval, speedup

_seconds = st.floats(min_value=1e-6, max_value=1e3, allow_nan=False)


@given(st.lists(_seconds, min_size=1, max_size=40))
def test_an_interval_holds_its_median_and_lies_within_the_values(values: list[float]) -> None:
    found = interval(values)
    assert min(values) <= found.low <= found.likely <= found.high <= max(values)


@given(st.lists(_seconds, min_size=1, max_size=40))
def test_the_same_values_give_the_same_interval(values: list[float]) -> None:
    assert interval(values) == interval(values)


@given(st.lists(_seconds, min_size=1, max_size=20), st.integers(1, 64))
def test_copies_that_take_as_long_as_one_are_so_many_times_as_fast(one: list[float], copies: int) -> None:
    assert speedup(one, one, copies).likely == pytest.approx(copies)


def test_a_drifting_machine_cancels_out() -> None:
    one = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]
    found = speedup(one, one, 2)
    assert (found.low, found.high) == (2.0, 2.0)


def test_no_values_are_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        interval([])
