"""Instances of the project's classes as the library sees them: by what is in their attributes."""

from __future__ import annotations

from functools import lru_cache

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.knowledge.base import find_fact
from gillint.knowledge.schema import Behaviour
from gillint.resolve.activation import Activation
from gillint.resolve.scope import ClassScope
from gillint.resolve.trace import Block, Call, Kind, Loop
from gillint.resolve.values import Value

_MEASURES = ("leaves(", "instances(", "printed(", "floats(")
_BY_ATTRIBUTES = ("dataclasses.asdict", "dataclasses.astuple", "vars")
_MOST = 30  # attributes that are looked at


@lru_cache(maxsize=8192)
def asks_for_contents(name: str) -> bool:
    """Whether what a call of this name does depends on what is inside its arguments."""
    fact = find_fact(name)
    if fact is None:
        return False
    return name in _BY_ATTRIBUTES or any(_mentions(b) for b in (fact.behaviour, *(c.behaviour for c in fact.clauses)))


def _mentions(behaviour: Behaviour) -> bool:
    costs = (behaviour.gil, behaviour.native)
    return any(c is not None and c.of is not None and any(m in c.of for m in _MEASURES) for c in costs)


def set_fields(act: Activation, owner: ClassScope, span: Span) -> None:
    """What the `__init__` does that `dataclass` writes: each field is set, one by one."""
    texts = owner.outline.decorators if owner.outline is not None else ()
    written = next((d for d in texts if d.split("(")[0].rpartition(".")[2] == "dataclass"), None)
    if written is None or "__init__" in owner.methods:
        return
    count = sum(name not in owner.methods for name in owner.attributes)
    act.operation("name", 2.0 * count)
    setter = find_fact("object.__setattr__") if "frozen=True" in written.replace(" ", "") else None
    if setter is None:
        act.operation("store_attribute", count)
        return
    each = Block((), (Call(span, act.path, setter.name, "library", fact=setter, implicit=True),))
    act.emit(Loop(span, act.path, Kind.MAP, Estimate.point(count), each, function=act.name))


def opened_up(act: Activation, value: Value, depth: int = 3) -> Value:
    """An instance with its attributes for columns; a container with such members."""
    if depth == 0 or value.reference is not None:
        return value
    owner = act.program.class_of(value.type)
    if owner is not None and value.columns is None:
        names = [n for n in owner.attributes if n not in owner.methods][:_MOST]
        found = ((n, act.program.attribute(owner, n)) for n in names)
        kept = tuple((n, opened_up(act, v, depth - 1)) for n, v in found if v is not None and v.reference is None)
        return replace(value, columns=kept)
    if value.element is not None and value.items is None:
        return replace(value, element=opened_up(act, value.element, depth - 1))
    if value.items is not None and len(value.items) <= _MOST:
        return replace(value, items=tuple(opened_up(act, v, depth - 1) for v in value.items))
    return value
