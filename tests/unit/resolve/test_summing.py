"""Operators that are called by name, and what `sum` adds up."""

from __future__ import annotations

import pytest

from gillint.knowledge.conditions import Target
from gillint.resolve.calling.bound import size_of
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call, Loop
from gillint.syntax.parse import parse

SETUP = """
import operator
from functools import reduce
import numpy as np
import xarray as xr

class Money:
    def __init__(self, amount):
        self.amount = amount
    def __add__(self, other):
        return Money(self.amount + other.amount)

layers = [np.ones((300, 200)) for _ in range(12)]
purse = [Money(i) for i in range(30)]
ds = xr.Dataset({"air": (("time", "lat"), np.zeros((40, 25))), "ice": (("time",), np.zeros(40))})
"""


def nodes(line: str) -> list[object]:
    resolved = resolve(parse(f"{SETUP}\ndef work():\n    {line}\n", "a.py"), Target(), {})
    trace = next(f for f in resolved.functions if f.name == "work")
    return list(walk(trace.block))


def called(line: str) -> list[str]:
    return [n.name.rsplit("::", 1)[-1] for n in nodes(line) if isinstance(n, Call)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("operator.add(layers[0], layers[1])", "numpy.ndarray.__add__"),
        ("operator.__floordiv__(layers[0], 2)", "numpy.ndarray.__floordiv__"),
        ("getattr(operator, 'mul')(layers[0], layers[1])", "numpy.ndarray.__mul__"),
        ("reduce(operator.add, layers)", "numpy.ndarray.__add__"),
        ("reduce(operator.add, purse)", "Money.__add__"),
        ("operator.add(1, 2)", "operator.add"),
        ("sum(layers)", "numpy.ndarray.__add__"),
        ("sum(a for a in layers)", "numpy.ndarray.__add__"),
        ("sum(purse, Money(0))", "Money.__add__"),
    ],
)
def test_what_an_operator_does_hangs_on_its_operands(line: str, name: str) -> None:
    assert name in called(line)


def test_one_addition_for_each() -> None:
    assert [n.trips.likely for n in nodes("sum(purse, Money(0))") if isinstance(n, Loop)] == [30]


@pytest.mark.parametrize("line", ["sum([1, 2, 3])", "sum(range(9))", "sum(layers[0])"])
def test_numbers_are_added_up_by_the_fact(line: str) -> None:
    assert not [n for n in nodes(line) if isinstance(n, Loop)]


@pytest.mark.parametrize(("line", "size"), [("ds.air.mean()", 1000), ("ds['ice'].mean()", 40), ("ds.mean()", 1040)])
def test_arrays_of_a_dataset_have_their_sizes(line: str, size: float) -> None:
    call = next(n for n in nodes(line) if isinstance(n, Call) and n.name.endswith(".mean"))
    assert call.bound.receiver is not None
    assert size_of(call.bound.receiver).likely == size


PERIODS = {  # between the first date of the coordinate and the last
    "dated.resample(time='MS').sum()": 24,
    "dated['air'].resample(time='7D').mean()": 104,
    "dated.air.resample({'time': 'YS'}).mean()": 2,
    "ds.resample(time='D').mean()": 20,  # dates that nobody knows
}


@pytest.mark.parametrize("line", PERIODS)
def test_periods_of_a_resampled_dataset(line: str) -> None:
    dated = "pd.date_range('2020-01-01', periods=730)"
    made = f"dated = xr.Dataset({{'air': (('time',), np.zeros(730))}}, coords={{'time': {dated}}}); {line}"
    call = next(n for n in nodes(f"import pandas as pd; {made}") if isinstance(n, Call) and "Resample." in n.name)
    assert call.bound.receiver is not None and call.bound.receiver.shape is not None
    assert call.bound.receiver.shape[0].likely == pytest.approx(PERIODS[line], rel=0.03)


@pytest.mark.parametrize(
    ("line", "name", "size"),
    [
        ("np.array(sum([[1, 2, 3]] * 40, []))", "numpy.array", 120),
        ("sorted(sum(([i, i + 1] for i in range(50)), []))", "sorted", 100),
        ("bytes(divmod(1000, 7)[0])", "bytes", 142),
        ("bytes(divmod(1000, 7)[1])", "bytes", 6),
    ],
)
def test_lists_are_added_up_and_numbers_taken_apart(line: str, name: str, size: float) -> None:
    (call,) = (n for n in nodes(line) if isinstance(n, Call) and n.name == name)
    given = call.bound.positional[0]
    amount = given.number if given.number is not None else given.size
    assert amount is not None and amount.likely == size


def test_each_list_that_is_added_is_put_behind_a_copy_of_the_others() -> None:
    (added,) = (n for n in nodes("sum([[1, 2, 3, 4]] * 40, [])") if isinstance(n, Call) and n.name == "list.__add__")
    assert size_of(added.bound.receiver).likely == 80


@pytest.mark.parametrize(
    ("line", "half", "whole"),
    [
        ("sorted(reduce(lambda a, b: a + b, [[1, 2]] * 40))", 42, 82),
        ("sorted(reduce(operator.add, [[1, 2]] * 40))", 42, 82),
        ("sorted(reduce(lambda a, b: a if len(a) > len(b) else b, [[1, 2]] * 40))", None, 2),
    ],
)
def test_what_a_fold_makes_grows_with_each_step(line: str, half: float | None, whole: float) -> None:
    calls = [n for n in nodes(line) if isinstance(n, Call)]
    added = [size_of(n.bound.receiver).likely for n in calls if n.name == "list.__add__"]
    assert added == ([half] if half is not None else [])
    (call,) = (n for n in calls if n.name == "sorted")
    assert size_of(call.bound.positional[0]).likely == whole
