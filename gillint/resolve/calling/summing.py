"""What `sum` adds up: of arrays and of objects of the program, each addition is work of its own."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.objects.unspoken import repeat
from gillint.resolve.trace import Bound


def add_up(act: Activation, name: str, bound: Bound, span: Span) -> None:
    """Run the additions of `sum(layers)`; those of numbers are in the fact."""
    from gillint.resolve.operators import ARRAY_TYPES, binary

    items = bound.get("iterable") if name == "sum" else None
    if items is None or items.type == ARRAY:
        return
    term = element_of(items)
    if term.type not in ARRAY_TYPES and act.program.class_of(term.type) is None:
        return
    repeat(act, size_of(items), span, lambda: binary(act, term, "add", term, span))
