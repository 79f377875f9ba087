"""The user's file, taken apart for a benchmark."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

from gillint.benchmark.slicing import top_level
from gillint.benchmark.uses import Reader
from gillint.diagnostics.span import Span
from gillint.measure.script import Piece
from gillint.regions.find import Region
from gillint.resolve.program import walk
from gillint.resolve.trace import Kind, Loop

Function = ast.FunctionDef | ast.AsyncFunctionDef
# An address whose port is put in (`f"http://127.0.0.1:{port}/"`, `"http://localhost:%d" % port`) is of a server that the code
# starts, and that runs in the benchmark too.
_URL = re.compile(rb"""(?P<prefix>[rRfF]{0,2})(?P<quote>["']{3}|["'])https?://[^/"'{}%\s]*[^/"'{}%\s:](?=[/"'{?])""")


class NotMeasurable(Exception):
    """Why there is no benchmark for a region, and what the user can do."""


class UserFile:
    """The user's file, taken apart once; the loop under test goes through as many items as the harness lets it."""

    def __init__(self, source: str, path: str, region: Region) -> None:
        self.path = path
        self.tree = _parsed(source)
        self.lines = _shortened(source, self.tree, region).splitlines()
        self.reader = Reader(self.tree)
        self.statements = top_level(self.tree)

    def text(self, node: ast.stmt) -> Piece:
        """A statement's own lines, dedented; where it shares one with another statement, its own text."""
        if any(
            s is not node and s.lineno <= (node.end_lineno or 0) and node.lineno <= (s.end_lineno or 0)
            for s in self.statements
        ):
            return Piece(to_local_server(ast.unparse(node)), node.lineno)
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        lines = self.lines[first - 1 : node.end_lineno]
        return Piece(to_local_server(textwrap.dedent("\n".join(lines))), first)


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise NotMeasurable(
            f"the Python that runs gillint cannot compile this file (line {error.lineno}: {error.msg})"
        ) from error


def _shortened(source: str, tree: ast.Module, region: Region) -> str:
    """The source with `gillint_first((...))` around what the region's loop goes through; no line moves."""
    span = _loop_span(region)
    if span is None:
        return source
    for node in ast.walk(tree):
        at = (getattr(node, "lineno", 0), getattr(node, "col_offset", -1) + 1)
        iterable: ast.expr | None = None
        if at == (span.line, span.column):
            if isinstance(node, ast.For):
                iterable = node.iter
            elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
                iterable = node.generators[0].iter
        if iterable is not None and iterable.end_lineno is not None and iterable.end_col_offset is not None:
            lines = source.encode().splitlines(keepends=True)
            end = b"), True)" if region.kind in (Kind.LOOP, Kind.COMPREHENSION) else b"))"
            for number, column, text in (
                (iterable.end_lineno, iterable.end_col_offset, end),
                (iterable.lineno, iterable.col_offset, b"gillint_first(("),
            ):
                line = lines[number - 1]
                lines[number - 1] = line[:column] + text + line[column:]
            return b"".join(lines).decode()
    return source


def _loop_span(region: Region) -> Span | None:
    """The region's own loop; the first one of a task or of a function."""
    if region.kind in (Kind.LOOP, Kind.COMPREHENSION):
        return region.span
    loops = (n for n in walk(region.body) if isinstance(n, Loop) and n.path == region.path)
    return next((n.span for n in loops if n.kind in (Kind.LOOP, Kind.COMPREHENSION)), None)


def to_local_server(text: str) -> str:
    """Literal URLs lead to the local server; no line moves.

    Args:
        text: statements, or an expression; returned as it is where it does not parse.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return text
    lines = text.encode().splitlines(keepends=True)
    for number, column in sorted(_texts(tree), reverse=True):
        line = lines[number - 1]
        found = _URL.match(line, column)
        if found is not None:
            prefix, quote = found["prefix"], found["quote"]
            is_format = b"f" in prefix.lower()
            begin = prefix + quote + b"{GILLINT_SERVER}" if is_format else b"GILLINT_SERVER + " + prefix + quote
            lines[number - 1] = line[:column] + begin + line[found.end() :]
    return b"".join(lines).decode()


def _texts(node: ast.AST) -> Iterator[tuple[int, int]]:
    """Where texts begin, adjacent ones as one; not documentation, patterns, nor the pieces of a formatted one."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node.lineno, node.col_offset
    elif not isinstance(node, ast.MatchValue) and not (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ):
        for child in ast.iter_child_nodes(node):
            yield from _texts(child)
