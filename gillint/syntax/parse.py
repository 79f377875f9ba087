"""One file's syntax: parsed where it matters, when it is asked for."""

from __future__ import annotations

import ast
import gc
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from functools import lru_cache

from gillint.diagnostics.span import Span
from gillint.frozen import dataclass
from gillint.syntax import tree as t
from gillint.syntax.code import code_lines
from gillint.syntax.outline import (
    ClassOutline,
    FunctionOutline,
    Lines,
    Outline,
    TooDeep,
    accessor,
    check_brackets,
    check_depth,
    make_outline,
)


@dataclass(frozen=True, slots=True)
class SyntaxProblem(Exception):
    """Why a file cannot be parsed, and where."""

    message: str
    line: int
    column: int


_IMPORT = re.compile(r"^\s*(?:import|from)\s+([A-Za-z_]\w*)", re.MULTILINE)


@dataclass(slots=True)
class Syntax:
    """A file that parses: its outline, and the trees of its parts, which are made on demand and kept.

    `lines` are those of its code, with their ends: no comments (where the interpreter's own parser reads the file).
    """

    path: str
    lines: list[str]
    outline: Outline
    _functions: dict[str, t.Function | None] = field(default_factory=dict)
    _statements: t.Body | None = None
    _class_statements: dict[str, t.Body] = field(default_factory=dict)
    _imports: tuple[str, ...] | None = None

    def imports(self) -> tuple[str, ...]:
        """The top-level names of the modules that the file imports, wherever it does."""
        if self._imports is None:
            self._imports = tuple(dict.fromkeys(_IMPORT.findall("".join(self.lines))))
        return self._imports

    def function(self, outline: FunctionOutline) -> t.Function | None:
        """The tree of a function, or None where libcst refuses what `ast` accepts."""
        key = f"{outline.qualname}:{outline.lines.first}"
        if key not in self._functions:
            found = [s for s in self._segment(outline.lines) if isinstance(s, t.Function)]
            self._functions[key] = found[0] if found else None
        return self._functions[key]

    def statements(self) -> t.Body:
        """The statements of the module, without its functions and classes."""
        if self._statements is None:
            self._statements = tuple(s for lines in self.outline.statements for s in self._segment(lines))
        return self._statements

    def class_statements(self, outline: ClassOutline) -> t.Body:
        """The statements of a class body, without its methods."""
        if outline.qualname not in self._class_statements:
            body = tuple(s for lines in outline.statements for s in self._segment(lines))
            self._class_statements[outline.qualname] = body
        return self._class_statements[outline.qualname]

    def text(self, span: Span) -> str:
        """The source text of a span."""
        if span.line == span.end_line:
            return self.lines[span.line - 1][span.column - 1 : span.end_column - 1]
        first = self.lines[span.line - 1][span.column - 1 :]
        middle = self.lines[span.line : span.end_line - 1]
        return first + "".join(middle) + self.lines[span.end_line - 1][: span.end_column - 1]

    @property
    def texts(self) -> Iterator[str]:
        """The texts of the functions, one by one, and that of all the rest."""
        covered: set[int] = set()
        for function in self.outline.functions:
            yield "".join(self.lines[function.lines.first - 1 : function.lines.last])
            covered.update(range(function.lines.first - 1, function.lines.last))
        yield "".join(line for number, line in enumerate(self.lines) if number not in covered)

    def _segment(self, lines: Lines) -> t.Body:
        text = "".join(self.lines[lines.first - 1 : lines.last])
        indented = text[:1] in (" ", "\t")
        source = "if 1:\n" + text if indented else text
        try:
            body = _lower(source, lines.first - 1 if indented else lines.first)
        except SyntaxProblem:
            return ()
        return body[0].body if indented and body and isinstance(body[0], t.If) else body


@contextmanager
def _collector_off() -> Iterator[None]:
    """Trees hold no cycles: the collector would only walk them again and again (12% of libcst's time, 30% of ast's)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@lru_cache(maxsize=4096)  # an editor asks again after each keystroke, which changes one function
def _lower(source: str, first_line: int) -> t.Body:
    import libcst as cst

    from gillint.syntax.lower import Lowering
    from gillint.syntax.positions import Positions

    try:
        with _collector_off():
            module = cst.parse_module(source)
            return Lowering(Positions(module, first_line)).body(list(module.body))
    except cst.ParserSyntaxError as error:
        line, column = error.raw_line + first_line - 1, error.raw_column + 1
        raise SyntaxProblem(_sentence(error.message), line, column) from None
    except RecursionError:
        raise SyntaxProblem("nested too deeply to be parsed", first_line, 1) from None
    except (SyntaxError, ValueError) as error:  # bytes with a bad escape, lone surrogates
        raise SyntaxProblem(str(error).split("\n")[0], first_line, 1) from None


def parse_text(source: str, first_line: int) -> t.Body:
    """The statements in a text that a program has; () where it is none of Python."""
    try:
        return _lower(source, first_line)
    except SyntaxProblem:
        return ()


def _sentence(message: str) -> str:
    first = message.strip().split("\n")[0]
    return "invalid syntax" if "parser error" in first.lower() else first


@lru_cache(maxsize=128)  # a file is asked for itself, and by those that import it
def parse(source: str, path: str = "<stdin>") -> Syntax:
    """Find out what a file contains.

    Raises:
        SyntaxProblem: neither `ast` nor libcst can parse it, or it is nested too deeply.
    """
    lines = lines_of(source)
    first_error: SyntaxError | None = None
    try:
        with _collector_off(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(source)
    except SyntaxError as error:
        first_error = error
    except (RecursionError, MemoryError, OverflowError):
        raise SyntaxProblem("nested too deeply to be parsed", 1, 1) from None
    except ValueError as error:  # null bytes
        raise SyntaxProblem(str(error), 1, 1) from None
    try:
        if first_error is None:
            lines = code_lines(lines, check_depth(module))
            return Syntax(path, lines, make_outline(module, lines))
        check_brackets(source)
    except TooDeep as error:
        raise SyntaxProblem(str(error), error.line, 1) from None
    except RecursionError:
        raise SyntaxProblem("nested too deeply to be parsed", 1, 1) from None
    return _parse_whole(source, path, lines, first_error)


def lines_of(source: str) -> list[str]:
    """Lines as Python counts them, with their ends: only at \\n, \\r\\n and \\r, where `splitlines` knows more."""
    if any(c in source for c in "\f\x0b\x1c\x1d\x1e\x85\u2028\u2029"):
        return list(io.StringIO(source, newline=""))
    return source.splitlines(keepends=True)


def _parse_whole(source: str, path: str, lines: list[str], error: SyntaxError) -> Syntax:
    """Syntax that is newer than the running interpreter: libcst parses the file as a whole."""
    try:
        body = _lower(source, 1)
    except SyntaxProblem:
        line = error.lineno or 1
        column = error.offset or 1
        raise SyntaxProblem(error.msg or "invalid syntax", line, max(1, column)) from None
    functions: dict[str, t.Function | None] = {}
    outlines: list[FunctionOutline] = []
    classes: list[ClassOutline] = []
    class_statements: dict[str, t.Body] = {}

    def sort(statements: t.Body, prefix: str, owner: str | None) -> t.Body:
        rest: list[t.Stmt] = []
        for node in statements:
            if isinstance(node, t.Function):
                where = Lines(node.span.line, node.span.end_line)
                qualname = prefix + node.name + accessor(dotted(d).rpartition(".")[2] for d in node.decorators)
                outlines.append(
                    FunctionOutline(node.name, qualname, where, owner, is_candidate=True, calls=frozenset())
                )
                functions[f"{qualname}:{where.first}"] = node
            elif isinstance(node, t.Class):
                qualname = prefix + node.name
                class_statements[qualname] = sort(node.body, qualname + ".", qualname)
                bases = tuple(dotted(b) for b in node.bases)
                classes.append(ClassOutline(qualname, Lines(node.span.line, node.span.end_line), bases, ()))
            else:
                rest.append(node)
        return tuple(rest)

    statements = sort(body, "", None)
    outline = Outline(tuple(outlines), tuple(classes), (), frozenset(), is_candidate=True)
    return Syntax(path, lines, outline, functions, statements, class_statements)


def dotted(node: t.Expr) -> str:
    """`a.b.c` for names and attributes, "" for anything else."""
    if isinstance(node, t.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.name}" if inner else ""
    return node.id if isinstance(node, t.Name) else ""
