"""What writing values into a text takes, by what they are and how they are written."""

from __future__ import annotations

import pytest

from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve
from gillint.syntax.parse import parse

TARGET = Target("3.11")


def held(text: str) -> float:
    """Nanoseconds of a function that gives this text."""
    source = f'def work(template: str):\n    n, x, s = 3141, 3.14159, "abcdef"\n    return {text}\n'
    work = resolve(parse(source, "program.py"), TARGET, {}).functions[-1]
    return Costs(TARGET).block(work.block).gil.likely


# Measured with CPython 3.11 on the reference machine.
MEASURED = {
    'f"{n}"': 59,
    'f"{n:05d}"': 167,
    'f"{n:,}"': 192,
    'f"{n:.2f}"': 456,
    'f"{x:.2f}"': 163,
    'f"{x:8.2f}"': 270,
    'f"{x:>10}"': 419,
    'f"{s:<20}"': 106,
    'f"{s:<10} {n:>5} {x:8.2f}"': 674,
    '"%d" % n': 85,
    '"%05d" % n': 135,
    '"%s" % n': 85,
    '"%.2f" % x': 157,
    '"%s,%d,%.2f" % (s, n, x)': 261,
    '"{:,}".format(n)': 248,
    '"{:.2f}".format(x)': 198,
    '"{:<10} {:>5} {:8.2f}".format(s, n, x)': 639,
    '"{a}: {b}".format(a=s, b=n)': 310,
    'format(n, ",")': 201,
    'format(x, ".2f")': 171,
    'b"%d" % n': 79,
}


@pytest.mark.parametrize("text", MEASURED)
def test_what_writing_a_value_takes_hangs_on_how(text: str) -> None:
    assert held(text) / MEASURED[text] == pytest.approx(1.1, abs=0.5)


def test_a_template_that_is_not_known_still_writes_its_values() -> None:
    assert held("template % (n, x)") > held("template % s") + 200
