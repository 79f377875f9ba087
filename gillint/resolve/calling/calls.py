"""What a call does: which function it reaches, what it gives back, and whether it hands work over."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.knowledge.base import bases_of, find_fact, find_method
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import FIELD
from gillint.resolve.calling.bound import apart
from gillint.resolve.calling.compat import own_name
from gillint.resolve.calling.handovers import HANDOVERS, JOINS, SYNONYMS
from gillint.resolve.calling.library_calls import library
from gillint.resolve.calling.special import SPECIAL
from gillint.resolve.calling.submissions import Work, hand_over, one_coroutine, one_generator
from gillint.resolve.control.memoised import once_for_each
from gillint.resolve.external.mapped import note_instance
from gillint.resolve.external.pictures import decoded
from gillint.resolve.joining import join
from gillint.resolve.objects.attributes import attribute_value, is_builtin_without
from gillint.resolve.objects.dispatch import builtin_with
from gillint.resolve.objects.generic import chosen
from gillint.resolve.objects.instances import (
    asks_for_contents,
    constructor_of,
    opened_up,
    set_fields,
    validated,
)
from gillint.resolve.objects.keeping import begun_in_init, born_with
from gillint.resolve.objects.lists import made_of
from gillint.resolve.objects.use import is_of_the_program
from gillint.resolve.opaque import is_vague, is_written_in_python
from gillint.resolve.scope import ClassScope
from gillint.resolve.trace import Block, Bound, Branch, Call, CallKind, bind_arguments
from gillint.resolve.values import (
    SPREAD_NAMED,
    UNKNOWN,
    ChoiceRef,
    ClassRef,
    FunctionRef,
    LazyRef,
    MethodRef,
    PartialRef,
    SymbolRef,
    UndefinedRef,
    Value,
)
from gillint.syntax import tree as t

Keywords = tuple[tuple[str, Value], ...]

# Methods that somebody calls by name, and the builtins that call them.
_SPELT_OUT = {
    "__next__": "next",
    "__iter__": "iter",
    "__len__": "len",
    "__str__": "str",
    "__repr__": "repr",
    "__hash__": "hash",
}


def apply(
    act: Activation,
    function: Value,
    positional: tuple[Value, ...],
    keywords: Keywords,
    span: Span,
    text: str,
    *,
    has_star: bool = False,
) -> Value:
    """Call a value: write what happens into the trace, give back what is known of the result."""
    ref = function.reference
    if isinstance(ref, PartialRef):
        merged = (*ref.keywords, *keywords)
        return apply(act, ref.function, (*ref.positional, *positional), merged, span, text, has_star=has_star)
    if isinstance(ref, ChoiceRef):
        return _any_of(act, ref, positional, keywords, span, text, has_star)
    if isinstance(ref, FunctionRef):
        act.operation("call_python")
        instead = chosen(act, ref, positional, span)
        if instead is not None:
            return apply(act, instead, positional, keywords, span, text, has_star=has_star)
        return _project(act, ref, positional, keywords, span)
    if isinstance(ref, ClassRef):
        act.operation("call_class")
        return _construct(act, ref, positional, keywords, span, has_star)
    if isinstance(ref, MethodRef):
        return _method(act, ref, positional, keywords, span, text, has_star)
    if isinstance(ref, SymbolRef):
        name = SYNONYMS.get(ref.name, ref.name)
        return library(act, name, *_unbound(act, name, positional), keywords, span, has_star=has_star)
    if isinstance(ref, UndefinedRef):
        what = f"what `{ref.name}` gives is called" if ref.is_result else f"`{ref.name}` is not defined here"
        act.scope.note(f"{what}: assumed to be an ordinary Python function")
        return _other(act, text if ref.is_result else ref.name, "undefined", positional, keywords, span)
    owner = act.program.class_of(function.type) if ref is None else None
    called = act.program.attribute(owner, "__call__", function) if owner is not None else None
    if called is None and owner is not None:  # of a library's class that it derives from
        inherited = attribute_value(act, function, "__call__", span)
        called = inherited if inherited.reference is not None else None
    if called is not None:
        return apply(act, called, positional, keywords, span, text, has_star=has_star)
    if ref is None and function.type is not None and is_callable(function.type):
        return _method(act, MethodRef(function, "__call__"), positional, keywords, span, text, has_star)
    if ref is None and function.type in (None, "function") and is_of_the_program(act, text):
        act.scope.note(f"nothing is known of `{text}`: assumed to be an ordinary Python function")
        return _other(act, text, "undefined", positional, keywords, span)
    return _other(act, text, "unknown", positional, keywords, span)


def _unbound(act: Activation, name: str, positional: tuple[Value, ...]) -> tuple[Value | None, tuple[Value, ...]]:
    """The receiver and the arguments of a library's function: `Base.method(self, x)` in a class that derives from `Base`
    is `super().method(x)`."""
    owner = act.program.class_of(positional[0].type) if positional else None
    if owner is None:
        return apart(name, positional)
    base = name.rpartition(".")[0]
    is_above = any(base in bases_of(b) for b in act.program.library_bases(owner))
    return (replace(positional[0], type=base), positional[1:]) if is_above else (None, positional)


def _may_be_called(act: Activation, option: Value) -> bool:
    """Whether one of several things that are called is one for that: an instance of a library's that is known for no call
    is given back where `callable(x)` does not hold."""
    if is_builtin_without(option.type, "__call__"):
        return False
    is_instance = option.reference is None and option.type not in (None, "function")
    return not is_instance or is_callable(option.type or "") or act.program.class_of(option.type) is not None


def _any_of(
    act: Activation,
    ref: ChoiceRef,
    positional: tuple[Value, ...],
    keywords: Keywords,
    span: Span,
    text: str,
    has_star: bool,
) -> Value:
    """Call one of several functions: each is an arm, and the result is what all of them may give.

    Where the budget of the file is short, two stand for all: the ways through functions that call each other multiply.
    """
    arms: list[Block] = []
    results: list[Value] = []
    options = [o for o in ref.options if _may_be_called(act, o)] or ref.options
    options = _for_the_loop(act, options) or options
    for option in (options[0], options[-1]) if act.program.is_scarce else options:
        with act.nested() as builder:
            results.append(apply(act, option, positional, keywords, span, text, has_star=has_star))
        arms.append(builder.finish())
    act.emit(Branch(tuple(arms)))
    several = one_coroutine(act, results, span, text) or one_generator(act, results, span, text)
    return several or reduce(join, results, UNKNOWN if not results else results[0])


def _for_the_loop(act: Activation, options: Sequence[Value]) -> list[Value]:
    """Where a coroutine calls what may be a coroutine or not, those that are: the others are for a program without a loop."""
    if not isinstance(act.body, t.Function) or not act.body.is_async:
        return []
    keys = [o.reference.key if isinstance(o.reference, FunctionRef) else None for o in options]
    trees = [act.program.function_tree(key)[0] if key is not None else None for key in keys]
    return [o for o, tree in zip(options, trees, strict=True) if isinstance(tree, t.Function) and tree.is_async]


def is_callable(type_name: str) -> bool:
    """Whether instances of a library's type can be called."""
    return find_method(type_name, "__call__") is not None or f"{type_name}.__call__" in HANDOVERS


def _other(
    act: Activation, name: str, kind: CallKind, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value:
    """A call that nothing is known of; deferred work that is passed to it is done by it, at the latest."""
    for value in (*positional, *(v for _, v in keywords)):
        act.consume(value)
    act.emit(Call(span, act.path, name, kind, Bound(None, positional, keywords), assumed=True))
    return UNKNOWN


def of_nobody_knows(
    act: Activation, function: Value, positional: tuple[Value, ...], keywords: Keywords, span: Span, text: str
) -> Value:
    """The call of a function that is defined elsewhere: it may wait, compute or run Python."""
    name = function.reference.name if isinstance(function.reference, UndefinedRef) else text
    return _other(act, name, "unknown", positional, keywords, span)


def _project(act: Activation, ref: FunctionRef, positional: tuple[Value, ...], keywords: Keywords, span: Span) -> Value:
    block, result, name = act.program.call(ref, positional, keywords)
    if act.program.is_left_open(ref):
        _other(act, name, "unknown", positional, keywords, span)
        return result
    lazy = act.lazy_of(result)
    if lazy is not None and result.type in ("coroutine", "generator"):
        if isinstance(result.reference, LazyRef):
            act.pending.append(result.reference.key)
        act.operation("coroutine_create")
        return result
    call = Call(span, act.path, name, "project", inner=block)
    act.emit(once_for_each(act, ref, call, (*positional, *(v for _, v in keywords))))
    return result


def _construct(
    act: Activation, ref: ClassRef, positional: tuple[Value, ...], keywords: Keywords, span: Span, has_star: bool
) -> Value:
    owner = act.program.class_of(ref.key)
    fact = constructor_of(act, owner) if owner is not None else None
    fields = validated(owner, keywords) if owner is not None and fact is not None else keywords
    block, result, name = act.program.construct(ref, positional, fields)
    keywords = tuple((n, v) for n, v in keywords if n != SPREAD_NAMED)
    if block is None and owner is not None and positional:
        made_of(act, owner, positional[0])
    if block is not None and (block.operations or block.nodes):
        act.emit(Call(span, act.path, name, "project", inner=block))
    elif block is None and fact is not None:
        opened = tuple((n, opened_up(act, v)) for n, v in keywords) if asks_for_contents(fact.name) else keywords
        bound = bind_arguments(fact, result, positional, opened, has_star)
        act.emit(Call(span, act.path, fact.name, "library", bound, fact, result=result))
    if owner is not None:
        note_instance(act, owner, span)
        born_with(act, owner, names=None if block is None else begun_in_init(act, owner))
        set_fields(act, owner, positional, span, named=len(keywords))
        _begin(act, owner, result, span)
        for base in act.program.library_bases(owner):
            spec = HANDOVERS.get(SYNONYMS.get(base, base))
            run = act.program.attribute(owner, "run", result)
            if spec is not None and spec.style == "thread" and run is not None:
                hand_over(act, spec, base, Work(run), span)
                break
    return result


# What a made `__init__` calls at its end.
_AFTER_FIELDS = ("__post_init__", "__attrs_post_init__", "model_post_init")


def _begin(act: Activation, owner: ClassScope, instance: Value, span: Span) -> None:
    """What the class of an instance whose fields have been set does then."""
    if any("__init__" in c.methods for c in act.program.resolution_order(owner)):
        return
    for name in _AFTER_FIELDS:
        if any(name in c.methods for c in act.program.resolution_order(owner)):
            found = act.program.attribute(owner, name, instance)
            if found is not None:
                apply(act, found, (), (), span, name)
            return


def _method(
    act: Activation,
    ref: MethodRef,
    positional: tuple[Value, ...],
    keywords: Keywords,
    span: Span,
    text: str,
    has_star: bool,
) -> Value:
    act.operation("method_lookup")
    receiver = decoded(act, ref.receiver, ref.name, span)
    kind = receiver.type
    if kind == "NoneType" or is_builtin_without(kind, ref.name):
        kind = None  # it was a guess, and a wrong one: what is called here was assigned somewhere else
    if kind is None or is_vague(kind):
        duck = builtin_with(act, receiver, ref.name, positional, keywords)
        if duck is not None:
            typed = replace(receiver, type=duck, reference=None)
            return library(
                act, f"{duck}.{ref.name}", typed, positional, keywords, span, has_star=has_star, assumed=True
            )
    if ref.name in _SPELT_OUT and find_method(kind or "", ref.name) is None and act.program.class_of(kind) is None:
        return library(act, _SPELT_OUT[ref.name], None, (receiver, *positional), keywords, span, has_star=has_star)
    if kind is None:
        return _other(act, text, "unknown", positional, keywords, span)
    if kind == "json" and receiver.size is None:  # what is called on it tells that it is a text: a field of a record
        receiver = replace(receiver, size=FIELD)
    for base in bases_of("typing.NamedTuple" if kind == "tuple" and ref.name.startswith("_") else kind):
        name = f"{base}.{ref.name}"
        name = own_name(SYNONYMS.get(name, name))
        if name in HANDOVERS or name in JOINS or name in SPECIAL or find_fact(name) is not None:
            return library(act, name, receiver, positional, keywords, span, has_star=has_star)
    owner = act.program.class_of(kind)
    if owner is not None:
        for base in act.program.library_bases(owner):
            for known in bases_of(base):
                name = f"{known}.{ref.name}"
                if name in HANDOVERS or name in JOINS or find_fact(name) is not None:
                    return library(act, name, receiver, positional, keywords, span, has_star=has_star)
            if is_written_in_python(base):
                return library(act, f"{base}.{ref.name}", receiver, positional, keywords, span, has_star=has_star)
        return _other(act, text, "unknown", positional, keywords, span)
    return library(act, f"{kind}.{ref.name}", receiver, positional, keywords, span, has_star=has_star)
