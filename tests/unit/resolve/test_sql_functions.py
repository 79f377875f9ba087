"""Functions of the program that SQL calls back are run for each row of a statement that names them."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage
from gillint.estimate import ONE, Estimate
from gillint.pipeline import analyse, analyse_in_full
from gillint.resolve.external.sql import run_statement

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


AGGREGATE = """\
import sqlite3
class Mean:
    def __init__(self):
        self.values = []
    def step(self, value):
        self.values.append(value)
    def finalize(self):
        return sum(self.values) / len(self.values)
c = sqlite3.connect(':memory:')
c.create_aggregate('mean', 1, Mean)
c.execute('create table t (a integer primary key, b int)')
c.executemany('insert into t values (?, ?)', [(i, i) for i in range(5000)])
for _ in range(1000):
    c.execute('select mean(b) from t')
"""


def test_an_aggregate_takes_a_step_for_each_row_and_ends_for_each_that_comes_back() -> None:
    report = analyse(AGGREGATE, "a.py", Options())
    region = next(r for r in report.regions if r.region.span.line == 13)
    for name, times in (("list.append", 5000), ("sum", 1)):
        counted = [c.detail.count for c in region.calls if c.detail.call.name == name]
        assert sum(t.likely for t in counted) == pytest.approx(times, rel=0.02)


COLLATION = """\
import sqlite3
c = sqlite3.connect(':memory:')
c.create_collation('backwards', lambda a, b: (a[::-1] > b[::-1]) - (a[::-1] < b[::-1]))
c.execute('create table t (name text)')
c.executemany('insert into t values (?)', [(f'name {i}',) for i in range(4096)])
for _ in range(1000):
    c.execute('select name from t order by name collate backwards{limit}')
"""


@pytest.mark.parametrize(("limit", "calls"), [("", 4096 * 12), (" limit 10", 4096)])
def test_an_order_is_asked_for_two_texts_each_time(limit: str, calls: int) -> None:
    report = analyse(COLLATION.replace("{limit}", limit), "a.py", Options())
    region = next(r for r in report.regions if r.region.span.line == 6)
    counted = [c.detail.count for c in region.calls if c.detail.call.name.endswith("create_function.__call__")]
    assert sum(t.likely for t in counted) == pytest.approx(calls, rel=0.02)


COLUMNS = """\
import sqlite3
c = sqlite3.connect(':memory:')
c.create_function('tidy', 2, lambda name, width: name.upper())
c.execute('create table t (name text)')
c.executemany('insert into t values (?)', [('x' * 4000,) for i in range(100)])
for _ in range(1000):
    c.execute('select max(tidy(t.name, 5)) from t')
"""


def test_a_function_is_given_what_is_in_the_column() -> None:
    report = analyse(COLUMNS, "a.py", Options())
    region = next(r for r in report.regions if r.region.span.line == 6)
    upper = next(c.detail for c in region.calls if c.detail.call.name == "str.upper")
    assert upper.call.bound.receiver is not None
    assert upper.call.bound.receiver.size == Estimate.point(4000)


FRAMES = """\
import sqlite3
import numpy as np, pandas as pd
c = sqlite3.connect('a.db')
c.execute('create table t (a integer primary key, b int, kind text)')
c.executemany('insert into t values (?, ?, ?)', [(i, i %% 7, 'x' * 20) for i in range(5000)])
pd.DataFrame({'Name': ['a'] * 300, 'k': np.arange(300) %% 6}).to_sql('people', c, index=False)
for _ in range(3):
    pd.DataFrame({'v': np.zeros(200)}).to_sql('log', c, if_exists='append')
frame = pd.read_sql(%r, c)
"""
READ = {  # statement: the rows and columns of the frame
    "select b, kind from t": (5000, ["b", "kind"]),
    "select b, count(*) as many from t group by b": (7, ["b", "many"]),
    "people": (300, ["name", "k"]),
    "select Name as who, p.k from people p": (300, ["who", "k"]),
    "select max(v) from log": (1, ["max(v)"]),
    "select * from log": (600, ["v"]),
    "select a, kind from t union all select k, name from people": (5300, ["a", "kind"]),
    "select x, count(*) as n from (select b as x from t union all select -b as x from t) group by x": (100, ["x", "n"]),
}


@pytest.mark.parametrize(("statement", "rows", "columns"), [(s, *read) for s, read in READ.items()])
def test_a_query_is_read_into_a_frame(statement: str, rows: float, columns: list[str]) -> None:
    context = analyse_in_full(FRAMES % statement, "a.py", Options()).context
    assert context is not None
    calls = context.costs.calls(context.resolved.functions[0].block)
    frame = next(share.call.result for share in calls if share.call.name == "pandas.read_sql")
    assert frame is not None and frame.size is not None
    assert frame.size.likely == pytest.approx(rows, rel=0.1)
    assert [name for name, _ in frame.columns or ()] == columns


DUMPED = """\
import json
import sqlite3
db = sqlite3.connect(':memory:')
db.execute('create table customer (id integer primary key, name text)')
db.execute('create table purchase (id integer primary key, customer int, amount real)')
db.executemany('insert into customer values (?, ?)', [(i, str(i)) for i in range(300)])
db.executemany('insert into purchase values (?, ?, ?)', [(i, i % 300, i / 3) for i in range(4000)])
tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
for table in tables:
    for row in db.execute(f'SELECT * FROM {quote}{{table}}{quote} ORDER BY id'):
        print(json.dumps(row))
"""


@pytest.mark.parametrize("quote", ['"', ""])
def test_a_table_whose_name_is_put_in_is_one_of_those_that_there_are(quote: str) -> None:
    report = analyse(DUMPED.format(quote=quote), "a.py", Options())
    trips = {r.region.span.line: r.region.trips.likely for r in report.regions}
    assert [trips[line] for line in (8, 9, 10)] == pytest.approx([2, 2, 2150])


SERIES = {  # numbers in a row, and how many there are
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) select sum(i) from n": 20000,
    "WITH RECURSIVE n AS (VALUES(1) UNION ALL SELECT x + 1 FROM n LIMIT 300) SELECT count(*) FROM n": 300,
    "with recursive n(i) as (select 0 union select i + 2 from n where i <= 99), b as (select i from n) select max(i) from b": 99,
}


@pytest.mark.parametrize(("statement", "steps"), SERIES.items())
def test_a_series_of_numbers_is_counted_by_its_end(statement: str, steps: int) -> None:
    done = run_statement({}, " ".join(statement.split()), "", ONE)
    assert done is not None and done.rows.likely == 1
    assert 9 * steps <= done.visits.likely <= 14 * steps + 50


@pytest.mark.parametrize(
    ("statement", "commits"),
    [
        ("select 1", False),
        ("with a as (select 1) select * from a", False),
        ("with a as (select replace(b, 'x', 'y') from t) select * from a", False),
        ("with a as (select 1) insert into t select * from a", True),
        ("with a as (select 1) delete from t where b in a", True),
        ("update t set b = 1", True),
    ],
)
def test_only_a_change_is_committed(statement: str, *, commits: bool) -> None:
    source = f"import sqlite3\nwith sqlite3.connect('a.db') as c:\n    c.execute({statement!r})\n"
    assert ("sqlite3.Connection.commit" in dump_stage("effects", source, "a.py", Options())) is commits


OPERATOR = """\
import re, sqlite3
def regexp(pattern, text):
    return re.search(pattern, text, re.IGNORECASE) is not None
c = sqlite3.connect(':memory:')
c.create_function('REGEXP', 2, regexp)
c.execute('create table t (a integer primary key, b text)')
c.executemany('insert into t values (?, ?)', [(i, 'x' * 20) for i in range(5000)])
for _ in range(1000):
    c.execute({statement!r}, ('x',)).fetchall()
"""


@pytest.mark.parametrize(
    ("statement", "calls"), [("select a from t where b REGEXP ?", 5000), ("select a from t where b like ?", 0)]
)
def test_an_operator_calls_the_function_of_its_name(statement: str, calls: int) -> None:
    report = analyse(OPERATOR.format(statement=statement), "a.py", Options())
    region = next(r for r in report.regions if r.region.span.line == 8)
    counted = [c.detail.count for c in region.calls if c.detail.call.name == "re.search"]
    assert sum(t.likely for t in counted) == pytest.approx(calls, rel=0.02)
