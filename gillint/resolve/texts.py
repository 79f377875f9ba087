"""What is known of the characters of a text: its constant parts, and how many separators are in it.

A path, an SQL statement and a line of a file are told apart by their constant parts; how many lines or fields a text has
follows from the separators that went into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from gillint.estimate import ZERO, Estimate
from gillint.syntax.fstrings import HOLE

SEPARATORS = ("\n", ",", ";", "\t", "|", " ", ":", "/", "=", "-")
_LONGEST = 4_000  # characters of a pattern; of longer texts only the separators are kept


@dataclass(frozen=True, slots=True)
class Text:
    """Attributes:
    pattern: the text with `*` for each part that is not known.
    counts: how often each separator occurs, where it does.
    """

    pattern: str = HOLE
    counts: tuple[tuple[str, Estimate], ...] = ()

    def count(self, separator: str) -> Estimate:
        """How often a separator is in the text."""
        return next((n for s, n in self.counts if s == separator), ZERO)

    @property
    def is_open(self) -> bool:
        """Whether a part of it is unknown."""
        return HOLE in self.pattern

    def times(self, number: Estimate) -> Text:
        """The text, repeated."""
        return Text(HOLE, tuple((s, n * number) for s, n in self.counts))

    def plus(self, other: Text) -> Text:
        """One after the other."""
        return Text(_short(self.pattern + other.pattern), _added(self.counts, other.counts))

    def changed(self) -> Text:
        """The same separators, other characters: stripped, in capitals."""
        return Text(HOLE, self.counts)


ANY = Text()


@lru_cache(maxsize=4096)
def of_literal(text: str) -> Text:
    """A text that is known."""
    counted = ((s, text.count(s)) for s in SEPARATORS)
    return Text(_short(text), tuple((s, Estimate.point(n)) for s, n in counted if n))


def filled(template: str, parts: list[Text | None]) -> Text:
    """A template with something put into its holes: each part that is known takes the place of a hole."""
    pieces = template.split(HOLE)
    made = of_literal(pieces[0])
    for number, piece in enumerate(pieces[1:]):
        part = parts[number] if number < len(parts) else None
        made = made.plus(part or ANY).plus(of_literal(piece))
    return made


def joined(separator: Text, member: Text | None, number: Estimate) -> Text:
    """`separator.join(members)`, each like `member`."""
    between = separator.times((number - 1).max(0))
    return Text(HOLE, _added(between.counts, member.times(number).counts if member is not None else ()))


def common(a: Text | None, b: Text | None) -> Text | None:
    """What two texts share: one of them is meant, nobody knows which."""
    if a is None or b is None or a == b:
        return a if a == b else None
    counts = tuple((s, a.count(s).join(b.count(s))) for s in SEPARATORS if a.count(s) != ZERO or b.count(s) != ZERO)
    if a.pattern == b.pattern:
        return Text(a.pattern, counts)
    start = 0
    while start < min(len(a.pattern), len(b.pattern)) and a.pattern[start] == b.pattern[start]:
        start += 1
    end = 0
    rest_a, rest_b = a.pattern[start:], b.pattern[start:]
    while end < min(len(rest_a), len(rest_b)) and rest_a[-1 - end] == rest_b[-1 - end]:
        end += 1
    tail = rest_a[len(rest_a) - end :]
    return Text(_short(a.pattern[:start] + HOLE + tail), counts)


def may_be_same(a: str, b: str) -> bool:
    """Whether two patterns may stand for one text."""
    return fnmatchcase(_sample(a), _escaped(b)) or fnmatchcase(_sample(b), _escaped(a))


def _sample(pattern: str) -> str:
    return pattern.replace(HOLE, "0")


def _escaped(pattern: str) -> str:
    return pattern.replace("[", "[[]").replace("?", "[?]")


def _short(pattern: str) -> str:
    while HOLE + HOLE in pattern:
        pattern = pattern.replace(HOLE + HOLE, HOLE)
    return pattern if len(pattern) <= _LONGEST else HOLE


def _added(
    a: tuple[tuple[str, Estimate], ...], b: tuple[tuple[str, Estimate], ...]
) -> tuple[tuple[str, Estimate], ...]:
    if not a or not b:
        return a or b
    counts = dict(a)
    for separator, number in b:
        counts[separator] = counts[separator] + number if separator in counts else number
    return tuple(sorted(counts.items()))
