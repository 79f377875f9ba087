"""How long a value is when it is printed by a format specification, and how much of that is new each time."""

from __future__ import annotations

import math
import re

from gillint.estimate import ONE, ZERO, Estimate
from gillint.resolve.contents import digits, printed
from gillint.resolve.numeric.randomness import HEXADECIMAL, noise_of
from gillint.resolve.text.texts import Text, unknown
from gillint.resolve.values import UNKNOWN, Value, text_of
from gillint.syntax.tree import HOLE

# Of a specification for numbers and texts, or of a conversion (`%-10s`): width, separator of thousands, precision, kind.
_NUMERIC = re.compile(r"%?(?:[^%]?[<>=^])?[-+ ]*#?z?0?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?")
_DIRECTIVE = re.compile(r"%[-#]?([a-zA-Z%])")
_LENGTHS = {
    "Y": 4, "G": 4, "j": 3, "f": 6, "B": 6, "A": 7, "b": 3, "a": 3, "h": 3, "Z": 3, "z": 5, "T": 8, "X": 8, "R": 5,
    "F": 10, "D": 8, "x": 8, "c": 24, "s": 10, "%": 1, "n": 1, "t": 1, "u": 1, "w": 1,
}  # fmt: skip
# Moments that come one after the other share their first half; of those that are drawn by lot two thirds are new.
_NEW_OF_MOMENT = 0.5
MOMENTS = ("datetime.datetime", "datetime.date", "datetime.time", "pandas.Timestamp")
# Digits in front of the point, where nothing tells how large a number is; those behind it, where nothing is said.
_WHOLE_DIGITS, _PRECISION = Estimate(1, 2, 6), 6
_BASES = {"x": 16, "X": 16, "b": 2, "o": 8}


def text_by(value: Value, spec: str) -> tuple[Estimate, Text]:
    """The length and the characters of a value that is printed by a specification, of which parts may be unknown (□)."""
    if value.type in MOMENTS:
        return moment(spec) if spec else _moment_of(printed(value))
    found = _NUMERIC.fullmatch(spec)
    if found is None:
        return printed(value), text_of(value) or digits(value)
    width, separator, precision, kind = found.groups()
    bare, new = _unpadded(value, int(precision) if precision else None, kind or "")
    if separator:
        bare = bare + bare.map(lambda n: max(0.0, (n - 1) // 3))
    length = bare.max(float(width or 0))
    return length, Text(new.pattern, new.counts, new.fixed + (length - bare), new.fresh, new.noise, new.drawn)


def _unpadded(value: Value, precision: int | None, kind: str) -> tuple[Estimate, Text]:
    if kind in _BASES:
        return _in_base(value, _BASES[kind])
    if kind in ("f", "F", "%") or (kind in ("", "d") and value.type == "float" and precision is not None):
        behind = _PRECISION if precision is None else precision
        length = _in_front(value) + behind + (behind > 0) + (kind == "%")
        return length, Text(HOLE, (), ONE, (length - 1).max(ONE), ZERO, _is_drawn(value))
    if kind in ("e", "E", "g", "G"):
        length = Estimate.point((_PRECISION if precision is None else precision) + (6 if kind in "eE" else 1))
        return length, Text(HOLE, (), ONE, length - 1)
    length = printed(value)
    if precision is not None and kind in ("", "s"):
        return length.min(precision), unknown(length.min(precision))
    return length, text_of(value) or digits(value)


def _in_front(value: Value) -> Estimate:
    """Digits in front of the point."""
    if value.number is None:
        return _WHOLE_DIGITS
    return value.number.map(lambda n: math.log10(max(abs(n), 1.0)) // 1 + 1)


def _in_base(value: Value, base: int) -> tuple[Estimate, Text]:
    """Digits of another base; of a number drawn by lot out of many they are noise."""
    length = value.number.map(lambda n: math.log(max(abs(n), 1.0), base) // 1 + 1) if value.number is not None else None
    length = length if length is not None else Estimate(1, 4, 16)
    many = _is_drawn(value) and value.distinct is not None and noise_of(value.distinct.likely) >= 1.0
    return length, Text(HOLE, (), ZERO, length, length * HEXADECIMAL if many and base == 16 else ZERO, many)


def _is_drawn(value: Value) -> bool:
    return value.text is not None and value.text.drawn


def moment(spec: str) -> tuple[Estimate, Text]:
    """A date or a time by the directives of `strftime`."""
    directives = _DIRECTIVE.findall(spec)
    known = len(_DIRECTIVE.sub("", spec).replace(HOLE, ""))
    length = Estimate.point(sum(_LENGTHS.get(d, 2) for d in directives))
    new = length * _NEW_OF_MOMENT
    return length + known, Text(HOLE, (), length - new + known, new)


def _moment_of(length: Estimate) -> tuple[Estimate, Text]:
    new = length * _NEW_OF_MOMENT
    return length, Text(HOLE, (), length - new, new)


def placed(fields: list[str], positional: tuple[Value, ...], named: dict[str, Value]) -> list[tuple[Value, str]]:
    """What the fields of a format string take (`{:>8.2f}`, `{name}`, `%-10s`, `%(name)s`): each value with its specification."""
    found: list[tuple[Value, str]] = []
    following = iter(positional)
    for field in fields:
        name, spec = _parts(field)
        if name.isdigit():
            value = positional[int(name)] if int(name) < len(positional) else UNKNOWN
        else:
            value = named.get(name, UNKNOWN) if name else next(following, UNKNOWN)
        found.append((value, spec))
    return found


def _parts(field: str) -> tuple[str, str]:
    """The name in a field, or its number, and the specification."""
    if field.startswith("%"):
        named = re.search(r"\(([^)]*)\)", field)
        return (named[1], field.replace(named[0], "")) if named is not None else ("", field)
    name, _, spec = field.strip("{}").partition(":")
    return name.partition("!")[0], spec
