"""What a sort, a heap or a search compares: their costs hang on its type, and facts call it `compared`."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.objects.in_order import kept_in_order
from gillint.resolve.objects.unspoken import asked, repeat
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

# The parameter whose elements are compared, or which is compared itself.
_ELEMENTS_OF = {
    "sorted": "iterable",
    "list.sort": "self",
    "heapq.heapify": "x",
    "heapq.heappop": "heap",
    "heapq.heapreplace": "heap",
    "heapq.heappushpop": "heap",
    "heapq.nlargest": "iterable",
    "heapq.nsmallest": "iterable",
    "max": "iterable",
    "min": "iterable",
}
_ITSELF = {"heapq.heappush": "item"} | {
    f"bisect.{name}{side}": "x" for name in ("bisect", "insort") for side in ("", "_left", "_right")
}
_HEAPS = ("heapq.heappop", "heapq.heapreplace", "heapq.heappushpop")
_PUSHED = Estimate.point(2.3)  # comparisons until a random item has found its place in a heap


def with_compared(act: Activation, name: str, bound: Bound, key: Value | None, span: Span) -> Bound:
    """The arguments of a call with what it compares; comparisons that a class of the program defines are run here.

    Args:
        act: where the call stands.
        name: the public name that is called.
        bound: its arguments.
        key: what the key function gives, where one is passed.
        span: of the call.
    """
    if name in _ELEMENTS_OF:
        holder = bound.get(_ELEMENTS_OF[name])
        compared = element_of(holder) if holder is not None else None
    elif name in _ITSELF:
        holder, compared = next(iter(bound.positional), None), bound.get(_ITSELF[name])
    else:
        return bound
    compared = key if key is not None else compared
    ordered = kept_in_order(act, name, holder, span) if holder is not None else None
    if ordered is not None:
        bound = replace(bound, parameters=(*bound.parameters, ("in_order", ordered)))
    if compared is None or (compared.type is None and compared.reference is None):
        return bound
    if holder is not None:
        _run_comparisons(
            act, compared, size_of(ordered) if ordered is not None else _comparisons(name, size_of(holder)), span
        )
    return replace(bound, parameters=(*bound.parameters, ("compared", compared)))


def _comparisons(name: str, size: Estimate) -> Estimate:
    """How many comparisons one call makes."""
    from math import log2

    halvings = size.map(lambda n: log2(max(n, 2.0)))
    if name in ("sorted", "list.sort"):
        return size * halvings
    if name == "heapq.heappush":
        return _PUSHED
    if name in _HEAPS or name in _ITSELF:
        return halvings
    return size


def _run_comparisons(act: Activation, compared: Value, times: Estimate, span: Span) -> None:
    if act.program.class_of(compared.type) is not None:
        repeat(act, times, span, lambda: asked(act, compared, ("__lt__", "__gt__"), (compared,), span))
