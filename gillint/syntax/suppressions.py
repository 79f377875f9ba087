"""Comments that speak to gillint: which findings a file does not want to hear of, and what it says of sizes.

Read from the tokens, so that a string that looks like a comment is none.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import dataclass

_INTERESTING = re.compile(r"noqa|gillint\s*:", re.IGNORECASE)
_NOQA = re.compile(r"#\s*noqa\b(?P<colon>\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)?)?", re.IGNORECASE)
_IGNORE = re.compile(r"#\s*gillint\s*:\s*ignore(?P<file>-file)?\s*(?:\[(?P<codes>[^\]]*)\])?(?![-\w])", re.IGNORECASE)
_SIZE = re.compile(r"(?:size|len)\(\s*(?P<sized>\w+)\s*\)\s*=\s*(?P<number>[0-9][0-9_]*(?:\.\d+)?(?:e\d+)?)")
_PRAGMA = re.compile(r"#\s*gillint\s*:\s*(?P<facts>(?:size|len)\(.*)", re.IGNORECASE)


_BETWEEN = (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment.

    Attributes:
        span: of the comment.
        codes: the rules that it names, by code or name; None for all.
        lines: the lines whose findings it suppresses; None for the whole file.
        blanket: a plain `# noqa`, which other linters read as well.
    """

    span: Span
    codes: tuple[str, ...] | None
    lines: range | None
    blanket: bool = False

    def covers(self, line: int, code: str, name: str) -> bool:
        """Whether it suppresses a finding of a rule that begins on a line."""
        named = self.codes is None or code in self.codes or name in self.codes
        return named and (self.lines is None or line in self.lines)


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the comments of a file say."""

    suppressions: tuple[Suppression, ...] = ()
    sizes: tuple[tuple[str, Estimate], ...] = ()


NO_REMARKS = Remarks()


def read_remarks(lines: list[str]) -> Remarks:
    """Read the comments of a file; what the tokenizer does not take is left out."""
    if not any(_INTERESTING.search(line) for line in lines):
        return NO_REMARKS
    found: list[Suppression] = []
    sizes: list[tuple[str, Estimate]] = []
    for comment in _comments(lines):
        found.extend(_suppressions(comment))
        pragma = _PRAGMA.match(comment.text)
        for match in _SIZE.finditer(pragma["facts"]) if pragma is not None else ():
            sizes.append((f"len({match['sized']})", Estimate.point(float(match["number"].replace("_", "")))))
    return Remarks(tuple(found), tuple(sizes))


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment, the lines that it speaks of, and whether it has its line to itself."""

    text: str
    line: int
    column: int
    lines: range
    alone: bool


def _comments(lines: list[str]) -> Iterator[_Comment]:
    """Comments with the logical line that they belong to: that of the code before them, or after them if alone."""
    waiting: list[tokenize.TokenInfo] = []
    alone: list[tokenize.TokenInfo] = []
    first: int | None = None
    try:
        for token in tokenize.generate_tokens(iter(lines).__next__):
            if token.type == tokenize.COMMENT:
                (waiting if first is not None else alone).append(token)
            elif token.type == tokenize.NEWLINE:
                last = token.start[0]
                yield from (_placed(c, first or last, last) for c in waiting)
                waiting, first = [], None
            elif first is None and token.type not in _BETWEEN:
                first = token.start[0]
                yield from (_Comment(c.string, *_at(c), range(first, first + 1), alone=True) for c in alone)
                alone = []
    except (tokenize.TokenError, SyntaxError, StopIteration):
        pass
    yield from (_Comment(c.string, *_at(c), range(c.start[0], c.start[0] + 1), alone=False) for c in waiting)
    yield from (_Comment(c.string, *_at(c), range(0), alone=True) for c in alone)


def _at(token: tokenize.TokenInfo) -> tuple[int, int]:
    return token.start[0], token.start[1] + 1


def _placed(token: tokenize.TokenInfo, first: int, last: int) -> _Comment:
    """At the end of a statement of several lines it speaks of all of them, on one of the others of that one."""
    line = token.start[0]
    return _Comment(token.string, *_at(token), range(first, last + 1) if line == last else range(line, line + 1), False)


def _suppressions(comment: _Comment) -> Iterator[Suppression]:
    for match in _NOQA.finditer(comment.text):
        if comment.alone:
            continue  # it speaks of its own line
        codes = tuple(c.upper() for c in re.split(r"[\s,]+", match["codes"] or "") if c.upper().startswith("GIL"))
        if match["colon"] is None:
            yield Suppression(_span(comment, match), None, comment.lines, blanket=True)
        elif codes:
            yield Suppression(_span(comment, match), codes, comment.lines)
    for match in _IGNORE.finditer(comment.text):
        named = match["codes"]
        wanted = tuple(c.upper() if c[:3].upper() == "GIL" else c for c in re.split(r"[\s,]+", named or "") if c)
        if named is not None and not wanted:
            continue
        yield Suppression(_span(comment, match), wanted or None, None if match["file"] else comment.lines)


def _span(comment: _Comment, match: re.Match[str]) -> Span:
    start = comment.column + match.start()
    return Span(comment.line, start, comment.line, start + len(match[0].rstrip()))
