"""Measure how loops that hold the GIL for a while and then release it for a while scale with threads.

    python -m scripts.calibrate_handoff                     both grids into scripts/data (about ten minutes)
    python -m scripts.calibrate_handoff --grid releases

The first grid holds for g microseconds (a Python loop) and releases for n (SHA-256 of so much data) on two threads; the
second holds for g and waits for w (time.sleep) on 2, 4, 8 threads. At each point the loop's length and the data's size
are set by measuring G, N and W of one turn by counting (see gillint.measure.probe) until they are within a few per cent of what
they are called. Rounds interleave one thread, T threads and T processes. Only the rounds count in which the processes
scaled as two free cores let them: the others say that something else was running. The speed-up is T threads' throughput
against one thread's: its median over those rounds and the median's bootstrapped 95% interval.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import statistics
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from pathlib import Path

from gillint.measure.counter import build_counter
from gillint.measure.engine import exclusive
from gillint.measure.probe import counted as counted_demand
from gillint.measure.worker import Worker, seconds_on_processes

HOLDS_US = (2, 10, 20, 50, 100, 200, 1000)
RELEASES_US = (5, 10, 20, 50, 100, 200, 500, 1000)
WAIT_HOLDS_US = (100, 1000, 5000)
WAITS_US = (1000, 10_000)
WAIT_THREADS = (2, 4, 8)

BATCH_SECONDS = 0.08
ROUNDS = 10  # at a time, under the lock
QUIET_ROUNDS = 7  # what a point needs
TOLERANCE = 0.04
CORRECTIONS = 6
ATTEMPTS = 8
QUIET = 0.88  # of what so many processes could reach: the machine is not busy with anything else

SETUP = """
from hashlib import sha256
from itertools import repeat
from time import sleep
data = bytes({size})
def hold(n):
    for i in range(n):
        s = i * 3
"""


@dataclass(frozen=True)
class Point:
    """One row of a table: what was asked, what was found."""

    hold_us: int
    other_us: int
    threads: int
    speedup: float
    low: float
    high: float
    processes: float


@dataclass
class Turn:
    """One turn of the loop: so many steps of Python, then a digest of so many bytes or a sleep of so long."""

    steps: float
    amount: float
    waits: bool

    @property
    def setup(self) -> str:
        return SETUP.format(size=0 if self.waits else round(self.amount))

    @property
    def statement(self) -> str:
        release = f"sleep({self.amount:.9f})" if self.waits else "sha256(data)"
        return f"hold({round(self.steps)}); {release}"

    def prepare(self, worker: Worker, copies: int) -> None:
        worker.ask("prepare", setup=self.setup, statement=self.statement, copies=copies, shared=False)


def calibrate(counted: Worker, hold_us: float, other_us: float, waits: bool) -> tuple[Turn, float, float]:
    """The turn that holds and releases (or waits) for so long, and for how long it really does."""
    turn = Turn(hold_us * 25, other_us * 1e-6 if waits else max(2100.0, other_us * 1450), waits)
    held = other = 0.0
    for _ in range(CORRECTIONS):
        turn.prepare(counted, 1)
        calls = counted.ask("calibrate", what="statement", seconds=0.03)["calls"]
        found = counted_demand(counted.ask("demand", calls=calls, rounds=5)["samples"])
        held, other = found.gil / 1e3, (found.wait + found.native if waits else found.native) / 1e3
        if abs(held / hold_us - 1) < TOLERANCE and abs(other / other_us - 1) < TOLERANCE:
            break
        turn.steps = max(1.0, turn.steps * hold_us / max(held, hold_us / 4))
        turn.amount *= other_us / max(other, other_us / 4)
    return turn, held, other


def interval_of_median(values: list[float]) -> tuple[float, float]:
    """The bootstrapped 95% interval."""
    source = random.Random(1)
    medians = sorted(statistics.median(source.choices(values, k=len(values))) for _ in range(2000))
    return medians[50], medians[1949]


def scale(turn: Turn, workers: list[Worker], threads: int) -> list[tuple[float, float]]:
    """The speed-ups of that many threads and of that many processes, by round."""
    first = workers[0]
    for index, worker in enumerate(workers[:threads]):
        turn.prepare(worker, threads if index == 0 else 1)
    calls = max(5, first.ask("calibrate", what="statement", seconds=BATCH_SECONDS)["calls"])
    rounds = []
    for _ in range(ROUNDS):
        before = first.seconds("statement", calls)
        side_by_side = first.seconds("statement", calls, threads=threads)
        processes = seconds_on_processes(workers[:threads], calls)
        alone = (before + first.seconds("statement", calls)) / 2
        rounds.append((threads * alone / side_by_side, threads * alone / processes))
    return rounds


def measure(workers: list[Worker], counted: Worker, hold_us: int, other_us: int, threads: int, waits: bool) -> Point:
    """One point, from as many rounds as it takes to have enough quiet ones."""
    cores = os.cpu_count() or 1
    reachable = min(threads, cores * (hold_us + other_us) / (hold_us if waits else hold_us + other_us))
    rounds: list[tuple[float, float]] = []
    quiet: list[tuple[float, float]] = []
    enough = reachable * (QUIET * 0.8 if waits and threads > cores else QUIET)  # processes, too, meet at a core
    for _ in range(ATTEMPTS):
        with exclusive():
            turn, held, other = calibrate(counted, hold_us, other_us, waits)
            rounds += scale(turn, workers, threads)
        quiet = [pair for pair in rounds if pair[1] >= enough]
        if len(quiet) >= QUIET_ROUNDS:
            break
    used = quiet if len(quiet) >= 3 else sorted(rounds, key=lambda pair: pair[1])[-QUIET_ROUNDS:]
    by_threads = [pair[0] for pair in used]
    point = Point(
        hold_us,
        other_us,
        threads,
        statistics.median(by_threads),
        *interval_of_median(by_threads),
        statistics.median(pair[1] for pair in used),
    )
    print(
        f"g {hold_us} ({held:.3g}) {'w' if waits else 'n'} {other_us} ({other:.4g}) us, {threads} threads: "
        f"{point.speedup:.2f} ({point.low:.2f}-{point.high:.2f}), processes {point.processes:.2f}, "
        f"{len(quiet)} of {len(rounds)} rounds quiet",
        file=sys.stderr,
        flush=True,
    )
    return point


def write(path: Path, other: str, points: list[Point]) -> None:
    """The points as comma-separated values."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("g_us", other, "threads", "speedup_median", "low", "high", "processes"))
        for point in points:
            writer.writerow([f"{cell:.3f}" if isinstance(cell, float) else cell for cell in astuple(point)])


def main() -> int:
    """Measure the grids and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grid", choices=("releases", "waits"), help="only this one")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "data", metavar="DIR")
    options = parser.parse_args()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    with ExitStack() as stack:
        counter = build_counter()
        if counter is None:
            print("calibrate_handoff: needs Linux and a C compiler", file=sys.stderr)
            return 2
        start: Callable[[Path | None], Worker] = lambda preload: stack.enter_context(  # noqa: E731
            Worker(preload=preload, timeout=3600)
        )
        counted, *workers = [start(counter), *(start(None) for _ in range(max(WAIT_THREADS)))]
        if options.grid != "waits":
            points = [measure(workers, counted, g, n, 2, False) for g in HOLDS_US for n in RELEASES_US]
            write(options.output / f"handoff-{version}.csv", "n_us", points)
        if options.grid != "releases":
            points = [
                measure(workers, counted, g, w, threads, True)
                for g in WAIT_HOLDS_US
                for w in WAITS_US
                for threads in WAIT_THREADS
            ]
            write(options.output / f"waits-{version}.csv", "w_us", points)
    return 0


if __name__ == "__main__":
    sys.exit(main())
