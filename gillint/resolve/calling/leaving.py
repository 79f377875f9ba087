"""What is handed to something that runs it when a block is left, or around a function: `ExitStack`, `@Timer()`."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation
from gillint.resolve.values import NONE, FunctionRef, PartialRef, SymbolRef, Value

Keywords = tuple[tuple[str, Value], ...]
_STACKS = ("contextlib.ExitStack", "contextlib.AsyncExitStack")
_MANAGER, _FUNCTION = "(manager)", "(function)"  # no names that a call can pass
_AROUND = "contextlib.ContextDecorator.__call__"
_NOTHING_RAISED = (NONE, NONE, NONE)


def _entered(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`stack.enter_context(manager)`: it is entered here, and left with the stack."""
    from gillint.resolve.contexts import entered, left

    if not positional:
        return None
    act.operation("call_python", 12.0)
    given = entered(act, positional[0], span, is_async=False)
    left(act, positional[0], span, (), closes=False)
    return given


def _called(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`stack.callback(shutil.rmtree, folder)`."""
    from gillint.resolve.calling.calls import apply

    if not positional:
        return None
    act.operation("call_python", 2.0)
    apply(act, positional[0], positional[1:], keywords, span, "callback")
    return positional[0]


def _pushed(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`stack.push(manager)`, `@stack.push`: a manager that was entered already, or a function like an `__exit__`."""
    from gillint.resolve.calling.calls import apply
    from gillint.resolve.contexts import left

    if not positional:
        return None
    act.operation("call_python", 2.0)
    if isinstance(positional[0].reference, (FunctionRef, PartialRef)):
        apply(act, positional[0], _NOTHING_RAISED, (), span, "push")
    else:
        left(act, positional[0], span, (), closes=False)
    return positional[0]


def around(manager: Value, function: Value) -> Value:
    """`@Timer()`, `@transaction()`: a function that runs between the entering and the leaving of a context manager."""
    given = ((_MANAGER, manager), (_FUNCTION, function))
    return Value(type="function", reference=PartialRef(Value(reference=SymbolRef(_AROUND)), (), given))


def _run_around(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    from gillint.resolve.calling.calls import apply
    from gillint.resolve.contexts import entered, left

    given = dict(keywords)
    manager, function = given.pop(_MANAGER, None), given.pop(_FUNCTION, None)
    if manager is None or function is None:
        return None
    act.operation("call_python", 2.0)
    entered(act, manager, span, is_async=False)
    result = apply(act, function, positional, tuple(given.items()), span, "decorated")
    left(act, manager, span, (), closes=False)
    return result


LEFT_LATER = {
    **{f"{stack}.enter_context": _entered for stack in _STACKS},
    **{f"{stack}.callback": _called for stack in _STACKS},
    **{f"{stack}.push": _pushed for stack in _STACKS},
    _AROUND: _run_around,
}
