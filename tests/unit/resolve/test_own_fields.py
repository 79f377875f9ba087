"""The arrays of one instance are its own, whatever other instances of its class have."""

from __future__ import annotations

import pytest

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
