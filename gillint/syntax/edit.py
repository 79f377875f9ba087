"""Performing edits: the text of a file with the edits of some fixes made, everything else as it was.

An edit takes an expression out of the tree, changes it there, and puts its new text in the place of the old one; what
it does not touch stays byte for byte.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import cast

import libcst as cst

from gillint.diagnostics.fixes import Edit
from gillint.diagnostics.span import Span
from gillint.syntax.names import Scope, import_name, nodes_of, spliced
from gillint.syntax.positions import Positions

_Path = tuple[int, ...]
_TARGETS: dict[str, tuple[type[cst.CSTNode], ...]] = {
    "rename": (cst.Call,),
    "keyword": (cst.Call, cst.Name, cst.Attribute),
    "call": (cst.Attribute,),
    "negate": (cst.BaseExpression,),
    "replace": (cst.BaseExpression,),
}


def apply_edits(source: str, edits: Sequence[Edit]) -> str | None:
    """The text with the edits made, or None where one of them does not fit the text, or the result would not parse.

    All edits are made or none. Edits that are there twice are made once; of two at the same place the first counts.
    """
    try:
        module = cst.parse_module(source)
        if module.code != source:
            return None
        made = _perform(source, module, tuple(dict.fromkeys(edits)))
    except (cst.ParserSyntaxError, RecursionError):
        return None
    return made if made is not None and (_parses(made) or not _parses(source)) else None


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _perform(source: str, module: cst.Module, edits: tuple[Edit, ...]) -> str | None:
    """From the end to the beginning and from the inside out, so that the way to what is still to be edited stays."""
    found = _targets(module, edits)
    scope = Scope(module)
    wanted: dict[_Path, Edit] = {}
    for edit in edits:
        path = found.get(edit)
        if path is None:
            return None
        wanted.setdefault(path, edit)
    imports: list[tuple[str, str]] = []
    for path, edit in sorted(wanted.items(), reverse=True):
        module = cst.parse_module(source)
        node: cst.CSTNode = module
        for step in path:
            node = node.children[step]
        if edit.action == "rename":
            renamed = _renamed(edit, cst.ensure_type(node, cst.Call), scope, imports)
            if renamed is None:
                return None
            node, changed = cst.ensure_type(node, cst.Call).func, renamed
        else:
            changed = _changed(edit, node)
        source = spliced(source, Positions(module).of(node), module.code_for_node(changed))
    for name, beside in imports:
        source = import_name(source, name, beside)
    return source


def _targets(module: cst.Module, edits: tuple[Edit, ...]) -> dict[Edit, _Path]:
    """Where in the tree the expression of each edit is."""
    positions = Positions(module)
    by_span: dict[Span, list[Edit]] = {}
    for edit in edits:
        by_span.setdefault(edit.span, []).append(edit)
    found: dict[Edit, _Path] = {}
    for path, node in nodes_of(module):
        if isinstance(node, cst.BaseExpression):
            for edit in by_span.get(positions.of(node), ()):
                if edit not in found and isinstance(node, _TARGETS[edit.action]):
                    found[edit] = path
    return found


def _changed(edit: Edit, node: cst.CSTNode) -> cst.CSTNode:
    if edit.action == "negate":
        return _negated(node)
    if edit.action == "replace":
        return cst.parse_expression(edit.text)
    if edit.action == "call":
        return cst.Call(_bare(node))
    return _with_keyword(_bare(node), edit.name, edit.text)


def _renamed(edit: Edit, call: cst.Call, scope: Scope, imports: list[tuple[str, str]]) -> cst.CSTNode | None:
    """Another name of the same module: `futures.ThreadPoolExecutor`, or a bare name that has to be imported."""
    module, _, new = edit.text.rpartition(".")
    if isinstance(call.func, cst.Attribute):
        return _bare(call.func.with_changes(attr=cst.Name(new)))
    if not isinstance(call.func, cst.Name) or not scope.comes_from(call.func.value, module):
        return None
    if scope.means_something_else(new, edit.text):
        return None
    if (edit.text, call.func.value) not in imports:
        imports.append((edit.text, call.func.value))
    return cst.Name(new)


def _bare(node: cst.CSTNode) -> cst.BaseExpression:
    """Without its own parentheses: they stand outside its span, and stay."""
    return cast(cst.BaseExpression, node.with_changes(lpar=(), rpar=()))


def _negated(node: cst.CSTNode) -> cst.CSTNode:
    bare = _bare(node)
    if isinstance(bare, cst.UnaryOperation) and isinstance(bare.operator, cst.Not):
        return bare.expression
    if isinstance(bare, (cst.BooleanOperation, cst.IfExp, cst.Lambda, cst.NamedExpr)):
        return cst.UnaryOperation(cst.Not(), bare.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()]))
    return cst.UnaryOperation(cst.Not(), bare)


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
