"""Imported names of a module, for edits: what a name comes from, and importing another one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from gillint.diagnostics.span import Span
from gillint.syntax.positions import Positions


def nodes_of(module: cst.Module) -> Iterator[tuple[tuple[int, ...], cst.CSTNode]]:
    """All nodes, each with the way to it: which child of which child; slow, so for changing files only."""
    stack: list[tuple[tuple[int, ...], cst.CSTNode]] = [((), module)]
    while stack:
        path, node = stack.pop()
        yield path, node
        stack.extend(((*path, i), child) for i, child in enumerate(node.children))


def spliced(source: str, span: Span, text: str) -> str:
    """The text with another one in the place of a span."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in _physical(lines):
        starts.append(starts[-1] + len(line))
    first = starts[span.line - 1] + span.column - 1
    return source[:first] + text + source[starts[span.end_line - 1] + span.end_column - 1 :]


def _physical(lines: list[str]) -> Iterator[str]:
    """Lines as Python counts them: `str.splitlines` splits at form feeds and other separators, too."""
    kept = ""
    for line in lines:
        kept += line
        if kept.endswith(("\n", "\r")):
            yield kept
            kept = ""
    if kept:
        yield kept


def _module_of(node: cst.ImportFrom) -> str:
    parts: list[str] = []
    inner: cst.CSTNode | None = node.module
    while isinstance(inner, cst.Attribute):
        parts.insert(0, inner.attr.value)
        inner = inner.value
    if isinstance(inner, cst.Name):
        parts.insert(0, inner.value)
    return "." * len(node.relative) + ".".join(parts)


def _aliases(node: cst.ImportFrom) -> Sequence[cst.ImportAlias]:
    return node.names if not isinstance(node.names, cst.ImportStar) else ()


class Scope:
    """The names that a module imports from others, and those that it binds otherwise."""

    def __init__(self, module: cst.Module) -> None:
        self._imported: dict[str, set[str]] = {}
        self._bound: set[str] = set()
        for _, node in nodes_of(module):
            if isinstance(node, cst.ImportFrom):
                self._imports(node)
            elif isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Param)):
                self._bound.add(node.name.value)
            elif isinstance(node, cst.AssignTarget) and isinstance(node.target, cst.Name):
                self._bound.add(node.target.value)

    def _imports(self, node: cst.ImportFrom) -> None:
        for alias in _aliases(node):
            name = alias.asname.name if alias.asname is not None else alias.name
            if isinstance(name, cst.Name) and isinstance(alias.name, cst.Name):
                self._imported.setdefault(name.value, set()).add(f"{_module_of(node)}.{alias.name.value}")

    def comes_from(self, name: str, module: str) -> bool:
        """Whether a bare name is that very name of a module, and nothing else."""
        return self._imported.get(name) == {f"{module}.{name}"} and name not in self._bound

    def means_something_else(self, name: str, wanted: str) -> bool:
        """Whether a name is bound to something other than what is wanted."""
        return name in self._bound or bool(self._imported.get(name, set()) - {wanted})


def import_name(source: str, name: str, beside: str) -> str:
    """Import a public name where its neighbour is imported; in the neighbour's place where nothing uses that any more."""
    where, _, new = name.rpartition(".")
    module = cst.parse_module(source)
    positions = Positions(module)
    keep = _is_used(module, beside)
    changes: list[tuple[Span, str]] = []
    for _, node in nodes_of(module):
        if isinstance(node, cst.ImportFrom) and _module_of(node) == where:
            changed = _with_name(node, new, beside, keep=keep)
            if changed is not node:
                changes.append((positions.of(node), module.code_for_node(changed)))
    for span, text in sorted(changes, reverse=True):
        source = spliced(source, span, text)
    return source


def _is_used(module: cst.Module, name: str) -> bool:
    """Whether a name is used outside imports; one in a string (an annotation, `__all__`) is."""
    importing = {id(n) for _, node in nodes_of(module) if isinstance(node, cst.ImportFrom) for n in _names_in(node)}
    for _, node in nodes_of(module):
        if isinstance(node, cst.Name) and node.value == name and id(node) not in importing:
            return True
        if isinstance(node, cst.SimpleString) and name in node.value:
            return True
    return False


def _names_in(node: cst.ImportFrom) -> Iterator[cst.CSTNode]:
    for alias in _aliases(node):
        yield alias.name
        if alias.asname is not None:
            yield alias.asname.name


def _with_name(node: cst.ImportFrom, name: str, beside: str, *, keep: bool) -> cst.ImportFrom:
    aliases = list(_aliases(node))
    names = [a.name.value if isinstance(a.name, cst.Name) and a.asname is None else None for a in aliases]
    if beside not in names:
        return node
    at = names.index(beside)
    if name in names:
        return node if keep else node.with_changes(names=_without(aliases, at))
    if not keep:
        aliases[at] = aliases[at].with_changes(name=cst.Name(name))
    else:
        comma = aliases[at - 1].comma if at else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        aliases.insert(at, cst.ImportAlias(cst.Name(name), comma=comma))
    return node.with_changes(names=aliases)


def _without(aliases: list[cst.ImportAlias], at: int) -> list[cst.ImportAlias]:
    kept = aliases[:at] + aliases[at + 1 :]
    if at == len(aliases) - 1:  # the last one's trailing comma, or none, stays at the end
        kept[-1] = kept[-1].with_changes(comma=aliases[at].comma)
    return kept
