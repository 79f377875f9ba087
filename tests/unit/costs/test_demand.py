"""Demands add up over loops, branches, calls and callbacks; hand-overs are kept apart."""

from __future__ import annotations

import pytest

from gillint.costs.bytecode import build_factor, bytecode_costs, operations_ns
from gillint.costs.demand import Costs, Demand
from gillint.costs.synchronous import longest_synchronous
from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve
from gillint.syntax.parse import parse

TARGET = Target()


def demand_of(source: str) -> Demand:
    resolved = resolve(parse(source), TARGET, {})
    return Costs(TARGET).block(resolved.functions[0].block)


@pytest.mark.parametrize(
    ("once", "times", "factor"),
    [
        ("import time\ntime.sleep(0.1)\n", "import time\nfor _ in range(10):\n    time.sleep(0.1)\n", 10.0),
        (
            "import time\ntime.sleep(0.1)\n",
            "import time\nfor _ in 'ab':\n    for _ in 'abc':\n        time.sleep(0.1)\n",
            6.0,
        ),
        ("import time\ntime.sleep(0.1)\n", "import time\n[time.sleep(0.1) for _ in range(4)]\n", 4.0),
        ("import time\ntime.sleep(0.1)\n", "import time\nlist(map(time.sleep, [0.1] * 3))\n", 3.0),
        ("import time\ntime.sleep(0.1)\n", "import time\nif x:\n    time.sleep(0.1)\nelse:\n    pass\n", 0.4),
        ("import time\ntime.sleep(0.1)\n", "import time\ndef f():\n    time.sleep(0.1)\nf()\nf()\n", 2.0),
    ],
)
def test_waiting_adds_up(once: str, times: str, factor: float) -> None:
    assert demand_of(times).wait.likely == pytest.approx(factor * demand_of(once).wait.likely)


@pytest.mark.parametrize(
    ("drawn", "seconds"),
    [
        ("random.random() / 10", 0.05),
        ("0.1 + rng.random() * 0.1", 0.15),
        ("random.uniform(0.1, 0.3)", 0.2),
        ("random.triangular(0.1, 0.3)", 0.2),
        ("random.expovariate(1 / 0.2)", 0.2),
        ("random.gauss(0.1, 0.02)", 0.1),
        ("rng.normalvariate(0.1, 0.02)", 0.1),
    ],
)
def test_a_pause_that_is_drawn_by_lot_has_its_mean(drawn: str, seconds: float) -> None:
    demand = demand_of(f"import random, time\nrng = random.Random(1)\ntime.sleep({drawn})\n")
    assert demand.wait.likely == pytest.approx(seconds * 1e9, rel=0.01)


def test_work_that_is_handed_over_is_not_the_callers() -> None:
    demand = demand_of("import threading, time\nthreading.Thread(target=time.sleep, args=(1,)).start()\n")
    assert demand.wait.likely == 0
    assert demand.handed.likely >= 1e9


def test_a_size_flows_into_the_demand() -> None:
    large = demand_of("import hashlib\nhashlib.sha256(b'x' * 2_000_000)\n")
    small = demand_of("import hashlib\nhashlib.sha256(b'x' * 1_000)\n")
    assert large.native.likely > 100 * small.gil.likely
    assert small.native.likely == 0 and small.releases.likely == 0


def test_an_unknown_call_is_neither_held_nor_released() -> None:
    demand = demand_of("import nobody_knows\nnobody_knows.act(1)\n")
    assert demand.unknown.likely > 0
    assert demand.native.likely == demand.wait.likely == 0


def test_the_build_changes_the_cost_of_bytecode() -> None:
    operations = (("binary", 10.0), ("name", 20.0))
    base = operations_ns(operations, Target("3.12"))
    assert base == pytest.approx(10 * bytecode_costs()["binary"] + 20 * bytecode_costs()["name"])
    assert operations_ns(operations, Target("3.13", free_threaded=True)) > 1.3 * base
    assert 1.0 < build_factor(Target("3.14", free_threaded=True)) < 1.2
    assert build_factor(Target("3.10")) > 1.0


_OTHERS = (
    "async def computing():\n    time.sleep(0.1)\n"
    "async def waiting():\n    await asyncio.sleep(1)\n"
    "async def counting(n):\n    return n if n < 2 else await counting(n - 1) + await counting(n - 2)\n"
)


@pytest.mark.parametrize(
    ("body", "least", "most"),
    [
        ("    await asyncio.sleep(1)\n    time.sleep(0.2)\n    await asyncio.sleep(1)\n", 0.2e9, 0.21e9),
        ("    time.sleep(0.1)\n    time.sleep(0.2)\n    await asyncio.sleep(1)\n", 0.3e9, 0.31e9),
        ("    for _ in range(5):\n        time.sleep(0.1)\n", 0.5e9, 0.51e9),
        ("    for _ in range(5):\n        time.sleep(0.1)\n        await asyncio.sleep(0)\n", 0.1e9, 0.11e9),
        ("    await asyncio.sleep(5)\n", 0.0, 1e6),
        # A coroutine of the program that never waits is a call like any other.
        ("    for _ in range(5):\n        await computing()\n", 0.5e9, 0.51e9),
        ("    for _ in range(5):\n        time.sleep(0.1)\n        await waiting()\n", 0.1e9, 0.11e9),
        ("    await asyncio.gather(*[waiting() for _ in range(5)])\n    await counting(20)\n", 1e5, 1e9),
    ],
)
def test_the_longest_stretch_between_two_awaits(body: str, least: float, most: float) -> None:
    resolved = resolve(parse(f"import asyncio, time\n{_OTHERS}async def f():\n{body}"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "f")
    assert least <= longest_synchronous(Costs(TARGET), block).likely <= most


def test_one_place_with_two_sizes_takes_as_much_as_both() -> None:
    """A helper that is called for something small first, and then for something large."""
    helper = "import hashlib\ndef digest(data):\n    return hashlib.sha256(data)\n"
    source = f"{helper}digest(b'x' * 1_000)\ndigest(b'x' * 2_000_000)\n"
    resolved = resolve(parse(source), TARGET, {})
    costs = Costs(TARGET)
    block = resolved.functions[0].block
    (hashed,) = (share for share in costs.calls(block) if share.call.name == "hashlib.sha256")
    assert hashed.count.likely == 2
    assert (hashed.effect.native * hashed.count).likely == pytest.approx(costs.block(block).native.likely)
    assert hashed.effect.releases.likely == 0.5


def test_the_glue_of_a_library_is_no_bytecode_of_the_program() -> None:
    resolved = resolve(parse("import json\nwith open('a', 'w') as f:\n    json.dump([1] * 10_000, f)\n"), TARGET, {})
    costs = Costs(TARGET)
    block = resolved.functions[0].block
    inside = sum(share.python.likely for share in costs.calls(block))
    assert 0 < costs.block(block).python.likely - inside < 0.01 * inside
