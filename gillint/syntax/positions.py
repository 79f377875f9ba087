"""Where the nodes of a libcst tree stand.

libcst's own metadata copies the tree and visits it several times, which costs more than the parse. Here the tree
writes its code once into a state that counts columns instead of keeping text.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from gillint.diagnostics.span import Span

_Point = tuple[int, int]


class _Recorder:
    """The context in which one node writes its code."""

    __slots__ = ("end_node", "node", "start", "start_node", "state")

    def __init__(self, state: _State, node: object, start_node: object, end_node: object) -> None:
        self.state, self.node, self.start_node, self.end_node = state, node, start_node, end_node

    def __enter__(self) -> None:
        self.start = (self.state.line, self.state.column)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        found = self.state.found
        start, end = self.start, (self.state.line, self.state.column)
        if self.start_node is not None:
            start = found.get(id(self.start_node), (start, end))[0]
        if self.end_node is not None:
            end = found.get(id(self.end_node), (start, end))[1]
        found[id(self.node)] = (start, end)


class _State(CodegenState):
    line: int
    column: int
    found: dict[int, tuple[_Point, _Point]]

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.column += len(token)

    def add_token(self, value: str) -> None:
        if "\n" in value or "\r" in value:
            lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self.line += len(lines) - 1
            self.column = len(lines[-1])
        else:
            self.column += len(value)

    def record_syntactic_position(  # type: ignore[override]  # any context manager will do
        self, node: Any, *, start_node: Any = None, end_node: Any = None
    ) -> _Recorder:
        return _Recorder(self, node, start_node, end_node)


class Positions:
    """The spans of the nodes of one parsed module; keyed by identity, since libcst's hash is slow Python code."""

    def __init__(self, module: cst.Module, first_line: int = 1) -> None:
        """Write the module once; `first_line` is the number that its first line has in the file."""
        state = _State(default_indent=module.default_indent, default_newline=module.default_newline)
        state.line, state.column, state.found = first_line, 0, {}
        module._codegen(state)
        self._module = module  # keeps the nodes alive, and so their identities
        self._found = state.found

    def of(self, node: cst.CSTNode) -> Span:
        """The span of an expression or a statement."""
        (line, column), (end_line, end_column) = self._found[id(node)]
        return Span(line, column + 1, end_line, end_column + 1)
