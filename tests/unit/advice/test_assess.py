"""What is said of a region as a whole: shares of its time, and whether more threads would do."""

from __future__ import annotations

import pytest

from tests.support import regions


def test_the_parts_of_a_time_that_is_cut_off_are_no_more_than_the_whole() -> None:
    names = [f"x{n}" for n in range(9)]
    loops = "".join(f"{'    ' * (n + 1)}for a{n} in {name}:\n" for n, name in enumerate(names))
    inner = "    " * 10
    code = f"def work({', '.join(names)}):\n{loops}{inner}repr(a8).lower()\n{inner}str(a7).split(',')\n"
    for region in regions(code):
        assert sum(call["share"] for call in region["calls"]) <= 1.001


POLLED = """
import time, requests

def wait_empty(queue, end):
    while queue and time.time() < end:
        time.sleep(0.1)

def work(queue):
    wait_empty(queue, 5)
"""
ONCE = """
import time

def work(x):
    time.sleep(0.5)
    return x
"""


@pytest.mark.parametrize(("source", "kinds"), [(POLLED, {"none"}), (ONCE, {"threads"})])
def test_a_pause_on_purpose_is_no_waiting_to_overlap(source: str, kinds: set[str]) -> None:
    (region,) = [r for r in regions(source) if r["kind"] == "function" and r["function"] == "work"]
    assert {a["action"] for a in region["advice"]} == kinds
