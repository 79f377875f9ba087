"""Quantities that are not known exactly: three scenarios that are carried together.

A static reader does not know how long `chunks` is. Independent intervals for two things that depend on the same
unknown would make every ratio useless (the time of `loads` at its smallest against that of `fft` at its largest), so a
quantity is kept under three scenarios: every unknown size and trip count small, typical, and large. Arithmetic goes
scenario by scenario. What depends on no unknown is the same in all three.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from gillint.frozen import dataclass

LIMIT = 1e15  # nothing is larger: 1e15 ns are eleven days


def _cap(value: float) -> float:
    if math.isnan(value):  # , from infinity minus infinity
        return 0.0
    return max(-LIMIT, min(LIMIT, value))


Number = int | float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A quantity under the scenarios "all unknowns small", "typical" and "large". Not necessarily ascending."""

    low: float
    likely: float
    high: float

    @staticmethod
    def point(value: Number) -> Estimate:
        """The same value in each scenario."""
        v = _cap(float(value))
        return Estimate(v, v, v)

    @staticmethod
    def of(values: Iterable[float]) -> Estimate:
        """From exactly three values."""
        low, likely, high = values
        return Estimate(low, likely, high)

    @property
    def scenarios(self) -> tuple[float, float, float]:
        """The three values in order."""
        return (self.low, self.likely, self.high)

    @property
    def known(self) -> bool:
        """Whether it depends on no unknown."""
        return self.low == self.likely == self.high

    def map(self, function: Callable[[float], float]) -> Estimate:
        """Apply a function scenario by scenario."""
        return _capped(function(self.low), function(self.likely), function(self.high))

    def combine(self, other: Estimate | Number, function: Callable[[float, float], float]) -> Estimate:
        """Apply a function of two quantities scenario by scenario."""
        o = other if isinstance(other, Estimate) else Estimate.point(other)
        return _capped(function(self.low, o.low), function(self.likely, o.likely), function(self.high, o.high))

    @property
    def is_open(self) -> bool:
        """Whether a number of turns may be anything from a few to very many: nothing in sight tells."""
        return self.likely > 1.0 and self.high >= _ANYTHING * max(1.0, self.low)

    def around(self, depth: int) -> Estimate:
        """The number of turns of a loop that holds so many open loops, one in the other."""
        most = _AROUND[min(depth, len(_AROUND) - 1)]
        return Estimate(self.low, max(most, self.low), self.high) if self.likely > most and self.is_open else self

    # Addition and multiplication are the analyser's innermost operations: written out, and free for zero and one.

    def __add__(self, other: Estimate | Number) -> Estimate:
        if other is ZERO:
            return self
        if self is ZERO and isinstance(other, Estimate):
            return other
        o = other if isinstance(other, Estimate) else Estimate.point(other)
        return _capped(self.low + o.low, self.likely + o.likely, self.high + o.high)

    __radd__ = __add__

    def __sub__(self, other: Estimate | Number) -> Estimate:
        return self.combine(other, lambda a, b: a - b)

    def __rsub__(self, other: Number) -> Estimate:
        return Estimate.point(other) - self

    def __mul__(self, other: Estimate | Number) -> Estimate:
        if self is ZERO or other is ONE:
            return self
        if other is ZERO:
            return ZERO
        if isinstance(other, Estimate):
            return _capped(self.low * other.low, self.likely * other.likely, self.high * other.high)
        return _capped(self.low * other, self.likely * other, self.high * other)

    __rmul__ = __mul__

    def __truediv__(self, other: Estimate | Number) -> Estimate:
        return self.combine(other, lambda a, b: a / b if b else math.copysign(LIMIT, a) if a else 0.0)

    def __rtruediv__(self, other: Number) -> Estimate:
        return Estimate.point(other) / self

    def max(self, other: Estimate | Number) -> Estimate:
        """The larger one, scenario by scenario."""
        if self is other:
            return self
        if isinstance(other, Estimate):  # both are within the limit already
            return Estimate(
                other.low if other.low > self.low else self.low,
                other.likely if other.likely > self.likely else self.likely,
                other.high if other.high > self.high else self.high,
            )
        return self.combine(other, max)

    def min(self, other: Estimate | Number) -> Estimate:
        """The smaller one, scenario by scenario."""
        return self.combine(other, min)

    def sorted(self) -> Estimate:
        """Low and high as the extremes of the scenarios, which is how an interval is printed."""
        values = self.scenarios
        return Estimate(min(values), self.likely, max(values))

    def join(self, other: Estimate, share: float | None = None) -> Estimate:
        """An estimate that covers both: where two paths of control meet.

        `share`: how often it is the other one; where nobody knows, the larger one is likely.
        """
        if self == other:
            return self
        a, b = self.sorted(), other.sorted()
        larger = max(a.likely, b.likely)
        likely = larger if share is None else a.likely * (1.0 - share) + b.likely * share
        return Estimate(min(a.low, b.low), likely, max(a.high, b.high))


def _capped(low: float, likely: float, high: float) -> Estimate:
    if -LIMIT < low < LIMIT and -LIMIT < likely < LIMIT and -LIMIT < high < LIMIT:
        return Estimate(low, likely, high)
    return Estimate(_cap(low), _cap(likely), _cap(high))


_ANYTHING = 1_000.0
# A loop of which nothing tells is taken for a hot one, of a thousand turns, and one that stands in it for one of thirty
# (`INNER_TRIPS`). Where more of them are in each other, not all of them are hot: what stands around goes through files, groups,
# pages, attempts. So however long the chain of calls is on which they are found, they turn some million times in all.
# A product of sizes that are not known is no larger either. The ends of the estimate stay as they are.
_AROUND = (1e6, 1000.0, 300.0, 30.0, 1.0)

ZERO = Estimate(0.0, 0.0, 0.0)
ONE = Estimate(1.0, 1.0, 1.0)


def total(estimates: Iterable[Estimate]) -> Estimate:
    """The sum, scenario by scenario."""
    parts = [e for e in estimates if e is not ZERO]
    if len(parts) < 2:
        return parts[0] if parts else ZERO
    low = likely = high = 0.0
    for e in parts:
        low += e.low
        likely += e.likely
        high += e.high
    return _capped(low, likely, high)


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured quantity: the median and its 95% interval."""

    low: float
    likely: float
    high: float

    @property
    def width(self) -> float:
        """High less low."""
        return self.high - self.low
