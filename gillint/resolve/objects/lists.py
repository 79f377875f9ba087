"""Classes of a program that derive from a list: what is put into an instance is what a loop over it goes through.

The members are kept like an attribute of the class, `data` of a `UserList`, and of a list one that no program can name.
"""

from __future__ import annotations

from gillint.estimate import ZERO
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of
from gillint.resolve.scope import ClassScope
from gillint.resolve.values import Value
from gillint.syntax import tree as t

_MEMBERS = {"list": "[]", "collections.UserList": "data"}
_BEGINS_WITH = "__init__"


def members_name(act: Activation, value: Value) -> str | None:
    """How the attribute is called in which an instance of such a class has its members; None for other values."""
    owner = act.program.class_of(value.type) if value.type is not None and "::" in value.type else None
    return _name(act, owner) if owner is not None and value.reference is None else None


def _name(act: Activation, owner: ClassScope) -> str | None:
    return next((_MEMBERS[base] for base in act.program.library_bases(owner) if base in _MEMBERS), None)


def as_list(act: Activation, value: Value) -> Value:
    """An instance as the list that it is; any other value as it is."""
    name = members_name(act, value)
    owner = act.program.class_of(value.type) if name is not None else None
    held = act.program.attribute(owner, name) if owner is not None and name is not None else None
    return held if held is not None and held.type == "list" else value


def members_of_itself(act: Activation, target: t.Expr, value: Value) -> t.Attribute | None:
    """The members of an instance as something that can be assigned to: `self.append(x)` is `self.[].append(x)`."""
    name = members_name(act, value)
    owner = act.program.class_of(value.type) if name is not None else None
    if name is None or owner is None:
        return None
    if name not in owner.attributes:
        act.program.set_attribute(owner, name, Value(type="list", size=ZERO))
    return t.Attribute(target.span, target, name)


def begun_with(act: Activation, node: t.Call, positional: list[Value]) -> None:
    """`super().__init__(members)`, `list.__init__(self, members)`: what an instance begins with."""
    function = node.function
    if not isinstance(function, t.Attribute) or function.name != _BEGINS_WITH or act.owner is None or not positional:
        return
    name = _name(act, act.owner)
    owner = function.value
    is_super = isinstance(owner, t.Call) and isinstance(owner.function, t.Name) and owner.function.id == "super"
    given = positional[0] if is_super and len(positional) == 1 else positional[1] if len(positional) == 2 else None
    if name is not None and given is not None and given.type in ("list", "tuple", "generator", "set"):
        act.program.set_attribute(act.owner, name, Value(type="list", size=given.size, element=element_of(given)))
