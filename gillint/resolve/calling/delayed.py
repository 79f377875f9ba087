"""Calls that dask only notes, and makes in its threads when somebody asks for the results: `delayed(f)(x)`, `compute(*tasks)`."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of
from gillint.resolve.calling.handovers import DELAYED
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import UNKNOWN, FunctionRef, PartialRef, SymbolRef, Value

Keywords = tuple[tuple[str, Value], ...]
COMPUTE = "dask.compute"


def delayed(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`dask.delayed(f)`: each call through it is a task; of a value that is wrapped nothing is run."""
    if not positional or not isinstance(positional[0].reference, (FunctionRef, PartialRef, SymbolRef)):
        return None
    called = Value(reference=SymbolRef(f"{DELAYED}.__call__"))
    return Value(type="function", reference=PartialRef(called, positional[:1], ()))


def computed(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`dask.compute(*tasks)`: what the tasks gave; None where the collections that are passed do the work here."""
    if not positional or any(v.type != DELAYED and element_of(v).type != DELAYED for v in positional):
        return None
    act.emit(Call(span, act.path, COMPUTE, "join", Bound(None, positional, keywords)))
    return Value(type="tuple", items=tuple(map(result_of, positional)))


def result_of(value: Value) -> Value:
    """What a task that gets this, or a list of such, is given: the results of the tasks that were noted before."""
    if value.type == DELAYED:
        return value.element or UNKNOWN
    inner = element_of(value)
    if inner.type != DELAYED:
        return value
    return replace(value, reference=None, items=None, element=inner.element)
