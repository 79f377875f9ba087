"""Tasks that run at once on one event loop wait only where none of them has something to do."""

from __future__ import annotations

import pytest

from gillint.costs.demand import Demand, overlapped
from gillint.estimate import Estimate


@pytest.mark.parametrize(
    ("busy", "wait", "tasks", "limit", "left"),
    [
        (1.0, 10.0, 1, None, 10.0),  # alone
        (1.0, 10.0, 5, None, 1.6),  # the five waits are one, in which the others send what they ask
        (1.0, 10.0, 100, None, 0.0),  # somebody always has something to do
        (1.0, 9.0, 100, 5, 1.4),  # twenty rounds, five at a time
        (1.0, 9.0, 100, 20, 0.0),
        (0.0, 10.0, 4, None, 2.5),
        (1.0, 10.0, 3, 8, 3.0),  # fewer than the semaphore lets through
    ],
)
def test_what_is_left_to_wait_for(busy: float, wait: float, tasks: int, limit: int | None, left: float) -> None:
    demand = Demand(gil=Estimate.point(busy), wait=Estimate.point(wait))
    most = Estimate.point(limit) if limit is not None else None
    found = overlapped(demand, Estimate.point(tasks), most)
    assert found.wait.likely == left
    assert found.gil == demand.gil
