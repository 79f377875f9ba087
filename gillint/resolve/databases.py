"""SQLite as a program uses it: what its statements are given, and what its cursors give back."""

from __future__ import annotations

from gillint.estimate import ONE
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.bound import element_of, size_of
from gillint.resolve.sites import Site
from gillint.resolve.sql import Query, run_script, run_statement
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, text_of

_CURSOR = "sqlite3.Cursor"


def query_of(act: Activation, name: str, bound: Bound, place: object) -> Query | None:
    """What a statement does; its effects on the tables are noted."""
    method = name.rsplit(".", 1)[-1]
    if not name.startswith("sqlite3.") or method not in ("execute", "executemany", "executescript"):
        return None
    text = text_of(bound.positional[0]) if bound.positional else None
    if text is None:
        return None
    tables = act.program.tables
    if method == "executescript":
        return run_script(tables, text.pattern, place)
    times = act.times * act.trips_so_far()
    if method == "executemany":
        passed = bound.positional[1] if len(bound.positional) > 1 else None
        rows = size_of(passed) if passed is not None else ONE
        row = element_of(passed) if passed is not None else None
        done = run_statement(tables, text.pattern, place, times * rows, row)
        return Query(done.visits * rows) if done is not None else None
    row = bound.positional[1] if len(bound.positional) > 1 else None
    return run_statement(tables, text.pattern, place, times, row)


def answered(result: Value, query: Query) -> Value:
    """The cursor with the rows that a statement gives."""
    return replace(result, type=_CURSOR, shape=None, size=query.rows, element=query.row or Value(type="tuple"))


def fetched(site: Site) -> Value:
    """`cursor.fetchall()`, `fetchone()`, `fetchmany(n)`."""
    cursor = site.bound.receiver
    if cursor is None or cursor.size is None or cursor.element is None:
        return site.result
    if site.name.endswith("fetchone"):
        return cursor.element
    if site.name.endswith("fetchall"):
        return replace(site.result, type="list", shape=None, size=cursor.size, element=cursor.element)
    return replace(site.result, element=cursor.element)
