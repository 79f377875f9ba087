"""Texts as editors change them, and where a line of one version is in another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from gillint.diagnostics.span import Span
from gillint.report.lsp import Encoding, units

# What the protocol takes for the end of a line. `str.splitlines` knows more: a form feed would move all lines below it.
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Text:
    """One version of a document. Positions are lines and code units from 0, as the client counts them."""

    text: str
    encoding: Encoding = "utf-16"

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(m.end() for m in _LINE_END.finditer(self.text))]

    @cached_property
    def plain(self) -> str:
        """The text as it is analysed: each line ends with a newline character."""
        return _LINE_END.sub("\n", self.text)

    def offset(self, line: int, character: int) -> int:
        """The index of a position in the text; what lies behind the end of a line or of the text is that end."""
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self.text)
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        content = self.text[start:end].rstrip("\r\n")
        return start + _code_points(content, max(0, character), self.encoding)

    def column(self, line: int, character: int) -> int:
        """The column in code points from 1."""
        start = self._starts[line] if 0 <= line < len(self._starts) else len(self.text)
        return self.offset(line, character) - start + 1

    def replaced(self, start: tuple[int, int], end: tuple[int, int], new: str) -> Text:
        """The version after a change. A range that is the wrong way round is turned."""
        first, last = sorted((self.offset(*start), self.offset(*end)))
        return Text(self.text[:first] + new + self.text[last:], self.encoding)


def _code_points(content: str, character: int, encoding: Encoding) -> int:
    """How many code points begin before a number of code units."""
    if encoding == "utf-32" or content.isascii():
        return min(character, len(content))
    passed = 0
    for index, one in enumerate(content):
        passed += units(one, encoding)
        if passed > character:
            return index
    return len(content)


@dataclass(frozen=True, slots=True)
class Moves:
    """Where the lines of one version of a text are in another: those before and after the part that differs."""

    before: int
    after_old: int
    after_new: int

    @staticmethod
    def between(old: str, new: str) -> Moves:
        """Compare two versions."""
        a, b = old.split("\n"), new.split("\n")
        shorter = min(len(a), len(b))
        first = next((i for i in range(shorter) if a[i] != b[i]), shorter)
        last = next((i for i in range(shorter - first) if a[-1 - i] != b[-1 - i]), shorter - first)
        return Moves(first, len(a) - last, len(b) - last)

    def line(self, number: int) -> int | None:
        """The new number of a line, from 1; None where it was in the part that differs and that changed its length."""
        if number <= self.before:
            return number
        if number > self.after_old:
            return number + self.after_new - self.after_old
        return number if self.after_old == self.after_new else None

    def span(self, span: Span) -> Span | None:
        """The new place of a span."""
        first, last = self.line(span.line), self.line(span.end_line)
        if first is None or last is None or last < first:
            return None
        return Span(first, span.column, last, span.end_column)

    @property
    def back(self) -> Moves:
        """The other way."""
        return Moves(self.before, self.after_new, self.after_old)
