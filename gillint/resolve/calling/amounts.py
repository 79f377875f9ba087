"""Numbers that functions compute of numbers: `int(math.sqrt(n))` is how far a sieve goes, `sum(padding)` how wide a margin is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.numeric.fourier import good_length
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Value, of_number

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


_NEXT_LENGTHS = ("scipy.fft.next_fast_len", "scipy.fftpack.next_fast_len")


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
    function = good_length if name in _NEXT_LENGTHS else function
    given = bound.positional[0].number if bound.positional else None
    if function is None or given is None or len(bound.positional) > 1:
        return None
    try:
        return given.map(function)
    except (ValueError, OverflowError):
        return None


def _sum(numbers: Sequence[Estimate]) -> Estimate:
    return reduce(lambda a, b: a + b, numbers)


def _product(numbers: Sequence[Estimate]) -> Estimate:
    return reduce(lambda a, b: a * b, numbers)


_LARGEST, _SMALLEST = ("max", "numpy.max", "numpy.amax"), ("min", "numpy.min", "numpy.amin")
_REDUCTIONS: dict[str, Callable[[Sequence[Estimate]], Estimate]] = {
    **dict.fromkeys(("sum", "math.fsum", "numpy.sum"), _sum),
    **dict.fromkeys(("math.prod", "numpy.prod"), _product),
    **dict.fromkeys(_LARGEST, lambda numbers: reduce(Estimate.max, numbers)),
    **dict.fromkeys(_SMALLEST, lambda numbers: reduce(Estimate.min, numbers)),
    **dict.fromkeys(("numpy.mean", "statistics.mean"), lambda numbers: _sum(numbers) / len(numbers)),
}
_FRACTIONS = ("math.fsum", "numpy.mean", "statistics.mean")


def reduced(name: str, bound: Bound) -> Value | None:
    """What a reduction gives of numbers that are known: `np.prod(shape)`, `max(xs)`; None where nothing tells."""
    compute = _REDUCTIONS.get(name)
    given = bound.positional[0] if len(bound.positional) == 1 else None
    if compute is None or given is None:
        return None
    if any(value != NONE for parameter, value in bound.parameters if parameter in ("axis", "key", "start", "initial")):
        return None
    if given.type not in ("list", "tuple") or not given.items:
        return _extreme(given, largest=name in _LARGEST) if name in (*_LARGEST, *_SMALLEST) else None
    numbers = [m.number for m in given.items if m.number is not None and m.type in ("int", "float", "bool")]
    if len(numbers) < len(given.items):
        return None
    whole = name not in _FRACTIONS and all(m.type != "float" for m in given.items)
    return of_number("int" if whole else "float", compute(numbers))


def _extreme(values: Value, *, largest: bool) -> Value | None:
    """The largest or the smallest of several whose numbers differ: at that end of what they may be."""
    member = element_of(values)
    number, most = member.number, size_of(values)
    if number is None or number.known or number.is_open or most.likely <= 1:
        return None
    ordered = number.sorted()
    end = ordered.high if largest else ordered.low
    if member.distinct is not None and member.distinct.known:  # whole numbers that follow one another
        half = (min(member.distinct.likely, most.likely) - 1) / 2
        end = max(end, number.likely + half) if largest else min(end, number.likely - half)
    reached = Estimate(number.likely, end, end) if largest else Estimate(end, end, number.likely)
    return replace(member, number=reached, literal=None, distinct=None)
