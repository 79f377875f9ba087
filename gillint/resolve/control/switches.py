"""What is switched on in one turn of a loop and off in a later one: the runs of a signal, the inside of a quotation."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gillint.resolve.activation import Activation
from gillint.resolve.control.chances import is_none
from gillint.resolve.control.likelihood import CHANGES
from gillint.syntax import tree as t
from gillint.syntax.walk import assigned, key_of, statements


def until_switched(act: Activation, node: t.If) -> float | None:
    """Every how manyth time an arm runs that switches what its own test asks: `if inside and x < low: inside = False`.

    As seldom as the other one, which switches it back: runs are the longer, the more there is to go through.
    """
    if not act.loops or not isinstance(node.test, t.Boolean) or node.test.operator != "and":
        return None
    asked = dict(filter(None, map(_switch, node.test.values)))
    if not any(state is not None and asked.get(key) is not state for key, state in _set(node.body) if key in asked):
        return None
    turns = next((n.likely for n in reversed(act.loops) if n.likely > 1.0), 1.0)
    return max(CHANGES, math.sqrt(turns))


def _switch(test: t.Expr) -> tuple[str, bool] | None:
    """The variable of which a test asks whether it is set, and the answer: `inside`, `not inside`, `start is None`."""
    negated = isinstance(test, t.Unary) and test.operator == "not"
    asked = test.operand if isinstance(test, t.Unary) and negated else test
    is_set = not negated
    if isinstance(asked, t.Compare) and asked.operators in (("is",), ("is_not",)) and is_none(asked.rights[0]):
        is_set = is_set == (asked.operators == ("is_not",))
        asked = asked.left
    key = key_of(asked)
    return (key, is_set) if key is not None else None


def _set(body: t.Body) -> Iterator[tuple[str | None, bool | None]]:
    """The variables that statements set, and whether to something; None where it may be either."""
    for s in statements(body):
        if isinstance(s, t.Assign):
            for key, value in assigned(s):
                yield key, bool(value.value) if isinstance(value, t.Constant) else None if value is None else True
