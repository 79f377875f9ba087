"""What imports bind: files of the project are looked into when a name is first used, libraries are known by their names."""

from __future__ import annotations

from gillint.knowledge.base import libraries_of, library
from gillint.resolve.activation import Activation
from gillint.resolve.objects.attributes import symbol_of
from gillint.resolve.scope import ModuleScope
from gillint.resolve.targets import write_target
from gillint.resolve.values import ImportRef, Value
from gillint.syntax import tree as t


def bind_import(act: Activation, node: t.Import) -> None:
    """Bind what an import statement names."""
    act.operation("import")
    own = node.level > 0 or act.program.in_project(node.module, node.level, act.scope)
    if own:
        act.program.touch(node, act.scope)
    if node.name != "*":
        if not _is_defined_below(act, node, node.binds):
            write_target(act, t.Name(node.span, node.binds), _imported(node, own=own))
        return
    module = act.program.import_module(node.module, node.level, act.scope)
    if module is not None:
        act.program.module_value(module, "*")  # run it: all its names are wanted
        for public in _offered(act, module):
            found = act.program.module_value(module, public)
            if found is not None and not _is_defined_below(act, node, public):
                act.environment[public] = found
        return
    for name in _star_names(node.module):
        public = name.rsplit(".", 1)[-1]
        if not _is_defined_below(act, node, public):
            act.environment[public] = symbol_of(name)


def _offered(act: Activation, module: ModuleScope) -> list[str]:
    """What `from module import *` binds: what it lists, else all that does not begin with an underscore."""
    listed = act.program.module_value(module, "__all__")
    items = (listed.items if listed is not None else None) or ()
    texts = [v.literal.value if v.literal is not None else None for v in items]
    if texts and all(isinstance(text, str) for text in texts):
        return [str(text) for text in texts]
    return [n for n in (*module.functions, *module.classes, *module.environment) if not n.startswith("_")]


def _is_defined_below(act: Activation, node: t.Import, name: str) -> bool:
    """Whether the file has a function of its own by a name that it has imported before: that one is called by all the others."""
    scope = act.scope
    if name not in scope.functions or act.environment is not scope.environment:
        return False
    here = (f.lines.first for f in scope.syntax.outline.functions if f.qualname == name)
    return any(line > node.span.line and not scope.syntax.lines[line - 1][:1].isspace() for line in here)


def _imported(node: t.Import, *, own: bool) -> Value:
    """What an import of one name binds; a file of the project is looked into when the name is first used."""
    if own:
        return Value(reference=ImportRef(node.module, node.name, node.level))
    return symbol_of(f"{node.module}.{node.name}" if node.name is not None else node.module)


def bind_imports(act: Activation, statements: t.Body) -> None:
    """Bind what the top level of a file imports from its project, before it runs: modules import one another in circles."""
    for s in statements:
        if isinstance(s, t.Import) and s.name != "*" and act.program.in_project(s.module, s.level, act.scope):
            act.environment.setdefault(s.binds, _imported(s, own=True))


def _star_names(module: str) -> list[str]:
    """The functions and types that are known of a module, which may be a part of a library: `from scipy.signal import *`."""
    found = next(filter(None, map(library, libraries_of(module))), None)
    names = (*found.facts.places, *found.types.places) if found is not None else ()
    return [name for name in names if name.rpartition(".")[0] == module]
