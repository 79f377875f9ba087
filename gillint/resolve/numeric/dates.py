"""Moments and the time between them, in days: `while day < end: ...; day += timedelta(days=1)` turns so often.

The number of a moment is that of its day, with the part of it that has gone by; that of a `timedelta` how many days it is.
"""

from __future__ import annotations

from datetime import date

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, of_number

MOMENTS = ("datetime.date", "datetime.datetime")
SPAN = "datetime.timedelta"
_DAYS = {
    "weeks": 7.0, "days": 1.0, "hours": 1 / 24, "minutes": 1 / 1_440, "seconds": 1 / 86_400, "milliseconds": 1 / 86.4e6,
    "microseconds": 1 / 86.4e9,
}  # fmt: skip


def moment(bound: Bound, result: Value) -> Value:
    """`datetime.date(2024, 1, 31)`, `datetime(2024, 1, 31, 12)`."""
    parts = [_whole(bound.get(name)) for name in ("year", "month", "day")]
    if None in parts:
        return result
    try:
        day = date(*(part or 0 for part in parts)).toordinal()
    except ValueError:
        return result
    hour = _whole(bound.positional[3]) if len(bound.positional) > 3 else _whole(bound.get("hour"))
    return replace(result, number=Estimate.point(day + (hour or 0) / 24))


def span(bound: Bound, result: Value) -> Value:
    """`timedelta(days=1)`, `timedelta(hours=6, minutes=30)`."""
    days = Estimate.point(0)
    for name, part in bound.parameters:
        if part.number is None or name not in _DAYS:
            return result
        days = days + part.number * _DAYS[name]
    return replace(result, number=days)


def later(bound: Bound, result: Value) -> Value:
    """`day + step`, `day - step`."""
    return _moved(bound, result, 1)


def earlier(bound: Bound, result: Value) -> Value:
    """`day - step`, and the time between two moments."""
    return _moved(bound, result, -1)


def _moved(bound: Bound, result: Value, sign: int) -> Value:
    one = bound.receiver.number if bound.receiver is not None else None
    other = bound.positional[0].number if bound.positional else None
    return replace(result, number=one + other * sign if one is not None and other is not None else None)


def days_of(value: Value, name: str, made: Value) -> Value:
    """`(end - start).days`."""
    if value.type == SPAN and name == "days" and value.number is not None:
        return of_number("int", value.number.map(lambda n: n // 1))
    return made


def _whole(value: Value | None) -> int | None:
    return int(value.number.likely) if value is not None and value.number is not None and value.number.known else None
