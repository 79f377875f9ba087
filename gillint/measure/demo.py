"""Three loops whose speed-up on two threads can be predicted, and measured in seconds."""

from __future__ import annotations

import hashlib
import inspect
import statistics
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


def pure_python() -> int:
    """Bytecode: holds the GIL."""
    total = 0
    for i in range(2_000_000):
        total += i * i
    return total


def waiting() -> None:
    """Sleeps: needs neither the GIL nor a core."""
    for _ in range(10):
        time.sleep(0.02)


def native() -> str:
    """Hashes of large blocks: computes outside the GIL."""
    block = b"x" * (1 << 20)
    digest = ""
    for _ in range(150):
        digest = hashlib.sha256(block).hexdigest()
    return digest


@dataclass(frozen=True, slots=True)
class Loop:
    """One of the loops."""

    title: str
    function: Callable[[], object]

    def source(self) -> str:
        """The text that the prediction comes from: this very function, with what it imports."""
        return f"import hashlib\nimport time\n\n\n{inspect.getsource(self.function)}"


LOOPS = (
    Loop("sum of squares (pure Python)", pure_python),
    Loop("time.sleep (waiting)", waiting),
    Loop("sha256 of 1 MiB blocks (native)", native),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Speed-up of two threads against one: the median of the rounds, and their extremes."""

    median: float
    low: float
    high: float


def measure(loop: Loop, rounds: int, advance: Callable[[], None]) -> Measured:
    """Run a loop on one thread and on two, in turns; twice the work in the same time is 2.0."""
    loop.function()
    ratios = []
    for _ in range(rounds):
        one = _elapsed(loop.function, 1)
        two = _elapsed(loop.function, 2)
        ratios.append(2 * one / two)
        advance()
    return Measured(statistics.median(ratios), min(ratios), max(ratios))


def _elapsed(function: Callable[[], object], count: int) -> float:
    threads = [threading.Thread(target=function) for _ in range(count)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def running_python() -> str:
    """The running interpreter's version, as `--python` takes it."""
    return f"3.{sys.version_info.minor}"


def runs_without_gil() -> bool:
    """Whether the running interpreter has no GIL, or has it switched off."""
    enabled = getattr(sys, "_is_gil_enabled", None)
    return enabled is not None and not enabled()
