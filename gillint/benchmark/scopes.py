"""Which names a piece of a module binds and needs, by the interpreter's own symbol table."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator

# What is there without being defined in the file: `gillint_one` comes with the benchmark where it is called.
BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "gillint_one"}


def needed_globals(code: str) -> frozenset[str]:
    """The names that a module's text reads from outside itself: neither bound in it nor built in.

    Raises:
        SyntaxError: the running interpreter cannot compile it.
    """
    table = symtable.symtable(code, "<benchmark>", "exec")
    bound = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}
    used: set[str] = set()
    for scope in _scopes(table):
        for symbol in scope.get_symbols():
            is_global = symbol.is_global() if scope is not table else True
            if is_global and symbol.is_referenced():
                used.add(symbol.get_name())
    return frozenset(used - bound - BUILTINS)


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _scopes(child)


def bound_names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names that statements bind in their own scope."""
    found: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
            continue
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            found.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            found.add(node.name)
        stack.extend(ast.iter_child_nodes(node))
    return frozenset(found)


def read_names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names that occur in statements, nested scopes included: more than they need, never less."""
    return frozenset(n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name))


def imports_of(tree: ast.Module) -> dict[str, str]:
    """What the names that are imported anywhere in the file stand for: `np` for `numpy`, `loads` for `json.loads`."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    found[alias.asname] = alias.name
                else:
                    found[alias.name.split(".")[0]] = alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def dotted(node: ast.AST) -> str | None:
    """`a.b.c` as text; None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base is not None else None
    return None
