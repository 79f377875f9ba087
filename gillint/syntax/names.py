"""Imported names of a module, for edits: what a name comes from, and importing another one."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst


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


class Scope(cst.CSTVisitor):
    """The names that a module imports from others, and those that it binds otherwise."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__()
        self._imported: dict[str, set[str]] = {}
        self._bound: set[str] = set()
        module.visit(self)

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        for alias in _aliases(node):
            name = alias.asname.name if alias.asname is not None else alias.name
            if isinstance(name, cst.Name) and isinstance(alias.name, cst.Name):
                self._imported.setdefault(name.value, set()).add(f"{_module_of(node)}.{alias.name.value}")

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        if isinstance(node.target, cst.Name):
            self._bound.add(node.target.value)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._bound.add(node.name.value)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._bound.add(node.name.value)

    def visit_Param(self, node: cst.Param) -> None:
        self._bound.add(node.name.value)

    def comes_from(self, name: str, module: str) -> bool:
        """Whether a bare name is that very name of a module, and nothing else."""
        return self._imported.get(name) == {f"{module}.{name}"} and name not in self._bound

    def means_something_else(self, name: str, wanted: str) -> bool:
        """Whether a name is bound to something other than what is wanted."""
        return name in self._bound or bool(self._imported.get(name, set()) - {wanted})


def import_name(module: cst.Module, name: str, beside: str) -> cst.Module:
    """Import a public name where its neighbour is imported; in the neighbour's place where nothing uses that any more."""
    where, _, new = name.rpartition(".")
    adder = _Adder(where, new, beside, _uses(module, beside))
    changed = module.visit(adder)
    assert isinstance(changed, cst.Module)
    return changed


def _uses(module: cst.Module, name: str) -> bool:
    counter = _Counter(name)
    module.visit(counter)
    return counter.used or name in _exported(module)


def _exported(module: cst.Module) -> str:
    """The code of `__all__`: a name in it is used."""
    return "".join(
        module.code_for_node(line) for line in module.body if "__all__" in module.code_for_node(line).split("=")[0]
    )


class _Counter(cst.CSTVisitor):
    """Whether a name is used outside imports; names in strings (annotations) count."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.used = False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Name(self, node: cst.Name) -> None:
        self.used = self.used or node.value == self._name

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        self.used = self.used or self._name in node.value


class _Adder(cst.CSTTransformer):
    def __init__(self, module: str, name: str, beside: str, keep: bool) -> None:
        super().__init__()
        self._module, self._name, self._beside, self._keep = module, name, beside, keep

    def leave_ImportFrom(self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom) -> cst.ImportFrom:
        if _module_of(original_node) != self._module:
            return updated_node
        aliases = list(_aliases(updated_node))
        names = [a.name.value if isinstance(a.name, cst.Name) and a.asname is None else None for a in aliases]
        if self._beside not in names:
            return updated_node
        at = names.index(self._beside)
        if self._name in names:
            if self._keep:
                return updated_node
            return updated_node.with_changes(names=_without(aliases, at))
        new = cst.ImportAlias(cst.Name(self._name))
        if not self._keep:
            aliases[at] = aliases[at].with_changes(name=cst.Name(self._name))
        else:
            comma = aliases[at - 1].comma if at else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
            aliases.insert(at, new.with_changes(comma=comma))
        return updated_node.with_changes(names=aliases)


def _without(aliases: list[cst.ImportAlias], at: int) -> list[cst.ImportAlias]:
    kept = aliases[:at] + aliases[at + 1 :]
    if at == len(aliases) - 1:  # the last one's trailing comma, or none, stays at the end
        kept[-1] = kept[-1].with_changes(comma=aliases[at].comma)
    return kept
