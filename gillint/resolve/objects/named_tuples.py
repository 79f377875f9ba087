"""`Point = namedtuple("Point", "x y")`: a class whose instances are tuples with names for their members."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of, literal_text
from gillint.resolve.values import PartialRef, SymbolRef, Value, of_constant

CALLED = "collections.namedtuple.__call__"  # making an instance: the fields come first
MADE = "typing.NamedTuple._make"

Keywords = tuple[tuple[str, Value], ...]


def class_of_fields(fields: tuple[Value, ...]) -> Value:
    """The class that `namedtuple(name, fields)` makes."""
    return Value(type="type", reference=PartialRef(Value(reference=SymbolRef(CALLED)), fields, ()))


def class_attribute(given: Value, name: str) -> Value | None:
    """`Point._make`, `Point._fields`, of a class that `namedtuple` made; `_fields` of an instance, too."""
    ref = given.reference
    if name == "_fields" and given.type == "tuple" and given.columns is not None:
        return Value(type="tuple", items=tuple(of_constant(field) for field, _ in given.columns))
    if not isinstance(ref, PartialRef) or ref.function.reference != SymbolRef(CALLED):
        return None
    if name == "_make":
        return Value(type="function", reference=PartialRef(Value(reference=SymbolRef(MADE)), ref.positional, ()))
    if name == "_fields":
        names = _names(ref.positional)
        return Value(type="tuple", size=Estimate.point(len(names)) if names else None, element=Value(type="str"))
    return None


def make_named(act: Activation, named: int) -> None:
    """What the `__new__` of a named tuple takes beyond a class's own; each field that is passed by name is found first."""
    act.operation("call_python", 4 + 3 * named)


def instance(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value:
    """`Point(x, y)`."""
    act.operation("call_class")
    make_named(act, len(keywords))
    return _named(_names(positional), positional[1:], dict(keywords))


def instance_of_row(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`Point._make(row)`: the members of the row under the names of the fields."""
    from gillint.resolve.calling.library_calls import library

    if len(positional) != 2:
        return None
    names, row = _names(positional), positional[1]
    library(act, MADE, None, (row,), (), span)
    return _named(names, row.items if row.items is not None else (element_of(row),) * len(names), {})


def _named(names: list[str], members: tuple[Value, ...], keywords: dict[str, Value]) -> Value:
    given = dict(zip(names, members, strict=False)) | keywords
    if not names or any(name not in given for name in names):
        return Value(type="tuple")
    items = tuple(given[name] for name in names)
    return Value(type="tuple", items=items, columns=tuple(zip(names, items, strict=True)))


def _names(fields: tuple[Value, ...]) -> list[str]:
    """The names in `"x y"`, `["x", "y"]` or `[("x", int), ("y", int)]`."""
    described = fields[0] if fields else Value()
    text = literal_text(described)
    if text is not None:
        return text.replace(",", " ").split()
    firsts = [i.items[0] if i.items else i for i in described.items or ()]
    names = [literal_text(f) for f in firsts]
    return [n for n in names if n is not None] if None not in names else []
