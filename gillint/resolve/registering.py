"""What decorators register: handlers, and with `@area.register` the functions that take the place of a generic one."""

from __future__ import annotations

from itertools import takewhile

from gillint.resolve.activation import Activation
from gillint.resolve.annotations import annotated
from gillint.resolve.expressions import evaluate, lookup
from gillint.resolve.special import instance_of
from gillint.resolve.tables import Function
from gillint.resolve.values import FunctionRef, Value, options_of
from gillint.syntax import tree as t
from gillint.syntax.outline import FunctionOutline
from gillint.syntax.parse import Syntax, dotted

_GENERIC = ("singledispatch", "singledispatchmethod")


def generic_of(act: Activation, function: Function) -> str | None:
    """The key of the function for which a decorator registers this one: `@area.register`."""
    tree = function.parsed()
    for decorator in tree.decorators if isinstance(tree, t.Function) else ():
        named = decorator.function if isinstance(decorator, t.Call) else decorator
        base, _, last = dotted(named).rpartition(".")
        if last != "register" or not base or "." in base:
            continue
        if function.owner is not None and base in function.owner.methods:
            return f"{function.owner.key}.{base}"
        found = lookup(act, base).reference
        return found.key if isinstance(found, FunctionRef) else None
    return None


def is_generic(function: Function) -> bool:
    """Whether a function is one that others are registered for."""
    tree = function.parsed() if function.is_decorated else None
    return isinstance(tree, t.Function) and any(dotted(d).rpartition(".")[2] in _GENERIC for d in tree.decorators)


def types_of(act: Activation, function: Function) -> tuple[str, ...]:
    """The types for which it is registered: what is passed to the decorator, or the annotation of its first parameter."""
    tree = function.parsed()
    if not isinstance(tree, t.Function):
        return ()
    given = [a.value for d in tree.decorators if isinstance(d, t.Call) for a in d.arguments[:1]]
    if given:
        with act.nested():
            made = instance_of(evaluate(act, given[0]))
        found: tuple[Value, ...] = (made,) if made is not None else ()
    else:
        place = int(function.is_method)
        found = options_of(annotated(act, tree.parameters[place].annotation)) if len(tree.parameters) > place else ()
    return tuple(v.type for v in found if v.type is not None)


def decorators_of(syntax: Syntax, function: FunctionOutline) -> list[str]:
    """The decorators of a function or a method, without what is passed to them; those that begin a line."""
    above = takewhile(lambda line: line.lstrip().startswith("@"), syntax.lines[function.lines.first - 1 :])
    return [line.strip()[1:].split("(", 1)[0] for line in above]


def registers(syntax: Syntax) -> bool:
    """Whether something at the top level of a file is decorated by something that may keep it."""
    outline = syntax.outline
    decorators = [d for c in outline.classes if "." not in c.qualname for d in c.decorators]
    decorators.extend(d for f in outline.functions if f.owner is None for d in decorators_of(syntax, f))
    return any(d.split("(", 1)[0].rsplit(".", 1)[-1] not in _KEEPS_NOTHING for d in decorators)


_KEEPS_NOTHING = {
    "dataclass", "total_ordering", "lru_cache", "cache", "contextmanager", "asynccontextmanager", "wraps", "overload",
    "singledispatch", "unique", "final", "runtime_checkable", "njit", "jit", "fixture", "deprecated", "coroutine",
}  # fmt: skip
