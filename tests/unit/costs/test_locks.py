"""The time under locks of the program."""

from __future__ import annotations

import pytest

from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.regions.find import find_regions
from gillint.resolve.program import resolve
from gillint.resolve.trace import Kind
from gillint.syntax.parse import parse

_PROGRAM = """
import threading, time
from concurrent.futures import ThreadPoolExecutor

lock, other = threading.Lock(), threading.RLock()
two = threading.BoundedSemaphore(2)
some = threading.Semaphore(limit)
told = threading.Condition()


class Guard:
    def __enter__(self):
        lock.acquire()

    def __exit__(self, *error):
        lock.release()


def task(i):
{body}

with ThreadPoolExecutor(4) as pool:
    list(pool.map(task, range(100)))
"""


@pytest.mark.parametrize(
    ("body", "milliseconds"),
    [
        ("    with lock:\n        time.sleep(0.1)\n", 100),
        ("    lock.acquire()\n    time.sleep(0.1)\n    lock.release()\n    time.sleep(0.1)\n", 100),
        ("    lock.acquire()\n    try:\n        time.sleep(0.1)\n    finally:\n        lock.release()\n", 100),
        (
            "    if lock.acquire(timeout=1):\n        try:\n            time.sleep(0.1)\n        finally:\n"
            "            lock.release()\n    time.sleep(0.1)\n",
            100,
        ),
        ("    if not lock.acquire(timeout=1):\n        return\n    time.sleep(0.1)\n    lock.release()\n", 100),
        ("    with Guard():\n        time.sleep(0.1)\n", 100),
        ("    with other:\n        with other:\n            time.sleep(0.1)\n", 100),
        ("    with lock:\n        for _ in range(5):\n            time.sleep(0.1)\n", 500),
        ("    for _ in range(5):\n        with lock:\n            time.sleep(0.1)\n        time.sleep(0.1)\n", 500),
        # A semaphore lets so many through at a time; one of unknown size may let any number through.
        ("    with two:\n        time.sleep(0.1)\n", 50),
        ("    two.acquire()\n    time.sleep(0.1)\n    two.release()\n", 50),
        ("    with two:\n        with lock:\n            time.sleep(0.1)\n", 100),
        ("    with some:\n        time.sleep(0.1)\n", 0),
        # Who waits for a condition has let go of its lock.
        ("    with told:\n        told.wait(timeout=0.5)\n", 0),
        # Not the same lock, or not a shared one; and what one thread takes and another gives back is a signal.
        ("    lock.acquire()\n    time.sleep(0.1)\n    other.release()\n", 0),
        ("    mine = threading.Lock()\n    with mine:\n        time.sleep(0.1)\n", 0),
        ("    lock.acquire()\n    time.sleep(0.1)\n", 0),
    ],
)
def test_the_time_under_a_lock(body: str, milliseconds: float) -> None:
    target = Target()
    resolved = resolve(parse(_PROGRAM.replace("{body}", body), "p.py"), target, {})
    region = next(r for r in find_regions(resolved) if r.kind is Kind.SUBMISSION)
    locked = Costs(target).region(region.body)[0].locked.likely / 1e6
    assert locked == pytest.approx(milliseconds, rel=0.05, abs=1)
