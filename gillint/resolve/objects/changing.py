"""Members of a container that a loop over it changes: `for row in rows: row.append(total)`."""

from __future__ import annotations

from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import MAPPINGS, element_of
from gillint.resolve.calling.mappings import pair_of
from gillint.resolve.objects.aliases import CHANGEABLE
from gillint.resolve.objects.filling import read_target
from gillint.resolve.targets import change_target
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import name_called, set_in

_LISTS = ("list", "tuple", "collections.deque")


def member_variable(node: t.For) -> t.Name | None:
    """The variable that is a member of the container: of `key, row in table.items()` the second one."""
    target = node.target
    if isinstance(target, t.Sequence) and len(target.elements) == 2 and _method(node.iterable) in _PAIRS:
        target = target.elements[1]
    return target if isinstance(target, t.Name) and target.id not in set_in(node.body) else None


def keep_changes(act: Activation, node: t.For, before: Value | None) -> None:
    """Behind the loop: the members are what a turn has made of one that was like `before`."""
    variable = member_variable(node)
    after = act.environment.get(variable.id) if variable is not None else None
    if before is None or after is None or after == before or after.type != before.type or after.type not in CHANGEABLE:
        return
    place = _container(node.iterable)
    container = read_target(act, place) if place is not None else None
    if place is None or container is None:
        return
    if container.type in _LISTS and _method(node.iterable) in (None, "enumerate"):
        change_target(act, place, replace(container, element=after, items=None, literal=None))
    elif container.type in MAPPINGS and _method(node.iterable) in ("values", "items"):
        change_target(act, place, replace(container, items=(pair_of(container)[0], after), columns=None))


def has_changed_members(before: Value, after: Value) -> bool:
    """Whether a function that a container was passed to has changed what is in it."""
    old, new = (_member(container) for container in (before, after))
    return old != new and new.type in CHANGEABLE and new.type == old.type


def _member(container: Value) -> Value:
    return pair_of(container)[1] if container.type in MAPPINGS else element_of(container)


_PAIRS = ("items", "enumerate")


def _method(iterable: t.Expr) -> str | None:
    """`values` of `table.values()`, `enumerate` of `enumerate(rows)`; None of a container itself."""
    return name_called(iterable.function) if isinstance(iterable, t.Call) else None


def _container(iterable: t.Expr) -> t.Expr | None:
    if not isinstance(iterable, t.Call):
        return iterable if isinstance(iterable, (t.Name, t.Attribute, t.Subscript)) else None
    if isinstance(iterable.function, t.Attribute):
        return iterable.function.value
    return iterable.arguments[0].value if iterable.arguments else None
