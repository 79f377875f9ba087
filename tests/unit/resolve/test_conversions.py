"""What conversions between libraries do to the GIL: an array sees or copies the memory of a column, a list is gone through."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.knowledge.schema import Effect
from gillint.pipeline import analyse

SETUP = """
import numpy as np, pandas as pd, polars as pl, pyarrow as pa, torch
x = np.random.rand(100_000)
floats = pd.Series(x)
words = pd.Series(["a", "b"] * 50_000)
table = pd.DataFrame({"a": x, "b": x})
mixed = pd.DataFrame({"a": x, "b": ["a", "b"] * 50_000})
column = pl.Series("x", x)
chunks = pa.table({"a": x})["a"]
tensor = torch.from_numpy(x)
"""


@pytest.mark.parametrize(
    ("expression", "effect", "shape"),
    [
        ("np.array(floats)", Effect.RELEASES, (100_000,)),
        ("np.asarray(floats)", Effect.HOLDS, (100_000,)),
        ("np.asarray(floats, dtype='float32')", Effect.RELEASES, (100_000,)),
        ("np.array(words)", Effect.HOLDS, (100_000,)),
        ("np.array(table)", Effect.RELEASES, (100_000, 2)),
        ("np.array(mixed)", Effect.HOLDS, (100_000, 2)),
        ("np.array(column)", Effect.RELEASES, (100_000,)),
        ("np.array(chunks)", Effect.RELEASES, (100_000,)),
        ("np.array(tensor)", Effect.RELEASES, (100_000,)),
        ("np.array(floats.tolist())", Effect.HOLDS, (100_000,)),
    ],
)
def test_an_array_of(expression: str, effect: Effect, shape: tuple[int, ...]) -> None:
    report = analyse(f"{SETUP}for _ in range(100):\n    made = {expression}\n", "a.py", Options(cores=2, threads=2))
    name = expression.partition("(")[0].replace("np.", "numpy.")
    call = next(c.detail for r in report.regions for c in r.calls if c.detail.call.name == name)
    assert call.effect.effect is effect
    assert call.call.result is not None and call.call.result.shape is not None
    assert tuple(round(d.likely) for d in call.call.result.shape) == shape


@pytest.mark.parametrize(
    ("members", "effect"), [("['a', 'b'] * 50_000", Effect.HOLDS), ("[1.5] * 100_000", Effect.RELEASES)]
)
def test_a_column_is_of_what_its_list_is_of(members: str, effect: Effect) -> None:
    made = f"made = pa.array({members})\n"
    source = f"{SETUP}{made}for _ in range(100):\n    made.to_numpy(zero_copy_only=False)\n"
    report = analyse(source, "a.py", Options(cores=2, threads=2))
    calls = [c.detail for r in report.regions for c in r.calls if c.detail.call.name == "pyarrow.Array.to_numpy"]
    assert calls[0].effect.effect is effect


def test_a_view_costs_nothing_and_a_list_does() -> None:
    held = []
    for source in ("floats", "floats.tolist()"):
        report = analyse(f"{SETUP}for _ in range(100):\n    made = np.asarray({source})\n", "a.py", Options())
        calls = [c.detail for r in report.regions for c in r.calls if c.detail.call.name == "numpy.asarray"]
        held.append(calls[0].effect.gil.likely)
    assert 100 * held[0] < held[1]


@pytest.mark.parametrize(
    ("display", "operator"),
    [
        ("[*rows, 1]", "list.__iadd__"),
        ("{*rows, 1}", "set.__ior__"),
        ("{**options, 'x': 1}", "dict.__ior__"),
        ("[*few]", None),
    ],
)
def test_unpacking_many_members_takes_its_time(display: str, operator: str | None) -> None:
    setup = "rows = list(range(10_000))\noptions = dict.fromkeys(rows)\nfew = [1, 2]\n"
    report = analyse(f"{setup}for _ in range(100):\n    made = {display}\n", "a.py", Options())
    names = [c.detail.call.name for r in report.regions for c in r.calls]
    assert operator in names if operator is not None else not any(".__i" in n and "range" not in n for n in names)


@pytest.mark.parametrize(
    ("statement", "held", "outside"),
    [
        # An array is copied outside the GIL, wherever in a container it is; it is pickled with the GIL held.
        ("copy.copy(x)", (0, 5_000), (10_000, 100_000)),
        ("copy.deepcopy(x)", (0, 5_000), (10_000, 100_000)),
        ("copy.deepcopy({'w': x, 'n': 3})", (0, 9_000), (10_000, 100_000)),
        ("copy.deepcopy(x[:100])", (0, 5_000), (0, 0)),
        ("pickle.dumps(x)", (20_000, 100_000), (0, 0)),
        ("pickle.dumps({'w': x})", (20_000, 100_000), (0, 0)),
        ("pickle.loads(pickle.dumps(x))", (30_000, 200_000), (0, 0)),
    ],
)
def test_arrays_that_are_copied_and_pickled(statement: str, held: tuple[int, int], outside: tuple[int, int]) -> None:
    """Nanoseconds, of 800,000 bytes."""
    source = f"import copy, pickle\n{SETUP}for _ in range(100):\n    {statement}\n"
    report = analyse(source, "a.py", Options(cores=2, threads=2))
    demand = next(r.demand for r in report.regions if r.region.span.line > 10)
    assert held[0] <= demand.gil.likely <= held[1]
    assert outside[0] <= demand.native.likely <= outside[1]


@pytest.mark.parametrize(
    "statement",
    ["pow(x, 2)", "divmod(x, 7)", "math.prod([x, x, x])", "list(itertools.accumulate([x, x, x]))", "sum([x, x, x])"],
)
def test_builtins_over_arrays_are_their_operators(statement: str) -> None:
    source = f"import itertools, math\n{SETUP}for _ in range(100):\n    {statement}\n"
    report = analyse(source, "a.py", Options(cores=2, threads=2))
    demand = next(r.demand for r in report.regions if r.region.span.line > 10)
    assert demand.native.likely > 4 * demand.gil.likely
