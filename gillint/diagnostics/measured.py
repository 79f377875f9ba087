"""What a measurement showed of a region, beside what was predicted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gillint.estimate import Interval


class Verdict(str, Enum):
    """What a measurement says of a prediction."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Point:
    """One number of threads: the predicted speed-up with its interval (none where nothing is predicted), the measured one."""

    threads: int
    predicted: tuple[float, float | None, float]
    measured: Interval | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One region, measured.

    Attributes:
        verdict: of the comparison; `reason` is one sentence.
        threads: T.
        speedup: throughput on T threads against one, None where nothing could be measured.
        processes: the same on T processes, the hardware's ceiling.
        held_fraction: and how it was found, or why it was not.
        stall_ns: the longest time for which another thread stood still.
        controls: what holds the GIL and what releases it, in the same rounds.
        stand_ins: name and description of inputs that were made up.
        work: what one run was.
        curve: predicted beside measured, for each number of threads.
        notes: what else a reader should know, such as a GIL that is not there.
        line: where the user's code raised, if it did.
    """

    verdict: Verdict
    reason: str
    threads: int
    speedup: Interval | None = None
    processes: Interval | None = None
    held_fraction: Interval | None = None
    held_method: str = ""
    stall_ns: Interval | None = None
    controls: tuple[tuple[str, Interval], ...] = ()
    stand_ins: tuple[tuple[str, str], ...] = ()
    work: str = ""
    seconds: float | None = None
    rounds: int = 0
    curve: tuple[Point, ...] = ()
    notes: tuple[str, ...] = ()
    line: int | None = None
