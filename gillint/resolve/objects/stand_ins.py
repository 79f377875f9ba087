"""Instances of the program's own classes in the place of a library's: a transport that answers by itself, for one that connects.

A class is one of its kind by its base (`httpx.BaseTransport`), unless it only stands around another one: its methods call those
of the same name on what they hold.
"""

from __future__ import annotations

from gillint.frozen import replace
from gillint.knowledge.schema import Fact
from gillint.resolve.activation import Activation
from gillint.resolve.scope import ClassScope
from gillint.resolve.trace import Bound
from gillint.resolve.values import FunctionRef, Value
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions

_OWN = " of the program"


def as_bases(act: Activation, fact: Fact, bound: Bound) -> Bound:
    """The arguments of a call, as `x.Base of the program` where conditions of the fact ask for that and their class is one."""
    asked = {kind for clause in fact.clauses for kind in clause.condition.type or () if kind.endswith(_OWN)}
    if not asked or not any("::" in (value.type or "") for _, value in bound.parameters):
        return bound
    return replace(bound, parameters=tuple((name, _as_base(act, value, asked)) for name, value in bound.parameters))


def _as_base(act: Activation, value: Value, asked: set[str]) -> Value:
    owner = act.program.class_of(value.type) if value.reference is None else None
    if owner is None or _stands_around(act, owner):
        return value
    kinds = (f"{base}{_OWN}" for base in act.program.library_bases(owner))
    return replace(value, type=next((kind for kind in kinds if kind in asked), value.type))


def _stands_around(act: Activation, owner: ClassScope) -> bool:
    """Whether a method of a class calls one of the same name: `return self.inner.send(request)`, `super().send(request)`."""
    for scope in act.program.resolution_order(owner):
        for name in scope.methods:
            method = act.program.attribute(scope, name)
            ref = method.reference if method is not None else None
            tree = act.program.function_tree(ref.key)[0] if isinstance(ref, FunctionRef) else None
            called = (
                (e.function for e in expressions(tree.body) if isinstance(e, t.Call))
                if isinstance(tree, t.Function)
                else ()
            )
            if not name.startswith("__") and any(isinstance(f, t.Attribute) and f.name == name for f in called):
                return True
    return False
