"""The arrays of one instance are its own, whatever other instances of its class have."""

from __future__ import annotations

import pytest

from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Loop
from gillint.syntax.parse import parse
from tests.unit.resolve.test_arrays import dimensions, value_of

HEAD = """
import numpy as np
from dataclasses import dataclass

@dataclass
class Boxes:
    corners: np.ndarray
    scores: np.ndarray
    def best(self, count):
        order = np.argsort(self.scores)[:count]
        return Boxes(self.corners[order], self.scores[order])

class Signal:
    def __init__(self, samples, rate=100.0):
        self.samples = np.asarray(samples)
        self.rate = rate
        self.window = np.zeros(16)
    def halved(self):
        return Signal(self.samples[::2], self.rate / 2)
    def widen(self):
        self.window = np.zeros(64)

def joined(parts):
    return Boxes(np.concatenate([p.corners for p in parts]), np.concatenate([p.scores for p in parts]))

few, many = Boxes(np.ones((10, 4)), np.ones(10)), Boxes(np.ones((500, 4)), np.ones(500))
long, short = Signal(np.ones(8000)), Signal(np.ones(80))
short.widen()
"""


@pytest.mark.parametrize(
    ("expression", "shape"),
    [
        ("few.corners", (10, 4)),
        ("many.corners", (500, 4)),
        ("joined([few] * 3).corners", (30, 4)),
        ("many.best(20).corners", (20, 4)),
        ("long.samples", (8000,)),
        ("long.halved().halved().samples", (2000,)),
        ("[s.halved() for s in (short, short)][0].samples", (40,)),
    ],
)
def test_an_instance_keeps_what_it_was_made_with(expression: str, shape: tuple[float, ...]) -> None:
    assert dimensions(value_of(expression, HEAD)) == pytest.approx(shape)


def test_what_a_method_gives_another_value_is_not_kept() -> None:
    shape = value_of("long.window", HEAD).shape
    assert shape is None or not shape[0].known


CONVERTED = """
import numpy as np

class Model:
    def __init__(self, points, **options):
        self.points = points
        self.centres = points[:3]
        self.weights = []
        self.log = []
        self.degree = options.get("degree", 2)
        self.rounds = options.get("rounds", 4)
        self.check()
    def check(self):
        if len(self.points) == 0:
            raise ValueError("nothing to fit")
        if len(self.centres) >= 100:
            raise ValueError("too many")
    def fit(self):
        self.points = np.array(self.points)
        self.centres = np.asarray(self.centres)
        self.weights = np.zeros((len(self.points), len(self.centres)))
        self.log.append(1.0)
        self.log = np.array(self.log)
        return self

class Batch:
    def __init__(self):
        self.rows = []
    def add(self, row):
        self.rows.append(row)
        if len(self.rows) >= 50:
            self.flush()
    def flush(self):
        self.rows.clear()

model = Model([[0.0, 1.0]] * 600, rounds=7)
model.fit()
batch = Batch()
for i in range(1000):
    batch.add(i)
"""


@pytest.mark.parametrize(
    ("expression", "shape"),
    [("model.points", (600, 2)), ("model.centres", (3, 2)), ("model.weights", (600, 3))],
)
def test_a_list_that_becomes_an_array_is_one(expression: str, shape: tuple[float, ...]) -> None:
    assert dimensions(value_of(expression, CONVERTED)) == pytest.approx(shape)


def test_what_is_appended_to_stays_a_list_too() -> None:
    assert value_of("model.log", CONVERTED).type != "numpy.ndarray"


def test_only_an_arm_that_empties_a_container_says_how_long_it_becomes() -> None:
    size = value_of("batch.rows", CONVERTED).size
    assert size is not None
    assert size.likely <= 50


@pytest.mark.parametrize(("expression", "number"), [("model.degree", 2), ("model.rounds", 7)])
def test_options_that_nobody_passes_have_their_default(expression: str, number: float) -> None:
    value = value_of(expression, CONVERTED).number
    assert value is not None
    assert value.likely == number


INDICATORS = """
import numpy as np
import pandas as pd

class Band:
    def __init__(self, close: pd.Series, window: int = 20):
        self._close = close
        self._window = window

    def middle(self):
        return self._close.rolling(self._window).mean()

def band_of(close, window=10):
    return Band(close, window).middle()

minutes, days = pd.Series(np.zeros(90_000)), pd.Series(np.zeros(250))
by_minute, by_day = Band(minutes), Band(days)
"""


@pytest.mark.parametrize(("expression", "rows"), [("by_day._close", 250), ("by_minute._close", 90_000)])
def test_columns_of_one_instance_are_its_own(expression: str, rows: float) -> None:
    size = value_of(expression, INDICATORS).size
    assert size is not None
    assert size.known
    assert size.likely == rows


def test_instances_that_were_made_with_different_functions_are_stages_of_a_pipeline() -> None:
    code = """
class Stage:
    def __init__(self, function):
        self.function = function
    def __call__(self, items):
        for item in items:
            yield self.function(item)

class Pipeline:
    def __init__(self, source, *stages):
        self.source, self.stages = source, stages
    def run(self):
        items = self.source
        for stage in self.stages:
            items = stage(items)
        return list(items)

def pairs(n):
    return (n, str(n))

def texts(pair):
    return [pair[1]] * 40
"""
    found = value_of("Pipeline(range(5000), Stage(pairs), Stage(texts)).run()", code)
    assert found.size is not None
    assert found.size.likely == 5000
    assert found.element is not None
    assert found.element.type == "list"


GROWN = """
import numpy as np
class Tree:
    def __init__(self):
        self.rule = None
    def fit(self, rows):
        if not self.rule:
            self.grow(rows)
    def grow(self, rows):
        self.rule = self.split(rows)
    def split(self, rows):
        for row in rows:
            print(row)
        return 3
def work():
    tree = Tree()
    tree.fit(np.zeros((90, 4)))
"""


def test_what_a_method_is_read_for_alone_says_nothing_of_what_it_calls() -> None:
    resolved = resolve(parse(GROWN, "a.py"), Target(), {})
    split = next(trace for trace in resolved.functions if trace.name == "Tree.split")
    loop = next(node for node in walk(split.block) if isinstance(node, Loop))
    assert loop.trips.likely == 90
