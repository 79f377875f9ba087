"""What taking something apart into variables costs."""

from __future__ import annotations

import pytest

from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve
from gillint.syntax.parse import parse

TARGET = Target("3.11")


def held(body: str) -> float:
    source = f"import numpy as np\nPOINTS = np.zeros((1000, 3))\nPLAIN = [(0.0, 1.0, 2.0)] * 1000\n\ndef work():\n    {body}\n"
    work = resolve(parse(source, "program.py"), TARGET, {}).functions[-1]
    return Costs(TARGET).block(work.block).gil.likely


def test_an_array_that_is_unpacked_is_run_through_to_its_end() -> None:
    assert held("return [0 for x, y, z in POINTS]") / 1000 == pytest.approx(600, rel=0.3)  # measured: 520 and the row
    assert held("return [0 for x, y, z in PLAIN]") / 1000 < 60


def test_the_end_of_an_array_is_found_once_for_each_loop() -> None:
    body = "return [[0 for x in point] for point in POINTS]"
    assert held(body) - held(body.replace("POINTS", "PLAIN")) == pytest.approx(1000 * 500, rel=0.4)
