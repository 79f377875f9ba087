"""The code of a file: its lines without comments, blanks at their ends, and what is in texts that stand alone (docstrings).

Everything behind the parser reads these lines, so that two texts of the same code have the same result by construction.
Where something may be part of a string, it stays: the lines are then merely not as short as they could be.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

_TO_THE_END = 1 << 30


@dataclass(slots=True)
class Literals:
    """The literals of a file: texts, bytes and f-strings, each as a whole; `alone` are those that are statements."""

    strings: list[ast.expr] = field(default_factory=list)
    alone: list[ast.expr] = field(default_factory=list)


def code_lines(lines: list[str], literals: Literals) -> list[str]:
    """The same number of lines, each with its line end, for the literals that the parser found in them."""
    covered: dict[int, list[tuple[int, int]]] = {
        number: []
        for number, line in enumerate(lines, 1)
        if ("#" in line or line.rstrip("\r\n")[-1:].isspace()) and line.isascii()  # `ast` counts bytes
    }
    for node in literals.strings:
        last = node.end_lineno or node.lineno
        for number in range(node.lineno, last + 1):
            if number in covered:
                start = node.col_offset if number == node.lineno else 0
                end = node.end_col_offset or 0 if number == last else _TO_THE_END
                covered[number].append((start, end))
    made = list(lines)
    for number, spans in covered.items():
        made[number - 1] = _code(lines[number - 1], spans)
    for node in literals.alone:
        for number, line in _emptied(lines, node):
            made[number - 1] = line
    return made


def _emptied(lines: list[str], node: ast.expr) -> Iterator[tuple[int, str]]:
    """The lines of a text that stands alone, with nothing in it; none where something follows it."""
    first, last = node.lineno, node.end_lineno or node.lineno
    before = lines[first - 1].encode()[: node.col_offset].decode()
    after = lines[last - 1].encode()[node.end_col_offset :].decode().strip()
    if after and not after.startswith("#"):
        return
    for number in range(first, last + 1):
        line = lines[number - 1]
        end = line[len(line.rstrip("\r\n")) :]
        quotes = '""' if first == last else '"""' if number in (first, last) else ""
        yield number, (before if number == first else "") + quotes + end


def _code(line: str, strings: list[tuple[int, int]]) -> str:
    """One line up to its comment; `strings` are the columns that literals cover."""
    content = line.rstrip("\r\n")
    at = content.find("#")
    while at >= 0 and any(start <= at < end for start, end in strings):
        at = content.find("#", at + 1)
    if at < 0 and any(end == _TO_THE_END for _, end in strings):
        return line
    if at >= 0 and content[at + 1 :].lstrip().startswith("type:"):
        return line  # `x = []  # type: list[int]` is code
    return (content[:at] if at >= 0 else content).rstrip(" \t") + line[len(content) :]
