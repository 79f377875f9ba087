"""What is known of the characters of a text: its constant parts, and how many separators are in it.

A path, an SQL statement and a line of a file are told apart by their constant parts; how many lines or fields a text has
follows from the separators that went into it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import dataclass, replace
from gillint.syntax.tree import HOLE

# What the name of a file or folder begins with that nobody else uses; where it is made follows.
TEMPORARY = "<temporary "
# Stands for no character: counts the headers of binary records, such as the length of what follows.
RECORD = "\x1e"
SEPARATORS = ("\n", ",", ";", "\t", "|", " ", ":", "/", "=", "-", "\0", "\n\n", "\r\n", ", ", ": ", RECORD)
_LONGEST = 4_000  # characters of a pattern; of longer texts only the separators are kept
_REPEATED = 200  # characters of what is kept of a text that is repeated
_SAMPLES = ("", "a", "7", "É", *string.punctuation, *string.whitespace[:3])
_FEW, _WORD = 32, 40  # so many words of so many characters are kept one by one


@dataclass(frozen=True, slots=True)
class Text:
    """Attributes:
    pattern: the text with □ (`HOLE`) for each part that is not known.
    counts: how often each separator occurs, where it does.
    fixed: how many characters are the same each time it is made: the constant parts of an f-string.
    fresh: how many are new each time; None where nobody knows which are which.
    noise: how many of the new ones are one of so many values, drawn by lot, that hardly any two pieces of them are alike:
        random bytes, what was compressed or encrypted.
    drawn: parts of it are drawn by lot, so that those that are alike come again in no order.
    words: the texts that it may be, where it is one of a few short ones.
    wide: how many characters are not ASCII: of another alphabet, with an accent, pictures.
    """

    pattern: str = HOLE
    counts: tuple[tuple[str, Estimate], ...] = ()
    fixed: Estimate = ZERO
    fresh: Estimate | None = None
    noise: Estimate = ZERO
    drawn: bool = False
    words: tuple[str, ...] = ()
    wide: Estimate = ZERO

    def count(self, separator: str) -> Estimate:
        """How often a separator is in the text."""
        return next((n for s, n in self.counts if s == separator), ZERO)

    @property
    def is_open(self) -> bool:
        """Whether a part of it is unknown."""
        return HOLE in self.pattern

    @property
    def variants(self) -> tuple[str, ...]:
        """All that it may be, where that is known."""
        return self.words or (() if self.is_open or len(self.pattern) > _WORD else (self.pattern,))

    @property
    def readings(self) -> tuple[str, ...]:
        """All that it may be; else it with each of a few things in its gaps; none where all of it is a gap."""
        if self.words or not self.is_open:
            return self.words or (self.pattern,)
        return tuple(self.pattern.replace(HOLE, s) for s in _SAMPLES) if self.pattern.strip(HOLE) else ()

    @property
    def unique(self) -> Estimate | None:
        """How many characters are no copies of others in it: what is left to a compressor."""
        return self.fixed + self.fresh if self.fresh is not None else None

    def times(self, number: Estimate) -> Text:
        """The same text, repeated."""
        unique = self.unique
        counts = tuple((s, n * number) for s, n in self.counts)
        pattern = f"{self.pattern}{HOLE}" if number.low >= 1 and len(self.pattern) <= _REPEATED else HOLE
        new = ZERO if unique is not None else None
        return Text(pattern, counts, unique or ZERO, new, self.noise, wide=self.wide * number)

    def each(self, number: Estimate) -> Text:
        """So many texts that are made alike, one after the other."""
        if number == ONE:
            return self
        fresh = self.fresh * number if self.fresh is not None else None
        counts = tuple((s, n * number) for s, n in self.counts)
        wide = self.wide * number
        return Text(HOLE, counts, self.fixed, fresh, self.noise * number, self.drawn, wide=wide)

    def part(self, pieces: Estimate) -> Text:
        """One of so many pieces of it."""
        fresh = self.fresh / pieces if self.fresh is not None else None
        counts = tuple((s, n / pieces) for s, n in self.counts)
        wide = self.wide / pieces
        return Text(HOLE, counts, self.fixed, fresh, self.noise / pieces, self.drawn, wide=wide)

    def plus(self, other: Text) -> Text:
        """One after the other."""
        fresh = self.fresh + other.fresh if self.fresh is not None and other.fresh is not None else None
        counts = _added(self.counts, other.counts)
        pattern, drawn = _short(self.pattern + other.pattern), self.drawn or other.drawn
        words = _few(a + b for a in self.variants for b in other.variants) if self.words or other.words else ()
        noise, wide = self.noise + other.noise, self.wide + other.wide
        return Text(pattern, counts, self.fixed + other.fixed, fresh, noise, drawn, words, wide)

    def changed(self) -> Text:
        """The same separators, other characters: stripped, in capitals."""
        return replace(self, pattern=HOLE, words=())


# The share of the characters that are not ASCII, where nothing tells: most texts are ASCII.
MAYBE_WIDE = Estimate(0, 0, 1)
ANY = Text()
NOTHING = Text("", (), ZERO, ZERO)


def unknown(size: Estimate) -> Text:
    """A text of which only the length is known."""
    return Text(HOLE, (), ZERO, size, wide=size * MAYBE_WIDE)


@lru_cache(maxsize=4096)
def of_literal(text: str) -> Text:
    """A text that is known."""
    counted = ((s, text.count(s)) for s in SEPARATORS)
    found = tuple((s, Estimate.point(n)) for s, n in counted if n)
    return Text(_short(text), found, Estimate.point(len(text)), ZERO, wide=_not_ascii(text))


def _not_ascii(text: str) -> Estimate:
    if text.isascii():
        return ZERO
    return Estimate.point(len(text) - len(text.encode("ascii", "ignore")) - text.count(HOLE))


def together(texts: Sequence[Text]) -> Text:
    """Several texts, one after the other; their patterns are not kept."""
    counts: dict[str, list[Estimate]] = {}
    for text in texts:
        for separator, number in text.counts:
            counts.setdefault(separator, []).append(number)
    fresh = [t.fresh for t in texts if t.fresh is not None]
    return Text(
        HOLE,
        tuple(sorted((s, total(numbers)) for s, numbers in counts.items())),
        total(t.fixed for t in texts),
        total(fresh) if len(fresh) == len(texts) else None,
        total(t.noise for t in texts),
        any(t.drawn for t in texts),
        wide=total(t.wide for t in texts),
    )


def filled(template: str, parts: list[Text]) -> Text:
    """A template with something put into its holes, each part into one."""
    pieces = template.split(HOLE)
    made = of_literal(pieces[0])
    for number, piece in enumerate(pieces[1:]):
        made = made.plus(parts[number] if number < len(parts) else ANY).plus(of_literal(piece))
    return made


def joined(separator: Text, member: Text | None, number: Estimate) -> Text:
    """`separator.join(members)`, each like `member`."""
    between, members = separator.each((number - 1).max(0)), (member or ANY).each(number)
    counts = _added(between.counts, members.counts)
    wide = between.wide + members.wide
    return Text(HOLE, counts, between.fixed + members.fixed, members.fresh, members.noise, members.drawn, wide=wide)


def common(a: Text | None, b: Text | None) -> Text | None:
    """What two texts share: one of them is meant, nobody knows which."""
    if a is None or b is None or a == b:
        return a if a == b else None
    fresh = a.fresh.max(b.fresh) if a.fresh is not None and b.fresh is not None else None
    fixed = a.fixed.max(b.fixed)
    counts = tuple((s, a.count(s).join(b.count(s))) for s in SEPARATORS if a.count(s) != ZERO or b.count(s) != ZERO)
    words = _few((*a.variants, *b.variants)) if a.variants and b.variants else ()
    wide = a.wide.join(b.wide)
    if a.pattern == b.pattern:
        return Text(a.pattern, counts, fixed, fresh, a.noise.max(b.noise), a.drawn or b.drawn, words, wide)
    start = 0
    while start < min(len(a.pattern), len(b.pattern)) and a.pattern[start] == b.pattern[start]:
        start += 1
    end = 0
    rest_a, rest_b = a.pattern[start:], b.pattern[start:]
    while end < min(len(rest_a), len(rest_b)) and rest_a[-1 - end] == rest_b[-1 - end]:
        end += 1
    tail = rest_a[len(rest_a) - end :]
    noise, drawn = a.noise.max(b.noise), a.drawn or b.drawn
    return Text(_short(a.pattern[:start] + HOLE + tail), counts, fixed, fresh, noise, drawn, words, wide)


def _few(words: Iterable[str]) -> tuple[str, ...]:
    """The different ones, unless there are many or long ones."""
    different = tuple(dict.fromkeys(words))
    return different if len(different) <= _FEW and all(len(w) <= _WORD for w in different) else ()


def may_be_same(a: str, b: str) -> bool:
    """Whether two patterns may stand for one text."""
    return fnmatchcase(_sample(a), _escaped(b)) or fnmatchcase(_sample(b), _escaped(a))


@lru_cache(maxsize=4096)
def overlap(a: str, b: str) -> bool:
    """Whether some text fits both of two patterns with holes: a glob, and the names of files that a loop writes."""
    reachable = {0}
    for x in a:
        reachable = _spread({j for i in reachable for j in _steps(x, i, b)}, b) if x != HOLE else _onward(reachable, b)
        if not reachable:
            return False
    return any(not b[i:].strip(HOLE) for i in _spread(reachable, b))


def _steps(x: str, i: int, b: str) -> Iterator[int]:
    """Where `b` goes on after one character of the other, from each place that is reached without one."""
    for at in _spread({i}, b):
        if at < len(b) and b[at] == HOLE:
            yield at
        elif at < len(b) and b[at] == x:
            yield at + 1


def _spread(places: set[int], b: str) -> set[int]:
    """The places, and those behind holes that stand for nothing."""
    found = set(places)
    for place in places:
        at = place
        while at < len(b) and b[at] == HOLE:
            at += 1
            found.add(at)
    return found


def _onward(places: set[int], b: str) -> set[int]:
    """A hole takes any part of the rest."""
    return set(range(min(places), len(b) + 1)) if places else set()


def _sample(pattern: str) -> str:
    return pattern.replace(HOLE, "0")


def _escaped(pattern: str) -> str:
    return re.sub(r"[\[?*]", r"[\g<0>]", pattern).replace(HOLE, "*")


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
