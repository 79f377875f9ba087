"""What a decorated function is: the wrapper that a decorator of the project gives back, or the function itself."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation
from gillint.resolve.calling.calls import apply
from gillint.resolve.calling.compiled import COMPILED, COMPILED_FUNCTION
from gillint.resolve.expressions import evaluate
from gillint.resolve.external.web import serve_decorated
from gillint.resolve.values import ClassRef, FunctionRef, MethodRef, PartialRef, SymbolRef, Value
from gillint.syntax import tree as t
from gillint.syntax.parse import dotted

_COMPILERS = ("njit", "jit", "vectorize", "guvectorize")
_UFUNCS = {
    "vectorize": "numba.np.ufunc.dufunc.DUFunc.__call__",
    "guvectorize": "numba.np.ufunc.gufunc.GUFunc.__call__",
}
_COMPILER_OPTIONS = ("nogil", "parallel")
_ELEMENTWISE = "numpy.vectorize"
_TO_THREAD = {"asgiref.sync.sync_to_async", "dask.delayed"}
# Decorators of classes' bodies: how the attribute is read, not what the function does.
_OF_CLASSES = {"staticmethod", "classmethod", "property", "cached_property", "abstractmethod", "setter", "overload"}


def decorated(act: Activation, function: Value, decorators: tuple[t.Expr, ...], span: Span) -> Value:
    """Apply decorators, the innermost first; those of other libraries are taken to leave what the function does."""
    for decorator in reversed(decorators):
        if dotted(decorator).rsplit(".", 1)[-1] in _OF_CLASSES:
            continue
        with act.nested():  # what happens when the function is defined is not what happens when it is called
            called = evaluate(act, decorator.function if isinstance(decorator, t.Call) else decorator)
            made = _applied(act, function, decorator, called, span)
        serve_decorated(act, called, function, span)
        function = made
    return function


def _applied(act: Activation, function: Value, decorator: t.Expr, called: Value, span: Span) -> Value:
    name = public_name(called)
    compiler = _compiler(name, decorator)
    if compiler is not None:
        return _compiled(act, function, decorator, compiler)
    if name is not None and name not in _TO_THREAD and name != _ELEMENTWISE:
        return function
    wrap = evaluate(act, decorator)
    return apply_to(act, wrap, function, span)


def _compiler(name: str | None, decorator: t.Expr) -> str | None:
    """Which of numba's compilers a decorator is, by its public name; by what is written where that is not known."""
    written = dotted(decorator.function if isinstance(decorator, t.Call) else decorator)
    module, _, last = (name or f"numba.{written}").rpartition(".")
    return last if last in _COMPILERS and module.split(".", 1)[0] == "numba" else None


def apply_to(act: Activation, wrap: Value, function: Value, span: Span) -> Value:
    """What a decorator of the project gives back for a function; the function where that cannot be called."""
    is_callable = isinstance(wrap.reference, (FunctionRef, ClassRef, PartialRef, SymbolRef)) or _has_call(act, wrap)
    if not is_callable:
        return function
    made = apply(act, wrap, (function,), (), span, "decorator")
    return made if _is_callable(act, made) else function


def _is_callable(act: Activation, value: Value) -> bool:
    return isinstance(value.reference, (FunctionRef, ClassRef, PartialRef, MethodRef)) or _has_call(act, value)


def _has_call(act: Activation, value: Value) -> bool:
    """Whether it is an instance of a class of the project that can be called: `cache = FileCache(folder)`, then `@cache`."""
    owner = act.program.class_of(value.type)
    return owner is not None and act.program.attribute(owner, "__call__") is not None


def public_name(value: Value) -> str | None:
    """The public name of a library's function."""
    return value.reference.name if isinstance(value.reference, SymbolRef) else None


def _compiled(act: Activation, function: Value, decorator: t.Expr, compiler: str) -> Value:
    """A function that is compiled: native code, which holds the GIL unless it is told not to; or a ufunc of NumPy's."""
    if compiler in _UFUNCS:
        return Value(type="function", reference=PartialRef(Value(reference=SymbolRef(_UFUNCS[compiler])), (), ()))
    options: list[tuple[str, Value]] = [(COMPILED_FUNCTION, function)]
    if isinstance(decorator, t.Call):
        for argument in decorator.arguments:
            if argument.keyword in _COMPILER_OPTIONS:
                options.append((argument.keyword, evaluate(act, argument.value)))
    symbol = Value(reference=SymbolRef(COMPILED))
    return Value(type="function", reference=PartialRef(symbol, (), tuple(options)))
