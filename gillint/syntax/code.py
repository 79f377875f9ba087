"""The code of a file: its lines without comments and without blanks at their ends.

Everything behind the parser reads these lines, so that two texts of the same code have the same result by construction.
Where something may be part of a string, it stays: the lines are then merely not as short as they could be.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

Strings = list[ast.expr]
_TO_THE_END = 1 << 30


def code_lines(lines: list[str], strings: Iterable[ast.expr]) -> list[str]:
    """The same number of lines, each with its line end; `strings` are the literals of the text, f-strings as a whole."""
    covered: dict[int, list[tuple[int, int]]] = {
        number: []
        for number, line in enumerate(lines, 1)
        if ("#" in line or line.rstrip("\r\n")[-1:].isspace()) and line.isascii()  # `ast` counts bytes
    }
    for node in strings:
        last = node.end_lineno or node.lineno
        for number in range(node.lineno, last + 1):
            if number in covered:
                start = node.col_offset if number == node.lineno else 0
                end = node.end_col_offset or 0 if number == last else _TO_THE_END
                covered[number].append((start, end))
    made = list(lines)
    for number, spans in covered.items():
        made[number - 1] = _code(lines[number - 1], spans)
    return made


def _code(line: str, strings: list[tuple[int, int]]) -> str:
    """One line up to its comment; `strings` are the columns that literals cover."""
    content = line.rstrip("\r\n")
    at = content.find("#")
    while at >= 0 and any(start <= at < end for start, end in strings):
        at = content.find("#", at + 1)
    if at < 0 and any(end == _TO_THE_END for _, end in strings):
        return line
    return (content[:at] if at >= 0 else content).rstrip(" \t") + line[len(content) :]
