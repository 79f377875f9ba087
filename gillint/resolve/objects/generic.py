"""`functools.singledispatch`: which of the functions that are registered a call reaches, by the type of its first argument."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.knowledge.base import bases_of, find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import ChoiceRef, FunctionRef, Value, options_of


def chosen(act: Activation, ref: FunctionRef, positional: tuple[Value, ...], span: Span) -> Value | None:
    """The function that is called in place of a generic one; one of several where the type of the argument is not known."""
    registered = act.program.registered(ref.key)
    if not registered or not positional:
        return None
    name = f"functools.{'singledispatch.__call__' if ref.bound is None else 'singledispatchmethod.__get__'}"
    act.emit(Call(span, act.path, name, "library", Bound(), find_fact(name), implicit=True))
    found: dict[str, Value] = {}
    for option in options_of(positional[0]):
        keys = _by_type(act, option.type, registered)
        for key in keys if keys else [k for _, k in registered]:
            found[key] = Value(type="function", reference=FunctionRef(key, ref.bound))
    options = tuple(found.values())
    return options[0] if len(options) == 1 else Value(type="function", reference=ChoiceRef(options))


def _by_type(act: Activation, kind: str | None, registered: tuple[tuple[str, str], ...]) -> list[str]:
    """The function for the type itself, or for the nearest one above it."""
    if kind is None:
        return []
    owner = act.program.class_of(kind)
    above = [c.key for c in act.program.resolution_order(owner)] if owner is not None else list(bases_of(kind))
    above += ["int"] if kind == "bool" else []
    return next(([key] for one in above for name, key in registered if name == one), [])
