"""Synchronous time: between awaits nobody else on the event loop gets a turn."""

from __future__ import annotations

from gillint.estimate import ZERO, Estimate
from gillint.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """Synchronous time before the first await, after the last, and the longest in between."""

    before: Estimate
    after: Estimate
    longest: Estimate
    awaits: bool

    def then(self, other: Stretch) -> Stretch:
        if not self.awaits and not other.awaits:
            both = self.before + other.before
            return Stretch(both, both, ZERO, False)
        if not self.awaits:
            return Stretch(self.before + other.before, other.after, other.longest, True)
        if not other.awaits:
            return Stretch(self.before, self.after + other.before, self.longest, True)
        middle = self.after + other.before
        return Stretch(self.before, other.after, self.longest.max(other.longest).max(middle), True)
