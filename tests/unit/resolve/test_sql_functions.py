"""Functions of the program that SQL calls back are run for each row of a statement that names them."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse

SOURCE = """\
import sqlite3
c = sqlite3.connect(':memory:')
c.create_function('score', 1, lambda x: x * 2 + 1)
c.execute('create table t (a integer primary key, b int)')
c.executemany('insert into t values (?, ?)', [(i, i) for i in range(5000)])
for _ in range(1000):
    c.execute({statement!r})
"""
CASES = {  # statement: how often the function is called in one iteration
    "select sum(score(b)) from t": 5000,
    "update t set b = score(b) where b > 10": 5000,
    "select SCORE (b) from t where a = 7": 44,  # of one row; a look-up by key counts as many
    "select sum(b) from t": 0,
}


@pytest.mark.parametrize(("statement", "calls"), CASES.items())
def test_a_function_is_called_for_each_row(statement: str, calls: int) -> None:
    report = analyse(SOURCE.format(statement=statement), "a.py", Options())
    region = next(r for r in report.regions if r.region.span.line == 6)
    counted = [c.detail.count for c in region.calls if c.detail.call.name.endswith("create_function.__call__")]
    assert sum(t.likely for t in counted) == pytest.approx(calls, rel=0.02)
