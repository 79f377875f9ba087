"""Relations of DuckDB: what each of them asks is worked out when rows are fetched, with all that it was made of.

A method of a relation asks what a statement would: `r.filter("v > 1")` is `select * from r where v > 1`.
"""

from __future__ import annotations

from collections.abc import Callable

from gillint.estimate import ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.sql import run_statement
from gillint.resolve.external.sql_tables import Query, Tables
from gillint.resolve.tabular.stored_frames import columns_of, table_of
from gillint.resolve.text.texts import ANY
from gillint.resolve.values import Value, text_of

RELATION = "duckdb.DuckDBPyRelation"
_SELF, _OTHER = "this_relation", "other_relation"


def table_named(site: Site) -> Value:
    """`connection.table("events")`: nothing is looked at yet."""
    name = literal_text(site.argument(0, "view_name", "table_name"))
    done = run_statement(site.act.program.tables, f"select * from {name}", site.span, site.act.times) if name else None
    return related(site.result, replace(done, visits=ZERO)) if done is not None else site.result


def chained(site: Site) -> Value:
    """A relation that a method makes of another one."""
    receiver = site.bound.receiver
    statement = _STATEMENTS.get(site.name.rpartition(".")[2])
    if receiver is None or statement is None or receiver.size is None:
        return site.result
    tables: Tables = {_SELF: table_of(receiver, 0)}
    made_of = asked_before(receiver)
    other = site.argument(0, "other_rel", "union_rel")
    if other is not None and other.type == RELATION:
        tables[_OTHER] = table_of(other, 1)
        made_of = made_of + asked_before(other)
    done = run_statement(tables, statement(site).lower(), site.span, site.act.times)
    if done is None:
        return replace(site.result, number=made_of)
    known = done if done.row is not None and done.row.items else replace(done, row=None)
    return related(site.result, replace(known, visits=done.visits + made_of))


def related(result: Value, query: Query) -> Value:
    """A relation with the rows that it gives, and those that are looked at for them."""
    element = query.row or Value(type="tuple")
    return replace(result, shape=None, size=query.rows, element=element, columns=columns_of(query), number=query.visits)


def asked_before(relation: Value) -> Estimate:
    """The rows that are looked at for a relation."""
    return relation.number if relation.type == RELATION and relation.number is not None else ZERO


def _text(site: Site, place: int, *names: str) -> str:
    """What is written in a call."""
    value = site.argument(place, *names)
    return (text_of(value) or ANY).pattern if value is not None and value.type == "str" else "?"


def _aggregated(site: Site) -> str:
    groups = site.argument(1, "group_expr")
    behind = f" group by {_text(site, 1, 'group_expr')}" if groups is not None else ""
    return f"select {_text(site, 0, 'aggr_expr')} from {_SELF}{behind}"


def _limited(site: Site) -> str:
    most = site.argument(0, "n")
    known = most.number if most is not None else None
    return f"select * from {_SELF} limit {int(known.likely) if known is not None else '?'}"


def _joined(site: Site) -> str:
    return f"select * from {_SELF} join {_OTHER} on {_text(site, 1, 'condition')}"


def _counted(site: Site) -> str:
    return f"select {_text(site, 0, 'column', 'expression')}, count(*) from {_SELF} group by {_text(site, 0, 'column')}"


_STATEMENTS: dict[str, Callable[[Site], str]] = {
    "filter": lambda site: f"select * from {_SELF} where {_text(site, 0, 'filter_expr')}",
    "project": lambda site: f"select {_text(site, 0, 'exprs')} from {_SELF}",
    "order": lambda site: f"select * from {_SELF} order by {_text(site, 0, 'order_expr')}",
    "sort": lambda site: f"select * from {_SELF} order by {_text(site, 0, 'args')}",
    "distinct": lambda site: f"select distinct * from {_SELF}",
    "set_alias": lambda site: f"select * from {_SELF}",
    "aggregate": _aggregated,
    "limit": _limited,
    "join": _joined,
    "value_counts": _counted,
    "union": lambda site: f"select * from {_SELF} union all select * from {_OTHER}",
}
CHAINS = tuple(f"{RELATION}.{method}" for method in _STATEMENTS)
