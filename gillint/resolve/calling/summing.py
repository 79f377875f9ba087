"""What `sum` and its like add up: of arrays, lists and objects of the program, each addition is work of its own."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.objects.unspoken import repeat
from gillint.resolve.trace import Bound

_FOLDS = {"sum": "add", "math.prod": "mul", "itertools.accumulate": "add"}


def add_up(act: Activation, name: str, bound: Bound, span: Span) -> None:
    """Run the additions of `sum(layers)`, the products of `math.prod(layers)`; those of numbers are in the fact."""
    from gillint.resolve.operators import ARRAY_TYPES, binary, operator_fact

    operator = _FOLDS.get(name)
    items = bound.get("iterable")
    if operator is None or items is None or items.type == ARRAY or bound.get("func") is not None:
        return
    term = element_of(items)
    if term.type in ("list", "tuple"):  # each is put behind a copy of all that came before it
        so_far = replace(term, size=size_of(items) * size_of(term) / 2, items=None)
        repeat(act, size_of(items), span, lambda: operator_fact(act, so_far, f"__{operator}__", (term,), span))
        return
    if term.type not in ARRAY_TYPES and act.program.class_of(term.type) is None:
        return
    repeat(act, size_of(items), span, lambda: binary(act, term, operator, term, span))
