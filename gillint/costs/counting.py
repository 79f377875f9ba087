"""The calls below a block by place: one place may be reached on several ways, each with sizes of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from gillint.diagnostics.span import Span
from gillint.effects.classify import CallEffect
from gillint.estimate import Estimate
from gillint.resolve.trace import Call


@dataclass(frozen=True, slots=True)
class Counted:
    """A call and how often it is made, by which chain of calls, and how likely a run gets there at all.

    Where several calls stand at one place, `call` and `chain` are those that take the most time, and `effect` is what one
    of them does on average, so that times `count` it remains what all of them do.
    """

    call: Call
    effect: CallEffect
    count: Estimate
    chain: tuple[Span, ...] = ()
    chance: float = 1.0

    @property
    def likely(self) -> float:
        """The time of all these calls."""
        return self.effect.elapsed.likely * self.count.likely

    def through(self, times: Estimate | float, chance: float, span: Span | None) -> Counted:
        """The same where the block is run so many times, by a call of the project."""
        chain = self.chain if span is None else (span, *self.chain)
        return Counted(self.call, self.effect, self.count * times, chain, self.chance * chance)

    def joined(self, other: Counted) -> Counted:
        """Together with other calls at the same place."""
        dear, cheap = (self, other) if self.likely >= other.likely else (other, self)
        count = self.count + other.count
        share = cheap.count.likely / count.likely if count.likely else 0.0
        effect = _average(dear.effect, cheap.effect, share)
        return Counted(dear.call, effect, count, dear.chain, max(self.chance, other.chance))


Found: TypeAlias = dict[tuple[str, Span, str], Counted]


def note(found: Found, more: Found, times: Estimate | float, chance: float, span: Span | None = None) -> None:
    """Add calls that are made so many times, through a call of the project."""
    for key, counted in more.items():
        old, new = found.get(key), counted.through(times, chance, span)
        found[key] = new if old is None else old.joined(new)


def _average(main: CallEffect, other: CallEffect, share: float) -> CallEffect:
    """What a call does, where a share of the calls does something else; of the longest hold the longest."""
    if other is main or share == 0.0 or all(getattr(main, f) == getattr(other, f) for f in _TIMES):
        return main
    mixed = {f: getattr(main, f) * (1.0 - share) + getattr(other, f) * share for f in _TIMES[1:]}
    return replace(main, hold=main.hold.max(other.hold), **mixed)


_TIMES = ("hold", "gil", "native", "wait", "away", "releases", "pages", "unknown", "calls")
