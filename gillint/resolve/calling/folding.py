"""Results of builtins whose arguments are constants: `range(ord("a"), ord("z") + 1)`, `range(math.factorial(5))`."""

from __future__ import annotations

import math
from collections.abc import Callable

from gillint.resolve.values import Value, of_constant

_LARGEST = 1e15


def _power(base: float, exponent: float, modulus: int | None = None) -> object:
    if modulus is not None or exponent < 0 or exponent * math.log2(abs(base) + 1) > math.log2(_LARGEST):
        raise ValueError
    return pow(base, exponent)


def _factorial(n: int) -> int:
    if n > 17:  # above the largest
        raise ValueError
    return math.factorial(n)


# What gives numbers alone: a text that is known decides tests, and the one of a first turn is not that of all.
_FOLDED: dict[str, Callable[..., object]] = {
    "ord": ord,
    "int": int,
    "float": float,
    "round": round,
    "abs": abs,
    "pow": _power,
    "math.factorial": _factorial,
    "math.gcd": math.gcd,
    "math.isqrt": math.isqrt,
    "math.trunc": math.trunc,
}


def folded(name: str, args: tuple[Value, ...]) -> Value | None:
    """The result of a builtin, where its arguments are constants; None where they are not, or it would fail."""
    compute = _FOLDED.get(name)
    constants = [a.literal.value for a in args if a.literal is not None and a.literal.value is not None]
    if compute is None or not args or len(constants) < len(args):
        return None
    try:
        result = compute(*constants)
    except (ValueError, TypeError, ArithmeticError):
        return None
    return of_constant(result) if isinstance(result, (int, float)) and abs(result) <= _LARGEST else None
