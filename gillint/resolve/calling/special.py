"""Calls that say what a name means, rather than do work: `getattr(x, "name")`, `import_module("x")`, `partial(f)`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce

from gillint.diagnostics.span import Span
from gillint.knowledge.base import find_fact, find_method
from gillint.resolve.activation import Activation
from gillint.resolve.calling.as_operators import OPERATORS
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.calling.compat import VIEWS
from gillint.resolve.calling.compiled import WRAPPERS, wrapped
from gillint.resolve.calling.delayed import COMPUTE, computed, delayed
from gillint.resolve.calling.handovers import backend_of
from gillint.resolve.calling.leaving import LEFT_LATER
from gillint.resolve.calling.piping import ASSIGN, CHAINS, PIPES, assigned, chained, piped
from gillint.resolve.calling.timed import run_again, run_once, run_timer, timer
from gillint.resolve.control.classtests import BUILTIN
from gillint.resolve.joining import join
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.numeric.training import LAYERS_CALLED
from gillint.resolve.objects import c_arrays, named_tuples
from gillint.resolve.objects.attributes import attribute_value, symbol_of
from gillint.resolve.objects.copying import PICKLED
from gillint.resolve.objects.getters import GETTERS, METHOD_CALLED, call_method, getter, methodcaller
from gillint.resolve.text.texts import Text, may_be_same
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import (
    PROPERTY,
    UNKNOWN,
    AliasRef,
    ChoiceRef,
    ClassRef,
    ImportRef,
    PartialRef,
    SymbolRef,
    Value,
    is_known,
    text_of,
)
from gillint.syntax.tree import HOLE

Keywords = tuple[tuple[str, Value], ...]
Special = Callable[[Activation, "Value | None", tuple[Value, ...], Keywords, Span], "Value | None"]


def instance_of(kind: Value) -> Value | None:
    """An instance of the class or type that a value stands for."""
    ref = kind.reference
    if isinstance(ref, ClassRef):
        return Value(type=ref.key)
    if isinstance(ref, SymbolRef):
        return Value(type=ref.name)
    return ref.instance if isinstance(ref, AliasRef) else None


def _cast(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`cast(Row, value)`: where nothing is known of the value, what it is said to be."""
    if len(positional) != 2 or is_known(positional[1]):
        return None
    kind = positional[0]
    if kind.literal is not None and isinstance(kind.literal.value, str):
        from gillint.resolve.annotations import from_text

        said: Value | None = from_text(act, kind.literal.value)
    else:
        said = instance_of(kind)
    return said if said is not None and is_known(said) else None


def _partial(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    if not positional:
        return None
    return Value(type="function", reference=PartialRef(positional[0], positional[1:], keywords))


def _property(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`property(function)`: what the function gives for the instance."""
    read = positional[0] if positional else dict(keywords).get("fget")
    return Value(type=PROPERTY, reference=read.reference) if read is not None else None


def _view(method: str) -> Special:
    """`six.iteritems(table)`: what a method of the mapping gives."""

    def given(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        from gillint.resolve.calling.calls import apply

        if len(positional) != 1:
            return None
        return apply(act, attribute_value(act, positional[0], method, span), (), (), span, method)

    return given


def _partial_to(name: str) -> Special:
    """A function that is called through another one: `delayed(f)`, `sync_to_async(f)`."""

    def made(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        if not positional:
            return None
        return Value(type="function", reference=PartialRef(Value(reference=SymbolRef(name)), positional[:1], ()))

    return made


_UFUNCS = (
    "abs", "absolute", "cbrt", "ceil", "cos", "exp", "expm1", "fabs", "floor", "isfinite", "isnan", "log", "log10", "log1p",
    "log2", "negative", "radians", "degrees", "rint", "sign", "sin", "sqrt", "square", "tan", "tanh",
)  # fmt: skip


def _apply_ufunc(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`series.apply(np.sqrt)`: pandas hands the whole column, or table, to a ufunc."""
    ref = positional[0].reference if positional else None
    module, _, last = ref.name.rpartition(".") if isinstance(ref, SymbolRef) else ("", "", "")
    if receiver is None or module != "numpy" or last not in _UFUNCS:
        return None
    from gillint.resolve.calling.library_calls import library

    return library(act, f"numpy.{last}", None, (receiver,), (), span)


def _wrapper(name: str) -> Special:
    def made(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        return wrapped(name, positional, keywords)

    return made


def _vectorized(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`np.vectorize(f)`: what calls `f` for each element; as a decorator's argument list it waits for `f`."""
    function = positional[0] if positional else dict(keywords).get("pyfunc") or dict(keywords).get("func")
    act.operation("call_python")
    if function is None:
        return Value(type="function", reference=PartialRef(Value(reference=SymbolRef("numpy.vectorize")), (), ()))
    called = Value(reference=SymbolRef("numpy.vectorize.__call__"))
    return Value(type="function", reference=PartialRef(called, (), (("pyfunc", function),)))


def _getattr(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    name = literal_text(positional[1]) if len(positional) > 1 else None
    if name is None and len(positional) > 1:
        return _one_of_the_methods(act, positional[0], text_of(positional[1]), span)
    if name is None or not name.isidentifier():
        return None
    act.operation("attribute")
    return attribute_value(act, positional[0], name, span)


def _one_of_the_methods(act: Activation, instance: Value, name: Text | None, span: Span) -> Value | None:
    """`getattr(self, f"on_{kind}")`: one of the methods whose names are such, or begin, or end, like that."""
    if name is not None and all(word.isidentifier() for word in name.words):
        named = [attribute_value(act, instance, word, span) for word in name.words]
        if named and is_known(whole := reduce(join, named)):
            return whole
    owner = act.program.class_of(instance.type)
    if owner is None or name is None or name.pattern == HOLE:
        return None
    if owner.key.endswith("::"):  # a module
        names = [*owner.module.functions, *owner.module.classes]
    else:
        names = list(dict.fromkeys(m for c in act.program.resolution_order(owner) for m in c.methods))
    found = [act.program.attribute(owner, m, instance) for m in names if may_be_same(name.pattern, m)]
    options = tuple(v for v in found if v is not None)
    return Value(reference=ChoiceRef(options)) if options else None


def _globals(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`globals()`: the functions, classes and variables of the module by their names."""
    scope = act.scope
    names = dict.fromkeys((*scope.functions, *(c for c in scope.classes if "." not in c), *scope.environment))
    found = ((name, act.program.module_value(scope, name)) for name in names)
    columns = tuple((name, value) for name, value in found if value is not None)
    return Value(type="dict", columns=columns, items=(Value(type="str"), UNKNOWN))  # any of them is none in particular


def _weak(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`weakref.ref(x)`: what gives the object itself when it is called."""
    if not positional:
        return None
    called = Value(reference=SymbolRef(_REFERENCE_CALLED))
    return Value(type="function", reference=PartialRef(called, positional[:1], ()))


def _weak_method(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`weakref.WeakMethod(listener.update)`: what gives the method, put together anew, when it is called."""
    called = Value(reference=SymbolRef(_METHOD_CALLED))
    return Value(type="function", reference=PartialRef(called, positional[:1], ())) if positional else None


def _method_of_referent(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    fact = find_fact(_METHOD_CALLED)
    if fact is not None:
        act.emit(Call(span, act.path, _METHOD_CALLED, "library", Bound(), fact, implicit=True))
    return positional[0] if positional else None


def _referent(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    act.operation("method_lookup")
    return positional[0] if positional else None


_REFERENCE_CALLED = "weakref.ReferenceType.__call__"
_METHOD_CALLED = "weakref.WeakMethod.__call__"


def _import_module(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    name = literal_text(positional[0]) if positional else None
    if name is None:
        return None
    act.operation("import")
    level = len(name) - len(name.lstrip("."))
    if level or act.program.in_project(name, 0, act.scope):
        return act.program.imported(ImportRef(name.lstrip("."), None, level), act.scope)
    return symbol_of(name)


def _type(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    kind = positional[0].type if len(positional) == 1 and positional[0].reference is None else None
    owner = act.program.class_of(kind)
    if owner is not None:
        return Value(type="type", reference=ClassRef(owner.key))
    return symbol_of(kind) if kind is not None and kind in BUILTIN and kind != "NoneType" else None


def _new(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    return instance_of(positional[0]) if positional else None


def _type_variable(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    bound = dict(keywords).get("bound")
    instance = instance_of(bound) if bound is not None else None
    return Value(type="type", reference=AliasRef(instance)) if instance is not None else None


def _new_type(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    instance = instance_of(positional[1]) if len(positional) > 1 else None
    return Value(type="type", reference=AliasRef(instance)) if instance is not None else None


def _process_context(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    return symbol_of("multiprocessing")


def _length(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`len(x)` of an instance of a class of the project; of a library's object, what asking for it costs."""
    from gillint.resolve.operators import operator_fact, project_operator

    made = project_operator(act, positional[0], "__len__", (), span) if positional else None
    if made is None and positional and "::" not in (positional[0].type or ""):
        operator_fact(act, positional[0], "__len__", (), span)
    return made


def _backend(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    return backend_of(dict(keywords).get("backend") or next(iter(positional), None))


# Something that the program has put in the place of the terminal.
_ANSWERED = re.compile(
    r"""\bsys\.stdin\s*=|\bbuiltins\w*\.input\s*=|["'](?:builtins\.)?input["']|["'](?:sys\.)?stdin["']"""
)


def _input(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`input("Name: ")`: where the program itself answers, nobody is asked."""
    from gillint.resolve.calling.library_calls import library

    if not positional or not any(map(_ANSWERED.search, act.scope.syntax.lines)):
        return None
    return library(act, "input", None, (), (), span)


def _of_each(function: str) -> Special:
    """`abs(x)`, `round(x, 2)` of an array, a table or a tensor: what its library does with each of the numbers."""

    def called(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        from gillint.resolve.calling.library_calls import library

        given = positional[0] if positional else UNKNOWN
        if given.type == ARRAY:
            return library(act, f"numpy.{function}", None, positional, keywords, span)
        if given.type is None or "." not in given.type:
            return None
        method = next((m for m in (function, f"__{function}__") if find_method(given.type, m) is not None), None)
        return library(act, f"{given.type}.{method}", given, positional[1:], keywords, span) if method else None

    return called


def _own(*methods: str) -> Special:
    """`str(x)`, `hash(x)` of an instance of a class of the project: what its own method does, the first that it has."""

    def called(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        from gillint.resolve.operators import project_operator

        if len(positional) != 1 or "::" not in (positional[0].type or ""):
            return None
        made = (project_operator(act, positional[0], method, (), span) for method in methods)
        return next((m for m in made if m is not None), None)

    return called


def _next(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`next(rows)`: what the `__next__` of a class of the project does; of a library's iterator, what one turn costs."""
    from gillint.resolve.operators import operator_fact

    made = _own("__next__")(act, receiver, positional[:1], keywords, span)
    if made is None and positional and "::" not in (positional[0].type or "") and act.lazy_of(positional[0]) is None:
        any(operator_fact(act, positional[0], step, (), span) is not None for step in ("__next__", "__iter__"))
    return made


def _sent(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`generator.send(value)`: it runs to its next `yield`."""
    if receiver is None or act.lazy_of(receiver) is None:
        return None
    act.operation("generator_step")
    act.take_one(receiver)
    return receiver.element or UNKNOWN


def _getter(name: str) -> Special:
    """`itemgetter(1)`, `attrgetter("x")`."""

    def made(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        return getter(name, positional) if positional and not keywords else None

    return made


def _class(name: str) -> Special:
    """`codecs.getreader("utf-8")`: a class of the library."""

    def given(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        return Value(type="type", reference=SymbolRef(name))

    return given


_CODECS = {
    "codecs.getreader": "codecs.StreamReader",
    "codecs.getwriter": "codecs.StreamWriter",
    "codecs.getincrementaldecoder": "codecs.IncrementalDecoder",
    "codecs.getincrementalencoder": "codecs.IncrementalEncoder",
}


def _field(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`field(default_factory=make)`, `attr.ib(factory=list)`: what a field is where nothing is passed for it."""
    from gillint.resolve.calling.calls import apply

    options = dict(keywords)
    made = options.get("factory")  # of attrs
    factory = made if made is not None else options.get("default_factory")
    if factory is None or (made is None and factory.reference is None):
        return options.get("default")
    with act.nested():
        return apply(act, factory, (), (), span, "default_factory")


def _run_timer(name: str, *parameters: str) -> Special:
    """`timeit.Timer(f).timeit(number=10)`."""

    def made(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        from gillint.resolve.calling.library_calls import library

        passed = (*run_timer(parameters, receiver, positional), *keywords)
        return library(act, name, None, (), passed, span) if dict(passed).get("stmt") is not None else None

    return made


SPECIAL: dict[str, Special] = {
    **OPERATORS,
    "timeit.timeit": run_once,
    "timeit.repeat": run_again,
    "timeit.Timer": timer,
    "timeit.Timer.timeit": _run_timer("timeit.timeit", "number"),
    "timeit.Timer.repeat": _run_timer("timeit.repeat", "repeat", "number"),
    "typing.cast": _cast,
    c_arrays.ARRAY: c_arrays.array,
    **c_arrays.MAKERS,
    named_tuples.CALLED: named_tuples.instance,
    named_tuples.MADE: named_tuples.instance_of_row,
    **dict.fromkeys(("dataclasses.field", "attr.ib", "attr.attrib", "attr.field", "attrs.field"), _field),
    "staticmethod": _partial,
    "property": _property,
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "joblib.delayed": _partial_to("functools.partial"),
    **dict.fromkeys(("joblib.parallel_backend", "joblib.parallel_config"), _backend),
    "dask.delayed": delayed,
    COMPUTE: computed,
    "asgiref.sync.sync_to_async": _partial_to("asgiref.sync.SyncToAsync.__call__"),
    "numpy.vectorize": _vectorized,
    "numpy.frompyfunc": _vectorized,
    "getattr": _getattr,
    "globals": _globals,
    "weakref.ref": _weak,
    "weakref.WeakMethod": _weak_method,
    _METHOD_CALLED: _method_of_referent,
    _REFERENCE_CALLED: _referent,
    "importlib.import_module": _import_module,
    "__import__": _import_module,
    "type": _type,
    "object.__new__": _new,
    "typing.TypeVar": _type_variable,
    "typing.NewType": _new_type,
    "multiprocessing.get_context": _process_context,
    **LEFT_LATER,
    "generator.send": _sent,
    **PICKLED,
    "operator.methodcaller": methodcaller,
    METHOD_CALLED: call_method,
    "len": _length,
    "input": _input,
    "abs": _of_each("abs"),
    "round": _of_each("round"),
    "str": _own("__str__", "__repr__"),
    "repr": _own("__repr__"),
    "hash": _own("__hash__"),
    "copy.copy": _own("__copy__"),
    "copy.deepcopy": _own("__deepcopy__"),
    "next": _next,
    "iter": _own("__iter__"),
    "pandas.Series.apply": _apply_ufunc,
    "pandas.Series.transform": _apply_ufunc,
    "pandas.DataFrame.apply": _apply_ufunc,
    **{name: piped(name) for name in PIPES},
    ASSIGN: assigned,
    **dict.fromkeys(CHAINS, chained),
    **{name: _wrapper(name) for name in WRAPPERS},
    **{name: _getter(name) for name in GETTERS},
    **{name: _class(made) for name, made in _CODECS.items()},
    **LAYERS_CALLED,
    **{name: _view(method) for name, method in VIEWS.items()},
}
