"""Medians with bootstrap intervals, from rounds that were interleaved."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import median

from gillint.estimate import Interval

_RESAMPLES = 1000
_TAIL = 0.025


def interval(values: Sequence[float]) -> Interval:
    """The median and its 95% percentile-bootstrap interval (Efron 1979). The seed is fixed: same data, same answer.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    middle = median(values)
    if len(values) == 1:
        return Interval(middle, middle, middle)
    draw = random.Random(0)
    medians = sorted(median(draw.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    cut = int(_TAIL * _RESAMPLES)
    # Few rounds: no resample reaches beyond the extremes, and the bootstrap is too sure of itself.
    if len(values) < 6:
        return Interval(min(values), middle, max(values))
    return Interval(medians[cut], middle, medians[-1 - cut])


def speedup(one: Sequence[float], many: Sequence[float], copies: int) -> Interval:
    """Throughput of `copies` against one: the ratio within each round, so that a drifting machine cancels out.

    Args:
        one: seconds for one copy, round by round.
        many: seconds for all the copies together, round by round.
        copies: how many there were.
    """
    return interval([copies * a / b for a, b in zip(one, many, strict=True)])
