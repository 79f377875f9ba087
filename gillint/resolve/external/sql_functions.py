"""Functions of the program that SQL may call: noted where they are registered, run where a statement names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import log2

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.external.sql_tables import Query, Table, cell
from gillint.resolve.trace import Kind, Loop
from gillint.resolve.values import Value

_REGISTERS = "sqlite3.Connection.create_function"
_CALLS_BACK = f"{_REGISTERS}.__call__"
_AGGREGATES = ("sqlite3.Connection.create_aggregate", "sqlite3.Connection.create_window_function")
_COLLATES = "sqlite3.Connection.create_collation"
REGISTERS = (_REGISTERS, _COLLATES, *_AGGREGATES)
_ORDER, _END = "collate ", "end of "  # what the names of an order, and of what ends an aggregate, are told apart by
_CALLED = re.compile(r"\b(\w+) *\((?=([^()]*))")
# `x regexp y` is `regexp(y, x)`, and so are the others: https://www.sqlite.org/lang_expr.html, 5.
_OPERATORS = re.compile(r"\b(regexp|match|like|glob)\b(?! *\()")
_COLLATED = re.compile(r"\bcollate +\"?(\w+)")
_READ = re.compile(r"\b(?:from|join|update) +\"?(\w+)")
_TEXT = Value(type="str", size=Estimate(1, 20, 10_000))
_NUMBER = Value(type="int")


def register(act: Activation, name: str, passed: tuple[Value, ...], text: str, span: Span) -> None:
    """Note what SQL may call by a name from now on."""
    from gillint.resolve.calling.calls import apply

    known, named = act.program.sql_functions, text.lower()
    if name == _COLLATES:
        if len(passed) > 1:
            known[_ORDER + named] = passed[1]
        return
    if len(passed) < 3:
        return
    if name == _REGISTERS:
        known[named] = passed[2]
        return
    with act.nested():
        made = apply(act, passed[2], (), (), span, "an aggregate of SQL")
    owner = act.program.class_of(made.type)
    for method, key in (("step", named), ("finalize", _END + named)):
        found = act.program.attribute(owner, method, made) if owner is not None else None
        if found is not None:
            known[key] = found


def summed_up(act: Activation, text: str, query: Query | None) -> Query | None:
    """One row is what an aggregate of the program leaves of all, as those of SQLite do, where nothing groups them."""
    words, known = text.lower(), act.program.sql_functions
    if query is None or not known or re.search(r"\bgroup +by\b|\bover *\(", words) is not None:
        return query
    is_aggregate = any(_END + name in known for name, _ in _CALLED.findall(words))
    return replace(query, rows=query.rows.min(ONE)) if is_aggregate else query


def run_named(act: Activation, text: str, query: Query, span: Span) -> None:
    """Run the functions that a statement names: for each row that it looks at, for each two that it puts in order, and what
    ends an aggregate for each row that it gives back.
    """
    known, words = act.program.sql_functions, text.lower()
    if not known:
        return
    read = [act.program.tables[w] for w in _READ.findall(words) if w in act.program.tables]
    rows = query.visits
    for table in read[:1]:
        rows = rows.min(table.size)
    called = list(_named(known, words, read))
    _run(act, called, rows, span)
    ordered = [(known[key], (_TEXT, _TEXT)) for w in _COLLATED.findall(words) if (key := _ORDER + w) in known]
    # A sort that is cut off compares each row with the last of those that it keeps, measured: 5,034 of 5,000 rows for ten.
    pairs = rows if " limit " in words else rows.map(lambda n: n * log2(n) if n > 1 else 0.0)
    _run(act, ordered, pairs, span)
    ended = [(known[key], ()) for w, _ in _CALLED.findall(words) if (key := _END + w) in known]
    _run(act, ended, query.rows.max(ONE), span)


def _named(known: dict[str, Value], words: str, read: list[Table]) -> Iterator[tuple[Value, tuple[Value, ...]]]:
    """The functions that a statement names, each with what it is given."""
    for name, arguments in _CALLED.findall(words):
        if name in known:
            yield known[name], tuple(_argument(a, read) for a in arguments.split(",") if a.strip()) or (_NUMBER,)
    for name in _OPERATORS.findall(words):
        if name in known:
            yield known[name], (_TEXT, _TEXT)


def _argument(text: str, read: list[Table]) -> Value:
    """A column as it is kept, or what is written out."""
    column = text.strip().rpartition(".")[2].strip('"')
    table = next((t for t in read if column in t.columns), None)
    if table is not None:
        kept = cell(table, column)
        return kept if kept.type is not None else _NUMBER
    return _TEXT if column.startswith("'") else _NUMBER


def _run(act: Activation, called: Sequence[tuple[Value, tuple[Value, ...]]], times: Estimate, span: Span) -> None:
    from gillint.resolve.calling.calls import apply
    from gillint.resolve.calling.library_calls import library

    if not called:
        return
    with act.nested() as builder:
        act.loops.append(times)
        for function, given in called:
            library(act, _CALLS_BACK, None, (), (), span)
            apply(act, function, given, (), span, "the function that SQL calls")
        act.loops.pop()
    act.emit(Loop(span, act.path, Kind.MAP, times, builder.finish(), function=act.name))
