"""How often the arms of a branch are taken, as far as its test tells."""

from __future__ import annotations

from gillint.resolve.iterations import key_of
from gillint.resolve.values import Value
from gillint.syntax import tree as t


def is_true(tested: Value) -> bool | None:
    """Whether a test holds that is a constant as far as can be seen: an option that nobody sets, a client that is None."""
    return bool(tested.literal.value) if tested.literal is not None else None


def fills_a_gap(node: t.If) -> bool:
    """`if key not in table: table[key] = ...`: what is there the next time is not made again."""
    test = node.test
    if isinstance(test, t.Unary) and test.operator == "not" and isinstance(test.operand, t.Compare):
        test = test.operand
    elif isinstance(test, t.Unary):
        return False
    if not isinstance(test, t.Compare) or test.operators[-1:] != ("contains",) or node.orelse:
        return False
    table = key_of(test.rights[-1])
    stores = (target for s in node.body if isinstance(s, t.Assign) for target in s.targets)
    return table is not None and any(isinstance(x, t.Subscript) and key_of(x.value) == table for x in stores)
