"""Walks through what is linked: `while queue: node = queue.popleft(); for other in graph[node]: ...`.

Each node is come to about once, so that a walk turns about as often as there are nodes, where it is known how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import size_of
from gillint.resolve.expressions import evaluate
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, inside, names_in, set_in, statements

_TABLES = ("dict", "collections.defaultdict", "collections.OrderedDict", "list")
_FEWEST = 2.0
_AGAIN = 10.0  # at most, where nodes are noted when they are taken out, and not when they are put in


def turns_over_a_graph(act: Activation, loop: t.While) -> Estimate | None:
    """How often a loop turns that works off what it finds, by the table in which it looks up where to go on."""
    bound = {name for name in set_in(loop.body) if name is not None}
    for table in _tables(loop, bound):
        with act.nested():
            graph = evaluate(act, table)
        nodes = size_of(graph) if graph.type in _TABLES and graph.size is not None else None
        if nodes is not None and nodes.likely >= _FEWEST:
            return Estimate(1.0, nodes.likely, max(1.0, nodes.high) * _AGAIN)
    return None


def _tables(loop: t.While, bound: set[str]) -> Iterator[t.Expr]:
    """The tables that are asked for what hangs together with what was taken out: `graph[node]`, `tree.get(node, ())`."""
    sources = [s.iterable for s in statements(loop.body) if isinstance(s, t.For)]
    sources += [c.iterable for e in expressions(loop.body) if isinstance(e, t.Comprehension) for c in e.clauses]
    for source in sources:
        for e in inside(source):
            table, asked = _lookup(e)
            if table is not None and asked is not None and names_in(asked) & bound and not names_in(table) & bound:
                yield table


def _lookup(e: t.Expr) -> tuple[t.Expr | None, t.Expr | None]:
    if isinstance(e, t.Subscript) and not isinstance(e.index, t.Slice):
        return e.value, e.index
    is_get = isinstance(e, t.Call) and isinstance(e.function, t.Attribute) and e.function.name == "get" and e.arguments
    if is_get and isinstance(e, t.Call) and isinstance(e.function, t.Attribute):
        return e.function.value, e.arguments[0].value
    return None, None
