"""Positions of calls are those of `ast`, converted to code points, on a good part of the standard library."""

# ruff: noqa: E501

from __future__ import annotations

import ast
import io
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from gillint.diagnostics.span import Span
from gillint.source.files import decode
from gillint.syntax import tree as t
from gillint.syntax.parse import Syntax, parse

STDLIB = Path(sysconfig.get_path("stdlib"))
FILES = [
    "argparse.py", "ast.py", "asyncio/base_events.py", "asyncio/tasks.py", "collections/__init__.py", "concurrent/futures/thread.py",
    "contextlib.py", "copy.py", "csv.py", "dataclasses.py", "difflib.py", "email/header.py", "enum.py", "functools.py", "getopt.py",
    "heapq.py", "html/parser.py", "http/client.py", "http/cookies.py", "importlib/_bootstrap.py", "inspect.py", "ipaddress.py",
    "json/decoder.py", "json/encoder.py", "logging/__init__.py", "multiprocessing/pool.py", "pathlib.py", "pickle.py",
    "queue.py", "random.py", "sched.py", "shutil.py", "socket.py", "statistics.py", "string.py", "subprocess.py", "tarfile.py",
    "textwrap.py", "threading.py", "tokenize.py", "traceback.py", "typing.py", "unittest/mock.py", "urllib/parse.py", "uuid.py",
    "zipfile.py",
]  # fmt: skip
PATHS = [STDLIB / name for name in FILES if (STDLIB / name).is_file()]

TRICKY = {
    "unicode": "größe = länge(f('äöü'), g('𝄞'))  # ü\nx = 'é' + f(\n    'ñ', g(1)\n)\n",
    "tabs": "def f():\n\tfor x in y:\n\t\tg(x); h(\n\t\t\tx)\n",
    "nested": "class A:\n    class B:\n        def c(self):\n            return d(e(f())(g)[h()])(i)\n",
    "continuation": "x = \\\n    f(1) + \\\n    g(2)\n",
    "one_line": "if x: f(); g()\nfor a in b: h(a)\nclass C: y = f()\ndef d(): return f(g())\n",
    "parentheses": "x = (f)(1); y = (f(1)); z = ((f)((1)))\n",
    "strings": "x = '''a\nb''' + f('''c\nd''')\ny = f\"{g(1)}\" + h()\n",
    "decorators": "@f(1)\n@g\nclass A:\n    @h(2)\n    def b(self): return i()\n",
    "form_feed": "x = f()\n\x0c\ndef g():\n    return h()\n",
    "comments": "def f():  # one\n    # two\n    g(  # three\n        1,  # four\n    )\n\n\n# five\nh()\n",
    "no_newline": "f(g(1))",
    "bom_free_comment": "# -*- coding: utf-8 -*-\nf()\n",
    "semicolon_def": "x = 1; y = f()\nz = (yield_from := g())\n",
    "await": "async def f():\n    async with g() as h:\n        await i(h())\n    return [j(k) async for k in l()]\n",
    "lambda": "f(lambda x: g(x), key=lambda y, z=h(): i)\n",
    "starred": "f(*g(), **h(), a=i(*j()))\n",
    "slices": "f(x[g():h():i(), ..., j()])\n",
    "conditional": "x = f() if g() else h()\n",
    "separators": "x = 'a\u2028b'; f('c\u2029', g())\nh()\n",
    "chained": "a.b(1).c(2).d(\n    3\n).e(4)\n",
}


def spans_of(node: object) -> Iterator[tuple[int, int, int, int]]:
    """The spans of all calls in a tree of gillint's own."""
    if isinstance(node, tuple):
        for item in node:
            yield from spans_of(item)
        return
    if isinstance(node, t.Call):
        yield (node.span.line, node.span.column, node.span.end_line, node.span.end_column)
    if hasattr(node, "__slots__") and type(node).__module__ == t.__name__:
        for field in node.__slots__:
            yield from spans_of(getattr(node, field))


def found(syntax: Syntax) -> set[tuple[int, int, int, int]]:
    spans = set(spans_of(syntax.statements()))
    for function in syntax.outline.functions:
        tree = syntax.function(function)
        assert tree is not None, f"{function.qualname} was not parsed"
        spans |= set(spans_of(tree))
    for owner in syntax.outline.classes:
        spans |= set(spans_of(syntax.class_statements(owner)))
    return spans


def expected(source: str) -> tuple[set[tuple[int, int, int, int]], set[tuple[int, int, int, int]]]:
    """The spans of all calls by `ast`, and those that need not be found: class headers and literal strings' insides."""
    lines = [line.encode() for line in io.StringIO(source, newline="")]
    tree = ast.parse(source)

    def span(node: ast.expr) -> tuple[int, int, int, int]:
        end_line, end = node.end_lineno or 0, node.end_col_offset or 0
        column = len(lines[node.lineno - 1][: node.col_offset].decode()) + 1
        return (node.lineno, column, end_line, len(lines[end_line - 1][:end].decode()) + 1)

    calls = {span(n) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    optional: set[tuple[int, int, int, int]] = set()
    for node in ast.walk(tree):
        skipped: list[ast.AST] = []
        if isinstance(node, ast.ClassDef):
            skipped = [*node.bases, *node.keywords, *node.decorator_list]
        elif isinstance(node, (ast.JoinedStr, ast.Match)):
            skipped = [node]  # before Python 3.12 `ast` gives calls in f-strings other places; patterns are not calls
        elif isinstance(node, ast.Assert) and node.msg is not None:
            skipped = [node.msg]  # of an error path
        for part in skipped:
            optional |= {span(n) for n in ast.walk(part) if isinstance(n, ast.Call)}
    return calls, optional


def check(source: str) -> None:
    calls, optional = expected(source)
    ours = found(parse(source, "file.py"))
    joined = {line for line, *_ in optional}
    assert calls - optional - ours == set()
    assert {span for span in ours - calls if span[0] not in joined and not _in_string(span, source)} == set()


def _in_string(span: tuple[int, int, int, int], source: str) -> bool:
    """Whether a call stands inside an f-string that `ast` places elsewhere."""
    line = source.split("\n")[span[0] - 1]
    return "{" in line


@pytest.mark.parametrize("path", PATHS, ids=lambda p: str(p.relative_to(STDLIB)))
def test_every_call_of_the_standard_library_stands_where_ast_says(path: Path) -> None:
    check(decode(path.read_bytes()))


@pytest.mark.parametrize("source", TRICKY.values(), ids=TRICKY)
def test_every_call_of_tricky_text_stands_where_ast_says(source: str) -> None:
    check(source)


@pytest.mark.parametrize("source", TRICKY.values(), ids=TRICKY)
def test_the_text_of_a_call_is_the_call(source: str) -> None:
    syntax = parse(source, "file.py")
    for span in found(syntax):
        text = syntax.text(Span(*span))
        assert text.endswith(")")
        assert isinstance(ast.parse(f"({text})".replace("await ", ""), mode="eval").body, ast.Call)
