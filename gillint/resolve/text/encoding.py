"""What encoding makes of a text and decoding of bytes: as many bytes as its characters take in that coding.

Of the characters that are not ASCII most take two bytes in UTF-8: letters with accents, Cyrillic, Greek, Hebrew, Arabic.
"""

from __future__ import annotations

import re

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.text.texts import MAYBE_WIDE, Text
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, text_of

_UTF8, _PAIRS, _FOURS = re.compile(r"(?i)u(tf)?.?8"), re.compile(r"(?i)u(tf)?.?16"), re.compile(r"(?i)u(tf)?.?32")
# How many more characters than one stand for one that is not ASCII, by what is done about it.
_INSTEAD = {"ignore": -1, "replace": 0, "xmlcharrefreplace": 6, "backslashreplace": 5, "namereplace": 30}


def encoded(bound: Bound, result: Value) -> Value:
    """`text.encode("utf-8", "ignore")`, `bytes(text, "utf-8")`."""
    source, coding, errors = _parts(bound)
    if source is None or (source.size is None and text_of(source) is None):
        return _made(source, result, result.size, None)
    size, text = source.size, text_of(source)
    wide = text.wide if text is not None else (size or ONE) * MAYBE_WIDE
    if size is None:
        return _made(source, result, result.size, text)
    if _UTF8.match(coding):
        return _made(source, result, size + wide, text)
    if coding.casefold() in ("ascii", "us-ascii"):
        left = (size + wide * _INSTEAD.get(errors, 0)).max(0)
        return _made(source, result, left, replace(text, wide=ZERO) if text is not None else None)
    return _made(source, result, size * _width(coding), text)


def decoded(bound: Bound, result: Value) -> Value:
    """`data.decode()`, `str(data, "latin-1")`."""
    source, coding, errors = _parts(bound)
    size, text = (source.size, text_of(source)) if source is not None else (None, None)
    if size is None or text is None:
        return _made(source, result, size / _width(coding) if size is not None else result.size, text)
    if _UTF8.match(coding):
        return _made(source, result, (size - text.wide).max(0), text)
    if coding.casefold() in ("ascii", "us-ascii"):  # of two bytes that are not ASCII none is left, or a mark for each
        left = size - text.wide * 2 if errors == "ignore" else size
        return _made(source, result, left.max(0), replace(text, wide=ZERO) if errors == "ignore" else text)
    return _made(source, result, size / _width(coding), text)


def _parts(bound: Bound) -> tuple[Value | None, str, str]:
    """What is encoded or decoded, in which coding, and what is done about what it does not have."""
    given = bound.positional if bound.receiver is not None else bound.positional[1:]
    source = bound.receiver if bound.receiver is not None else bound.positional[0] if bound.positional else None
    coding = bound.get("encoding") or (given[0] if given else None)
    errors = bound.get("errors") or (given[1] if len(given) > 1 else None)
    return source, literal_text(coding) or "utf-8", literal_text(errors) or "strict"


def _width(coding: str) -> int:
    return 2 if _PAIRS.match(coding) else 4 if _FOURS.match(coding) else 1


def _made(source: Value | None, result: Value, size: Estimate | None, text: Text | None) -> Value:
    origin = source.source if source is not None else None
    if text is None and origin is None and size is None:
        return result
    return replace(result, shape=None, text=text, size=size, source=origin)
