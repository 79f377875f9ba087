"""XML trees that a program builds: how many elements one has, with all that are below it."""

from __future__ import annotations

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import size_of
from gillint.resolve.objects.filling import growth, read_target
from gillint.resolve.objects.growing import added_elsewhere
from gillint.resolve.targets import change_target
from gillint.resolve.values import ELEMENTS, Source, SymbolRef, Value
from gillint.syntax import tree as t

_ROOT, _CHILD = "xml.etree.ElementTree.Element", "xml.etree.ElementTree.SubElement"
_ADDING = ("append", "insert", "appendChild")
_BELOW = "below"  # the mark of an element that remembers the variable of the one above it
_DEPTH = 8


def planted(act: Activation, node: t.Call, function: Value, arguments: list[Value], result: Value) -> Value:
    """The element that a call makes; those above it have one more."""
    name = function.reference.name if isinstance(function.reference, SymbolRef) else None
    if name == _ROOT:
        return replace(result, size=ONE)
    if name == _CHILD and node.arguments:
        parent = node.arguments[0].value
        _add(act, parent, node, ONE)
        mark = Source(_BELOW, Value(origin=parent.id)) if isinstance(parent, t.Name) else None
        return replace(result, size=ONE, source=mark)
    called = node.function
    if isinstance(called, t.Attribute) and called.name in _ADDING and arguments:
        child = arguments[-1]
        if child.type in ELEMENTS and child.size is not None:
            _add(act, called.value, node, size_of(child))
    return result


def _add(act: Activation, target: t.Expr, node: t.Call, number: Estimate, depth: int = _DEPTH) -> None:
    """So many elements more below one, and below those above it, for each turn of the loops since it was made."""
    value = read_target(act, target)
    if value is None or value.type not in ELEMENTS or value.size is None or depth == 0:
        return
    before, turns = growth(act, target, value)
    more = turns * number
    if isinstance(target, t.Name):
        before = before + added_elsewhere(act, target.id, node, more)
    change_target(act, target, replace(value, size=before + more))
    above = value.source.value.origin if value.source is not None and value.source.kind == _BELOW else None
    if above is not None:
        _add(act, t.Name(target.span, above), node, number, depth - 1)
