"""How often a test holds, as far as the numbers in it tell: `i % 3 == 0`, `random.random() < 0.2`, `0 <= x < width`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TypeGuard

from gillint.resolve.activation import Activation
from gillint.resolve.assumed import TAKEN
from gillint.resolve.control.comparing import share_of
from gillint.resolve.control.narrowing import passed_along
from gillint.resolve.expressions import evaluate
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import key_of, length_of


def missing(test: t.Expr) -> t.Expr | None:
    """What is not there yet where a test holds: None, or an attribute that an object does not have."""
    if isinstance(test, t.Boolean) and test.operator == "or":  # `not hasattr(x, "name") or x.name is None`
        parts = [missing(part) for part in test.values]
        keys = {key_of(part) if part is not None else None for part in parts}
        return parts[0] if len(keys) == 1 and None not in keys else None
    negated = is_negated(test)
    test = test.operand if is_negated(test) else test
    if isinstance(test, t.Compare):
        is_none_there = test.operators == ("is",) and is_none(test.rights[0]) and not negated
        return (_named_attribute(test.left, "getattr") or test.left) if is_none_there else None
    asked = _named_attribute(test, "hasattr") or _named_attribute(test, "getattr")
    if asked is not None:
        return asked if negated else None
    return test if negated else None


def _named_attribute(node: t.Expr, function: str) -> t.Attribute | None:
    """`x.name`, where it is asked for as `hasattr(x, "name")` or `getattr(x, "name", None)`."""
    if not isinstance(node, t.Call) or not isinstance(node.function, t.Name) or node.function.id != function:
        return None
    given = [a.value for a in node.arguments]
    name = given[1] if len(given) in (2, 3) else None
    if not isinstance(name, t.Constant) or not isinstance(name.value, str):
        return None
    return t.Attribute(node.span, given[0], name.value)


def is_negated(test: t.Expr) -> TypeGuard[t.Unary]:
    """Whether a test is `not ...`."""
    return isinstance(test, t.Unary) and test.operator == "not"


def is_none(node: t.Expr) -> bool:
    """Whether `None` is written there."""
    return isinstance(node, t.Constant) and node.value is None


def value_of(act: Activation, node: t.Expr) -> Value:
    """What an expression is, without its work in the trace."""
    with act.nested():
        return evaluate(act, node)


def chance(act: Activation, test: t.Expr) -> float | None:
    """How often a test holds, where the numbers in it tell: `i % 3 == 0`, `random.random() < 0.2`; None elsewhere."""
    if is_negated(test):
        held_otherwise = chance(act, test.operand)
        return None if held_otherwise is None else 1.0 - held_otherwise
    if isinstance(test, t.Boolean):
        return _chance_of_all(act, test)
    if isinstance(test, t.Binary):  # `if i % 3`
        return _remainders(act, test, "ne", 0.0)
    if isinstance(test, t.Compare) and _is_inside(test):
        return _INSIDE
    if not isinstance(test, t.Compare) or len(test.rights) != 1:
        return None
    left, sign = test.left, test.operators[0]
    if length_of(left) is not None:
        return _long_enough(value_of(act, left), sign, value_of(act, test.rights[0]))
    if not isinstance(left, t.Binary) and not _is_drawn(left):
        is_open = isinstance(left, t.Name) and left.id in act.open  # others may pass anything
        if not _is_plain(left) or is_open:
            return None
        share = share_of(value_of(act, left), sign, value_of(act, test.rights[0]))
        if isinstance(left, t.Attribute) and share in (0.0, 1.0):
            act.program.decisive.add(left.name)
        return share
    right = exactly(act, test.rights[0])
    if right is None:
        return None
    if isinstance(left, t.Binary):
        return _remainders(act, left, sign, right)
    below = min(1.0, max(0.0, right))
    return below if sign in ("lt", "le") else 1.0 - below if sign in ("gt", "ge") else None


def _long_enough(length: Value, sign: str, limit: Value) -> float | None:
    """Whether a length is beyond a limit, whatever else is unknown: `if len(words) < n: return []`. What is not may get there."""
    if length.number is None or limit.number is None or sign not in _BEYOND:
        return None
    is_beyond = all(
        n > _WELL * max(1.0, most) for n, most in zip(length.number.scenarios, limit.number.scenarios, strict=True)
    )
    return _BEYOND[sign] if is_beyond else None


_BEYOND = {"gt": 1.0, "ge": 1.0, "lt": 0.0, "le": 0.0, "eq": 0.0, "ne": 1.0}
_WELL = 2.0


# Most neighbours of a cell are in the grid: of 30 x 30 cells 0.98 in each direction, of 5 x 5 0.9.
_INSIDE = 0.95


def _is_inside(test: t.Compare) -> bool:
    """`0 <= x < width`, where nothing more is known of the place."""
    is_chain = len(test.operators) == 2 and all(o in ("lt", "le") for o in test.operators)
    first = test.left.value if isinstance(test.left, t.Constant) else None
    return is_chain and first in (0, 1) and not isinstance(test.rights[1], t.Constant)


def _chance_of_all(act: Activation, test: t.Boolean) -> float | None:
    """Of several tests that have nothing to do with each other; beside one of which it is known, a limit is met when so many
    turns have gone by: `size >= most or (size >= least and not hash & MASK)`.
    """
    both = test.operator == "and"
    product, limits = 1.0, 0.0
    for part in test.values:
        found = chance(act, part)
        if found is None and (passed := passed_along(act, part)) is not None:
            found = float(passed)
        found = found if found is not None else _at_first(act, part)
        if found is None and (limit := _limit(act, part)) is not None:
            limits += limit if both else 1.0 / limit
        elif found is None:
            return None
        else:
            product *= found if both else 1.0 - found
    if product == 1.0:  # none of them is known
        return None if limits else 1.0 if both else 0.0
    if both:
        return 1.0 / (limits + 1.0 / product) if product else 0.0
    return min(1.0, 1.0 - product + limits)


def _limit(act: Activation, test: t.Expr) -> float | None:
    """The number that a variable has to reach: `size >= 4096`."""
    is_limit = isinstance(test, t.Compare) and test.operators in (("ge",), ("gt",)) and isinstance(test.left, t.Name)
    limit = exactly(act, test.rights[0]) if is_limit and isinstance(test, t.Compare) and act.loops else None
    return limit if limit is not None and limit >= _FAR else None


_FAR = 16.0  # what is less is a size or an amount of its own


def _at_first(act: Activation, part: t.Expr) -> float | None:
    """How often an attribute is not there yet that is set sooner or later: `self.out is None or self.rows % 1000 == 0`."""
    asked = missing(part)
    if not isinstance(asked, t.Attribute) or value_of(act, asked).type in (None, "NoneType", "bool"):
        return None
    return min(TAKEN, 1.0 / max(1.0, (act.times * act.trips_so_far()).likely))


def _remainders(act: Activation, node: t.Binary, sign: str, right: float) -> float | None:
    """How many of the remainders compare like that; the bits of a mask are each set by lot."""
    if node.operator == "and" and right >= 0.0 and sign in ("eq", "ne"):
        mask = exactly(act, node.right)
        if mask is None or mask < 1.0:
            return None
        alike = 0.5 ** int(mask).bit_count() if int(mask) & int(right) == right else 0.0
        return alike if sign == "eq" else 1.0 - alike
    period = exactly(act, node.right) if node.operator == "mod" else None
    holds = _ORDER.get(sign)
    if period is None or holds is None or not 1.0 <= period <= _LONGEST_PERIOD:
        return None
    return sum(holds(i, right) for i in range(int(period))) / int(period)


_LONGEST_PERIOD = 10_000.0
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge
}  # fmt: skip


def _is_plain(node: t.Expr) -> bool:
    """Whether an expression names something: `level`, `record["level"]`, `path.suffix`, `rng.choice(LEVELS)`."""
    if isinstance(node, t.Call):
        return isinstance(node.function, t.Attribute)
    return isinstance(node, (t.Name, t.Attribute, t.Subscript))


def _is_drawn(node: t.Expr) -> bool:
    """`random.random()`, `rng.random()`: any number from 0 to 1."""
    return (
        isinstance(node, t.Call)
        and not node.arguments
        and isinstance(node.function, t.Attribute)
        and node.function.name == "random"
    )


def exactly(act: Activation, node: t.Expr) -> float | None:
    """The number that an expression is, where it is known."""
    number = value_of(act, node).number
    return number.likely if number is not None and number.known else None
