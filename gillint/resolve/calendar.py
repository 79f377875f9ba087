"""How many different days, hours or months there are in a column of dates, once it is cut to these."""

from __future__ import annotations

from gillint.estimate import Estimate
from gillint.resolve.bound import literal_text, size_of
from gillint.resolve.trace import Bound

# What a calendar and a clock have.
_PERIODS = {
    "hour": 24, "minute": 60, "second": 60, "day": 31, "month": 12, "quarter": 4, "dayofweek": 7, "day_of_week": 7,
    "weekday": 7, "dayofyear": 366, "day_of_year": 366, "day_name": 7, "month_name": 12,
}  # fmt: skip
# How long the time is that a table is about, in days: a guess, from some days to some years.
_SPAN = Estimate(5.0, 90.0, 1500.0)
# Days in each, by the letters that pandas has for it.
_DAYS = {"D": 1.0, "B": 1.4, "W": 7.0, "M": 30.4, "Q": 91.3, "Y": 365.0, "A": 365.0, "H": 1 / 24, "MIN": 1 / 1440}
_DAYS |= {"T": 1 / 1440, "S": 1 / 86_400}
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
        fine = next((unit for mark, unit in (("%S", "S"), ("%M", "MIN"), ("%H", "H"), ("%d", "D")) if mark in asked), "M")
        return _units(fine, bound)
    return _units(asked.upper(), bound) if last in _CUTS else None


def _units(unit: str, bound: Bound) -> Estimate | None:
    days = _DAYS.get(unit) or _DAYS.get(unit[:1] if unit[1:2] in ("S", "E", "-") else "")
    rows = size_of(bound.receiver)
    return (_SPAN / days).max(1.0).min(rows) if days is not None else None
