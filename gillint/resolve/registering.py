"""What `@area.register` says: for which types of its first argument a function takes the place of a generic one."""

from __future__ import annotations

from gillint.resolve.activation import Activation
from gillint.resolve.annotations import annotated
from gillint.resolve.expressions import evaluate, lookup
from gillint.resolve.special import instance_of
from gillint.resolve.tables import Function
from gillint.resolve.values import FunctionRef, Value, options_of
from gillint.syntax import tree as t
from gillint.syntax.parse import dotted

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
