"""How often a `while` loop turns that changes a number by a factor: `temperature *= 0.98`, `gap //= 2`,
`n, rest = divmod(n, 58)`."""

from __future__ import annotations

import math

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.control.multiplying import multiplied
from gillint.resolve.expressions import evaluate
from gillint.resolve.values import DIGIT_BITS, FEW_DIGITS, Value
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
        begun, factor = evaluate(act, number), evaluate(act, node).number
        end = evaluate(act, end_node).number if end_node is not None else Estimate.point(0)
    start = _logarithm(begun)
    if start is None or factor is None or end is None or not (factor.known and end.known):
        return None
    by = _factor(sign, factor.likely)
    if by is None or operator not in (_FALLING if by < 1 else _RISING):
        return None
    whole = sign in ("floordiv", "rshift")  # of whole numbers, which come to nothing after the last one
    least = max(end.likely, 1.0 if whole else 0.0)
    if least <= 0:
        return None

    def turns(first: float) -> float:
        steps = round((math.log(least) - max(first, math.log(least) - _LEAST)) / math.log(by), 6)
        return max(0.0, math.floor(steps) + (end.likely < 1) if whole and least <= 1 else math.ceil(steps))

    found = start.map(turns)
    return found if not found.known else found.max(1)


_LEAST = math.log(1e9)  # what has less than that to go is there


def _logarithm(value: Value) -> Estimate | None:
    """The logarithm of a number that is known, or of how many digits it is known to be; None where nothing tells."""
    number = value.number
    if value.type == "int" and value.size is not None and value.size.likely > FEW_DIGITS:
        return value.size * (DIGIT_BITS * math.log(2.0))
    if number is None or number.likely <= 0 or not (number.known or number.high < _LARGE):
        return None
    return number.map(lambda n: math.log(max(n, 1e-300)))


def _factor(sign: str, amount: float) -> float | None:
    """What a number is multiplied by in each turn; None where that says nothing."""
    if sign in _SHIFTS:
        amount = 2.0 ** (_SHIFTS[sign] * amount) if 0 < amount < 64 else 1.0
    elif sign in ("truediv", "floordiv"):
        amount = 1.0 / amount if amount > 0 else 1.0
    return amount if 0 < amount != 1.0 else None
