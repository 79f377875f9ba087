"""What the interpreter does at a place that looks like nothing: properties, members, formats, comparisons."""

from __future__ import annotations

import pytest

from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve
from gillint.syntax.parse import parse

WORK = "    for _ in range({}):\n        total += 1\n"
POINT = (
    "class P:\n    def __init__(self):\n        self.x = 1\n    {}\n    def m(self{}):\n        total = 0\n"
    "        for i in range(1000):\n            total += i\n        return total\np = P()\n"
)


def gil_of(source: str, python: str = "3.11") -> float:
    target = Target(python)
    resolved = resolve(parse(source), target, {})
    return Costs(target).block(resolved.functions[0].block).gil.likely


def own(method: str, parameters: str = "") -> str:
    """A class of which one method takes its time."""
    return POINT.replace("def m", f"def {method}").format("", parameters)


@pytest.mark.parametrize(
    ("source", "least"),
    [
        (POINT.format("@property", "") + "p.m\n", 20_000),
        (own("__str__") + "str(p)\n", 20_000),
        (own("__str__") + "f'{p}'\n", 20_000),
        (own("__repr__") + "str(p)\n", 20_000),
        (own("__hash__") + "hash(p)\n", 20_000),
        (own("__lt__", ", other") + "sorted([p] * 100)\n", 100 * 6 * 20_000),
        (own("__lt__", ", other") + "import heapq\nheapq.heappush([], p)\n", 40_000),
    ],
)
def test_methods_that_are_called_without_a_call(source: str, least: float) -> None:
    assert gil_of(source) > least


ENUM = "import enum\nclass C(enum.Enum):\n    A = 1\n    B = 2\n"
DATA = "import random\nnumbers = [random.random() for _ in range(1000)]\n"


@pytest.mark.parametrize(
    ("cheap", "dear", "times"),
    [
        ("a = [1, 2]\nfor _ in range(1000):\n    x, y = y, x\n", "for _ in range(1000):\n    z = (y, x)\n    x, y = z\n", 1.2),
        (DATA + "sorted(numbers)\n", DATA + "sorted(numbers, key=lambda n: (n, 1))\n", 2.0),
        (DATA + "sorted(numbers)\n", DATA + "sorted(str(n) for n in numbers)\n", 1.3),
        (DATA + "from operator import itemgetter\nsorted(numbers)\n",
         DATA + "from operator import itemgetter\nsorted([(1, n) for n in numbers], key=itemgetter(1, 0))\n", 2.5),
        ("for n in range(1000):\n    f'{n}'\n", "for n in range(1000):\n    f'{n:>10}'\n", 1.8),
        (ENUM + "for _ in range(1000):\n    C\n", ENUM + "for _ in range(1000):\n    C.A\n", 3.0),
        ("rows = [[1] * 30] * 30\n", "rows = [[1] * 30] * 30\n[x for row in rows for x in row]\n", 1.5),
        ("from dataclasses import dataclass\n@dataclass\nclass D:\n    a: int\n    b: int\nD(1, 2)\n",
         "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass D:\n    a: int\n    b: int\nD(1, 2)\n", 1.5),
    ],
)  # fmt: skip
def test_what_costs_more_by_how_it_is_written(cheap: str, dear: str, times: float) -> None:
    assert gil_of(dear) > times * gil_of(cheap)


def test_members_of_enumerations_are_attributes_from_3_12_on() -> None:
    source = ENUM + "for _ in range(1000):\n    C.A\n"
    assert gil_of(source, "3.12") < 0.5 * gil_of(source, "3.11")


def test_a_turn_of_a_loop_is_counted_once() -> None:
    """`for x in a: pass` over a list takes 5 to 8 ns a turn, over a range 14 (CPython 3.11)."""
    assert 4e6 < gil_of("a = [0] * 1_000_000\nfor x in a:\n    pass\n") < 12e6
    assert 10e6 < gil_of("for x in range(1_000_000):\n    pass\n") < 20e6


def test_what_a_library_makes_of_each_item_is_known_where_another_runs_through_it() -> None:
    rows = "import csv, io\nrows = csv.reader(io.StringIO('a,b,c\\n' * 1000))\n"
    assert gil_of(rows + "list(rows)\n") > 1000 * 200


@pytest.mark.parametrize(
    ("turns", "source"),
    [
        (
            25,
            "import struct\nbuffer = bytes(300)\nfor at in range(0, len(buffer), struct.calcsize('<IQ')):\n    pass\n",
        ),
        (2, "import struct\nfor x in struct.unpack('<Id', bytes(12)):\n    pass\n"),
    ],
)
def test_binary_records_are_as_long_as_their_format_says(turns: int, source: str) -> None:
    """Each turn costs at least as much as a step of the iterator, and the rest of the program a microsecond at most."""
    assert turns * 4 < gil_of(source) < turns * 30 + 1_000


@pytest.mark.parametrize(
    "form",
    ["f'<{len(raw) // 2}h'", "'<%dh' % (len(raw) // 2)", "'<{}h'.format(len(raw) // 2)", "'<' + 'h' * (len(raw) // 2)"],
)
def test_a_format_that_is_put_together_takes_the_whole_buffer_apart(form: str) -> None:
    def cost(size: int) -> float:
        return gil_of(f"import struct\nraw = bytes({size})\nfor x in struct.unpack({form}, raw):\n    pass\n")

    assert cost(80_000) - cost(40_000) > 20_000 * 4


def test_a_format_that_is_none_tells_nothing() -> None:
    assert gil_of("import struct\nstruct.unpack('no format', b'')\nstruct.calcsize('no format')\n") < 1_000
