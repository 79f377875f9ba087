"""Functions that numba compiles: their body is no bytecode."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.costs.demand import Costs, Demand
from gillint.knowledge.conditions import Target
from gillint.pipeline import analyse
from gillint.resolve.program import resolve
from gillint.syntax.parse import parse

SOURCE = """
import numpy as np
from numba import njit

@njit{options}
def total(cells):
    s = 0.0
    for i in range(cells.shape[0]):
        for j in range(cells.shape[1]):
            s += cells[i, j] * cells[i, j]
    return s

def work():
    return total(np.zeros((500, 500)))
"""


def demand(options: str) -> Demand:
    """What `work` asks for."""
    resolved = resolve(parse(SOURCE.format(options=options), "a.py"), Target(), {})
    trace = next(t for t in resolved.functions if t.name == "work")
    return Costs(Target()).block(trace.block)


@pytest.mark.parametrize(
    "made", ["njit(lambda c: c.sum())", "njit(nogil=True)(lambda c: c.sum())", "lru_cache(None)(total)"]
)
def test_a_function_may_be_wrapped_where_it_is_called(made: str) -> None:
    source = (
        SOURCE.format(options="").replace("return total(", f"return {made}(") + "\nfrom functools import lru_cache\n"
    )
    resolved = resolve(parse(source, "a.py"), Target(), {})
    trace = next(t for t in resolved.functions if t.name == "work")
    assert Costs(Target()).block(trace.block).unknown.likely == 0


@pytest.mark.parametrize("options", ["", "(nogil=True)"])
def test_a_compiled_loop_takes_nanoseconds_for_an_element(options: str) -> None:
    found = demand(options)
    assert 0.2 * 250_000 < found.elapsed.likely < 8 * 250_000


def test_the_body_holds_the_gil_unless_it_is_told_not_to() -> None:
    held, free = demand(""), demand("(nogil=True)")
    assert held.gil.likely > 10 * held.native.likely
    assert free.native.likely > 10 * free.gil.likely


def test_a_short_body_without_the_gil_leaves_nothing_to_fetch_anew() -> None:
    resolved = resolve(
        parse(SOURCE.format(options="(nogil=True)").replace("(500, 500)", "(3, 3)"), "a.py"), Target(), {}
    )
    short = Costs(Target()).block(next(t for t in resolved.functions if t.name == "work").block)
    assert short.gil.likely < 2_000 < demand("(nogil=True)").gil.likely


def test_compiled_loops_are_no_regions() -> None:
    report = analyse(SOURCE.format(options="(nogil=True)"), "a.py", Options())
    assert {a.region.function for a in report.regions} == {"work"}


LOOPS = """
import numpy as np
from numba import njit

@njit
def work(a, b):
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):
            {body}

def main():
    work(np.zeros((500, 500)), np.zeros((500, 500)))
"""


def test_what_needs_no_other_turn_is_done_several_at_a_time() -> None:
    def spent(body: str) -> float:
        resolved = resolve(parse(LOOPS.format(body=body), "a.py"), Target(), {})
        return Costs(Target()).block(next(t for t in resolved.functions if t.name == "main").block).elapsed.likely

    apart, in_turn = spent("b[i, j] = a[i, j - 1] + a[i - 1, j]"), spent("a[i, j] = a[i, j - 1] + a[i - 1, j]")
    assert 5 * apart < in_turn


@pytest.mark.parametrize(
    ("name", "least", "most"), [("math.sin", 5, 12), ("np.exp", 5, 12), ("math.sqrt", 0.5, 4), ("abs", 0.3, 4)]
)
def test_a_function_of_one_number_takes_nanoseconds(name: str, least: float, most: float) -> None:
    source = f"""
import math
import numpy as np
from numba import njit

@njit
def total(x):
    s = 0.0
    for v in x:
        s += {name}(v)
    return s

def work():
    return total(np.zeros(100_000))
"""
    resolved = resolve(parse(source, "a.py"), Target(), {})
    trace = next(t for t in resolved.functions if t.name == "work")
    assert least * 100_000 < Costs(Target()).block(trace.block).elapsed.likely < most * 100_000
