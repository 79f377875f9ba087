"""Lists that functions of numpy are handed where they want an array, and arrays where they want a list."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of
from gillint.resolve.numeric.shapes import ARRAY, REDUCTIONS, Shape, with_shape
from gillint.resolve.values import Value

_NESTED = (ARRAY, "list", "tuple")
_JOINING = frozenset(("concatenate", "concat", "stack", "hstack", "vstack", "dstack", "column_stack", "row_stack"))


def gathered(act: Activation, name: str, arguments: tuple[Value, ...], span: Span) -> tuple[Value, ...]:
    """The arguments of a call: `np.mean(frames, axis=0)` makes an array of its frames, `np.concatenate(table)` joins rows."""
    module, _, last = name.rpartition(".")
    first = arguments[0] if arguments else None
    if first is None or module != "numpy":
        return arguments
    if last in _JOINING and first.type == ARRAY and first.shape is not None and len(first.shape) > 1:
        return (_rows_of(first, first.shape), *arguments[1:])
    if last not in REDUCTIONS or first.type not in ("list", "tuple"):
        return arguments
    if element_of(first).type not in _NESTED:
        return arguments
    from gillint.resolve.calling.library_calls import library

    made = library(act, "numpy.array", None, (first,), (), span)
    return (made, *arguments[1:]) if made.shape is not None else arguments


def _rows_of(array: Value, shape: Shape) -> Value:
    row = with_shape(Value(type=ARRAY, dtype=array.dtype), shape[1:])
    return Value(type="list", size=shape[0], element=row, origin=array.origin)
