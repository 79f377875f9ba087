"""What a statement costs and gives back is read from its text and the tables before it."""

from __future__ import annotations

import pytest

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.external.sql import run_statement
from gillint.resolve.external.sql_parameters import with_parameters
from gillint.resolve.external.sql_tables import Query, Tables
from gillint.resolve.program import resolve, walk
from gillint.resolve.text.texts import Text
from gillint.resolve.trace import Call, Loop
from gillint.resolve.values import Literal, Value
from gillint.syntax.parse import parse
from gillint.syntax.tree import HOLE
from tests.support import options

CREATED = (
    ("create table centre (id integer primary key, parent integer)", 1),
    ("create table booking (centre integer, month text, amount real)", 1),
    ("create table hourly (hour integer primary key, n integer)", 1),
    ("insert into centre values (?, ?)", 400),
    ("insert into booking values (?, ?, ?)", 10_000),
)
WALK = """
    with recursive tree(id, root) as (
      select id, id from centre where id < 8 union all select c.id, t.root from centre c join tree t on c.parent = t.id
    ) select {} from tree t"""
ROWS = {  # statement: the rows that it gives back
    "select b.amount from centre c join booking b on b.centre = c.id": 10_000,
    "select c.parent from booking b join centre c on b.centre = c.id": 10_000,
    "select c.parent from booking b join centre c using (id)": 10_000,
    WALK.format("*"): 400 + 8,  # what it starts with, and each centre once
    WALK.format("root, count(*)") + " group by t.root": 408**0.5,
    "select parent from centre where id between 11 and 30": 20,
    "select parent from centre where id >= 12 and id < 31": 20,
    "select parent from centre where id <= 30": 30,
    "select parent from centre where id > 380": 20,
    "select parent from centre where id in (3, 7, 11)": 3,
    "select amount from booking where centre in (?, ?)": 2 * 10_000**0.5,
    "select amount from booking where month = ? and amount > 3 and centre < 5": 10_000**0.5 / 9,
    "select b.amount from booking b join centre c on b.centre = c.id where c.id = ?": 10_000 / 400,
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 500) select i from n": 501,
}


def _run(statement: str) -> tuple[Query, Tables]:
    tables: Tables = {}
    for number, (text, times) in enumerate(CREATED):
        run_statement(tables, text, number, Estimate.point(times))
    query = run_statement(tables, statement, "here", ONE)
    assert query is not None
    return query, tables


@pytest.mark.parametrize(("statement", "rows"), ROWS.items())
def test_rows_of_a_query(statement: str, rows: float) -> None:
    assert _run(statement)[0].rows.likely == pytest.approx(rows, rel=0.01)


def test_what_a_select_finds_is_inserted() -> None:
    query, tables = _run("insert or replace into hourly select centre, count(*) from booking group by centre")
    assert tables["hourly"].size.likely == pytest.approx(100)
    assert query.visits.likely > _run("select centre, count(*) from booking group by centre")[0].visits.likely > 10_000


@pytest.mark.parametrize(
    "statement",
    [
        "select centre, sum(price) over (partition by centre order by day) as running from booking",
        "select lag(price, 1) over (order by day) from booking",
        "with ranked as (select centre, row_number() over (partition by centre order by day) as place from booking) "
        "select centre, place from ranked",
    ],
)
def test_a_window_gives_a_value_for_each_row(statement: str) -> None:
    plain, _ = _run("select centre, day from booking")
    query, _ = _run(statement)
    assert query.rows.likely == pytest.approx(plain.rows.likely)
    assert query.visits.likely > 10 * plain.visits.likely


@pytest.mark.parametrize(
    "statement",
    [
        "select max(id) from centre",
        "select parent from centre where id between 1 and 20",
        "explain select * from booking",
        "describe booking",
        "show tables",
    ],
)
def test_a_key_is_looked_up(statement: str) -> None:
    """The last of an index, a range of it, and a plan: no table is gone through."""
    assert _run(statement)[0].visits.likely < 100


def test_a_summary_goes_through_every_value() -> None:
    query, _ = _run("summarize booking")
    assert query.rows.likely == 3
    assert query.visits.likely > 100 * 3 * 10_000


def test_a_key_that_is_not_the_number_of_the_row_is_kept_in_an_index() -> None:
    tables: Tables = {}
    run_statement(tables, "create table plain (id integer primary key, name text)", 1, ONE)
    run_statement(tables, "create table named (id text primary key, name text)", 2, ONE)
    run_statement(tables, "create table paired (a integer, b integer, name text, primary key (a, b))", 3, ONE)

    def visits(statement: str) -> float:
        query = run_statement(tables, statement, 4, ONE)
        assert query is not None
        return query.visits.likely

    plain = visits("insert into plain values (?, ?)")
    named = visits("insert into named values (?, ?)")
    assert plain == visits("insert or replace into plain values (?, ?)")
    assert (
        plain
        < named
        == visits("insert into paired values (?, ?, ?)")
        == visits("insert or ignore into named values (?, ?)")
    )
    assert named < visits("insert or replace into named values (?, ?)")
    assert named < visits("insert into named values (?, ?) on conflict(id) do update set name = excluded.name")


def test_a_page_is_read_in_the_order_of_a_key() -> None:
    page, _ = _run("select * from centre where id > ? order by id limit 20")
    best, _ = _run("select * from booking where amount > ? order by amount limit 20")
    assert page.visits.likely < 100 < best.visits.likely


def test_the_first_few_of_each_group() -> None:
    few, _ = _run(
        "select month, row_number() over (partition by centre order by amount) as n from booking qualify n <= 2"
    )
    assert few.rows.likely == 200.0


def _value(*numbers: int | str) -> Value:
    items = (
        Value(type="str", literal=Literal(n)) if isinstance(n, str) else Value(type="int", number=Estimate.point(n))
        for n in numbers
    )
    return Value(type="tuple", items=tuple(items), size=Estimate.point(len(numbers)))


# A statement, what is passed, and what is asked then.
PASSED = {
    "how many at most": ("select a from t where b = ? limit ?", (7, 100), "select a from t where b = ? limit 100"),
    "a comparison": ("select a from t where id < ? and b = ?", (30, 4), "select a from t where id < 30 and b = ?"),
    "between": ("select a from t where id between ? and ?", (3, 9), "select a from t where id between 3 and 9"),
    "words to search for": ("select a from t where t match ?", ("tea",), "select a from t where t match 'tea'"),
    "a list that is put in": (
        f"select a from t where id in ({HOLE})",
        (1, 2, 3),
        "select a from t where id in (?, ?, ?)",
    ),
    "nothing": ("select a from t where b = ?", (7,), "select a from t where b = ?"),
}


@pytest.mark.parametrize(("statement", "passed", "asked"), PASSED.values(), ids=list(PASSED))
def test_what_is_passed_is_written_where_it_says_something(
    statement: str, passed: tuple[int | str, ...], asked: str
) -> None:
    assert with_parameters(statement, _value(*passed)) == asked


@pytest.mark.parametrize(
    ("condition", "apart", "asked"),
    [
        ("id between ? and ?", 10, "id between 500 and 510"),
        ("id >= ? and id < ?", 10, "id >= 500 and id < 510"),
        ("id between ? and ?", -10, "id between ? and ?"),
        ("a > ? or b = ?", 10, "a > ? or b = ?"),
    ],
)
def test_two_places_that_go_together_are_as_far_apart(condition: str, apart: float, asked: str) -> None:
    start = Value(type="int", number=Estimate(250, 500, 750))
    row = Value(type="tuple", items=(start, replace(start, number=Estimate(250, 500, 750) + apart)), size=ONE + 1)
    assert with_parameters(f"select a from t where {condition}", row) == f"select a from t where {asked}"


SEARCHED = (
    ("create virtual table note using fts5(title, body)", 1),
    ("insert into note values (?, ?)", 500),
)


@pytest.mark.parametrize(("words", "share"), [("tea", 1.0), ("coffee", 0.2)])
def test_words_that_all_documents_have_find_them_all(words: str, share: float) -> None:
    tables: Tables = {}
    row = Value(type="tuple", items=(Value(type="str"), Value(type="str", text=Text(f"topic {HOLE} and tea"))))
    for number, (text, times) in enumerate(SEARCHED):
        run_statement(tables, text, number, Estimate.point(times), row)
    query = run_statement(tables, f"select title from note where note match '{words}'", "here", ONE)
    assert query is not None
    assert query.rows.likely == pytest.approx(500 * share)


LOOPS = {
    "fetchmany, until it is empty": (
        "while True:\n    rows = cursor.fetchmany(100)\n    if not rows:\n        break",
        21,
    ),
    "fetchmany, in the test": ("while rows := cursor.fetchmany(100):\n    print(len(rows))", 21),
    "fetchone": ("row = cursor.fetchone()\nwhile row is not None:\n    row = cursor.fetchone()", 2_001),
}


@pytest.mark.parametrize(("loop", "turns"), LOOPS.values(), ids=list(LOOPS))
def test_a_loop_ends_behind_the_last_row(loop: str, turns: float) -> None:
    source = (
        "import sqlite3\nc = sqlite3.connect(':memory:')\nc.execute('create table t (a int)')\n"
        "c.executemany('insert into t values (?)', [(i,) for i in range(2000)])\n"
        f"cursor = c.execute('select a from t')\n{loop}\n"
    )
    resolved = resolve(parse(source, "program.py"), options().target, {})
    loops = [n for f in resolved.functions for n in walk(f.block) if isinstance(n, Loop) and n.span.line > 5]
    assert [n.trips.likely for n in loops][-1] == turns


CHAINS = {
    "a filter and an aggregate": ("r.filter('v > 1').aggregate('g, sum(v)', 'g')", 100_000),
    "ordered": ("r.order('v')", 1_000_000),
    "the first of them": ("r.project('g').limit(10)", 0),
}


@pytest.mark.parametrize(("chain", "least"), CHAINS.values(), ids=list(CHAINS))
def test_a_chain_of_relations_looks_at_the_rows_that_it_began_with(chain: str, least: float) -> None:
    source = (
        "import duckdb\nc = duckdb.connect()\n"
        "c.execute('create table t as select range as g, random() as v from range(100000)')\n"
        f"r = c.table('t')\n{chain}.fetchall()\n"
    )
    resolved = resolve(parse(source, "program.py"), options().target, {})
    calls = (n for f in resolved.functions for n in walk(f.block) if isinstance(n, Call))
    [fetch] = [n for n in calls if n.name.endswith("fetchall")]
    assert fetch.bound.receiver is not None
    assert fetch.bound.receiver.number is not None
    assert fetch.bound.receiver.number.likely >= least
