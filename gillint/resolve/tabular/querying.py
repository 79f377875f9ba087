"""The conditions of `frame.query("kind == 'a' and price > 10")`, and the share of the rows that they let through."""

from __future__ import annotations

import ast
import re

from gillint.estimate import ONE, Estimate
from gillint.resolve.numeric.drawing import let_through
from gillint.resolve.numeric.shapes import KEPT
from gillint.resolve.tabular.kinds import kinds_of
from gillint.resolve.values import Value, of_constant

_AND = re.compile(r"\s+and\s+|\s*&\s*")
_CONDITION = re.compile(r"\(*\s*`?(\w[\w ]*?)`?\s*(==|!=|<=|>=|<|>)\s*([-\w.'\"]+)\s*\)*")
_ORDERS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def share_of_query(frame: Value, text: str | None) -> Estimate:
    """The share of a frame's rows; what nothing tells is taken once, however many conditions there are of it."""
    if text is None or " or " in text or "|" in text:
        return KEPT
    found = ONE
    is_open = False
    for part in _AND.split(text.strip()):
        condition = _CONDITION.fullmatch(part)
        share = _share_of(frame.column(condition[1]), condition[2], condition[3]) if condition is not None else None
        is_open = is_open or share is None
        found = found * share if share is not None else found
    return found * KEPT if is_open else found


def _share_of(column: Value | None, sign: str, written: str) -> Estimate | None:
    if column is None:
        return None
    if sign in _ORDERS:
        try:
            limit = of_constant(ast.literal_eval(written))
        except (ValueError, SyntaxError):
            return None
        return let_through(_ORDERS[sign], column.element, limit)
    kinds = kinds_of(column)
    if kinds is None:
        return None
    one = (ONE / kinds.max(ONE)).min(ONE)
    return one if sign == "==" else 1.0 - one
