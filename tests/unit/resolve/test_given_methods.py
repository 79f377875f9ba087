"""What classes do without writing it: operators of enumerations, orderings, generic functions, weak containers, named tuples."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve
from gillint.syntax.parse import parse

TARGET = Target("3.11")
CLASSES = """
import configparser, contextvars, enum, functools, math, operator, re, weakref
from typing import NamedTuple

class Perm(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()

class Point(NamedTuple):
    x: float
    y: float

@functools.total_ordering
class Card:
    def __init__(self, rank):
        self.rank = rank
    def __lt__(self, other):
        return math.sqrt(self.rank) < math.sqrt(other.rank)

@functools.singledispatch
def render(value):
    return str(value)

@render.register
def _(value: int):
    return math.sqrt(value)

class Listener:
    def update(self, event):
        return math.sqrt(event)

LISTENERS = [Listener() for _ in range(40)]
OBSERVERS = weakref.WeakSet()
METHODS = []
for one in LISTENERS:
    OBSERVERS.add(one)
    METHODS.append(weakref.WeakMethod(one.update))
def weigh(values, power):
    return sum(math.sqrt(v) ** power for v in values)
SETTINGS = configparser.ConfigParser()
LINES = "host = h{0}\\nport = {0}\\ndebug = yes\\nlevel = warning\\n"
SETTINGS.read_string("".join(f"[section{i}]\\n" + LINES for i in range(60)))
"""


def called(body: str, name: str) -> float:
    """How often a function is called."""
    source = f"{CLASSES}\ndef work():\n    {dedent(body)}\n"
    work = resolve(parse(source, "program.py"), TARGET, {}).functions[-1]
    return sum(c.count.likely for c in Costs(TARGET).calls(work.block) if c.call.name == name)


@pytest.mark.parametrize(
    ("body", "name", "often"),
    [
        ("return Perm.READ | Perm.WRITE", "enum.Flag.__or__", 1),
        ("return Perm.READ in Perm(3)", "enum.Flag.__contains__", 1),
        ("return Card(1) < Card(2)", "math.sqrt", 2),
        ("return Card(1) >= Card(2)", "math.sqrt", 2),
        ("return render(3)", "functools.singledispatch.__call__", 1),
        ("return render(3)", "math.sqrt", 1),
        ("return [o.update(2) for o in OBSERVERS]", "math.sqrt", 40),
        ("return [m()(2) for m in METHODS]", "math.sqrt", 40),
        ("return [m()(2) for m in METHODS]", "weakref.WeakMethod.__call__", 40),
        ("return functools.reduce(operator.or_, [{1, 2}] * 30)", "set.__or__", 30),
        ("return list(re.finditer('[a-z]+', 'word ' * 200))", "callable_iterator.__iter__", 200),
        ("return contextvars.copy_context().run(math.sqrt, 4)", "math.sqrt", 1),
        ("return contextvars.copy_context().run(weigh, {4, 9, 16}, 2)", "math.sqrt", 3),
    ],
)
def test_what_nobody_has_written_is_done_all_the_same(body: str, name: str, often: float) -> None:
    assert called(body, name) == pytest.approx(often, rel=0.1)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("asyncio.gather(*[ping() for _ in range(30)])", "asyncio.gather"),
        ("asyncio.gather(*map(one, range(30)))", "asyncio.gather"),
        ("asyncio.wait_for(ping(), 5)", "asyncio.wait_for"),
    ],
)
def test_a_task_costs_something_itself(call: str, name: str) -> None:
    body = f"import asyncio\n    async def main():\n        await {call}\n    return asyncio.run(main())"
    body = "async def ping():\n        return 1\n    async def one(n):\n        return n\n    " + body
    assert called(body, name) == (1 if name.endswith("wait_for") else 30)


def test_a_configuration_has_a_section_for_some_lines() -> None:
    assert 30 < called("return [math.sqrt(len(s)) for s in SETTINGS.sections()]", "math.sqrt") < 90


def test_fields_by_name_are_found_first() -> None:
    def held(body: str) -> float:
        source = f"{CLASSES}\ndef work():\n    return {body}\n"
        return Costs(TARGET).block(resolve(parse(source, "p.py"), TARGET, {}).functions[-1].block).gil.likely

    assert held("Point(x=1, y=2)") > held("Point(1, 2)") + 100
