"""Making a task of an event loop is work of the thread that it will run in, whatever the task does."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage


@pytest.mark.parametrize(
    ("library", "group", "made_by"),
    [
        ("anyio", "anyio.create_task_group()", "anyio.abc.TaskGroup.start_soon"),
        ("trio", "trio.open_nursery()", "trio.Nursery.start_soon"),
    ],
)
@pytest.mark.parametrize("task", ["one, 1", "LIBRARY.sleep, 0"])
def test_making_a_task_is_a_call(library: str, group: str, made_by: str, task: str) -> None:
    source = (
        f"import {library}\nasync def one(x): print(x)\nasync def main():\n    async with {group} as g:\n"
        f"        for _ in range(50):\n            g.start_soon({task.replace('LIBRARY', library)})\n"
    )
    text = dump_stage("resolve", source, "program.py", Options(python="3.11"))
    assert f"{made_by} (library, implicit)" in text
