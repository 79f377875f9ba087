"""Where a program asks whether the GIL is on, and takes the answer the wrong way round."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Literal

from gillint.diagnostics.fixes import Edit
from gillint.diagnostics.span import Span
from gillint.frozen import dataclass

_PROBE = "_is_gil_enabled"
_THREADS = {"ThreadPoolExecutor", "ThreadPool", "Thread"}
_PROCESSES = {"ProcessPoolExecutor", "ProcessPool", "Pool", "Process"}
_NAMES_FREE = re.compile(r"free_?thread|no_?gil|gil_?(?:disabled|free|less|off)|without_?gil", re.IGNORECASE)
_NAMES_GIL = re.compile(r"(?:has|with|is)_?gil(?:_enabled|_on|$)|^_?gil(?:_?enabled|_?on)?$", re.IGNORECASE)

Problem = Literal["pools", "name", "uncalled", "default", "present"]
# What a test says: True, true where the GIL is on; False, true where it is off; None, something else.
_Says = bool | None


@dataclass(frozen=True, slots=True)
class GilTest:
    """One test that is the wrong way round, and the edits that would put it right (none where it is not that simple)."""

    problem: Problem
    span: Span
    edits: tuple[Edit, ...] = ()


def wrong_tests(lines: list[str]) -> tuple[GilTest, ...]:
    """Find them. A text that `ast` does not parse has none."""
    source = "".join(lines)
    if _PROBE not in source:
        return ()
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    kept: list[GilTest] = []
    for test in sorted(_find(module, _Places(lines)), key=lambda t: (t.problem == "default", t.span)):
        # A default that is mended on the way needs no finding of its own.
        if not any(set(test.edits) <= set(k.edits) and test.edits for k in kept):
            kept.append(test)
    return tuple(sorted(kept, key=lambda t: t.span))


class _Places:
    """Spans of nodes: `ast` counts bytes, a span code points."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def of(self, node: ast.expr) -> Span:
        end_line = node.end_lineno or node.lineno
        first = self._column(node.lineno, node.col_offset)
        return Span(node.lineno, first, end_line, self._column(end_line, node.end_col_offset or 0))

    def _column(self, line: int, offset: int) -> int:
        return len(self._lines[line - 1].encode()[:offset].decode("utf-8", "replace")) + 1


def _find(module: ast.Module, places: _Places) -> Iterator[GilTest]:
    for node in ast.walk(module):
        if isinstance(node, (ast.If, ast.IfExp)):
            yield from _pools(node, places)
        if isinstance(node, (ast.If, ast.IfExp, ast.While, ast.BoolOp, ast.UnaryOp)):
            yield from _uncalled(node, places)
        if isinstance(node, ast.Call) and _default(node) is False:
            yield GilTest("default", places.of(node), (_mended_default(node, places),))
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
            yield from _named(name, node.value, places)
        if isinstance(node, ast.FunctionDef):
            returns = [n for n in ast.walk(node) if isinstance(n, ast.Return) and n.value is not None]
            if len(returns) == 1 and returns[0].value is not None:
                yield from _named(node.name, returns[0].value, places)


def _is_getattr(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "getattr"
        and len(node.args) >= 2
        and isinstance(node.args[1], ast.Constant)
        and node.args[1].value == _PROBE
    )


def _is_probe(node: ast.expr) -> bool:
    """`sys._is_gil_enabled()`, or the same through `getattr`."""
    if not isinstance(node, ast.Call) or node.args or node.keywords:
        return False
    return (isinstance(node.func, ast.Attribute) and node.func.attr == _PROBE) or _is_getattr(node.func)


def _is_guard(node: ast.expr) -> bool:
    """Whether the probe exists: true from 3.13 on, with and without a GIL."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "hasattr"
        and len(node.args) == 2
        and isinstance(node.args[1], ast.Constant)
        and node.args[1].value == _PROBE
    )


def _says(node: ast.expr) -> _Says:
    if _is_probe(node):
        return True
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _says(node.operand)
        return None if inner is None else not inner
    if isinstance(node, ast.BoolOp):
        known = {said for said in map(_says, node.values) if said is not None}
        return known.pop() if len(known) == 1 else None
    return None


def _turned(node: ast.expr, places: _Places) -> tuple[Edit, ...]:
    """The edits that turn a test round, and only where older versions still take the way of the GIL."""
    if _is_probe(node) or (isinstance(node, ast.UnaryOp) and _is_probe(node.operand)):
        probe = node.operand if isinstance(node, ast.UnaryOp) else node
        assert isinstance(probe, ast.Call)
        default = [_mended_default(probe.func, places)] if _default(probe.func) is False else []
        return (Edit("negate", places.of(node)), *default)
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) and _says(node) is True:
        parts = [v for v in node.values if _says(v) is not None]
        return _turned(parts[0], places) if len(parts) == 1 and _is_probe(parts[0]) else ()
    return ()


def _default(node: ast.expr) -> bool | None:
    """What `getattr(sys, "_is_gil_enabled", lambda: False)` answers where there is no such function."""
    if isinstance(node, ast.Call) and _is_getattr(node) and len(node.args) == 3:
        default = node.args[2]
        if isinstance(default, ast.Lambda) and isinstance(default.body, ast.Constant):
            return default.body.value if isinstance(default.body.value, bool) else None
    return None


def _mended_default(node: ast.expr, places: _Places) -> Edit:
    assert isinstance(node, ast.Call) and isinstance(node.args[2], ast.Lambda)
    return Edit("replace", places.of(node.args[2].body), "True")


def _used(nodes: list[ast.stmt] | ast.expr) -> set[str]:
    found: set[str] = set()
    for top in nodes if isinstance(nodes, list) else [nodes]:
        for node in ast.walk(top):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.alias):
                found.add(node.name)
    return found


def _pools(node: ast.If | ast.IfExp, places: _Places) -> Iterator[GilTest]:
    says = _says(node.test)
    if says is None or not node.orelse:
        return
    where_gil, where_free = (_used(node.body), _used(node.orelse)) if says else (_used(node.orelse), _used(node.body))
    threads_under_gil = where_gil & _THREADS and not where_gil & _PROCESSES
    processes_without = where_free & _PROCESSES and not where_free & _THREADS
    if threads_under_gil and processes_without:
        yield GilTest("pools", places.of(node.test), _turned(node.test, places))


def _uncalled(node: ast.expr | ast.stmt, places: _Places) -> Iterator[GilTest]:
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        tests = [node.test]
    elif isinstance(node, ast.UnaryOp):
        tests = [node.operand] if isinstance(node.op, ast.Not) else []
    else:
        tests = node.values if isinstance(node, ast.BoolOp) else []
    for test in tests:
        if isinstance(test, ast.Attribute) and test.attr == _PROBE:
            yield GilTest("uncalled", places.of(test), (Edit("call", places.of(test)),))


def _named(name: str, value: ast.expr, places: _Places) -> Iterator[GilTest]:
    says = _says(value)
    if _NAMES_FREE.search(name) and _is_guard(value):
        edit = Edit("replace", places.of(value), f'not getattr(sys, "{_PROBE}", lambda: True)()')
        yield GilTest("present", places.of(value), (edit,))
    elif (says is True and _NAMES_FREE.search(name)) or (
        says is False and _NAMES_GIL.search(name) and not _NAMES_FREE.search(name)
    ):
        yield GilTest("name", places.of(value), _turned(value, places))
