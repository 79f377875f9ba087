"""f-strings as text with holes: `f"INV-{n:06d}\\n"` is `INV-□` and a line feed, its hole printed by `06d`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from gillint.syntax.tree import HOLE

_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\", "\\'": "'", '\\"': '"', "\\\n": ""}


def template(node: cst.FormattedString) -> str:
    """The text with a hole for each expression."""
    return _text_of(node.parts, raw="r" in node.prefix.lower())


def _text_of(parts: object, *, raw: bool) -> str:
    pieces = parts if isinstance(parts, (list, tuple)) else ()
    return "".join(_unescaped(p.value, raw=raw) if isinstance(p, cst.FormattedStringText) else HOLE for p in pieces)


def _unescaped(text: str, *, raw: bool) -> str:
    """The characters that a piece of source text between the braces stands for."""
    text = text.replace("{{", "{").replace("}}", "}")
    return text if raw else re.sub(r"\\(?:\n|.)", lambda m: _ESCAPES.get(m[0], m[0][1:]), text)


def holes(parts: object) -> Iterator[tuple[cst.BaseExpression, str | None]]:
    """The expressions of an f-string in order of evaluation, each with its format specification; None inside one."""
    for part in parts if isinstance(parts, (list, tuple)) else ():
        expression = getattr(part, "expression", None)
        if isinstance(expression, cst.BaseExpression):
            spec = getattr(part, "format_spec", None) or ()
            yield expression, _text_of(spec, raw=False)
            for inner, _ in holes(spec):
                yield inner, None
