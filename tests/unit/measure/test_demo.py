"""The demo's loops: what is predicted for them comes from their own source."""

from __future__ import annotations

import ast

import pytest

from gillint.measure import demo
from tests.support import verdict


def test_there_is_a_loop_of_each_kind() -> None:
    found = [verdict(loop.source(), cores=2, threads=2) for loop in demo.LOOPS]
    assert [r["bound"] for r in found] == ["gil", "io", "native"]
    assert [r["threads_help"] for r in found] == ["no", "yes", "yes"]


@pytest.mark.parametrize("loop", demo.LOOPS, ids=lambda loop: loop.title)
def test_the_source_is_a_program_of_its_own(loop: demo.Loop) -> None:
    tree = ast.parse(loop.source())
    assert any(isinstance(node, ast.FunctionDef) for node in tree.body)
    space: dict[str, object] = {}
    exec(compile(tree, "demo", "exec"), space)
    assert callable(space[loop.function.__name__])


def test_a_measurement_takes_turns_and_reports_its_extremes(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    times = iter([2.0, 2.0, 1.0, 1.0, 3.0, 4.0])

    def elapsed(function: object, count: int) -> float:
        calls.append(count)
        return next(times)

    monkeypatch.setattr(demo, "_elapsed", elapsed)
    advanced: list[int] = []
    loop = demo.Loop("nothing", lambda: None)
    found = demo.measure(loop, 3, lambda: advanced.append(1))
    assert calls == [1, 2, 1, 2, 1, 2]
    assert len(advanced) == 3
    assert (found.low, found.median, found.high) == (1.5, 2.0, 2.0)


def test_the_running_version_is_one_that_the_options_take() -> None:
    from gillint.config.settings import python_of

    assert python_of(demo.running_python(), "python") == demo.running_python()
