"""Integers of many digits: how long they are is known of constants and of what arithmetic makes of known numbers.

The size of an int is the number of its digits of 30 bits, as CPython keeps it, where it has more than a few; others have none.
"""

from __future__ import annotations

import math

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.trace import Bound
from gillint.resolve.values import DIGIT_BITS, FEW_DIGITS, Value

OPERATORS = frozenset(("add", "sub", "mul", "pow", "floordiv", "mod", "lshift", "rshift", "and", "or", "xor"))


def as_long(left: Value, operator: str, right: Value) -> tuple[Value, Value] | None:
    """Both operands with how long they are, where one of them or the result is long; None of ordinary numbers."""
    if operator not in OPERATORS or left.type != "int" or right.type != "int":
        return None
    if left.size is None and right.size is None and not _grows(left, operator, right):
        return None
    return _sized(left), _sized(right)


def _grows(left: Value, operator: str, right: Value) -> bool:
    """`3 ** 20_000`, `1 << 4096`."""
    if operator not in ("pow", "lshift") or left.number is None or right.number is None:
        return False
    bits = _bits(left.number.likely)
    made = bits * right.number.likely if operator == "pow" else bits + right.number.likely
    return made > FEW_DIGITS * DIGIT_BITS


def _sized(value: Value) -> Value:
    if value.size is not None:
        return value
    number = value.number if value.number is not None else Estimate.point(1)
    return replace(value, size=number.map(lambda n: _bits(n) / DIGIT_BITS))


def _bits(number: float) -> float:
    return math.log2(max(abs(number), 1.0))


def digits_of_bits(bits: Estimate) -> Estimate | None:
    """How long a number of so many bits is; None of a short one."""
    return bits / DIGIT_BITS if bits.likely > FEW_DIGITS * DIGIT_BITS else None


def digits_written(given: Value) -> Estimate | None:
    """How long the number is that `int(given)` makes: of a long number, or of a long text."""
    if given.type == "int" or given.size is None or given.type not in ("str", "bytes"):
        return given.size if given.type == "int" else None
    return digits_of_bits(given.size * _BITS_OF_DECIMAL)


def as_number(name: str, bound: Bound) -> Bound:
    """The argument of `int(text)` and `float(text)`: of a text that may be of any length, as long as numbers are."""
    given = bound.given[0] if name in ("int", "float") and bound.given else None
    if given is None or given.type not in ("str", "bytes") or given.size is None:
        return bound
    is_open = given.size.high > _ANY_LENGTH * max(given.size.low, 1.0)
    return bound.with_value(given, replace(given, size=_WRITTEN)) if is_open else bound


_ANY_LENGTH = 1_000.0
_WRITTEN = Estimate(1, 5, 20)  # characters of a number
_BITS_OF_DECIMAL = math.log2(10)


def ordinary(value: Value) -> Value:
    """What an operator made, without a size where it has turned out to be short."""
    is_long = value.size is not None and value.size.likely > FEW_DIGITS
    return replace(value, size=value.size if is_long else None, shape=None)
