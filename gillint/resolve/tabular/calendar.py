"""How many different days, hours or months there are in a column of dates, once it is cut to these."""

from __future__ import annotations

import re
from datetime import datetime

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text, size_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

# What a calendar and a clock have.
_PERIODS = {
    "hour": 24, "minute": 60, "second": 60, "day": 31, "month": 12, "quarter": 4, "dayofweek": 7, "day_of_week": 7,
    "weekday": 7, "dayofyear": 366, "day_of_year": 366, "day_name": 7, "month_name": 12,
}  # fmt: skip
# How long the time is that a table is about, in days: a guess, from some days to some years.
_SPAN = Estimate(5.0, 90.0, 1500.0)
# Days in each, by the letters that pandas has for it.
_DAYS = {"D": 1.0, "B": 1.4, "W": 7.0, "M": 30.4, "Q": 91.3, "Y": 365.0, "A": 365.0, "H": 1 / 24, "MIN": 1 / 1440}
_DAYS |= {
    "T": 1 / 1440,
    "S": 1 / 86_400,
    "MS": 30.4,
}  # of months the first day; milliseconds are of no use to cut dates to
_CUTS = ("floor", "ceil", "round", "to_period")


def cut_dates(last: str, bound: Bound) -> Estimate | None:
    """How many different values a property or method of `Series.dt` gives at most; None where it cuts nothing."""
    period = _PERIODS.get(last)
    if period is not None:
        return Estimate.point(period)
    if last in ("date", "normalize"):
        return _units("D", bound)
    if last == "year":
        return _units("Y", bound)
    asked = literal_text(bound.positional[0]) if bound.positional else None
    if asked is None:
        return None
    if last == "strftime":
        fine = next((unit for mark, unit in _FINEST if mark in asked), "M")
        return _units(fine, bound)
    return _units(asked, bound) if last in _CUTS else None


_FINEST = (("%S", "s"), ("%M", "min"), ("%H", "h"), ("%d", "D"))


def _units(unit: str, bound: Bound) -> Estimate | None:
    days, rows = _days(unit), size_of(bound.receiver)
    span = span_of(bound.receiver)
    return ((span if span is not None else _SPAN) / days).max(1.0).min(rows) if days is not None else None


def _days(frequency: str) -> float | None:
    """How many days "15min" or "W-MON" are."""
    parts = _FREQUENCY.fullmatch(frequency)
    unit = parts[2].upper() if parts is not None else ""
    days = _DAYS.get(unit) or (_DAYS.get(unit[:1]) if unit[1:] in ("S", "E") else None)
    return days * float(parts[1] or 1) if parts is not None and days is not None else None


_FREQUENCY = re.compile(r"(\d*)\s*([A-Za-z]+?)(?:-[A-Z]+)?")


def span_of(dates: Value | None) -> Estimate | None:
    """Over how many days the dates of an index or a column go; None where nothing tells."""
    member = dates.element if dates is not None else None
    return member.number if member is not None and member.type == _MOMENT else None


def periods_in(dates: Value | None, frequency: Value | None) -> Estimate | None:
    """How many periods of a length, such as "h" or "15min", there are between the first of dates and the last."""
    text = literal_text(frequency)
    span, days = span_of(dates), _days(text) if text is not None else None
    return (span / days).max(1.0) if span is not None and days is not None else None


_MOMENT = "pandas.Timestamp"
ONE_DATE = (_MOMENT, "datetime.datetime", "datetime.date", "numpy.datetime64")
DATES = "datetime64[us]"
RANGES = {"pandas.date_range": "D", "pandas.bdate_range": "B", "pandas.period_range": "D"}


def ranged(name: str, bound: Bound, result: Value) -> Value:
    """`date_range("2024-01-01", periods=500, freq="h")`: how many dates there are, and over how many days they go."""
    asked, count = bound.get("freq"), bound.get("periods")
    step = _days((literal_text(asked) if asked is not None else None) or RANGES[name])
    first, last = (_moment(bound.get(end)) for end in ("start", "end"))
    span = Estimate.point(max(0.0, (last - first).total_seconds() / _SECONDS)) if first and last else None
    size = count.number if count is not None else None
    if size is None and span is not None and step is not None:
        size = span.map(lambda days: days // step + 1)
    if span is None and size is not None and step is not None:
        span = size * step
    member = Value(type=_MOMENT, number=span)
    return replace(result, size=size if size is not None else result.size, element=member)


_SECONDS = 86_400.0


def _moment(value: Value | None) -> datetime | None:
    text = literal_text(value) if value is not None else None
    parts = _DATE.match(text) if text is not None else None
    if parts is None:
        return None
    year, month, day, *clock = (int(part or first) for part, first in zip(parts.groups(), _FIRST, strict=True))
    try:
        return datetime(year, month, day, clock[0], clock[1], clock[2])
    except ValueError:
        return None


_DATE = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?(?:[T ](\d\d?))?(?::(\d\d))?(?::(\d\d))?")
_FIRST = (1, 1, 1, 0, 0, 0)


_OF_UNITS = {"D": 1.0, "d": 1.0, "h": 1 / 24, "m": 1 / 1440, "min": 1 / 1440, "s": 1 / _SECONDS, "ms": 1e-3 / _SECONDS}


def moments(bound: Bound, result: Value) -> Value:
    """`to_timedelta(minutes, unit="min")`: over how many days the times go."""
    given, asked = bound.positional[0] if bound.positional else None, bound.get("unit")
    days = _OF_UNITS.get(literal_text(asked) or "") if asked is not None else None
    kinds = given.element.distinct if given is not None and given.element is not None else None
    if given is not None and kinds is None and (given.dtype or "").startswith("int"):
        kinds = size_of(given)  # one after the other
    elif kinds is not None and kinds.likely >= size_of(given).likely:
        kinds = None  # all different: nothing tells how far apart they are
    return replace(result, element=Value(type=_MOMENT, number=kinds * days)) if kinds is not None and days else result
