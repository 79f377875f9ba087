"""Text as HTML: escaped always, with `code` and links."""

from __future__ import annotations

import html
import keyword
import re
import tokenize
from collections.abc import Iterator

from gillint.advice.outcome import FileReport
from gillint.diagnostics.span import Span
from gillint.report.places import place

_CODE = re.compile(r"`([^`]+)`")


def escaped(text: str) -> str:
    """Text that is safe between tags and in quoted attributes."""
    return html.escape(text, quote=True)


def sentence(text: str) -> str:
    """A sentence with `names` in backticks as code."""
    return _CODE.sub(r"<code>\1</code>", escaped(text))


def where(report: FileReport, number: int, line: int, column: int | None = None) -> str:
    """A link to a line of the annotated source; the file is the `number`th of the page."""
    shown = str(place(report, Span(line, column or 1, line, column or 1)))
    if column is None:
        shown = shown.rpartition(":")[0]
    target = f"f{number}-{line}" if report.source else f"f{number}"  # of a file that cannot be read nothing is shown
    return f'<a href="#{target}">{_breakable(shown)}</a>'


def _breakable(path: str) -> str:
    """Long paths may be broken after a slash."""
    return escaped(path).replace("/", "/<wbr>")


def highlighted(source: str) -> list[str]:
    """The lines as HTML with strings, comments, numbers and keywords marked; what is no Python stays plain."""
    lines = source.split("\n")
    marks: list[list[tuple[int, int, str]]] = [[] for _ in lines]
    for kind, (line, column), (end_line, end_column) in _tokens(lines):
        for number in range(line, min(end_line, len(lines)) + 1):
            start = column if number == line else 0
            end = end_column if number == end_line else len(lines[number - 1])
            if end > start:
                marks[number - 1].append((start, end, kind))
    return [_marked(text, found) for text, found in zip(lines, marks, strict=True)]


_KINDS = {tokenize.STRING: "s", tokenize.COMMENT: "c", tokenize.NUMBER: "n"}
_KINDS |= {
    getattr(tokenize, name): "s"
    for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
    if hasattr(tokenize, name)
}


def _tokens(lines: list[str]) -> Iterator[tuple[str, tuple[int, int], tuple[int, int]]]:
    feed = iter([f"{line}\n" for line in lines])
    try:
        for token in tokenize.generate_tokens(lambda: next(feed, "")):
            kind = _KINDS.get(token.type) or ("k" if keyword.iskeyword(token.string) else None)
            if kind is not None:
                yield kind, token.start, token.end
    except (tokenize.TokenError, SyntaxError):
        return  # a sketch, a broken file, a magic: plain from there on


def _marked(text: str, marks: list[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, kind in sorted(marks):
        if start < at:
            continue
        parts += [escaped(text[at:start]), f'<i class="{kind}">{escaped(text[start:end])}</i>']
        at = end
    return "".join([*parts, escaped(text[at:])])
