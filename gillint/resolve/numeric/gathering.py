"""Lists of arrays, and of lists, that functions of numpy are handed: they are made an array first."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of
from gillint.resolve.numeric.shapes import ARRAY, REDUCTIONS
from gillint.resolve.values import Value

_NESTED = (ARRAY, "list", "tuple")


def gathered(act: Activation, name: str, arguments: tuple[Value, ...], span: Span) -> tuple[Value, ...]:
    """The arguments of a call, where `np.mean(frames, axis=0)` makes an array of its frames."""
    module, _, last = name.rpartition(".")
    first = arguments[0] if arguments else None
    if first is None or module != "numpy" or last not in REDUCTIONS or first.type not in ("list", "tuple"):
        return arguments
    if element_of(first).type not in _NESTED:
        return arguments
    from gillint.resolve.calling.library_calls import library

    made = library(act, "numpy.array", None, (first,), (), span)
    return (made, *arguments[1:]) if made.shape is not None else arguments
