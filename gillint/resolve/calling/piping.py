"""Methods and functions that hand a value to a function and give what that gives: `frame.pipe(f, x)`, `toolz.pipe(x, f, g)`."""

from __future__ import annotations

from collections.abc import Callable

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.tabular.columns import as_column
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import LazyRef, Value

Keywords = tuple[tuple[str, Value], ...]
Piped = Callable[[Activation, "Value | None", tuple[Value, ...], Keywords, Span], "Value | None"]


def piped(name: str) -> Piped:
    """`value.pipe(f, x, key=y)`: the call `f(value, x, key=y)`, beside what the method takes itself."""

    def called(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        from gillint.resolve.calling.calls import apply

        if receiver is None or not positional or not _is_function(positional[0]):
            return None
        function, *further = positional
        act.emit(Call(span, act.path, name, "library", Bound(receiver, positional, keywords), find_fact(name)))
        return apply(act, function, (receiver, *further), keywords, span, "func")

    return called


def chained(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`toolz.pipe(value, f, g)`: `g(f(value))`."""
    from gillint.resolve.calling.calls import apply

    if len(positional) < 2 or not all(map(_is_function, positional[1:])):
        return None
    value, *functions = positional
    for function in functions:
        value = apply(act, function, (value,), (), span, "func")
    return value


ASSIGN = "pandas.DataFrame.assign"


def assigned(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`df.assign(total=lambda d: d.a + d.b)`: each function is given the frame with the columns before."""
    from gillint.resolve.calling.calls import apply
    from gillint.resolve.calling.library_calls import library

    if receiver is None or not any(_is_function(value) for _, value in keywords):
        return None
    frame, passed = receiver, dict(keywords)
    for name, value in keywords:
        if _is_function(value):
            passed[name] = apply(act, value, (frame,), (), span, name)
        if frame.columns is not None:
            others = tuple((n, c) for n, c in frame.columns if n != name)
            frame = replace(frame, columns=(*others, (name, as_column(passed[name], frame.size))))
    return library(act, ASSIGN, receiver, positional, tuple(passed.items()), span)


def _is_function(value: Value) -> bool:
    return value.reference is not None and not isinstance(value.reference, LazyRef)


PIPES = (
    *(f"pandas.{kind}.pipe" for kind in ("DataFrame", "Series")),
    *(f"pandas.api.typing.{kind}.pipe" for kind in ("DataFrameGroupBy", "SeriesGroupBy", "Rolling")),
    *(f"polars.{kind}.pipe" for kind in ("DataFrame", "LazyFrame")),
    *(f"xarray.{kind}.pipe" for kind in ("DataArray", "Dataset")),
)
CHAINS = ("toolz.pipe", "cytoolz.pipe")
