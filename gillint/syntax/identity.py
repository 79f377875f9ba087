"""What tells a piece of code from others, whatever line it stands on."""

from __future__ import annotations

import io
import tokenize

from gillint.diagnostics.span import Span
from gillint.syntax.parse import Syntax

_BLOCKS = ("for", "while", "async", "with", "def", "class", "if", "try", "match", "@")
_LAYOUT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
}  # fmt: skip


def identity(span: Span, syntax: Syntax) -> tuple[str, str]:
    """The innermost function around a place, and its code without layout and comments; of a block only the header."""
    inside = [f for f in syntax.outline.functions if f.lines.first <= span.line <= f.lines.last]
    function = max(inside, key=lambda f: f.lines.first).qualname if inside else "<module>"
    return function, _normalised(syntax.text(span))


def _normalised(text: str) -> str:
    is_block = text.lstrip().startswith(_BLOCKS)
    words: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in _LAYOUT:
                if token.type == tokenize.NEWLINE and is_block and words[-1:] == [":"]:
                    break
                continue
            if token.string in (")", "]", "}") and words[-1:] == [","]:
                words.pop()  # a trailing comma is layout
            words.append(token.string)
    except (tokenize.TokenError, SyntaxError):
        pass
    return " ".join(words) if words else " ".join(text.split())[:200]
