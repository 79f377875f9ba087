"""Instances of the project's classes as the library sees them: by what is in their attributes."""

from __future__ import annotations

from functools import lru_cache

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.knowledge.base import find_fact, find_method
from gillint.knowledge.schema import Behaviour, Fact
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import FIELDS
from gillint.resolve.calling.handovers import HANDOVERS
from gillint.resolve.objects.named_tuples import make_named
from gillint.resolve.scope import ENUMS, ClassScope
from gillint.resolve.trace import Block, Bound, Call, Kind, Loop
from gillint.resolve.values import HOLDERS, ClassRef, PartialRef, Value

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


def set_fields(
    act: Activation, owner: ClassScope, positional: tuple[Value, ...], span: Span, *, named: int = 0
) -> None:
    """What making an instance does where no `__init__` is written: fields are set, a member of an enumeration is looked up."""
    for base in act.program.library_bases(owner):
        fact = find_fact(base) if base in ENUMS else None
        if fact is not None:
            act.emit(Call(span, act.path, base, "library", Bound(None, positional), fact))
        elif base == "typing.NamedTuple":
            make_named(act, named)
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
    names = [n for n in owner.attributes if n not in owner.methods][:_MOST] if owner is not None else []
    if owner is not None and len(value.columns or ()) < len(names):
        found = ((n, act.program.attribute(owner, n, value)) for n in names)
        kept = tuple((n, opened_up(act, v, depth - 1)) for n, v in found if v is not None and v.reference is None)
        return replace(value, columns=kept)
    if value.element is not None and value.items is None:
        return replace(value, element=opened_up(act, value.element, depth - 1))
    if value.items is not None and len(value.items) <= _MOST:
        return replace(value, items=tuple(opened_up(act, v, depth - 1) for v in value.items))
    return value


def fields_of(act: Activation, value: Value) -> Value:
    """`self.__dict__`: the attributes of an instance by their names."""
    fields = opened_up(act, value).columns
    return (
        Value(type="dict", columns=fields, size=Estimate.point(len(fields)))
        if fields
        else Value(type="dict", size=FIELDS)
    )


# The argument by which a call of a base's class method tells of which class it is: `Order.model_validate(row)`.
_CLASS = "cls"


def maker_of(owner: ClassScope, name: str, symbol: Value) -> Value:
    """A library's class method, as an attribute of a class of the project: where it makes an instance, it is one of that."""
    fact = find_fact(name)
    returns = fact.behaviour.returns if fact is not None else None
    if returns is None or returns.type is None or not name.startswith(f"{returns.type}."):
        return symbol
    made = Value(type="type", reference=ClassRef(owner.key))
    return Value(type="function", reference=PartialRef(symbol, (), ((_CLASS, made),)))


def constructor_of(act: Activation, owner: ClassScope) -> Fact | None:
    """What makes instances of a class without an `__init__` of its own: the constructor of a library's class above it."""
    for base in act.program.library_bases(owner):
        fact = find_method(base, "__init__")
        if fact is not None and base not in HANDOVERS:
            return fact
    return None


def of_its_class(act: Activation, bound: Bound, result: Value) -> Value:
    """The instance that a class method of a library's base makes of the data that is passed."""
    made = bound.get(_CLASS)
    if made is None or not isinstance(made.reference, ClassRef):
        return result
    given = bound.positional[0] if bound.positional else None
    owner = act.program.class_of(made.reference.key)
    if owner is None:
        return result
    if given is not None and given.columns is not None:
        act.program.construct(made.reference, (), validated(owner, given.columns))
    return Value(type=owner.key)


def validated(owner: ClassScope, fields: tuple[tuple[str, Value], ...]) -> tuple[tuple[str, Value], ...]:
    """Data as a model keeps it: what is declared as an instance, or as a container of them, was a dict before."""
    return tuple((name, _as_model(owner, name, value)) for name, value in fields)


def _as_model(owner: ClassScope, name: str, value: Value) -> Value:
    declared = owner.attributes.get(name) if name in owner.declared else None
    if declared is None:
        return value
    if _is_instance(declared) and value.type == "dict":
        return declared
    inside = declared.element
    if declared.type in HOLDERS and value.type == declared.type and inside is not None and _is_instance(inside):
        return replace(value, element=inside, items=None, size=value.size or _length(value))
    return value


def _is_instance(value: Value) -> bool:
    return value.type is not None and "::" in value.type


def _length(value: Value) -> Estimate | None:
    return Estimate.point(len(value.items)) if value.items is not None else None


_BY_METHODS = {"str": "__str__", "repr": "__repr__"}


def by_its_method(act: Activation, name: str, positional: tuple[Value, ...], span: Span) -> None:
    """`str(soup)`: what an object of a library does when it is asked to write itself."""
    if name not in _BY_METHODS or len(positional) != 1:
        return
    value = positional[0]
    fact = find_method(value.type, _BY_METHODS[name]) if value.type is not None and "." in value.type else None
    if fact is not None:
        act.emit(Call(span, act.path, fact.name, "library", Bound(value), fact, implicit=True))
