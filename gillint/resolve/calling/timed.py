"""Statements that are timed: `timeit.timeit("f(data)", setup="from __main__ import f, data", number=100)`."""

from __future__ import annotations

import re
from textwrap import dedent, indent

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.values import FunctionRef, Value
from gillint.syntax import tree as t
from gillint.syntax.parse import parse_text

Keywords = tuple[tuple[str, Value], ...]
_OWN_NAMES = re.compile(r"from __main__ import [^;\n]*;?")


def run_once(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`timeit.timeit(statement, setup)`: what a text says is made a function, and handed on as one."""
    return _with_function(act, "timeit.timeit", positional, keywords, span)


def run_again(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`timeit.repeat(statement, setup, repeat=3)`."""
    return _with_function(act, "timeit.repeat", positional, keywords, span)


def timer(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`timeit.Timer(statement, setup)` keeps the function for its methods."""
    named = dict(keywords)
    statement = positional[0] if positional else named.get("stmt")
    setup = positional[1] if len(positional) > 1 else named.get("setup")
    made = _function(act, statement, setup, span) or statement
    return Value(type="timeit.Timer", element=made) if made is not None and made.reference is not None else None


def run_timer(parameters: tuple[str, ...], receiver: Value | None, positional: tuple[Value, ...]) -> Keywords:
    """The arguments of `timeit.timeit` for a method of a timer; () where nothing is known of it."""
    function = receiver.element if receiver is not None else None
    return (("stmt", function), *zip(parameters, positional, strict=False)) if function is not None else ()


def _with_function(
    act: Activation, name: str, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    from gillint.resolve.calling.library_calls import library

    named = dict(keywords)
    statement = positional[0] if positional else named.pop("stmt", None)
    function = _function(act, statement, positional[1] if len(positional) > 1 else named.get("setup"), span)
    if function is None:
        return None
    return library(act, name, None, (function, *positional[1:]), tuple(named.items()), span)


def _function(act: Activation, statement: Value | None, setup: Value | None, span: Span) -> Value | None:
    """A function that does what a text says, where the variables of another one are to be seen."""
    from gillint.resolve.calling.calls import apply

    text = literal_text(statement) if statement is not None else None
    if text is None:
        return None
    before = dedent(_OWN_NAMES.sub("", (literal_text(setup) or "") if setup is not None else "")).strip()
    made = f"{indent(before, ' ')}\n def statement():\n{indent(dedent(text).strip(), '  ')}\n return statement\n"
    body = parse_text(f"def timed():\n{made}", max(1, span.line - before.count("\n") - 3))
    if len(body) != 1 or not isinstance(body[0], t.Function):
        return None
    function = apply(act, act.program.define(body[0], act), (), (), span, "setup")
    return function if isinstance(function.reference, FunctionRef) else None
