"""Classes of a program that derive from a list or a dict: what is put into an instance is what comes out of it.

The members are kept like an attribute of the class, `data` of a `UserList`, and of a list one that no program can name.
"""

from __future__ import annotations

from gillint.estimate import ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import MAPPINGS, element_of
from gillint.resolve.calling.mappings import made_dict
from gillint.resolve.scope import ClassScope
from gillint.resolve.values import Value
from gillint.syntax import tree as t

_LISTS = {"list": "[]", "collections.UserList": "data"}
_DICTS = {
    "dict": "{}",
    "collections.OrderedDict": "{}",
    "collections.defaultdict": "{}",
    "collections.UserDict": "data",
}
_MEMBERS = _LISTS | _DICTS
_WITH_DEFAULT = "collections.defaultdict"
_BEGINS_WITH = "__init__"


def members_name(act: Activation, value: Value) -> str | None:
    """How the attribute is called in which an instance of such a class has its members; None for other values."""
    owner = act.program.class_of(value.type) if value.type is not None and "::" in value.type else None
    return _name(act, owner) if owner is not None and value.reference is None else None


def _name(act: Activation, owner: ClassScope) -> str | None:
    return next((_MEMBERS[base] for base in act.program.library_bases(owner) if base in _MEMBERS), None)


def _kind(act: Activation, owner: ClassScope) -> str:
    """What the members are kept in: a list, or a dict of the kind that the class derives from."""
    base = next(base for base in act.program.library_bases(owner) if base in _MEMBERS)
    return "list" if base in _LISTS else base if base in MAPPINGS else "dict"


def as_list(act: Activation, value: Value) -> Value:
    """An instance as the list that it is; any other value as it is."""
    name = members_name(act, value)
    owner = act.program.class_of(value.type) if name is not None else None
    held = act.program.attribute(owner, name) if owner is not None and name is not None else None
    return held if held is not None and held.type in ("list", *MAPPINGS) else value


def members_of_itself(act: Activation, target: t.Expr, value: Value) -> t.Attribute | None:
    """The members of an instance as something that can be assigned to: `self.append(x)` is `self.[].append(x)`."""
    name = members_name(act, value)
    owner = act.program.class_of(value.type) if name is not None else None
    if name is None or owner is None:
        return None
    if name not in owner.attributes:
        act.program.set_attribute(owner, name, Value(type=_kind(act, owner), size=ZERO))
    return t.Attribute(target.span, target, name)


def begun_with(act: Activation, node: t.Call, positional: list[Value]) -> None:
    """`super().__init__(members)`, `list.__init__(self, members)`: what an instance begins with."""
    function = node.function
    if not isinstance(function, t.Attribute) or function.name != _BEGINS_WITH or act.owner is None or not positional:
        return
    owner = function.value
    is_super = isinstance(owner, t.Call) and isinstance(owner.function, t.Name) and owner.function.id == "super"
    given = positional[0] if is_super and len(positional) == 1 else positional[1] if len(positional) == 2 else None
    if given is not None:
        made_of(act, act.owner, given)


def made_of(act: Activation, owner: ClassScope, given: Value) -> None:
    """Note with which members an instance of such a class begins: `Pipeline([load, clean, store])`, `Index(pairs)`."""
    name = _name(act, owner)
    if name is None:
        return
    kind = _kind(act, owner)
    members = _listed(given) if kind == "list" else _mapped(kind, given)
    if members is not None:
        act.program.set_attribute(owner, name, members)


def _listed(given: Value) -> Value | None:
    if given.type not in ("list", "tuple", "generator", "set"):
        return None
    items = given.items if given.type in ("list", "tuple") else None
    size = given.size if given.size is not None or items is None else Estimate.point(len(items))
    return Value(type="list", size=size, element=element_of(given), items=items)


def _mapped(kind: str, given: Value) -> Value | None:
    if kind == _WITH_DEFAULT or given.type not in ("list", "tuple", "generator", *MAPPINGS):
        return None  # what a `defaultdict` is given first makes its values
    return replace(made_dict((given,), ()), type=kind)
