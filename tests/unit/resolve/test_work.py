"""What costs hang on besides the arguments: steps of a Fourier transform, the span of an equation, neighbours in a graph."""

from __future__ import annotations

import math

import pytest

from gillint.estimate import Estimate
from gillint.knowledge.conditions import Target
from gillint.resolve.numeric.fourier import length_steps
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse

SETUP = """
import numpy as np
from scipy import fft
a = np.zeros(1024)
half = np.zeros(513)
M = np.zeros((64, 512))
L = [0.5] * 1024
"""


@pytest.mark.parametrize(
    ("length", "times"),
    [(1024, 1.0), (1000, 1.05), (44100, 1.10), (7, 1.25), (10007, 6.8), (1000003, 6.8), (39999, 4.0)],
)
def test_large_prime_factors_take_more_steps(length: int, times: float) -> None:
    steps = length_steps(Estimate.point(length))
    assert steps.likely / (length * math.log2(length)) == pytest.approx(times, rel=0.02)


def test_a_length_that_is_a_guess_is_taken_for_one_of_small_factors() -> None:
    assert length_steps(Estimate(10.0, 10007.0, 1e6)).likely == pytest.approx(10007 * math.log2(10007))
    assert length_steps(Estimate.point(10007.5)).likely == pytest.approx(10007.5 * math.log2(10007.5))


@pytest.mark.parametrize(
    ("expression", "steps"),
    [
        ("np.fft.fft(a)", 10240),
        ("np.fft.fft(L)", 10240),
        ("np.fft.fft(a, 2048)", 2048 * 11),
        ("np.fft.fft(a, n=None)", 10240),
        ("np.fft.irfft(half)", 10240),
        ("np.fft.irfft(half, 2048)", 2048 * 11),
        ("np.fft.fft(M)", 64 * 512 * 9),
        ("np.fft.fft(M, axis=0)", 64 * 512 * 6),
        ("np.fft.fft2(M)", 64 * 512 * 15),
        ("np.fft.fft2(M, s=(128, 512))", 128 * 512 * 16),
        ("np.fft.fftn(M, axes=(0,))", 64 * 512 * 6),
        ("np.fft.fft(a, fft.next_fast_len(2039))", 2048 * 11),
        ("fft.rfft(M)", 64 * 512 * 9),
        ("fft.dctn(M)", 64 * 512 * 15),
    ],
)
def test_each_axis_has_its_length(expression: str, steps: float) -> None:
    resolved = resolve(parse(f"{SETUP}{expression}\n", "a.py"), Target(), {})
    (value,) = (v for n in walk(resolved.functions[0].block) if isinstance(n, Call) if (v := n.bound.get("steps")))
    assert value.size is not None
    assert value.size.likely == pytest.approx(steps)


@pytest.mark.parametrize(("given", "span"), [("(0, 20)", 20.0), ("[-1, 1.5]", 2.5), ("(5, 0)", 5.0), ("span", None)])
def test_how_long_an_equation_is_integrated(given: str, span: float | None) -> None:
    text = f"from scipy.integrate import solve_ivp\nspan = input()\nsolve_ivp(lambda t, y: -y, {given}, [1.0])\n"
    resolved = resolve(parse(text, "a.py"), Target(), {})
    (call,) = (n for n in walk(resolved.functions[0].block) if isinstance(n, Call) and n.name.endswith("solve_ivp"))
    found = call.bound.get("span")
    assert (found.number.likely if found is not None and found.number is not None else None) == span


@pytest.mark.parametrize(
    ("made", "neighbours"),
    [
        ("nx.gnp_random_graph(200, 0.1)", 20.0),
        ("nx.gnm_random_graph(100, 400)", 8.0),
        ("nx.barabasi_albert_graph(300, 2)", 4.0),
        ("nx.Graph([(1, 2), (2, 3)])", None),
        ("given()", None),
    ],
)
def test_how_many_neighbours_a_node_has(made: str, neighbours: float | None) -> None:
    resolved = resolve(parse(f"import networkx as nx\nnx.pagerank({made})\n", "a.py"), Target(), {})
    (call,) = (n for n in walk(resolved.functions[0].block) if isinstance(n, Call) and n.name.endswith("pagerank"))
    found = call.bound.get("neighbours")
    assert (found.number.likely if found is not None and found.number is not None else None) == neighbours


@pytest.mark.parametrize(
    ("place", "filled"),
    [
        ("d[5:10]", 5 * 500),
        ("d[:]", 400_000),
        ("d[...]", 400_000),
        ("d[3]", 500),
        ("d[..., 2]", 800),
        ("d[3, 4]", None),
    ],
)
def test_how_much_of_a_data_set_a_number_is_written_to(place: str, filled: float | None) -> None:
    text = f"import h5py\nf = h5py.File('a.h5', 'w')\nd = f.create_dataset('d', shape=(800, 500))\n{place} = 0.0\n"
    resolved = resolve(parse(text, "a.py"), Target(), {})
    (call,) = (n for n in walk(resolved.functions[0].block) if isinstance(n, Call) and n.name.endswith("__setitem__"))
    found = call.bound.get("filled")
    assert (found.size.likely if found is not None and found.size is not None else None) == filled


ARRAYS = """
import numpy as np
f = np.zeros(1000)
g = f.astype(np.float32)
i = np.zeros(1000, dtype=np.int64)
b = np.zeros(1000, dtype=np.int8)
m = f > 0.5
"""


@pytest.mark.parametrize(
    ("statement", "elements"),
    [
        ("f * f", 0), ("f * 2", 0), ("g * 0.5", 0), ("b + 1", 0), ("m & m", 0), ("i * 3", 0), ("g > 0.5", 0),
        ("i * 0.5", 1000), ("f * g", 1000), ("i + f", 1000), ("m * 2", 1000), ("m * f", 1000), ("i > 0.5", 1000),
        ("b == i[3]", 1000), ("f > b", 1000), ("np.add(g, f)", 1000), ("f[:, None] * b", 1000),
        ("f += i", 1000), ("g += f", 2000), ("f += f[0]", 0),
    ],
)  # fmt: skip
def test_operands_of_another_dtype_are_converted(statement: str, elements: float) -> None:
    resolved = resolve(parse(f"{ARRAYS}\n{statement}\n", "a.py"), Target(), {})
    found = [v for n in walk(resolved.functions[0].block) if isinstance(n, Call) if (v := n.bound.get("converted"))]
    assert (found[-1].size.likely if found and found[-1].size is not None else 0) == elements
