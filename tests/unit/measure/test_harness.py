"""The parts of the harness that need no clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from gillint.measure import harness
from gillint.measure.harness import Limit, NothingToDo, Team, batch_of, limited
from gillint.measure.plan import StandIn
from gillint.measure.script import Piece, assemble


@pytest.fixture(autouse=True)
def no_limit() -> Iterator[None]:
    yield
    Limit.value, Limit.reached, Limit._begun = None, False, False


@pytest.mark.parametrize(
    "make", [range, lambda n: list(range(n)), lambda n: iter(range(n)), lambda n: (i for i in range(n))]
)
@pytest.mark.parametrize(
    ("length", "limit", "reached"), [(10, 3, True), (3, 3, False), (2, 3, False), (10, None, False)]
)
def test_a_loop_goes_through_its_first_items(make, length: int, limit: int | None, reached: bool) -> None:  # type: ignore[no-untyped-def]
    Limit.value = limit
    assert list(Limit.first(make(length))) == list(range(length))[:limit]
    assert Limit.was_reached() is reached


@pytest.mark.parametrize("nothing", [[], iter(()), {}, range(0)])
def test_a_loop_that_goes_through_nothing_is_not_measured(nothing: object) -> None:
    with pytest.raises(NothingToDo):
        Limit.first(nothing, True)


def test_a_loop_may_be_empty_later_on_or_beside_other_work() -> None:
    assert list(Limit.first([])) == []
    assert list(Limit.first([1], True)) == [1]
    assert list(Limit.first([], True)) == []


def fake_seconds(length: int, before: float, each: float):  # type: ignore[no-untyped-def]
    """What a run takes that does something and then loops."""

    def seconds() -> float:
        done = sum(1 for _ in Limit.first(range(length)))
        return before + each * done

    return seconds


@pytest.mark.parametrize(
    ("length", "before", "each", "least"),
    [
        (10**6, 0.0, 1e-6, 0.05),
        (100, 0.0, 1.0, 0.05),
        (10, 0.0, 1e-6, 0.05),
        (10**6, 0.2, 1e-5, 0.05),
        (0, 0.1, 1.0, 0.05),
    ],
)
def test_a_run_is_as_short_as_it_may_be_and_mostly_the_loop(
    length: int, before: float, each: float, least: float
) -> None:
    took = limited(fake_seconds(length, before, each), least)
    whole = before + each * length
    if Limit.value is None:
        assert took == whole
    else:
        assert took >= least
        assert took >= 4 * before
        assert Limit.value < length


@pytest.mark.parametrize(("before", "each"), [(0.0, 0.1), (0.01, 0.07)])
def test_one_iteration_is_enough_where_it_is_long(before: float, each: float) -> None:
    assert limited(fake_seconds(20, before, each), 0.05) == pytest.approx(before + each)
    assert Limit.value == 1


def test_code_that_needs_all_of_its_data_gets_it() -> None:
    def seconds() -> float:
        if len(list(Limit.first(range(10)))) < 10:
            raise ZeroDivisionError
        return 1.0

    assert limited(seconds, 0.05) == 1.0
    assert Limit.value is None


def test_each_copy_makes_its_inputs_in_its_own_thread() -> None:
    import threading

    made: list[int] = []
    ran: list[int] = []

    def inputs() -> tuple[int]:
        made.append(threading.get_ident())
        return (threading.get_ident(),)

    def work(maker: int) -> None:
        assert maker == threading.get_ident()
        ran.append(maker)

    team = Team(3, lambda: batch_of(work, inputs))
    team.seconds(2, 3)
    team.close()
    assert len(set(made)) == 3
    assert sorted(ran) == sorted(made * 2)


def test_copies_of_a_coroutine_run_on_one_loop() -> None:
    import asyncio

    loops: list[object] = []

    async def work() -> None:
        loops.append(asyncio.get_running_loop())

    batch_of(work, lambda: ())(3)
    assert len(loops) == 3
    assert len(set(map(id, loops))) == 1


def test_an_error_in_a_thread_is_raised() -> None:
    def work() -> None:
        raise KeyError("gone")

    team = Team(1, lambda: batch_of(work, lambda: ()))
    with pytest.raises(KeyError, match="gone"):
        team.seconds(1)


def test_the_harness_needs_the_standard_library_alone() -> None:
    import sys

    tree = ast.parse(Path(harness.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


def test_lines_of_a_script_are_traced_to_the_file() -> None:
    pieces = [
        Piece("import json\nimport sys", 3),
        Piece("made = 1"),
        Piece("def gillint_work():"),
        Piece("    1 / 0", 40),
    ]
    benchmark = assemble(pieces, origin="user.py", work="a thing", stand_ins=(StandIn("made", "the number 1"),))
    lines = benchmark.script.splitlines()
    assert benchmark.original_line(lines.index("import json") + 2) == 4
    assert benchmark.original_line(lines.index("    1 / 0") + 1) == 40
    assert benchmark.original_line(lines.index("made = 1") + 1) is None
    assert "made: the number 1" in benchmark.script
    ast.parse(benchmark.script)


def test_future_imports_stay_first() -> None:
    pieces = [Piece("import os"), Piece("from __future__ import annotations", 1), Piece("x: Undefined = 1", 5)]
    compile(assemble(pieces, origin="user.py", work="a thing").script, "benchmark.py", "exec")
