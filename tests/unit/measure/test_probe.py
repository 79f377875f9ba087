"""Counting statements: one child for many, whatever they do to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from gillint.measure.counter import build_counter
from gillint.measure.probe import Prober, Statement, benchmark_of, counted
from gillint.measure.worker import ProbeError, child_text


@pytest.fixture(scope="module")
def prober() -> Iterator[Prober]:
    if build_counter() is None:
        pytest.skip("no C compiler")
    try:
        made = Prober(timeout=5.0)
    except ProbeError as problem:
        pytest.skip(str(problem))
    with made:
        yield made


def test_the_child_is_one_script_of_the_standard_library() -> None:
    tree = ast.parse(child_text())
    modules = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    modules |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert not any(name.startswith("gillint") for name in modules)


@pytest.mark.parametrize(
    ("setup", "statement", "held", "releases"),
    [
        ("import hashlib; data = bytes(1 << 20)", "hashlib.sha256(data)", 0.0, 1),
        ("", "sum(range(2000))", 1.0, 0),
        ("import time", "time.sleep(0.002)", 0.0, 1),
        ("x = [1]", "len(x)", 1.0, 0),
        ("n = 0", "n += 1", 1.0, 0),
        ("batch = [1]; _ = 1", "len(batch) + _", 1.0, 0),
    ],
)
def test_known_statements(prober: Prober, setup: str, statement: str, held: float, releases: int) -> None:
    found = prober.count(Statement(setup, statement))
    assert abs(found.held - held) < 0.1
    assert round(found.releases) == releases


def test_the_loop_is_not_counted(prober: Prober) -> None:
    assert prober.count(Statement("", "pass")).gil < 5
    assert prober.count(Statement("x = [1]", "len(x)")).gil < 150


@pytest.mark.parametrize(
    ("setup", "statement", "says", "missing"),
    [
        ("import no_such_module_anywhere", "pass", "ModuleNotFoundError", True),
        ("", "1 / 0", "ZeroDivisionError", False),
        ("", "(((", "SyntaxError", False),
        ("import os", "os._exit(3)", "ended early", False),
        ("import sys", "sys.exit(3)", "SystemExit", False),
    ],
)
def test_what_goes_wrong_leaves_the_next_alone(
    prober: Prober, setup: str, statement: str, says: str, missing: bool
) -> None:
    with pytest.raises(ProbeError, match=says) as caught:
        prober.count(Statement(setup, statement))
    assert caught.value.missing is missing
    assert prober.count(Statement("", "sum(range(100))")).held > 0.9


def test_what_takes_too_long_is_ended() -> None:
    if build_counter() is None:
        pytest.skip("no C compiler")
    try:
        prober = Prober(timeout=2.0)
    except ProbeError as problem:
        pytest.skip(str(problem))
    with prober:
        with pytest.raises(ProbeError, match="did not end within 2 s"):
            prober.count(Statement("", "while True: pass"))
        assert prober.count(Statement("", "sum(range(100))")).held > 0.9


def test_what_a_probe_prints_goes_nowhere(prober: Prober, capfd: pytest.CaptureFixture[str]) -> None:
    assert prober.count(Statement("print('{')", "print('noise')")).releases >= 0
    assert capfd.readouterr().out == ""


def test_a_busy_core_is_no_blocking() -> None:
    sample = {
        "gil": 100.0,
        "native": 0.0,
        "wait": 0.0,
        "blocked": 500.0,
        "releases": 0.0,
        "other": 0.0,
        "reference": 45.0,
    }
    assert counted([{**sample, "lost": 1}]).gil == 100.0
    assert counted([{**sample, "lost": 0}]).gil == 600.0


def test_a_benchmark_of_a_statement_compiles() -> None:
    script = benchmark_of(Statement("import math\nx = 'a\"b'", "math.sqrt(2.0)")).script
    compile(script, "benchmark.py", "exec")
    space: dict[str, object] = {"__name__": "benchmark"}
    exec(compile(script, "benchmark.py", "exec"), space)
    inputs, work = space["gillint_inputs"], space["gillint_work"]
    assert callable(inputs) and callable(work)
    work(*inputs())(10)
