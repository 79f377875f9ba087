"""Frames of pandas in a database: what a query that is read into a frame gives, what a frame that is written there leaves."""

from __future__ import annotations

import re

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import literal_text, size_of
from gillint.resolve.external.sql import run_statement
from gillint.resolve.external.sql_tables import Query, Table
from gillint.resolve.joining import Columns
from gillint.resolve.tabular.columns import COLUMN_OF_TYPE, FRAME, column, scalar
from gillint.resolve.tabular.kinds import kinds_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, text_of

READS = ("pandas.read_sql", "pandas.read_sql_query", "pandas.read_sql_table")
WRITES = "pandas.DataFrame.to_sql"
_A_NAME = re.compile(r"\w+")


def asked_for(act: Activation, bound: Bound, place: object) -> Query | None:
    """The query of `pandas.read_sql`: a statement, or the name of a table."""
    asked = bound.positional[0] if bound.positional else bound.get("sql") or bound.get("table_name")
    text = text_of(asked)
    if text is None:  # a statement that was put together: `select(Book)`
        rows = asked.size if asked is not None and (asked.type or "").startswith("sqlalchemy.") else None
        return Query(rows, rows) if rows is not None else None
    is_table = _A_NAME.fullmatch(text.pattern) is not None
    statement = f"select * from {text.pattern}" if is_table else text.pattern
    done = run_statement(act.program.tables, statement, place, ONE)
    return replace(done, names=tuple(_as_written(name, text.pattern) for name in done.names)) if done else None


def _as_written(name: str, statement: str) -> str:
    """A name of a column, which the reader of SQL has in small letters, as the statement spells it."""
    found = re.search(rf"\b{re.escape(name)}\b", statement, re.IGNORECASE)
    return found[0] if found is not None else name


def frame_of(result: Value, query: Query) -> Value:
    """The frame that a query is read into; with `chunksize` it is one of several, of which nothing is said."""
    if result.type != FRAME:
        return result
    return replace(result, size=query.rows, shape=None, columns=columns_of(query))


def columns_of(query: Query) -> Columns | None:
    """The columns that a query gives, where their names are known."""
    items = query.row.items if query.row is not None and query.row.items is not None else ()
    if not items or len(items) != len(query.names):
        return None
    return tuple(
        (name, column(COLUMN_OF_TYPE.get(item.type or ""), query.rows, item))
        for name, item in zip(query.names, items, strict=True)
    )


def keep_frame(act: Activation, bound: Bound, place: object) -> None:
    """`frame.to_sql("name", ...)`: a table, written anew or grown by a frame each time."""
    name = literal_text(bound.positional[0] if bound.positional else bound.get("name"))
    if name is None or bound.receiver is None:
        return
    tables, made = act.program.tables, table_of(bound.receiver, place)
    old = tables.get(name.lower())
    grows = literal_text(bound.get("if_exists")) == "append"
    table = old if old is not None and grows else Table()
    table.columns.update(made.columns)
    table.distinct.update(made.distinct)
    table.rows[place] = made.size * (act.times * act.trips_so_far()) if grows else made.size
    tables[name.lower()] = table


def table_of(frame: Value, place: object, rows: Estimate | None = None) -> Table:
    """A frame as a table: of as many rows as given, else as it has."""
    cells = {k.lower(): scalar(v.dtype, v.element).type for k, v in frame.columns or ()}
    distinct = {k.lower(): n for k, v in frame.columns or () if (n := kinds_of(v)) is not None}
    return Table(cells, distinct=distinct, rows={place: rows if rows is not None else size_of(frame)})
