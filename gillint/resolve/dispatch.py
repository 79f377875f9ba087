"""Which method of the file is meant, where the type of the object does not tell: by its name, or by what overrides it."""

from __future__ import annotations

import io
from functools import lru_cache

from gillint.resolve.activation import Activation
from gillint.resolve.scope import ClassScope
from gillint.resolve.use import asked_of, members_of
from gillint.resolve.values import FunctionRef, Value
from gillint.syntax import tree as t
from gillint.syntax.parse import dotted

_MAX_CLASSES = 8
# What objects of libraries have as well: connections, pools, processes, locks, sessions. The name alone says nothing then.
_ELSEWHERE = {
    "execute", "executemany", "commit", "rollback", "cursor", "fetchone", "fetchall", "connect", "disconnect", "send",
    "sendall", "recv", "listen", "accept", "bind", "submit", "map", "shutdown", "result", "wait", "acquire", "start",
    "terminate", "kill", "communicate", "poll", "put", "get", "post", "patch", "delete", "request", "head", "options",
    "query", "save", "load", "dump", "dumps", "loads", "fit", "predict", "transform", "score", "forward", "read",
    "write", "close", "open",
}  # fmt: skip
_BUILTIN = (str, bytes, bytearray, list, dict, set, tuple, int, float, io.TextIOWrapper, io.BufferedReader)


def classes_with(act: Activation, value: Value, name: str) -> tuple[ClassScope, ...]:
    """The classes of the file one of which an object must be that is asked for this method; () where it could be another."""
    asked = asked_of(act, value.origin)
    classes = act.scope.classes.values()
    defining = [c for c in classes if name in c.methods and asked <= members_of(act.scope, c.name)]
    if not defining or name in _ELSEWHERE or name.startswith("__") or _is_of_a_builtin(name):
        return ()
    if act.owner is not None and (act.name or "").rpartition(".")[2] == name:
        return ()  # `def execute(self): self.inner.execute()`: it passes on to something else
    found = {c.key: c for d in defining for c in (_most_derived(act, d) or (d,))}
    meant = found.values() if len(found) <= _MAX_CLASSES else defining
    return tuple(meant) if len(meant) <= _MAX_CLASSES else ()


@lru_cache(maxsize=2048)
def _is_of_a_builtin(name: str) -> bool:
    return any(hasattr(kind, name) for kind in _BUILTIN)


def overriding(act: Activation, owner: ClassScope, method: Value) -> tuple[ClassScope, ...]:
    """Where a method is there to be overridden, the classes of the file that do so: an instance is one of these."""
    if not isinstance(method.reference, FunctionRef):
        return ()
    tree, _ = act.program.function_tree(method.reference.key)
    if not isinstance(tree, t.Function) or not _is_abstract(tree):
        return ()
    found = tuple(c for c in _most_derived(act, owner) if c is not owner)
    return found if len(found) <= _MAX_CLASSES else ()


def _is_abstract(tree: t.Function) -> bool:
    """Whether a method is decorated as abstract, or says that it is not implemented."""
    if any(dotted(d).rsplit(".", 1)[-1] == "abstractmethod" for d in tree.decorators):
        return True
    last = tree.body[-1] if tree.body else None
    raised = last.value if isinstance(last, t.Raise) else None
    raised = raised.function if isinstance(raised, t.Call) else raised
    return isinstance(raised, t.Name) and raised.id == "NotImplementedError"


def _most_derived(act: Activation, owner: ClassScope) -> tuple[ClassScope, ...]:
    """The classes of the file below a class from which no other derives, itself where there is none."""
    by_base: dict[str, list[ClassScope]] = {}
    for scope in act.scope.classes.values():
        for base in scope.outline.bases if scope.outline is not None else ():
            by_base.setdefault(base.split("[", 1)[0], []).append(scope)
    found: dict[str, ClassScope] = {}
    seen, todo = {owner.key}, [owner]
    while todo:
        scope = todo.pop()
        below = by_base.get(scope.name, [])
        if not below:
            found[scope.key] = scope
        for child in below:
            if child.key not in seen:
                seen.add(child.key)
                todo.append(child)
    return tuple(found.values())
