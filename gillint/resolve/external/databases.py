"""SQLite as a program uses it: what its statements are given, and what its cursors give back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import replace
from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of, literal_text, size_of
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.peers import around
from gillint.resolve.external.relations import RELATION, asked_before, related
from gillint.resolve.external.sql import run_script, run_statement
from gillint.resolve.external.sql_functions import REGISTERS, register, run_named, summed_up
from gillint.resolve.external.sql_parameters import with_parameters
from gillint.resolve.external.sql_tables import Query, Table, parts_of, remainders
from gillint.resolve.tabular import stored_frames
from gillint.resolve.text.texts import ANY, Text
from gillint.resolve.trace import Block, Bound, Call, Kind, Loop, Node, children
from gillint.resolve.values import NONE, UNKNOWN, FunctionRef, PartialRef, Value, is_known, text_of

_CURSOR = "sqlite3.Cursor"
_STATEMENTS = ("execute", "executemany", "executescript")
DUCKDB = "duckdb.DuckDBPyConnection"
ROW_GIVERS = (_CURSOR, DUCKDB)
_DUCKDB = (DUCKDB, "duckdb")
# The only column of `FROM range(1000)`.
_RANGE = (("range", Value(type="pandas.Series", dtype="int64")),)
_DUCKDB_ASKS = tuple(f"{owner}.{method}" for owner in _DUCKDB for method in ("execute", "sql", "query"))
# Of a file, or of what somebody else filled, nobody knows how many rows there are.
_OPEN_TABLE = Estimate(100, 100_000, 1e7)
_IF_NEW = re.compile(r"\s+if\s+not\s+exists\s+", re.IGNORECASE)
# What DuckDB spends on a row of a text file, and on finding out how it is written, in visits of a row of a table.
_PARSED, _SNIFFED = 120.0, 8e6
_SOURCES = re.compile(r"\b(from|join) +(?:'[^']*'|range\((\d+)\)|\w+\([^)]*\)|\"?(\w+)\"?)", re.IGNORECASE)
_MADE_OF_QUERY = re.compile(
    r"create (?:or replace )?(?:temp |temporary )?table (?:if not exists )?\"?(\w+)\"? as (select .*)"
)


def query_of(act: Activation, name: str, bound: Bound, place: object) -> Query | None:
    """What a statement does; its effects on the tables are noted."""
    if name in _DUCKDB_ASKS:
        return _asked_of_duckdb(act, bound, place)
    if name in stored_frames.READS:
        return stored_frames.asked_for(act, bound, place)
    method = name.rsplit(".", 1)[-1]
    if not name.startswith("sqlite3.") or method not in _STATEMENTS:
        return None
    text = text_of(bound.positional[0]) if bound.positional else None
    if text is None:
        return None
    tables = act.program.tables
    if method == "executescript":
        return run_script(tables, text.pattern, place)
    times = act.times * act.trips_so_far()
    statement = text.pattern
    if bound.receiver is not None and (text_of(bound.receiver) or ANY).pattern == ":memory:":
        statement = _IF_NEW.sub(" ", statement)  # always new
    if method == "executemany":
        passed = bound.positional[1] if len(bound.positional) > 1 else None
        rows = size_of(passed) if passed is not None else ONE
        row = element_of(passed) if passed is not None else None
        done = run_statement(tables, statement, place, times * rows, row)
        return Query(done.visits * rows) if done is not None else None
    row = bound.positional[1] if len(bound.positional) > 1 else None
    statement = with_parameters(statement, row) if _ASKS.match(statement) else statement
    return summed_up(act, statement, run_statement(tables, statement, place, times, row))


def looked_at(name: str, query: Query) -> Estimate:
    """What the call that asks looks at. To each row of sqlite after the first one it is stepped when that is fetched."""
    if not name.startswith("sqlite3.") or query.rows is None:
        return query.visits
    return (query.visits - query.rows).max(ONE)


def behind_statement(act: Activation, name: str, bound: Bound, query: Query | None, span: Span) -> None:
    """What a statement does beside reading and changing rows: it calls functions of the program, it ends a transaction."""
    if name == stored_frames.WRITES:
        stored_frames.keep_frame(act, bound, (span, act.path))
    if name.startswith("sqlite3."):
        _call_functions(act, name, bound, query, span)
        if name in ROW_STEPS and bound.receiver is not None:
            row_made(act, bound.receiver, span)
        _end_transaction(act, name, bound, span)
        _note_transaction(act, name, bound)


def _note_transaction(act: Activation, name: str, bound: Bound) -> None:
    """Whether a transaction is under way from here on: a change begins one, where nothing says otherwise."""
    text = text_of(bound.positional[0]) if bound.positional else None
    if name == COMMIT or (text is not None and _LEAVES.match(text.pattern)):
        act.program.sql_begun = False
    elif text is not None and name in _EXECUTES and not any(k.match(text.pattern) for k in (_READS, _OF_THE_SCHEMA)):
        alone = bound.receiver is not None and bound.receiver.columns == _ALONE
        act.program.sql_begun = act.program.sql_begun or not alone or _BEGINS.match(text.pattern) is not None


def begun(act: Activation, name: str, bound: Bound) -> Bound:
    """A query of a file in a transaction: the file is locked already, and what is in it is known."""
    receiver = bound.receiver
    if name not in _EXECUTES or not act.program.sql_begun or receiver is None or receiver.dtype not in ("file", "wal"):
        return bound
    text = text_of(bound.positional[0]) if bound.positional else None
    asks = text is not None and _ASKS.match(text.pattern) is not None
    return replace(bound, receiver=replace(receiver, dtype="begun")) if asks else bound


def _call_functions(act: Activation, name: str, bound: Bound, query: Query | None, span: Span) -> None:
    """Functions of the program that SQL may call: noted where they are registered, run where a statement names them."""
    passed = bound.positional
    text = text_of(passed[0]) if passed else None
    if text is None:
        return
    if name in REGISTERS:
        register(act, name, passed, text.pattern, span)
    elif query is not None and name.rsplit(".", 1)[-1] in _STATEMENTS:
        run_named(act, text.pattern, query, span)


ROW_FACTORY = "row_factory"
ROW_STEPS = ("sqlite3.Cursor.__iter__", "sqlite3.Cursor.__next__")
_DESCRIBED = Value(type="tuple", items=(Value(type="str", size=Estimate.point(8)), *(NONE,) * 6))


def note_row_factory(act: Activation, owner: Value | None, factory: Value) -> None:
    """`connection.row_factory = as_dict`: a function of the program makes each row that is given back."""
    if owner is not None and owner.type in (_CONNECTION, _CURSOR):
        act.program.sql_functions[ROW_FACTORY] = factory


def _rows_made(act: Activation, cursor: Value, rows: Estimate, span: Span) -> Value:
    """Run the function of the program that makes a row of each tuple; what it gives, the tuple where there is none."""
    from gillint.resolve.calling.calls import apply

    row = cursor.element if cursor.element is not None else Value(type="tuple")
    factory = act.program.sql_functions.get(ROW_FACTORY)
    if factory is None or not isinstance(factory.reference, (FunctionRef, PartialRef)):
        return row
    columns = Value(type="tuple", items=(_DESCRIBED,) * len(row.items)) if row.items else None
    handed = replace(cursor, element=None, columns=(("description", columns),) if columns is not None else None)
    with act.nested() as builder:
        act.loops.append(rows)
        made = apply(act, factory, (handed, row), (), span, ROW_FACTORY)
        act.loops.pop()
    act.emit(Loop(span, act.path, Kind.MAP, rows, builder.finish(), function=act.name))
    return made if is_known(made) else row


def row_made(act: Activation, cursor: Value, span: Span) -> Value:
    """The next row that a cursor gives."""
    return _rows_made(act, cursor, ONE, span)


def _asked_of_duckdb(act: Activation, bound: Bound, place: object) -> Query | None:
    """A statement of DuckDB, which reads files, ranges and the program's own frames as tables, too."""
    text = text_of(bound.positional[0]) if bound.positional else None
    if text is None:
        return None
    tables = dict(act.program.tables)
    before: list[Estimate] = []

    def named(found: re.Match[str]) -> str:
        """The table that stands for a source: made up where it is not one that the program created."""
        name = found[3] or f"source_{found.start()}"
        if name.lower() not in tables:
            frame = act.environment.get(name) if found[3] else None
            before.append(asked_before(frame) if frame is not None else ZERO)
            counted = Value(size=Estimate.point(float(found[2])), columns=_RANGE) if found[2] else None
            tables[name.lower()] = _table_of(counted or frame or UNKNOWN, name)
        return f"{found[1]} {name}"

    words = _SOURCES.sub(named, " ".join(text.pattern.split()))
    made_of = total(before)
    made = _MADE_OF_QUERY.match(words.lower())
    if made is None:
        done = run_statement(tables, words, place, act.times * act.trips_so_far())
        if done is not None and done.row is not None and not done.row.items:  # of columns that nobody knows
            done = replace(done, row=None)
        done = replace(done, visits=done.visits + made_of) if done is not None else None
        return (
            replace(done, visits=done.visits * _PARSED + _SNIFFED)
            if done is not None and ".csv" in text.pattern
            else done
        )
    done = run_statement(tables, made[2], place, ONE)
    if done is not None:
        items = done.row.items or () if done.row is not None else ()
        columns = {name: item.type for name, item in zip(done.names, items, strict=False)}
        of_remainders = remainders(parts_of(re.sub(r"^select (.*?) from .*$", r"\1", made[2])))
        act.program.tables[made[1]] = Table(
            columns,
            rows={place: done.rows},
            distinct={name: Estimate.point(kinds) for name, (kinds, _) in of_remainders.items()},
            below={name: below for name, (_, below) in of_remainders.items()},
        )
    return done


def _table_of(frame: Value, place: object) -> Table:
    """A frame as a table."""
    return stored_frames.table_of(frame, place, frame.size or _OPEN_TABLE)


def registered(site: Site) -> Value:
    """`connection.register(name, frame)`: a frame of the program as a table."""
    name, frame = literal_text(site.argument(0, "view_name")), site.argument(1, "python_object")
    if name is not None and frame is not None:
        site.act.program.tables[name.lower()] = _table_of(frame, site.span)
    return site.result


def answered(name: str, result: Value, query: Query) -> Value:
    """The cursor with the rows that a statement gives; a relation, which works when it is asked, with those it looks at."""
    if name in stored_frames.READS:
        return stored_frames.frame_of(result, query)
    kind = result.type if name in _DUCKDB_ASKS else _CURSOR
    made = related(replace(result, type=kind), query)
    if name not in _DUCKDB_ASKS:
        return replace(made, columns=result.columns, number=result.number)
    return made if kind == RELATION else replace(made, number=result.number)


def opened_database(site: Site) -> Value:
    """A connection; its dtype says what a change waits for: nothing where it is in memory, else as the file's pragmas say."""
    database = site.argument(0, "database")
    pattern = (text_of(database) or ANY).pattern if database is not None else ""
    if pattern == ":memory:" or "mode=memory" in pattern:
        return replace(site.result, dtype="memory")
    made = replace(site.result, dtype=around(site.act.scope).journal)
    level = site.argument(3, LEVEL)
    return at_level(site.act, made, level) if level is not None else made


def has_level(value: Value | None) -> bool:
    """Whether setting `isolation_level` of it decides how a change is committed: a connection of sqlite3."""
    return value is not None and value.type == _CONNECTION


def at_level(act: Activation, connection: Value, level: Value) -> Value:
    """A connection whose isolation level is set, when it is opened or later: `connection.isolation_level = None`."""
    if not has_level(connection) or connection.dtype == "memory":
        return connection
    alone = level.type == "NoneType" and not around(act.scope).begins
    return replace(connection, columns=_ALONE if alone else None)


def opened_shelf(site: Site) -> Value:
    """`shelve.open(path)`, `dbm.open(path)`: one that goes by the name of its file."""
    path = text_of(site.argument(0, "filename", "file") or Value())
    return replace(site.result, text=Text(path.pattern)) if path is not None else site.result


def cursor_of(site: Site) -> Value:
    """`connection.cursor()`."""
    receiver = site.bound.receiver
    if receiver is None:
        return site.result
    return replace(site.result, dtype=receiver.dtype, columns=receiver.columns, text=receiver.text)


def fetched(site: Site) -> Value:
    """`cursor.fetchall()`, `fetchone()`, `fetchmany(n)`."""
    cursor = site.bound.receiver
    if cursor is None or cursor.size is None or cursor.element is None:
        return site.result
    rows = cursor.size if site.name.endswith("fetchall") else ONE
    row = _rows_made(site.act, cursor, rows, site.span)
    if site.name.endswith("fetchone"):
        return row
    if site.name.endswith("fetchall"):
        return replace(site.result, type="list", shape=None, size=cursor.size, element=row)
    most = site.argument(0, "size")
    count = most.number if most is not None and most.number is not None else ONE
    return replace(site.result, type="list", shape=None, size=cursor.size.min(count), element=row)


# A connection on which each change is a transaction of its own.
LEVEL = "isolation_level"
_ALONE = ((LEVEL, NONE),)
_ASKS = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
_LEAVES = re.compile(r"\s*(commit|end|rollback)\b(?!\s+to\b)", re.IGNORECASE)
_BEGINS = re.compile(r"\s*(begin|savepoint)\b", re.IGNORECASE)
_ENDS = re.compile(r"\s*(commit|end)\b", re.IGNORECASE)
_OF_THE_SCHEMA = re.compile(r"\s*(create|drop|alter|vacuum|reindex)\b", re.IGNORECASE)


def _end_transaction(act: Activation, name: str, bound: Bound, span: Span) -> None:
    """What a statement that ends a transaction waits for: `execute("COMMIT")`, each change with `isolation_level=None`."""
    receiver = bound.receiver
    text = text_of(bound.positional[0]) if receiver is not None and bound.positional else None
    if receiver is None or text is None or name not in (*_EXECUTES, *_EXECUTES_MANY):
        return
    changes = not any(known.match(text.pattern) for known in (_READS, _OF_THE_SCHEMA, _BEGINS))
    if _ENDS.match(text.pattern) or (receiver.columns == _ALONE and changes and not act.program.sql_begun):
        connection = replace(receiver, type=_CONNECTION, columns=None)
        commit = Call(span, act.path, COMMIT, "library", Bound(connection), find_fact(COMMIT), implicit=True)
        rows = size_of(bound.positional[1]) if name in _EXECUTES_MANY and len(bound.positional) > 1 else ONE
        act.emit(
            commit if rows == ONE else Loop(span, act.path, Kind.MAP, rows, Block((), (commit,)), function=act.name)
        )


def ends_nothing(name: str, receiver: Value | None) -> bool:
    """Whether a commit has nothing left to do: each change was a transaction of its own."""
    return name == COMMIT and receiver is not None and receiver.columns == _ALONE


_CONNECTION = "sqlite3.Connection"
_EXECUTES = ("sqlite3.Connection.execute", "sqlite3.Cursor.execute")
_EXECUTES_MANY = ("sqlite3.Connection.executemany", "sqlite3.Cursor.executemany")
COMMIT = "sqlite3.Connection.commit"
_READS = re.compile(
    r"\s*(select|pragma|explain|values|with\b(?!.*\b(insert|replace)\s+into\b|.*\b(update\s+\w|delete\s+from)))\b",
    re.IGNORECASE | re.DOTALL,
)
_DEEPEST = 6


def commits(value: Value, done: Iterable[Node]) -> bool:
    """Whether leaving `with connection:` ends a transaction and waits for that: where something was changed before."""
    return value.type == _CONNECTION and value.columns != _ALONE and any(_changes(node, _DEEPEST) for node in done)


def _changes(node: Node, depth: int) -> bool:
    if isinstance(node, Call) and node.name.startswith("sqlite3.") and ".execute" in node.name:
        text = text_of(node.bound.positional[0]) if node.bound.positional else None
        return text is None or _READS.match(text.pattern) is None
    return depth > 0 and any(_changes(n, depth - 1) for block in children(node) for n in block.nodes)
