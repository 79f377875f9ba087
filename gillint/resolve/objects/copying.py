"""What an instance says of how it is pickled: `__getstate__`, `__reduce__` and `__setstate__` of classes of the project."""

from __future__ import annotations

from collections.abc import Callable

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.values import Source, Value

Keywords = tuple[tuple[str, Value], ...]
Special = Callable[[Activation, "Value | None", tuple[Value, ...], Keywords, Span], "Value | None"]
_STATE = ("__reduce_ex__", "__reduce__", "__getstate__")


def _state_of(act: Activation, value: Value, span: Span) -> Value | None:
    """What is pickled in place of an instance; None where it says nothing of that."""
    from gillint.resolve.operators import project_operator

    if value.reference is not None or "::" not in (value.type or ""):
        return None
    made = (project_operator(act, value, m, (Value(type="int"),) if m == _STATE[0] else (), span) for m in _STATE)
    return next((m for m in made if m is not None), None)


def _dumped(name: str) -> Special:
    """`pickle.dumps(instance)`: what its `__getstate__` gives is what is written."""

    def called(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        from gillint.resolve.calling.library_calls import library

        state = _state_of(act, positional[0], span) if positional else None
        if state is None:
            return None
        made = library(act, name, None, (state, *positional[1:]), keywords, span)
        return replace(made, source=Source("pickle", positional[0])) if made.type == "bytes" else made

    return called


def _loaded(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`pickle.loads(data)`: of what was dumped in sight, `__setstate__` is given what `__getstate__` gave."""
    from gillint.resolve.operators import project_operator

    source = positional[0].source if positional else None
    if source is None or source.kind != "pickle" or "::" not in (source.value.type or ""):
        return None
    with act.nested():
        state = _state_of(act, source.value, span)
    if state is not None:
        project_operator(act, source.value, "__setstate__", (state,), span)
    return None


PICKLED: dict[str, Special] = {
    "pickle.dumps": _dumped("pickle.dumps"),
    "pickle.dump": _dumped("pickle.dump"),
    "pickle.loads": _loaded,
}
