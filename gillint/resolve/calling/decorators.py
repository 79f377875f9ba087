"""What a decorated function is: the wrapper that a decorator of the project gives back, or the function itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.knowledge.conditions import Target
from gillint.knowledge.versions import version_key
from gillint.resolve.activation import Activation
from gillint.resolve.calling.calls import apply
from gillint.resolve.calling.compiled import COMPILED, COMPILED_FUNCTION
from gillint.resolve.calling.leaving import around
from gillint.resolve.expressions import evaluate
from gillint.resolve.external.web import serve_decorated
from gillint.resolve.values import PROPERTY, ClassRef, FunctionRef, MethodRef, PartialRef, SymbolRef, Value
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
_OF_CLASSES = {"staticmethod", "classmethod", "abstractmethod", "setter", "getter", "deleter", "overload"}
_PROPERTY = re.compile(r"(?:^|\.)\w*property$")
_KEEPER = re.compile(r"(?:^|\.)(?:\w*(?:cache|lazy|memo)\w*property|reify|cache_readonly)$")
_CACHED = "functools.cached_property"
_TASK = "celery.Task"
_LOCKED_BEFORE = (3, 12)


def decorated(act: Activation, function: Value, decorators: tuple[t.Expr, ...], span: Span) -> Value:
    """Apply decorators, the innermost first; those of other libraries are taken to leave what the function does."""
    for decorator in reversed(decorators):
        names = names_of(act, (decorator,))
        if is_property(names) and not is_keeper(names):
            function = replace(function, type=PROPERTY)
        if is_property(names) or any(name.rpartition(".")[2] in _OF_CLASSES for name in names):
            continue
        with act.nested():  # what happens when the function is defined is not what happens when it is called
            called = evaluate(act, decorator.function if isinstance(decorator, t.Call) else decorator)
            made = _applied(act, function, decorator, called, span)
        serve_decorated(act, called, function, span)
        function = replace(made, type=_TASK) if _makes_task(called) else made
    return function


def _makes_task(decorator: Value) -> bool:
    """Whether a decorator leaves a function that is handed to workers as well: `@app.task`, `@shared_task`."""
    ref = decorator.reference
    is_method = isinstance(ref, MethodRef) and (ref.receiver.type, ref.name) == ("celery.Celery", "task")
    return is_method or public_name(decorator) == "celery.shared_task"


def names_of(act: Activation, decorators: tuple[t.Expr, ...]) -> frozenset[str]:
    """The public names of decorators; a class of the project goes by those of the libraries that it derives from."""
    return frozenset(name for decorator in decorators for name in _names_of(act, decorator))


def _names_of(act: Activation, decorator: t.Expr) -> tuple[str, ...]:
    named = decorator.function if isinstance(decorator, t.Call) else decorator
    written = dotted(named)
    if written.rpartition(".")[2] in _OF_CLASSES:
        return (written,)
    with act.nested():
        found = evaluate(act, named)
    if isinstance(found.reference, ClassRef):
        owner = act.program.class_of(found.reference.key)
        is_own = owner is None or act.program.attribute(owner, "__get__") is not None
        return () if owner is None or is_own else act.program.library_bases(owner)
    if isinstance(found.reference, (FunctionRef, PartialRef)):
        return ()
    return (public_name(found) or written,)


def is_property(names: Iterable[str]) -> bool:
    """Whether one of these decorators has an attribute read by calling the function, once or each time."""
    return any(_PROPERTY.search(name) or _KEEPER.search(name) for name in names)


def is_keeper(names: Iterable[str]) -> bool:
    """Whether one of these decorators keeps what the function has given."""
    return any(map(_KEEPER.search, names))


def has_one_lock(names: Iterable[str], target: Target) -> bool:
    """Whether one of these decorators computes under a lock that all instances share, as until Python 3.12 that of functools
    (the documentation of `functools.cached_property`, "Changed in version 3.12").
    """
    return _CACHED in names and version_key(target.python)[:2] < _LOCKED_BEFORE


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
    if not is_callable and not _is_manager(act, wrap):
        return function
    if _is_manager(act, wrap):
        return around(wrap, function)
    made = apply(act, wrap, (function,), (), span, "decorator")
    return made if _is_callable(act, made) else function


_MANAGERS = ("contextlib.ContextDecorator", "contextlib.AbstractContextManager")


def _is_manager(act: Activation, wrap: Value) -> bool:
    """Whether a decorator is a context manager that a function is run in: `@Timer()`, `@transaction(db)`."""
    if act.lazy_of(wrap) is not None:
        return wrap.type == "generator"
    owner = act.program.class_of(wrap.type) if wrap.reference is None else None
    is_decorator = owner is not None and any(base in _MANAGERS for base in act.program.library_bases(owner))
    return is_decorator and not _has_call(act, wrap)


def _is_callable(act: Activation, value: Value) -> bool:
    """Whether a value can stand where a function stood: it is called, or asked for what an instance has instead."""
    is_code = isinstance(value.reference, (FunctionRef, ClassRef, PartialRef, MethodRef))
    return is_code or _has_call(act, value) or _has(act, value, "__get__")


def _has_call(act: Activation, value: Value) -> bool:
    """Whether it is an instance of a class of the project that can be called: `cache = FileCache(folder)`, then `@cache`."""
    return _has(act, value, "__call__")


def _has(act: Activation, value: Value, method: str) -> bool:
    owner = act.program.class_of(value.type)
    return owner is not None and act.program.attribute(owner, method) is not None


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
