"""How often a table holds what is looked for in it, where it has fewer keys than there are things to ask for."""

from __future__ import annotations

from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import MAPPINGS
from gillint.resolve.expressions import evaluate
from gillint.resolve.tabular.kinds import distinct_of
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import key_of, statements


def found_share(act: Activation, test: t.Expr) -> float | None:
    """How often a test holds that asks whether something is in a table: `n in marks`, `mark = marks.get(n)`, `mark is None`.

    None where it may be nearly always: what is looked for was mostly put there.
    """
    if isinstance(test, t.Unary) and test.operator == "not":
        found = found_share(act, test.operand)
        return None if found is None else 1.0 - found
    if isinstance(test, t.Compare) and test.operators in (("contains",), ("not_contains",)):
        found = share_found(act, test.rights[0], test.left)
        return found if found is None or test.operators == ("contains",) else 1.0 - found
    if isinstance(test, t.Compare) and test.operators in (("is",), ("is_not",)):
        right = test.rights[0]
        is_asked = isinstance(right, t.Constant) and right.value is None and isinstance(test.left, t.Name)
        found = found_share(act, test.left) if is_asked else None
        return found if found is None or test.operators == ("is_not",) else 1.0 - found
    asked = _looked_up(act, test) if isinstance(test, t.Name) else None
    return share_found(act, *asked) if asked is not None else None


def _looked_up(act: Activation, name: t.Name) -> tuple[t.Expr, t.Expr] | None:
    """The table and the key, where a variable is what was found there: `mark = marks.get(n)`."""
    body = act.body.body if isinstance(act.body, t.Function) else act.body if isinstance(act.body, tuple) else ()
    for s in statements(body):
        call = s.value if isinstance(s, t.Assign) and any(key_of(x) == name.id for x in s.targets) else None
        function = call.function if isinstance(call, t.Call) and len(call.arguments) == 1 else None
        if isinstance(call, t.Call) and isinstance(function, t.Attribute) and function.name == "get":
            return function.value, call.arguments[0].value
    return None


def share_found(act: Activation, table: t.Expr, key: t.Expr) -> float | None:
    """How often a key is in a table; None where it may be nearly always."""
    container, asked = _value(act, table), _value(act, key)
    kinds = distinct_of(asked)
    if container.type not in (*MAPPINGS, "set", "frozenset") or container.size is None or kinds is None:
        return None
    if container.size.is_open or kinds.likely <= 0 or kinds.likely < _FEWER * container.size.likely:
        return None
    return container.size.likely / kinds.likely


_FEWER = 2.0


def _value(act: Activation, node: t.Expr) -> Value:
    with act.nested():
        return evaluate(act, node)
