"""What it takes to write a value into a text: an f-string, `str.format`."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.library_calls import library
from gillint.resolve.opaque import is_vague
from gillint.resolve.operators import operator_fact
from gillint.resolve.trace import Call
from gillint.resolve.values import Value


def write_into(act: Activation, value: Value, span: Span, *, specified: bool) -> None:
    """Note what one value of an f-string takes, beyond its place there; `specified`: there is a format specification."""
    spec = (Value(type="str"),) if specified else ()
    if operator_fact(act, value, "__format__", spec, span) is not None:
        return
    if specified:
        act.operation("format")
    elif value.type not in (None, "str") and value.reference is None and not is_vague(value.type):
        with act.nested() as builder:
            library(act, "str", None, (value,), (), span)
        for node in builder.finish().nodes:  # nobody has written a call
            act.emit(replace(node, name="object.__format__", implicit=True) if isinstance(node, Call) else node)
