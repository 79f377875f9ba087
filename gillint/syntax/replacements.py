"""A fix as pieces of text to put in the place of others: for editors and viewers, which change what they show themselves."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from gillint.diagnostics.fixes import Fix, Replacement
from gillint.diagnostics.span import Span
from gillint.syntax.edit import apply_edits


def replacements(source: str, fix: Fix) -> tuple[Replacement, ...]:
    """What a fix changes in a text, in order and without overlaps; nothing where it cannot be made."""
    made = apply_edits(source, fix.edits)
    return tuple(_differences(source, made)) if made is not None else ()


def _differences(before: str, after: str) -> Iterator[Replacement]:
    old, new = before.split("\n"), after.split("\n")
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if i1 == i2 or j1 == j2:  # whole lines come or go, with the line end before them or after them
            yield _whole_lines(old, new, i1, i2, j1, j2)
        else:
            yield _narrowed("\n".join(old[i1:i2]), "\n".join(new[j1:j2]), i1 + 1)


def _whole_lines(old: list[str], new: list[str], i1: int, i2: int, j1: int, j2: int) -> Replacement:
    text = "\n".join(new[j1:j2])
    if i2 < len(old):
        return Replacement(Span(i1 + 1, 1, i2 + 1, 1), f"{text}\n" if j2 > j1 else "")
    start = Span(i1, len(old[i1 - 1]) + 1, len(old), len(old[-1]) + 1)
    return Replacement(start, f"\n{text}" if j2 > j1 else "")


def _narrowed(old: str, new: str, line: int) -> Replacement:
    """Without what is the same at both ends."""
    first = _common(old, new)
    same = _common(old[first:][::-1], new[first:][::-1])
    start, end = _at(old, first, line), _at(old, len(old) - same, line)
    return Replacement(Span(*start, *end), new[first : len(new) - same])


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _at(text: str, offset: int, line: int) -> tuple[int, int]:
    before = text[:offset]
    return line + before.count("\n"), offset - (before.rfind("\n") + 1) + 1
