"""The tables of a database that a program fills, and what the rows of a query are made of."""

from __future__ import annotations

import re
from dataclasses import field

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import dataclass, replace
from gillint.resolve.values import UNKNOWN, Value


@dataclass(slots=True)
class Table:
    """A table: its columns with the types of their values, the columns it is looked up by, alone or
    together, its rows, how many values differ, what numbers stay below, what was put in, how often it is made,
    whether it is for full text search.
    """

    columns: dict[str, str | None] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    together: set[frozenset[str]] = field(default_factory=set)
    indexed: set[str] = field(default_factory=set)
    rows: dict[object, Estimate] = field(default_factory=dict)
    distinct: dict[str, Estimate] = field(default_factory=dict)
    below: dict[str, float] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    made: Estimate = ONE
    searched: bool = False

    @property
    def size(self) -> Estimate:
        """How many rows were put in."""
        found = ZERO
        for rows in self.rows.values():
            found = found + rows
        return found

    @property
    def keyed_by(self) -> int:
        """How many of its keys have an index of their own: all but the number of the row."""
        return sum(self.columns.get(key) != "int" for key in self.keys) + len(self.together)


@dataclass(frozen=True, slots=True)
class Query:
    """What a statement asks of the database.

    Attributes:
        visits: the rows looked at, dearer steps counted as several.
        rows: what it gives back.
        row: one of these.
        names: of the columns of a row.
    """

    visits: Estimate
    rows: Estimate = ZERO
    row: Value | None = None
    names: tuple[str, ...] = ()


Tables = dict[str, Table]


def differing(tables: list[Table], columns: set[str], size: Estimate) -> Estimate:
    """How many combinations of the values of some columns there are among so many rows.

    Where nothing tells how many values a column has, rows share them: the root of their number, and of what each further
    column leaves together.
    """
    found, unknown = ONE, 0
    for column in columns:
        told = next((t.distinct[column] for t in tables if column in t.distinct), None)
        found, unknown = (found * told, unknown) if told is not None else (found, unknown + 1)
    return (found * size.map(lambda n: max(1.0, n ** (1 - 0.5**unknown)))).min(size).max(1)


def row_of(tables: list[Table], listed: list[str]) -> Value:
    """A row: a tuple of what the select list names."""
    items: list[Value] = []
    declared = {name: cell(table, name) for table in tables for name in table.columns}
    for item in listed:
        text = re.sub(r"^distinct ", "", item.strip())
        if text == "*" or text.endswith(".*"):
            items.extend(declared.values())
        else:
            plain = re.sub(r"^\w+\.| as \w+$", "", text)
            made = next((kind for pattern, kind in _MADE if pattern.match(plain)), None)
            items.append(made or declared.get(_EXTREME.sub(r"\1", plain).strip('"'), UNKNOWN))
    return Value(type="tuple", items=tuple(items), size=Estimate.point(len(items)))


# What expressions of a select list give; the least and the greatest are of their column.
_EXTREME = re.compile(r"(?:min|max|any_value|first|last)\((?:\w+\.)?(\w+)\)")
_TEXT = Estimate(2, 12, 1e4)
_MADE = (
    (re.compile(r"(sum|avg|total|stddev|median|round)\("), Value(type="float")),
    (re.compile(r"(count|length|row_number|rank)\("), Value(type="int")),
    (
        re.compile(r"(lower|upper|substr|substring|strftime|printf|format|concat|trim|replace)\(|.*\|\|"),
        Value(type="str", size=_TEXT),
    ),
)


def names_of(tables: list[Table], listed: list[str]) -> tuple[str, ...]:
    """The names of the columns of a row: after `as`, else of the column, else the expression itself."""
    names: list[str] = []
    for item in listed:
        text = re.sub(r"^distinct ", "", item.strip())
        if text == "*" or text.endswith(".*"):
            names.extend(dict.fromkeys(name for table in tables for name in table.columns))
        else:
            names.append(re.sub(r"^.* (?:as )?(?=\w+$)|^\w+\.(?=\w+$)", "", text).strip('"'))
    return tuple(names)


_REMAINDER = re.compile(r"(?:\w+|\([^()]*\))(?: *\* *\w+)* *% *(\d+)")
_PART = re.compile(r"\(?(.*?)\)? */ *(\d+(?:\.\d+)?)")


def remainders(listed: list[str]) -> dict[str, tuple[float, float]]:
    """How many values the columns have that are made by a remainder, `i % 24 as hour`, and what these stay below."""
    found: dict[str, tuple[float, float]] = {}
    for item in listed:
        expression, _, name = item.strip().rpartition(" as ")
        part = _PART.fullmatch(expression)
        remainder = _REMAINDER.fullmatch(part[1] if part is not None else expression)
        if remainder is not None and float(remainder[1]):
            divided = float(part[2]) or 1.0 if part is not None else 1.0
            found[name.strip('"')] = (float(remainder[1]), float(remainder[1]) / divided)
    return found


def cell(table: Table, column: str) -> Value:
    """A value of a column: what the program puts there, else what the column is declared as."""
    kind, stored = table.columns[column], table.values.get(column)
    if stored is not None and stored.type is not None and kind in (None, stored.type):
        return stored if stored.size is not None or stored.type != "str" else replace(stored, size=_TEXT)
    return Value(type=kind, size=_TEXT if kind == "str" else None)


def parts_of(text: str) -> list[str]:
    """At the commas that stand in no parentheses."""
    parts, depth, start = [], 0, 0
    for i, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [*parts, text[start:]]
