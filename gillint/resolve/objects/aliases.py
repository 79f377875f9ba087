"""Variables that are another name for what a container or an object holds: what is put into the one is in the other."""

from __future__ import annotations

from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.values import HOLDERS, MethodRef, Value
from gillint.syntax import tree as t

CHANGEABLE = frozenset(HOLDERS) - {"tuple"} | {"collections.Counter"}


def note_alias(act: Activation, node: t.Assign, value: Value) -> None:
    """`group = groups[key]`, `group = groups.setdefault(key, [])`, `group = groups.get(key)`, `group = groups[key] = []`,
    `rows = self.rows`, `self.rows = rows = []`, and `add = rows.append`.
    """
    names = [x.id for x in node.targets if isinstance(x, t.Name)]
    place = _place(act, node, value) if names else None
    if place is not None:
        act.aliases |= dict.fromkeys(names, place)


def _place(act: Activation, node: t.Assign, value: Value) -> t.Expr | None:
    if isinstance(value.reference, MethodRef) and isinstance(node.value, t.Attribute):
        return replace(node.value, value=place_of(act, node.value.value))
    stored = next((x for x in node.targets if isinstance(x, (t.Subscript, t.Attribute))), None)
    held = stored if stored is not None else _held(node.value)
    if held is None or not (value.type in CHANGEABLE or _may_be_missing(node.value)):
        return None
    from gillint.resolve.objects.filling import read_target

    if isinstance(held, t.Conditional):
        return held if all(read_target(act, arm) is not None for arm in places_of(act, held)) else None
    place = place_of(act, held)
    return place if read_target(act, place) is not None else None


def _held(value: t.Expr | None) -> t.Expr | None:
    """The expression as an attribute, as the member of a container, or as one or another of them, that it gives."""
    if isinstance(value, (t.Attribute, t.Conditional)):
        return value
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
    """A target as what holds it has it: `entry["rows"]` is `entries[key]["rows"]`."""
    if isinstance(target, t.Name):
        place = act.aliases.get(target.id, target)
        return place if not isinstance(place, t.Conditional) else target
    if isinstance(target, t.Subscript):
        whole = place_of(act, target.value)
        return target if whole is target.value else replace(target, value=whole)
    return target


def places_of(act: Activation, target: t.Expr) -> tuple[t.Expr, ...]:
    """The same; where it is now one thing and now another, both: `(good if is_fine(x) else bad).append(x)`."""
    chosen = act.aliases.get(target.id) if isinstance(target, t.Name) else target
    if isinstance(chosen, t.Conditional):
        return place_of(act, chosen.body), place_of(act, chosen.orelse)
    return (place_of(act, target),)


def method_of(act: Activation, function: t.Expr) -> t.Expr:
    """What is called, as the method that it is: `add(row)` is `rows.append(row)` after `add = rows.append`."""
    method = act.aliases.get(function.id) if isinstance(function, t.Name) else None
    return method if isinstance(method, t.Attribute) else function
