r"""Regular expressions that are tried on what a text is made of, where that is known: `"word " * 1000` has a match each so often.

Only what cannot take long is tried: few repetitions, none of a group, on a short text. Those of `\w*\w*\w*x` are each tried
with each length of the others, and `(?:a|aa)+x` with each way to take the text apart.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

from gillint.estimate import ONE, Estimate
from gillint.frozen import dataclass
from gillint.resolve.calling.bound import literal_text, size_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, text_of
from gillint.syntax.tree import HOLE

# Characters of the text, by how many repetitions there are: at most 0.1 s of this machine.
_LONGEST = (200, 200, 200, 60, 60)
_REPEATS = re.compile(r"[*+]|\{\d*,?\d*\}|(?<![*+}?(])\?")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_GROUPS = re.compile(r"\)(?:[*+?]|\{)")  # a repetition of a group
_BACK = re.compile(r"\\[1-9]|\(\?[=!<P]")  # what looks back or ahead, and names


@dataclass(frozen=True, slots=True)
class Tried:
    """How many matches there are in a piece of a text for each of its characters, how long they are, and whether one goes from
    its beginning to its end.
    """

    rate: float
    length: float
    is_whole: bool

    def among(self, characters: Estimate) -> Estimate:
        """How many there are in a text of the kind."""
        return ONE if self.is_whole else characters * self.rate


def tried(pattern: Value | None, text: Value | None) -> Tried | None:
    """What an expression finds in a text; None where either is not known, or where it might take long."""
    expression = _expression(pattern)
    unit = _unit(text)
    return _tried(expression, unit) if expression is not None and unit is not None else None


def matches_in(pattern: Value | None, text: Value | None) -> Estimate | None:
    """How many matches of an expression are in a text."""
    found = tried(pattern, text)
    return found.among(size_of(text)) if found is not None else None


def with_matches(name: str, bound: Bound) -> tuple[tuple[str, Value], ...]:
    """What a fact may ask for beside the arguments: how many matches are replaced."""
    position = _REPLACES.get(name)
    if position is None or len(bound.positional) <= position or bound.get("count") is not None:
        return ()
    pattern = bound.receiver if bound.receiver is not None else bound.positional[0]
    count = matches_in(pattern, bound.positional[position])
    return (("matches", Value(type="int", number=count)),) if count is not None else ()


_PLACES = {"sub": 2, "subn": 2, "Pattern.sub": 1, "Pattern.subn": 1}
_REPLACES = {f"{engine}.{method}": place for engine in ("re", "regex") for method, place in _PLACES.items()}
_PATTERNS = ("re.Pattern", "regex.Pattern")


def _expression(pattern: Value | None) -> str | None:
    text = literal_text(pattern)
    if text is None and pattern is not None and pattern.type in _PATTERNS and pattern.text is not None:
        text = pattern.text.pattern
    if (
        not text
        or HOLE in text
        or _GROUPS.search(_ESCAPED.sub("_", text))
        or _BACK.search(text.replace("(?P<", "(?:<"))
    ):
        return None
    return text if _longest(text) > 0 else None


def _longest(expression: str) -> int:
    """On how many characters an expression may be tried; the alternatives in a group count as a repetition."""
    plain = _ESCAPED.sub("_", expression)
    choices = plain.count("(") if "|" in plain else 0
    repeated = len(_REPEATS.findall(plain)) + choices
    return _LONGEST[repeated] if repeated < len(_LONGEST) else 0


def _unit(text: Value | None) -> str | None:
    """What a text repeats: a constant part with nothing new in it."""
    known = text_of(text) if text is not None and text.type == "str" else None
    if known is None or known.fresh is None:
        return None
    unit = known.pattern.removesuffix(HOLE)
    is_whole = unit != "" and HOLE not in unit
    return unit if is_whole and known.fixed.likely == len(unit) and known.fresh.likely == 0 else None


@lru_cache(maxsize=512)
def _tried(expression: str, unit: str) -> Tried | None:
    times = _longest(expression) // len(unit)
    if times == 0:
        return None
    size = len(unit) * times
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = [m.end() - m.start() for m in re.finditer(expression, unit * times)]
    except (re.error, OverflowError, RecursionError):
        return None
    length = sum(found) / len(found) if found else 0.0
    return Tried(len(found) / size, length, is_whole=sum(found) >= size and length >= size / 2)
