"""Variables that are another name for a member of a container: what is put into the one is in the other."""

from __future__ import annotations

from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.values import HOLDERS, Value
from gillint.syntax import tree as t

_CHANGEABLE = frozenset(HOLDERS) - {"tuple"} | {"collections.Counter"}


def note_alias(act: Activation, node: t.Assign, value: Value) -> None:
    """`group = groups[key]`, `group = groups.setdefault(key, [])`, `group = groups[key] = []`, `group = groups.get(key)`."""
    names = [x.id for x in node.targets if isinstance(x, t.Name)]
    stored = next((x for x in node.targets if isinstance(x, t.Subscript)), None)
    place = stored if stored is not None else _member(node.value)
    if place is None or not (value.type in _CHANGEABLE or _may_be_missing(node.value)):
        return
    act.aliases |= dict.fromkeys(names, place_of(act, place))


def _member(value: t.Expr | None) -> t.Expr | None:
    """The expression as the member of a container that it gives."""
    if isinstance(value, t.Subscript):
        return None if isinstance(value.index, t.Slice) else value
    if not isinstance(value, t.Call) or not isinstance(value.function, t.Attribute):
        return None
    if value.function.name == "setdefault" and len(value.arguments) > 1:
        return value
    if _may_be_missing(value):
        return t.Subscript(value.span, value.function.value, value.arguments[0].value)
    return None


def _may_be_missing(value: t.Expr | None) -> bool:
    """`groups.get(key)`."""
    is_method = isinstance(value, t.Call) and isinstance(value.function, t.Attribute) and value.function.name == "get"
    return is_method and isinstance(value, t.Call) and len(value.arguments) == 1 and not value.arguments[0].star


def place_of(act: Activation, target: t.Expr) -> t.Expr:
    """A target as a member of the container that it is in: `entry["rows"]` is `entries[key]["rows"]`."""
    if isinstance(target, t.Name):
        return act.aliases.get(target.id, target)
    if isinstance(target, t.Subscript):
        whole = place_of(act, target.value)
        return target if whole is target.value else replace(target, value=whole)
    return target
