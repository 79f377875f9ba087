"""Which modules a file imports, and where."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gillint.diagnostics.span import Span
from gillint.frozen import dataclass

_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+([A-Za-z_][\w.]*)")


@dataclass(frozen=True, slots=True)
class Imported:
    """An absolute import of a module; `is_guarded` under `if TYPE_CHECKING`, where it never happens."""

    module: str
    span: Span
    is_guarded: bool = False


def imports(lines: list[str]) -> tuple[Imported, ...]:
    """The absolute imports of a file in order of place."""
    try:
        module = ast.parse("".join(lines))
    except (SyntaxError, ValueError, RecursionError):
        return tuple(_by_line(lines))
    return tuple(sorted(_of(module.body, guarded=False), key=lambda i: i.span))


def _of(body: list[ast.stmt], *, guarded: bool) -> Iterator[Imported]:
    for node in body:
        span = Span(node.lineno, node.col_offset + 1, node.end_lineno or node.lineno, (node.end_col_offset or 0) + 1)
        if isinstance(node, ast.Import):
            yield from (Imported(alias.name, span, guarded) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            yield Imported(node.module, span, guarded)
        checking = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        yield from _of(getattr(node, "body", []), guarded=guarded or checking)
        for name in ("orelse", "finalbody"):
            yield from _of(getattr(node, name, []), guarded=guarded)
        for handler in getattr(node, "handlers", []):
            yield from _of(handler.body, guarded=guarded)


def _by_line(lines: list[str]) -> Iterator[Imported]:
    """A sketch that `ast` does not take."""
    for number, line in enumerate(lines, 1):
        match = _IMPORT.match(line)
        if match is not None:
            end = len(line.rstrip()) + 1
            yield Imported(match[1], Span(number, len(line) - len(line.lstrip()) + 1, number, end))
