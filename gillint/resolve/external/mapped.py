"""Tables of a database as SQLAlchemy knows them: their rows are the instances that a program makes, and those it puts in."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import ROWS
from gillint.resolve.calling.bound import literal_text, size_of
from gillint.resolve.external.sql import run_statement
from gillint.resolve.external.sql_tables import Table
from gillint.resolve.scope import ClassScope
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import ClassRef, Source, Value, text_of

_TEXT = "sqlalchemy.sql.TextClause"
SELECT, QUERY, INSERT = "sqlalchemy.sql.Select", "sqlalchemy.orm.Query", "sqlalchemy.sql.Insert"
_CORE = "sqlalchemy.Table"
_INSERTS = ("sqlalchemy.insert", f"{_CORE}.insert")
_ASKS = {"sqlalchemy.select": SELECT, "sqlalchemy.orm.Session.query": QUERY}
_AT_ONCE = tuple(f"sqlalchemy.orm.{how}" for how in ("selectinload", "joinedload", "subqueryload", "immediateload"))
_BULK = ("sqlalchemy.orm.Session.bulk_insert_mappings",)
_EXECUTES = ("sqlalchemy.orm.Session.execute", "sqlalchemy.engine.Connection.execute")
_GIVES = dict.fromkeys(_EXECUTES, "sqlalchemy.engine.CursorResult")
_GIVES |= {name.replace(".execute", ".scalars"): "sqlalchemy.engine.ScalarResult" for name in _EXECUTES}
_OPTIONS = (f"{SELECT}.options", f"{QUERY}.options")
_LOADED = "sqlalchemy.engine.ScalarResult"
_COLUMN = "column"  # how an attribute of a class that is mapped knows that class
_LAZY = "lazy"  # the dtype of an instance whose lists are asked for one by one


def _table_of(act: Activation, owner: ClassScope | None) -> Table | None:
    """The table that a class is mapped to; None where it is not."""
    named = act.program.attribute(owner, "__tablename__") if owner is not None else None
    name = literal_text(named) if named is not None else None
    return act.program.tables.setdefault(name.lower(), Table(keys={"id"})) if name is not None else None


def note_instance(act: Activation, owner: ClassScope, span: Span) -> None:
    """An instance of a mapped class is a row: hardly anybody makes one that is not stored."""
    if "__tablename__" in owner.attributes:
        _add_rows(_table_of(act, owner), (act.path, span), act.times * act.trips_so_far())


def _add_rows(table: Table | None, place: object, rows: Estimate) -> None:
    if table is not None:
        table.rows[place] = rows.max(table.rows.get(place, ZERO))


def column_of(owner: ClassScope, found: Value) -> Value:
    """`Book.title`, which knows the class that it is a column of."""
    if "__tablename__" not in owner.attributes or found.reference is not None or found.source is not None:
        return found
    return replace(found, source=Source(_COLUMN, Value(type=owner.key)))


def _table(act: Activation, value: Value) -> Table | None:
    """The table that something is, that it is mapped to, or of which it is a column."""
    if value.type == _CORE and value.text is not None:
        return act.program.tables.get(value.text.pattern.lower())
    source, ref = value.source, value.reference
    key = ref.key if isinstance(ref, ClassRef) else None
    key = source.value.type if source is not None and source.kind == _COLUMN else key
    return _table_of(act, act.program.class_of(key))


def _rows(table: Table | None) -> Estimate:
    """How many rows a table has, where the program fills it."""
    return table.size if table is not None and table.rows else ROWS


def asked(act: Activation, name: str, bound: Bound, span: Span) -> Value | None:
    """What is known of statements and of what is done with them; None where that is no more than the fact says."""
    args, session = bound.positional, bound.receiver
    if name in _ASKS and args:
        return _query(act, _ASKS[name], session, args)
    if name == "sqlalchemy.text" and args:
        text = text_of(args[0])
        done = run_statement(act.program.tables, text.pattern, span, ONE) if text is not None else None
        return Value(type=_TEXT, size=done.rows if done is not None else ROWS, text=text)
    if name == _CORE and args:
        named = text_of(args[0])
        if named is not None:
            act.program.tables.setdefault(named.pattern.lower(), Table(keys={"id"}))
        return Value(type=_CORE, text=named)
    if name == f"{_CORE}.select" and session is not None:
        return _query(act, SELECT, None, (session,))
    if name in _INSERTS and (args or session is not None):
        return Value(type=INSERT, element=session or args[0])
    if name in _EXECUTES and len(args) > 1 and args[0].type == INSERT and args[0].element is not None:
        _add_rows(_table(act, args[0].element), (act.path, span), size_of(args[1]))
    if name in _GIVES and args and args[0].type in (SELECT, _TEXT):
        member = args[0].element if name.endswith(".scalars") else None
        dialect = session.dtype if session is not None else None
        return Value(type=_GIVES[name], dtype=dialect, size=args[0].size, element=member)
    if name in _BULK and len(args) > 1:
        _add_rows(_table(act, args[0]), (act.path, span), size_of(args[1]))
    if name in _AT_ONCE and args:
        _load(act, _LOADED + ".all", Value(type=_LOADED, size=_rows(_table_of(act, _of_list(act, args[0])))), span)
    if name in _OPTIONS and session is not None and session.element is not None:
        return replace(session, element=replace(session.element, dtype=None))
    return None


def _query(act: Activation, kind: str, session: Value | None, entities: tuple[Value, ...]) -> Value:
    """A statement that asks for instances of a class of the project has these as its members."""
    ref = entities[0].reference
    is_whole = isinstance(ref, ClassRef) and len(entities) == 1
    element = Value(type=ref.key, dtype=_LAZY) if is_whole and isinstance(ref, ClassRef) else None
    rows = _rows(_table(act, entities[0]))
    return Value(type=kind, size=rows, element=element, dtype=session.dtype if session is not None else None)


def _of_list(act: Activation, relation: Value) -> ClassScope | None:
    """The mapped class of the members of a list of them: `books: Mapped[list["Book"]]`."""
    member = relation.element if relation.type in ("list", "set") else None
    owner = act.program.class_of(member.type) if member is not None else None
    return owner if owner is not None and "__tablename__" in owner.attributes else None


def asked_for_list(act: Activation, owner: ClassScope, value: Value, name: str, found: Value, span: Span) -> Value:
    """`author.books`: a query of its own, where nothing has loaded the lists of all authors together.

    A list that is read once more in a function is there already: the first place that reads it is where it is asked for.
    """
    members = _of_list(act, found) if "__tablename__" in owner.attributes else None
    if members is None:
        return found
    each = (_rows(_table_of(act, members)) / _rows(_table_of(act, owner)).max(ONE)).max(ONE)
    found = replace(found, size=each)
    first = act.program.lists_asked_for.setdefault((act.path, act.name, owner.key, name), span)
    if value.dtype == _LAZY and first == span:
        dialect = "sqlite" if any("sqlite" in line for line in act.scope.syntax.lines) else None
        _load(act, QUERY + ".all", Value(type=QUERY, size=each, dtype=dialect), span)
    return found


def _load(act: Activation, name: str, receiver: Value, span: Span) -> None:
    act.emit(Call(span, act.path, name, "library", Bound(receiver), find_fact(name), implicit=True))
