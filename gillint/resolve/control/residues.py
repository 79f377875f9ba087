"""How often a `while` loop turns that ends at a remainder: `while len(text) % 4: text += "="`, `while n % p == 0: n //= p`."""

from __future__ import annotations

import math

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.control.converging import is_same
from gillint.resolve.control.multiplying import multiplied
from gillint.resolve.expressions import evaluate
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.containers import change_of
from gillint.syntax.walk import as_augment, expressions, key_of, names_in, statements

_MOST_TIMES = 64.0  # that a number has the same factor
_MOST_TRIED = 1e5  # turns
_ADDED = ("add", "sub")


def turns_to_remainder(act: Activation, loop: t.While) -> Estimate | None:
    """The turns until what is left of a division is what the test asks for; None for other loops."""
    test, wanted, operator = _compared(loop.test)
    if not isinstance(test, t.Binary) or test.operator != "mod":
        return None
    with act.nested():
        divisor = evaluate(act, test.right).number
        left = evaluate(act, test).number
        end = evaluate(act, wanted).number if wanted is not None else Estimate.point(0)
    if operator == "eq" and key_of(test.left) in multiplied(loop.body):
        return _times_a_factor(divisor)
    step = _step(act, test.left, loop.body) if operator in ("ne", "gt") else None
    if step is None or divisor is None or not divisor.known or divisor.likely < 1:
        return None
    rounds = max(1.0, divisor.likely / math.gcd(int(divisor.likely), int(step)))
    if left is not None and end is not None and left.known and end.known:
        return _first_that_ends(left.likely, end.likely, step, divisor.likely, rounds, is_above=operator == "gt")
    return Estimate(0, (rounds - 1) / 2, rounds - 1)


def left_over(act: Activation, loop: t.While) -> dict[str, Value]:
    """What is left of a number of which a loop takes as much as it asks for: less than that. `while n >= coin: n -= coin`."""
    test = loop.test
    if not isinstance(test, t.Compare) or test.operators not in (("ge",), ("gt",)) or not isinstance(test.left, t.Name):
        return {}
    name, asked = test.left.id, test.rights[0]
    steps = [step for s in statements(loop.body) if (step := as_augment(s)) is not None and key_of(step.target) == name]
    only = steps[0] if len(steps) == 1 else None
    value = act.environment.get(name)
    if only is None or only.operator != "sub" or not is_same(only.value, asked) or value is None:
        return {}
    with act.nested():
        most = evaluate(act, asked).number
    if most is None or most.likely <= 0:
        return {}
    return {name: replace(value, number=Estimate(0, most.likely / 2, most.high), literal=None)}


def _first_that_ends(
    left: float, end: float, step: float, divisor: float, rounds: float, *, is_above: bool
) -> Estimate | None:
    """The turns until a remainder that begins with a known one is another, or no longer above it; None where it never is."""
    for turns in range(int(min(rounds, _MOST_TRIED))):
        remainder = (left + turns * step) % divisor
        if remainder == end or (is_above and remainder < end):
            return Estimate.point(turns)
    return None


def _compared(test: t.Expr) -> tuple[t.Expr, t.Expr | None, str]:
    """What a test looks at, what it compares that with, and how: `while n % 4` is `while n % 4 != 0`."""
    if isinstance(test, t.Compare) and len(test.rights) == 1:
        return test.left, test.rights[0], test.operators[0]
    return test, None, "ne"


def _times_a_factor(factor: Estimate | None) -> Estimate:
    """How often a number can be divided by another one: of many numbers the p-th is, the p-th of those once more."""
    times = 1.0 / max(1.0, factor.likely - 1.0) if factor is not None else 0.5
    return Estimate(0, times, _MOST_TIMES)


def _step(act: Activation, counted: t.Expr, body: t.Body) -> float | None:
    """By how much a turn changes an expression: `len(data) * 8` by 8 where one byte is added; None where it does not."""
    times = 1.0
    if isinstance(counted, t.Binary) and counted.operator == "mul":
        with act.nested():
            number = evaluate(act, counted.right).number
        if number is None or not number.known or number.likely < 1:
            return None
        counted, times = counted.left, number.likely
    names = set(names_in(counted))
    if any(key_of(c.container) in names for e in expressions(body) if (c := change_of(e)) is not None and c.by > 0):
        return times
    for s in statements(body):
        added = as_augment(s)
        if added is not None and added.operator in _ADDED and key_of(added.target) in names:
            with act.nested():
                given = evaluate(act, added.value)
            amount = given.size if given.type in ("str", "bytes") else given.number
            if amount is None or not amount.known:
                return None
            return times * (amount.likely if added.operator == "add" else -amount.likely)
    return None
