"""`operator.itemgetter`, `operator.attrgetter`: functions that look something up in what they are given."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of, literal_text
from gillint.resolve.items import item_of
from gillint.resolve.objects.attributes import attribute_value
from gillint.resolve.values import PartialRef, SymbolRef, Value
from gillint.syntax import tree as t

_CALLED = ".__call__"
GETTERS = ("operator.itemgetter", "operator.attrgetter")


def getter(name: str, keys: tuple[Value, ...]) -> Value:
    """The function that looks these keys up: `itemgetter(1)`, `attrgetter("day", "name")`."""
    several = Value(type="tuple", items=keys)
    return Value(type="function", reference=PartialRef(Value(reference=SymbolRef(name + _CALLED)), (several,), ()))


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
