"""What it takes to write a value into a text: an f-string, `str.format`, `%`."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.opaque import is_vague
from gillint.resolve.operators import operator_fact
from gillint.resolve.text.formatting import put_into
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import Literal, Value


def write_into(act: Activation, value: Value, span: Span, spec: str) -> None:
    """Note what writing one value takes, beyond its place in the text, by its format specification."""
    from gillint.resolve.calling.library_calls import library

    if value.type == "str" and not spec:
        return  # copied
    given = (Value(type="str", literal=Literal(spec)),) if spec else ()
    if operator_fact(act, value, "__format__", given, span) is not None:
        return
    if spec:
        act.operation("format")
    elif value.type is not None and value.reference is None and not is_vague(value.type):
        with act.nested() as builder:
            library(act, "str", None, (value,), (), span)
        for node in builder.finish().nodes:  # nobody has written a call
            act.emit(replace(node, name="object.__format__", implicit=True) if isinstance(node, Call) else node)


def write_each(act: Activation, bound: Bound, span: Span) -> None:
    """The same of all that a template takes: `template.format(...)`, `template % values`."""
    for value, spec in put_into(bound):
        act.operation("fstring_part")
        write_into(act, value, span, spec)
