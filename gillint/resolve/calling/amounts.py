"""Numbers that functions compute of numbers: `int(math.sqrt(n))` is how far a sieve goes."""

from __future__ import annotations

import math
from collections.abc import Callable

from gillint.estimate import Estimate
from gillint.resolve.trace import Bound

_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "isqrt": lambda x: float(math.isqrt(int(x))),
    "cbrt": lambda x: x ** (1 / 3),
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "log1p": math.log1p,
    "exp": math.exp,
    "fabs": abs,
    "abs": abs,
    "absolute": abs,
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "trunc": lambda x: float(math.trunc(x)),
    **dict.fromkeys(("round", "around", "rint", "fix"), round),
}


# What gives the number as it is, or nearly: `int(Decimal(x).quantize(Decimal("1")))`.
EXACT = ("decimal.Decimal", "fractions.Fraction")
_SAME = (*EXACT, *(f"decimal.Decimal.{method}" for method in ("quantize", "to_integral_value", "normalize")))


def computed(name: str, bound: Bound) -> Estimate | None:
    """The number that `round`, `bit_length` or a function of `math` or numpy gives for a number; None where nothing tells."""
    if name in _SAME:
        value = bound.receiver if bound.receiver is not None else bound.positional[0] if bound.positional else None
        return value.number if value is not None else None
    if name == "int.bit_length":
        whole = bound.receiver.number if bound.receiver is not None else None
        return whole.map(lambda x: float(int(min(abs(x), 2.0**1000)).bit_length())) if whole is not None else None
    module, _, last = name.rpartition(".")
    function = _FUNCTIONS.get(last) if module in ("math", "numpy") or name in ("abs", "round") else None
    given = bound.positional[0].number if bound.positional else None
    if function is None or given is None or len(bound.positional) > 1:
        return None
    try:
        return given.map(function)
    except (ValueError, OverflowError):
        return None
