"""`operator.itemgetter`, `operator.attrgetter`: functions that look something up in what they are given."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of, literal_text
from gillint.resolve.items import item_of
from gillint.resolve.objects.attributes import attribute_value
from gillint.resolve.values import PartialRef, SymbolRef, Value
from gillint.syntax import tree as t

Keywords = tuple[tuple[str, Value], ...]

_CALLED = ".__call__"
GETTERS = ("operator.itemgetter", "operator.attrgetter")


def getter(name: str, keys: tuple[Value, ...]) -> Value:
    """The function that looks these keys up: `itemgetter(1)`, `attrgetter("day", "name")`."""
    several = Value(type="tuple", items=keys)
    return Value(type="function", reference=PartialRef(Value(reference=SymbolRef(name + _CALLED)), (several,), ()))


METHOD_CALLED = "operator.methodcaller.__call__"


def methodcaller(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`methodcaller("render", 1)`: the function that calls this method of what it is given."""
    if not positional:
        return None
    act.operation("call_class")
    asked = Value(type="tuple", items=positional)
    return Value(type="function", reference=PartialRef(Value(reference=SymbolRef(METHOD_CALLED)), (asked,), keywords))


def call_method(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """What one call of it does."""
    from gillint.resolve.calling.calls import apply

    asked = positional[0].items if len(positional) == _WITH_OBJECT else None
    name = literal_text(asked[0]) if asked else None
    if not asked or name is None or not name.isidentifier():
        return None
    act.operation("method_lookup")
    return apply(act, attribute_value(act, positional[1], name, span), asked[1:], keywords, span, f"….{name}")


_WITH_OBJECT = 2  # what it was made with, and what it is given


def looked_up(act: Activation, name: str, args: tuple[Value, ...], span: Span) -> Value | None:
    """What one call of it gives: the item, or a tuple of several."""
    if len(args) != 2 or not args[0].items:
        return None
    keys, source = args[0].items, args[1]
    found = tuple(_one(act, name, source, key, span) for key in keys)
    return found[0] if len(found) == 1 else Value(type="tuple", items=found)


def _one(act: Activation, name: str, source: Value, key: Value, span: Span) -> Value:
    text = literal_text(key)
    if name.startswith("operator.attrgetter"):
        return attribute_value(act, source, text, span) if text is not None and text.isidentifier() else Value()
    return item_of(source, key, t.Name(span, "key")) or element_of(source)
