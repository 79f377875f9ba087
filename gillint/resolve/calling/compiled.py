"""Functions that numba compiles: how a call of one is told, and what it runs."""

from __future__ import annotations

from gillint.resolve.activation import Activation
from gillint.resolve.trace import Block
from gillint.resolve.values import FunctionRef, PartialRef, SymbolRef, Value

Keywords = tuple[tuple[str, Value], ...]
WRAPPERS = ("numba.njit", "numba.jit", "functools.lru_cache", "functools.cache")
COMPILED = "numba.core.registry.CPUDispatcher.__call__"
COMPILED_FUNCTION = "py_func"  # the argument by which a call of compiled code tells what was compiled
_OPTIONS = (COMPILED_FUNCTION, "nogil", "parallel")


def is_compiled(value: Value | None) -> bool:
    """Whether a name stands for a function that numba compiles."""
    ref = value.reference if value is not None else None
    return isinstance(ref, PartialRef) and ref.function.reference == SymbolRef(COMPILED)


def wrapped(name: str, positional: tuple[Value, ...], keywords: Keywords) -> Value | None:
    """What `njit(f)`, `njit(cache=True)(f)` or `lru_cache(None)(f)` gives for a function; the decorators do it by themselves."""
    function = next((v for v in positional if isinstance(v.reference, (FunctionRef, PartialRef))), None)
    if function is None:  # only options: what is made is called with the function
        return Value(type="function", reference=PartialRef(Value(reference=SymbolRef(name)), (), keywords))
    if not name.startswith("numba."):
        return function
    options = ((COMPILED_FUNCTION, function), *((k, v) for k, v in keywords if k in _OPTIONS))
    return Value(type="function", reference=PartialRef(Value(reference=SymbolRef(COMPILED)), (), options))


def compiled_body(act: Activation, positional: tuple[Value, ...], keywords: Keywords) -> tuple[Block, Value] | None:
    """What a call of a compiled function does, and its result; None where the function is not in sight."""
    function = dict(keywords).get(COMPILED_FUNCTION)
    if function is None or not isinstance(function.reference, FunctionRef):
        return None
    named = tuple((name, value) for name, value in keywords if name not in _OPTIONS)
    with act.nested():
        block, result, _ = act.program.call(function.reference, positional, named)
    return (block, result) if block is not None else None
