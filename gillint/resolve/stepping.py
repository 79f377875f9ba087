"""Iterators of libraries that a call runs to the end."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.knowledge.base import find_method
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import UNKNOWN_TRIPS
from gillint.resolve.calling.bound import element_of
from gillint.resolve.external.packing import one_by_one
from gillint.resolve.iterators import length_of
from gillint.resolve.trace import Block, Bound, Call, Kind, Loop
from gillint.resolve.values import Value


def step_through(act: Activation, value: Value, span: Span) -> None:
    """What a library's iterator does where a call runs it to the end: `list(csv.reader(f))`, `sorted(file)`.

    The fact of the call knows the cost of keeping an item, not of making it.
    """
    is_library = value.type is not None and "::" not in value.type and ("." in value.type or value.type in _DEAR)
    if value.type is None or not is_library or act.lazy_of(value) is not None:
        return
    step = find_method(value.type, "__iter__")
    if step is None or value.type in _ARRAYS:
        return
    made = element_of(value)
    call = Call(span, act.path, step.name, "library", Bound(value), step, result=made, implicit=True)
    trips = length_of(value) if value.size is not None else UNKNOWN_TRIPS
    body = Block((), (one_by_one(call),))
    act.emit(Loop(span, act.path, Kind.MAP, trips, body, function=act.name, trips_hang_on=value.origin))


_ARRAYS = ("numpy.ndarray",)
_DEAR = ("callable_iterator",)  # of `re.finditer`; making an item of the other builtins is cheaper than keeping it


# Exceptions in Python that take as long as the one by which an array says that it has no more items, with a text of its own
# (measured: 410 ns, whatever the number of items; a list says so without one).
_END_OF_ARRAY = 3.0


def run_to_its_end(act: Activation, value: Value) -> None:
    """What it takes to find that there is nothing more in something that is run through."""
    if value.type in _ARRAYS:
        act.operation("raise", _END_OF_ARRAY)
