"""Performing edits: the text of a file with the edits of some fixes made, everything else as it was.

libcst keeps formatting, so what an edit does not touch comes back byte for byte.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import cast

import libcst as cst

from gillint.diagnostics.fixes import Edit
from gillint.diagnostics.span import Span
from gillint.syntax.names import Scope, import_name
from gillint.syntax.positions import Positions

_Change = Callable[[cst.CSTNode], cst.CSTNode | None]


def apply_edits(source: str, edits: Sequence[Edit]) -> str | None:
    """The text with the edits made, or None where one of them does not fit the text, or the result would not parse.

    All edits are made or none. Edits that are there twice are made once; of two at the same place the first counts.
    """
    try:
        module = cst.parse_module(source)
    except (cst.ParserSyntaxError, RecursionError):
        return None
    if module.code != source:
        return None
    changed = _Editor(module).perform(tuple(dict.fromkeys(edits)))
    if changed is None:
        return None
    code = changed.code
    return code if _parses(code) or not _parses(source) else None


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


class _Editor:
    """The edits of one module."""

    def __init__(self, module: cst.Module) -> None:
        self._module = module
        self._positions = Positions(module)
        self._scope = Scope(module)
        self._imports: list[tuple[str, str]] = []

    def perform(self, edits: tuple[Edit, ...]) -> cst.Module | None:
        """Find the expressions by their spans, and change them all in one walk."""
        finder = _Finder(self._positions, {e.span for e in edits})
        self._module.visit(finder)
        changes: dict[int, _Change] = {}
        for edit in edits:
            node = _target(edit, finder.found.get(edit.span, []))
            change = self._change(edit, node) if node is not None else None
            if node is None or change is None:
                return None
            changes.setdefault(id(node), change)
        changed = self._module.visit(_Changer(changes))
        assert isinstance(changed, cst.Module)
        for name, instead_of in self._imports:
            changed = import_name(changed, name, instead_of)
        return changed

    def _change(self, edit: Edit, node: cst.CSTNode) -> _Change | None:
        if edit.action == "negate":
            return _negated
        if edit.action == "replace":
            return lambda _: cst.parse_expression(edit.text, config=self._module.config_for_parsing)
        if edit.action == "call":
            return lambda old: cst.Call(cst.ensure_type(old, cst.Attribute))
        if edit.action == "keyword":
            return lambda old: _with_keyword(old, edit.name, edit.text)
        return self._renamed(edit, node)

    def _renamed(self, edit: Edit, node: cst.CSTNode) -> _Change | None:
        """Another name of the same module: `futures.ThreadPoolExecutor`, or a bare name that has to be imported."""
        module, _, new = edit.text.rpartition(".")
        if not isinstance(node, cst.Call):
            return None
        if isinstance(node.func, cst.Attribute):
            renamed: cst.BaseExpression = node.func.with_changes(attr=cst.Name(new))
            return lambda old: old.with_changes(func=renamed)
        if not isinstance(node.func, cst.Name) or not self._scope.comes_from(node.func.value, module):
            return None
        if self._scope.means_something_else(new, edit.text):
            return None
        self._imports.append((edit.text, node.func.value))
        return lambda old: old.with_changes(func=cst.Name(new))


class _Finder(cst.CSTVisitor):
    """The nodes that stand at some spans."""

    def __init__(self, positions: Positions, spans: set[Span]) -> None:
        super().__init__()
        self._positions = positions
        self._spans = spans
        self.found: dict[Span, list[cst.CSTNode]] = {}

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.BaseExpression):
            span = self._positions.of(node)
            if span in self._spans:
                self.found.setdefault(span, []).append(node)
        return True


def _target(edit: Edit, nodes: list[cst.CSTNode]) -> cst.CSTNode | None:
    wanted = {
        "rename": (cst.Call,),
        "keyword": (cst.Call, cst.Name, cst.Attribute),
        "call": (cst.Attribute,),
        "negate": (cst.BaseExpression,),
        "replace": (cst.BaseExpression,),
    }[edit.action]
    return next((n for n in nodes if isinstance(n, wanted)), None)


class _Changer(cst.CSTTransformer):
    def __init__(self, changes: dict[int, _Change]) -> None:
        super().__init__()
        self._changes = changes

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]
        change = self._changes.get(id(original_node))
        made = change(updated_node) if change is not None else None
        return made if made is not None else updated_node


def _negated(node: cst.CSTNode) -> cst.CSTNode:
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        inner = node.expression
        return inner.with_changes(lpar=(*node.lpar, *inner.lpar), rpar=(*inner.rpar, *node.rpar))
    if not isinstance(node, cst.BaseExpression):
        return node
    if not isinstance(node, (cst.BooleanOperation, cst.IfExp, cst.Lambda, cst.NamedExpr)):
        bare = node.with_changes(lpar=(), rpar=())
        return cst.UnaryOperation(cst.Not(), bare, lpar=node.lpar, rpar=node.rpar)
    inner = node if node.lpar else node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return cst.UnaryOperation(cst.Not(), inner)


def _with_keyword(node: cst.CSTNode, name: str, text: str) -> cst.CSTNode:
    """`@njit` becomes `@njit(name=text)`; in a call the keyword is set, or added behind the other arguments."""
    value = cst.parse_expression(text)
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    if not isinstance(node, cst.Call):
        return cst.Call(cast(cst.BaseExpression, node), [cst.Arg(value, cst.Name(name), equal)])
    arguments = list(node.args)
    for i, argument in enumerate(arguments):
        if argument.keyword is not None and argument.keyword.value == name:
            arguments[i] = argument.with_changes(value=value)
            return node.with_changes(args=arguments)
    first_is_it = name in ("max_workers", "processes") and arguments and arguments[0].keyword is None
    if first_is_it and not arguments[0].star:
        arguments[0] = arguments[0].with_changes(value=value)
        return node.with_changes(args=arguments)
    added = cst.Arg(value, cst.Name(name), equal)
    if arguments:
        last = arguments[-1]
        if last.star == "**":  # a keyword may stand behind it, but not twice: leave it alone
            return node
        if isinstance(last.comma, cst.Comma):
            added = added.with_changes(comma=last.comma)
            arguments[-1] = last.with_changes(comma=_comma_like(arguments))
        else:
            arguments[-1] = last.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    return node.with_changes(args=[*arguments, added])


def _comma_like(arguments: list[cst.Arg]) -> cst.Comma:
    """The comma between two arguments as this call writes it."""
    if len(arguments) > 1 and isinstance(arguments[-2].comma, cst.Comma):
        return arguments[-2].comma
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
