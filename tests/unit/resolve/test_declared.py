"""Methods that a class only declares."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.unit.resolve.test_objects import calls_of

_BEGIN = """
    import math
    from abc import ABC, abstractmethod
    from typing import Protocol
"""
_USE = """
    def work(job: Job):
        return job.run(4.0)
"""


def job(method: str, bases: str = "", below: str = "") -> str:
    return f"""
    class Job{bases}:
        {method}
        def run(self, x):
            return self.step(x)
    {below}
    """


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (job("@abstractmethod\n        def step(self, x): pass", "(ABC)"), {("Job.step", "unknown")}),
        (job("def step(self, x):\n            'One.'\n            raise NotImplementedError('step')"), {("Job.step", "unknown")}),
        (job("def step(self, x) -> float: ...", "(Protocol)"), {("Job.step", "unknown")}),
        (job("def step(self, x): pass"), set()),  # a hook: nothing unless somebody overrides it
        (job("def step(self, x):\n            if x: return math.sqrt(x)\n            raise NotImplementedError"),
         {("math.sqrt", "library")}),
        (job("@abstractmethod\n        def step(self, x): pass", "(ABC)", "class Root(Job):\n        def step(self, x):\n"
             "            super().step(x)\n            return math.sqrt(x)"), {("math.sqrt", "library")}),
    ],
)  # fmt: skip
def test_what_a_method_that_is_only_declared_does_nobody_knows(source: str, expected: set[tuple[str, str]]) -> None:
    found = calls_of(dedent(_BEGIN) + dedent(source) + dedent(_USE))
    plain = {(c.name, c.kind) for c in found if c.kind != "project" and "__" not in c.name}
    assert {p for p in plain if p[0] not in ("NotImplementedError", "super")} == expected
