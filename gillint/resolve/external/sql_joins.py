"""The tables of a statement that are put together: which rows of one belong to a row of the others."""

from __future__ import annotations

import re

from gillint.estimate import ONE, Estimate
from gillint.resolve.external.sql_tables import Table

# Of n rows of a joined table, this power have the same key where it is no key of that table: 8 of 1,000.
_PARTNERS = 0.3
# Words that may stand behind a table, and are no alias of it.
_FURTHER = (
    "where|group|order|having|limit|qualify|union|join|left|right|full|inner|outer|cross|natural|asof|on|using|as"
)
_ALIAS = rf"(?: +(?:as +)?(?!(?:{_FURTHER})\b)\w+)?"
NAMED = re.compile(rf"\b(?:from|join) +\"?(\w+)\"?(?: +(?:as +)?(?!(?:{_FURTHER})\b)(\w+))?")  # a table and its alias
_LISTED = re.compile(rf"(?P<tables>\bfrom +\"?\w+\"?{_ALIAS}(?: *, *\"?\w+\"?{_ALIAS})+)(?P<rest>(?= |$).*)")
_COLUMN = r"(?:(\w+)\.)?\"?([a-z_]\w*)\"?"
_EQUAL = re.compile(rf"(?<![\w.'\"]){_COLUMN} *==? *{_COLUMN}(?![\w.(])")
_WHERE = re.compile(r" where (?P<condition>.*?)(?P<behind> group by | order by | limit |$)")


def with_joins(words: str) -> str:
    """A statement with its tables joined one by one: `from a, b where a.id = b.a and b.n > 3` asks the same."""
    found = _LISTED.search(words)
    if found is None:
        return words
    first, *others = re.split(r" *, *", found["tables"])
    rest, kept = found["rest"], []
    condition = _WHERE.search(rest)
    if condition is not None and " or " not in condition["condition"]:
        parts = condition["condition"].split(" and ")
        kept = [part for part in parts if _EQUAL.fullmatch(part.strip(" ()"))]
        left = " and ".join(part for part in parts if part not in kept)
        asked = f" where {left}" if left else ""
        rest = f"{rest[: condition.start()]}{asked}{condition['behind']}{rest[condition.end() :]}"
    joined = "".join(f" join {other}" for other in others)
    on = f" on {' and '.join(kept)}" if kept else ""
    return f"{words[: found.start()]}{first}{joined}{on}{rest}"


def partners(words: str, before: list[Table], other: Table, by_name: dict[str, Table]) -> Estimate:
    """The rows of a joined table for each of those that are put together so far: one of those that a key finds, all in all
    those of it that have the first's key. Where no table says what its keys are, the smaller one has each key once.
    """
    main, known = before[0], {id(t): t for t in by_name.values()}.values()
    owners = {column: t for t in known for column in t.columns if sum(column in k.columns for k in known) == 1}
    is_equal = False
    for left, key, right, also in _EQUAL.findall(words):
        sides = [(by_name.get(left) if left else owners.get(key), key)]
        sides.append((by_name.get(right) if right else owners.get(also), also))
        keyed = [t for t, column in sides if t is not None and column in t.keys | {"id", "rowid"}]
        is_equal = is_equal or any(t is other for t, _ in sides)
        if any(t is other for t, _ in sides) and keyed:
            return ONE if other in keyed else (other.size / keyed[0].size.max(ONE)).max(ONE)
    keys = "|".join(map(re.escape, other.keys | main.keys | {"id", "rowid"}))
    if re.search(rf"\b(?:on|using)\b.*\b(?:{keys})\b", words) is not None:
        return ONE
    if is_equal and not any(t.keys for t in (*before, other)):
        largest = max((t.size for t in before), key=lambda size: size.likely)
        return (other.size / largest.max(ONE)).max(ONE)
    return other.size.map(lambda n: max(1.0, n**_PARTNERS))
