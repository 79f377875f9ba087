"""How often a `while` loop turns that changes a number by a factor: `temperature *= 0.98`, `gap //= 2`, `n >>= 1`."""

from __future__ import annotations

import math

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.control.multiplying import multiplied
from gillint.resolve.expressions import evaluate
from gillint.syntax import tree as t
from gillint.syntax.walk import conditions_of, key_of

_FALLING, _RISING = ("gt", "ge", "ne"), ("lt", "le", "ne")
_LARGE = 1e15  # what may be larger, nothing tells
_SHIFTS = {"lshift": 1.0, "rshift": -1.0}


def turns_by_factor(act: Activation, loop: t.While) -> Estimate | None:
    """The turns until a number that each turn changes by the same factor has come to an end that is known; None for others.

    Of several conditions the first that no longer holds.
    """
    found = [turns for part in conditions_of(loop.test) if (turns := _turns_of(act, part, loop)) is not None]
    return min(found, key=lambda turns: turns.likely) if found else None


def _turns_of(act: Activation, test: t.Expr, loop: t.While) -> Estimate | None:
    number, end_node, operator = test, None, "ne"  # `while n`
    if isinstance(test, t.Compare) and len(test.rights) == 1:
        number, end_node, operator = test.left, test.rights[0], test.operators[0]
    name = key_of(number)
    change = multiplied(loop.body).get(name) if name is not None else None
    if change is None:
        return None
    sign, node = change
    with act.nested():
        start, factor = evaluate(act, number).number, evaluate(act, node).number
        end = evaluate(act, end_node).number if end_node is not None else Estimate.point(0)
    if start is None or factor is None or end is None or not (start.high < _LARGE and factor.known and end.known):
        return None
    by = _factor(sign, factor.likely)
    if by is None or start.likely <= 0 or operator not in (_FALLING if by < 1 else _RISING):
        return None
    whole = sign in ("floordiv", "rshift")  # of whole numbers, which come to nothing after the last one
    least = max(end.likely, 1.0 if whole else 0.0)
    if least <= 0:
        return None

    def turns(first: float) -> float:
        steps = round(math.log(least / max(first, least * 1e-9)) / math.log(by), 6)
        return max(0.0, math.floor(steps) + (end.likely < 1) if whole and least <= 1 else math.ceil(steps))

    found = start.map(turns)
    return found if not found.known else found.max(1)


def _factor(sign: str, amount: float) -> float | None:
    """What a number is multiplied by in each turn; None where that says nothing."""
    if sign in _SHIFTS:
        amount = 2.0 ** (_SHIFTS[sign] * amount) if 0 < amount < 64 else 1.0
    elif sign in ("truediv", "floordiv"):
        amount = 1.0 / amount if amount > 0 else 1.0
    return amount if 0 < amount != 1.0 else None
