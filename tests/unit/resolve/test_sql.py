"""What a statement costs and gives back is read from its text and the tables before it."""

from __future__ import annotations

import pytest

from gillint.estimate import ONE, Estimate
from gillint.resolve.external.sql import run_statement
from gillint.resolve.external.sql_tables import Query, Tables

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
    "select parent from centre where id <= 30": 30,
    "select parent from centre where id > 380": 20,
    "select parent from centre where id in (3, 7, 11)": 3,
    "select amount from booking where centre in (?, ?)": 2 * 10_000**0.5,
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
