"""What is passed to an SQL statement, written where it goes: `LIMIT ?`, `age < :most`, `IN (?, ?, ?)` of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.values import Value
from gillint.syntax.tree import HOLE

_MARK = re.compile(r"\?\d*|(?<![\w:])[:@$]([a-z_]\w*)", re.IGNORECASE)
_LITERAL = re.compile(r"'[^']*'")
_PUT_IN = re.compile(rf"\bin *\( *{HOLE} *\)", re.IGNORECASE)
_MOST_LISTED = 10_000
# A number says something where rows are counted or compared by it, a text where it is searched for.
_NUMBER_GOES = re.compile(r"(?:\b(?:limit|offset|between|and)|[<>]=?) *$", re.IGNORECASE)
# From one place to another: `id between ? and ?`, `id >= ? and id < ?`.
_FROM = re.compile(r"(?:\bbetween|>=?) *$", re.IGNORECASE)
_TO = re.compile(r"(?:\band|\band +[\w.\"]+ *<=?) *$", re.IGNORECASE)
_TEXT_GOES = re.compile(r"\bmatch *$", re.IGNORECASE)


def with_parameters(statement: str, row: Value | None) -> str:
    """The statement with the numbers and texts that are passed, as far as they are known and say something."""
    if row is None or (_LITERAL.search(statement) is not None and "?" in "".join(_LITERAL.findall(statement))):
        return statement
    statement = _listed(statement, row)
    given = iter(_in_step(statement, list(_given(row))))
    by_name = {name.lower(): value for name, value in row.columns or ()}

    def written(found: re.Match[str]) -> str:
        value = by_name.get(found[1].lower()) if found[1] else next(given, None)
        before = statement[: found.start()]
        number = value.number.likely if value is not None and value.number is not None and value.number.known else None
        if number is not None and number >= 0 and number == int(number) and _NUMBER_GOES.search(before):
            return str(int(number))
        text = value.literal.value if value is not None and value.literal is not None else None
        return f"'{text}'" if isinstance(text, str) and "'" not in text and _TEXT_GOES.search(before) else found[0]

    return _MARK.sub(written, statement)


def _given(row: Value) -> Iterator[Value | None]:
    """What is passed, one after the other."""
    return iter(row.items or ()) if row.type in ("tuple", "list") else iter(())


def _in_step(statement: str, given: list[Value | None]) -> list[Value | None]:
    """A place and another that goes with it, `(i, i + 10)`: whatever they are, they are as far apart as here."""
    marks = list(_MARK.finditer(statement))
    for k, (found, value) in enumerate(zip(marks[:-1], given[:-1], strict=False)):
        to = given[k + 1]
        one, other = value.number if value is not None else None, to.number if to is not None else None
        if value is None or to is None or one is None or other is None or one.known or other.known:
            continue
        apart = other.likely - one.likely
        between = statement[found.end() : marks[k + 1].start()]
        in_step = apart > 0 and one.low + apart == other.low and one.high + apart == other.high
        if in_step and _FROM.search(statement[: found.start()]) and _TO.search(between):
            start = Estimate.point(round(one.likely))
            given[k], given[k + 1] = replace(value, number=start), replace(to, number=start + round(apart))
    return given


def _listed(statement: str, row: Value) -> str:
    """`IN (%s)` of as many marks as values are passed, less those that stand elsewhere."""
    if row.size is None or not row.size.known or len(_PUT_IN.findall(statement)) != 1:
        return statement
    count = int(row.size.likely) - len(_MARK.findall(statement))
    return _PUT_IN.sub(f"in ({', '.join('?' * count)})", statement) if 0 < count <= _MOST_LISTED else statement
