"""f-strings as text with holes: `f"INV-{n:06d}\\n"` is `INV-*` and a line feed, its hole at least six wide."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from gillint.syntax.tree import HOLE, IN_SPEC

_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\", "\\'": "'", '\\"': '"', "\\\n": ""}
_WIDTH = re.compile(r"[^0-9]{0,3}0?(\d{1,4})?")


def template(node: cst.FormattedString) -> str:
    """The text with a hole for each expression."""
    raw = "r" in node.prefix.lower()
    return "".join(_unescaped(p.value, raw=raw) if isinstance(p, cst.FormattedStringText) else HOLE for p in node.parts)


def _unescaped(text: str, *, raw: bool) -> str:
    """The characters that a piece of source text between the braces stands for."""
    text = text.replace("{{", "{").replace("}}", "}")
    return text if raw else re.sub(r"\\(?:\n|.)", lambda m: _ESCAPES.get(m[0], m[0][1:]), text)


def holes(parts: object) -> Iterator[tuple[cst.BaseExpression, int, bool]]:
    """The expressions of an f-string in order of evaluation, each with the least width that it is printed in, and whether
    there is a format specification.
    """
    for part in parts if isinstance(parts, (list, tuple)) else ():
        expression = getattr(part, "expression", None)
        if isinstance(expression, cst.BaseExpression):
            spec = getattr(part, "format_spec", None) or ()
            yield expression, _width(spec), bool(spec)
            for inner, *_ in holes(spec):
                yield inner, IN_SPEC, False


def _width(spec: object) -> int:
    """The width in a format specification: 6 in `{n:06d}`, 10 in `{name:<10}`."""
    first = next(iter(spec), None) if isinstance(spec, (list, tuple)) else None
    found = _WIDTH.match(first.value) if isinstance(first, cst.FormattedStringText) else None
    return int(found[1]) if found is not None and found[1] else 0
