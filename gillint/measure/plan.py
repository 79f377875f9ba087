"""What is measured, and what comes out: frozen values that cross processes."""

from __future__ import annotations

from dataclasses import dataclass

from gillint.estimate import Interval


@dataclass(frozen=True, slots=True)
class StandIn:
    """An input that the source does not define, and what the benchmark uses instead."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A script that runs without gillint.

    Attributes:
        script: its text.
        origin: the file that the measured code comes from.
        lines: for each stretch copied from it: first line in the script, first line in the file, number of lines.
        stand_ins: what was made up.
        work: what one run of the work is, as a sentence for people.
    """

    script: str
    origin: str
    lines: tuple[tuple[int, int, int], ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    work: str = ""

    def original_line(self, line: int) -> int | None:
        """The line of the user's file that a line of the script was copied from."""
        for start, source, count in self.lines:
            if start <= line < start + count:
                return source + line - start
        return None


@dataclass(frozen=True, slots=True)
class Demands:
    """The measured service demands of one run of the work: medians, in ns; page faults and releases as numbers."""

    gil: float
    native: float
    wait: float
    releases: float
    faults: float
    other_threads: float
    reference: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a benchmark showed. Speed-ups are throughput against one thread, all from the same interleaved rounds.

    Attributes:
        threads: T.
        speedup: on T threads.
        curve: for each measured number of threads.
        processes: the same work on T processes.
        positive: the control that releases the GIL (SHA-256 of 1 MiB), on T threads.
        negative: the control that holds it (a Python loop), on T threads.
        seconds: of one run of the work on one thread.
        held: the held fraction, where a method that can be trusted was at hand; `held_method` says which, or why none.
        stall_ns: the longest stretch for which another thread stood still.
        has_gil: whether the interpreter ran with a GIL when it began, and when it ended.
        cores: that the benchmark could use.
        python: version of the interpreter that ran it.
    """

    threads: int
    speedup: Interval
    curve: tuple[tuple[int, Interval], ...]
    processes: Interval
    positive: Interval
    negative: Interval
    seconds: float
    rounds: int
    held: Interval | None
    held_method: str
    demands: Demands | None
    stall_ns: Interval | None
    has_gil: tuple[bool, bool]
    cores: int
    python: str


class Failed(Exception):
    """A benchmark that could not be run to its end.

    Attributes:
        line: of the user's file, where that is known.
        was_late: it did not end in the time that it was given.
    """

    def __init__(self, message: str, line: int | None = None, *, was_late: bool = False) -> None:
        super().__init__(message)
        self.line, self.was_late = line, was_late
