"""What a call does: which function it reaches, what it gives back, and whether it hands work over."""

from __future__ import annotations

from functools import reduce

from gillint.diagnostics.span import Span
from gillint.estimate import ONE
from gillint.frozen import replace
from gillint.knowledge.base import bases_of, default_fact, find_fact, find_method, find_type
from gillint.knowledge.conditions import Decision, decide
from gillint.knowledge.schema import Fact
from gillint.resolve.activation import Activation, Lazy
from gillint.resolve.answers import answered_with, other_side
from gillint.resolve.arrays import refine
from gillint.resolve.assumed import FIELD
from gillint.resolve.attributes import is_builtin_without
from gillint.resolve.bound import CONTENT, DATA, QUERY, Answers, apart, is_sized
from gillint.resolve.callbacks import called_back
from gillint.resolve.compiled import COMPILED, compiled_body
from gillint.resolve.databases import answered, call_functions, query_of
from gillint.resolve.dispatch import builtin_with
from gillint.resolve.folding import folded
from gillint.resolve.gathering import gathered
from gillint.resolve.generic import chosen
from gillint.resolve.handles import content_of, current
from gillint.resolve.handovers import HANDOVERS, JOINS, MADE, POOLS, SYNONYMS, kind_of_pool
from gillint.resolve.instances import (
    asks_for_contents,
    by_its_method,
    constructor_of,
    of_its_class,
    opened_up,
    set_fields,
    validated,
)
from gillint.resolve.intrinsics import WRAPPERS, intrinsic
from gillint.resolve.joining import join
from gillint.resolve.keeping import born_with, kept
from gillint.resolve.logs import logged
from gillint.resolve.media import by_its_name, stored
from gillint.resolve.memoised import once_for_each
from gillint.resolve.opaque import is_vague, is_written_in_python, made_by
from gillint.resolve.ordering import with_compared
from gillint.resolve.peers import with_text
from gillint.resolve.pictures import all_decoded, decoded
from gillint.resolve.randomness import looking_random
from gillint.resolve.returns import returned
from gillint.resolve.special import SPECIAL
from gillint.resolve.sql import Query
from gillint.resolve.stepping import step_through
from gillint.resolve.storage import describe
from gillint.resolve.strings import textual
from gillint.resolve.submissions import Work, await_value, hand_over, hand_over_call, join_result, one_coroutine
from gillint.resolve.trace import Block, Bound, Branch, Call, CallKind, Kind, bind_arguments
from gillint.resolve.use import is_passed_in
from gillint.resolve.values import (
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
    of_number,
)
from gillint.resolve.web import serve_registered
from gillint.resolve.work import with_work

Keywords = tuple[tuple[str, Value], ...]

# What runs a coroutine function, and makes the coroutine itself.
_RUNS_FUNCTION = {"anyio.run", "trio.run"}
_RUNS_COROUTINE = {
    "asyncio.run",
    "asyncio.AbstractEventLoop.run_until_complete",
    "asyncio.Runner.run",
    "asyncio.wait_for",
}
_INIT = ".__init__"
# Methods that somebody calls by name, and the builtins that call them.
_SPELT_OUT = {
    "__next__": "next",
    "__iter__": "iter",
    "__len__": "len",
    "__str__": "str",
    "__repr__": "repr",
    "__hash__": "hash",
}
# Objects that libraries keep under a name.
INSTANCES = {
    "os.environ": "dict",
    "sys.stdin": "io.TextIOWrapper",
    "sys.stdout": "io.TextIOWrapper",
    "sys.stderr": "io.TextIOWrapper",
}
_RUNS_COROUTINE |= {"asyncio.shield", "asyncio.timeout", *_RUNS_FUNCTION}


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
        instead = chosen(act, ref, positional)
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
        return library(act, name, *apart(name, positional), keywords, span, has_star=has_star)
    if isinstance(ref, UndefinedRef):
        what = f"what `{ref.name}` gives is called" if ref.is_result else f"`{ref.name}` is not defined here"
        act.scope.note(f"{what}: assumed to be an ordinary Python function")
        return _other(act, text if ref.is_result else ref.name, "undefined", positional, keywords, span)
    owner = act.program.class_of(function.type) if ref is None else None
    called = act.program.attribute(owner, "__call__", function) if owner is not None else None
    if called is not None:
        return apply(act, called, positional, keywords, span, text, has_star=has_star)
    if ref is None and function.type is not None and is_callable(function.type):
        return _method(act, MethodRef(function, "__call__"), positional, keywords, span, text, has_star)
    if ref is None and function.type is None and is_passed_in(act, text):
        act.scope.note(f"`{text}` is passed in: assumed to be an ordinary Python function")
        return _other(act, text, "undefined", positional, keywords, span)
    return _other(act, text, "unknown", positional, keywords, span)


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
    for option in (ref.options[0], ref.options[-1]) if act.program.is_scarce else ref.options:
        with act.nested() as builder:
            results.append(apply(act, option, positional, keywords, span, text, has_star=has_star))
        arms.append(builder.finish())
    act.emit(Branch(tuple(arms)))
    return one_coroutine(act, results, span, text) or reduce(join, results, UNKNOWN if not results else results[0])


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


def _project(act: Activation, ref: FunctionRef, positional: tuple[Value, ...], keywords: Keywords, span: Span) -> Value:
    block, result, name = act.program.call(ref, positional, keywords)
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
    if block is not None and (block.operations or block.nodes):
        act.emit(Call(span, act.path, name, "project", inner=block))
    elif block is None and fact is not None:
        opened = tuple((n, opened_up(act, v)) for n, v in keywords) if asks_for_contents(fact.name) else keywords
        bound = bind_arguments(fact, result, positional, opened, has_star)
        act.emit(Call(span, act.path, fact.name, "library", bound, fact, result=result))
    if owner is not None:
        if block is None:
            born_with(act, owner)
        set_fields(act, owner, positional, span)
        for base in act.program.library_bases(owner):
            spec = HANDOVERS.get(SYNONYMS.get(base, base))
            run = act.program.attribute(owner, "run", result)
            if spec is not None and spec.style == "thread" and run is not None:
                hand_over(act, spec, base, Work(run), span)
                break
    return result


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
    if is_builtin_without(kind, ref.name):
        kind = None  # it was a guess, and a wrong one
    if kind is None or is_vague(kind):
        duck = builtin_with(act, ref.name, positional, keywords)
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
        name = SYNONYMS.get(name, name)
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


def _instead(
    act: Activation,
    name: str,
    receiver: Value | None,
    positional: tuple[Value, ...],
    keywords: Keywords,
    span: Span,
) -> Value | None:
    """What is done in place of a call that means something else: a name, a wait for work, a coroutine, a hand-over."""
    special = SPECIAL.get(name)
    if special is not None:
        made = special(act, receiver, positional, keywords, span)
        if made is not None:
            return made
    if name in JOINS:
        act.emit(Call(span, act.path, name, "join", Bound(receiver, positional, keywords)))
        return join_result(name, receiver, positional)
    if name in _RUNS_FUNCTION and positional:
        positional = (apply(act, positional[0], positional[1:], (), span, "the coroutine"),)
    if name in _RUNS_COROUTINE and positional and act.lazy_of(positional[0]) is not None:
        with act.nested() as builder:
            awaited = await_value(act, positional[0], span)
        bound = Bound(None, positional, keywords)
        act.emit(Call(span, act.path, name, "project", bound, inner=builder.finish(), awaited=True))
        return awaited
    serve_registered(act, name, positional, keywords, span)
    if name.startswith("logging."):
        return logged(act, name, receiver, positional, keywords, span)
    spec = HANDOVERS.get(name)
    if spec is not None:
        handed = hand_over_call(act, spec, name, receiver, positional, keywords, span)
        if handed is not None:
            return handed
    return None


def library(
    act: Activation,
    name: str,
    receiver: Value | None,
    positional: tuple[Value, ...],
    keywords: Keywords,
    span: Span,
    *,
    has_star: bool = False,
    assumed: bool = False,
) -> Value:
    """A call of a library's function, method or class."""
    done = _instead(act, name, receiver, positional, keywords, span)
    if done is not None:
        return done
    by_its_method(act, name, positional, span)
    fact = find_fact(name) or (find_fact(name.removesuffix(_INIT)) if name.endswith(_INIT) else None)
    owner, _, method = name.rpartition(".")
    kind_of_owner = INSTANCES.get(owner, owner) if receiver is None else receiver.type
    if fact is None and kind_of_owner is not None:
        fact = find_method(kind_of_owner, method)
    is_made = fact is None and find_type(name) is not None
    if is_made:  # constructors of a family that share a cost: `sklearn.base.BaseEstimator.__init__`
        fact = find_method(name, "__init__")
    public = fact.name if fact is not None else name
    receiver = current(act, receiver) if receiver is not None else None
    positional = tuple(current(act, v) for v in positional)
    positional = gathered(act, public, all_decoded(act, public, positional, span), span)
    if asks_for_contents(public):
        receiver = opened_up(act, receiver) if receiver is not None else None
        positional = tuple(opened_up(act, v) for v in positional)
    if fact is not None and (fact.consumes is not None or public in WRAPPERS):
        from gillint.resolve.iterating import iterable_of

        positional = tuple(iterable_of(act, v, span) for v in positional)
    bound = bind_arguments(fact, receiver, positional, keywords, has_star)
    if any(v.type in DATA and not is_sized(v) for _, v in bound.parameters):
        bound = replace(bound, often=(act.times * act.trips_so_far()).low)
    if fact is None:
        fact = default_fact(name)
        kind: CallKind = "library" if fact is not None else "unknown"
        _consume_all(act, bound, None)
        peer = other_side(act, fact, public, bound)
        act.emit(Call(span, act.path, public, kind, bound, fact, assumed=assumed, peer=peer))
        return _made(name, positional, keywords)
    bound, query = _looked_into(act, public, bound, span)
    decision = decide(fact, Answers(fact, bound), act.program.target)
    if fact.consumes is not None:
        step_through(act, bound.get(fact.consumes) or (positional[0] if positional else UNKNOWN), span)
    result = _result(act, fact, decision, bound, keywords, span)
    if is_made:
        result = replace(result, type=name)
    elif fact.name != name and receiver is None and result.type in bases_of(owner):
        result = replace(result, type=owner)  # `Counter.fromkeys`, which is that of dict, makes a Counter
    bound = with_work(public, bound, result)
    if query is not None:
        result = answered(public, result, query)
    lazy_result = act.lazy_of(result)
    callback, given = (None, None) if lazy_result is not None else called_back(act, fact, decision, bound, span)
    bound = with_compared(act, public, bound, given, span)
    if lazy_result is None:
        _consume_all(act, bound, fact)
    machine_code = compiled_body(act, positional, keywords) if public == COMPILED else None
    if machine_code is not None:
        result = machine_code[1]
    compiled = machine_code[0] if machine_code is not None else None
    peer = other_side(act, fact, public, bound)
    call = Call(
        span, act.path, public, "library", bound, fact, callback=callback, compiled=compiled, result=result,
        awaited=fact.awaitable, assumed=assumed, peer=peer,
    )  # fmt: skip
    if fact.awaitable:
        block = Block((), (call,))
        lazy = Lazy(span, Kind.COROUTINE, block, ONE, result, act.path, act.name, name=public)
        return act.defer(lazy, "awaitable", result)
    act.emit(call)
    call_functions(act, public, bound, query, span)
    if receiver is not None and receiver.guessed and result.type is not None:
        return replace(result, guessed=True)
    return result


def _looked_into(act: Activation, name: str, bound: Bound, span: Span) -> tuple[Bound, Query | None]:
    """The arguments with what is behind them: the contents of a file that is named, the rows that a statement looks at."""
    bound = by_its_name(name, bound)
    content = content_of(act, name, bound)
    query = query_of(act, name, bound, (span, act.path))
    if content is not None:
        bound = replace(bound, parameters=(*bound.parameters, (CONTENT, content)))
    if query is not None:
        bound = replace(bound, parameters=(*bound.parameters, (QUERY, of_number("float", query.visits))))
    return bound, query


def _result(act: Activation, fact: Fact, decision: Decision, bound: Bound, keywords: Keywords, span: Span) -> Value:
    """What a library's call gives back."""
    name = fact.name
    result = folded(name, bound.positional) or intrinsic(act, name, bound, span)
    if result is None:
        result = returned(fact, decision, bound)
        if result == UNKNOWN:
            result = _made(name, bound.positional, keywords)
        result = refine(name, bound, result)
    result = describe(act, name, bound, span, looking_random(name, bound, textual(name, bound, result)))
    result = of_its_class(act, bound, stored(act, name, bound, span, result))
    if name in POOLS:
        result = _pool(name, result, bound.positional, keywords)
    result = answered_with(act, name, bound, with_text(name, bound, result))
    return kept(act, name, bound, result, span)


def _made(name: str, positional: tuple[Value, ...], keywords: Keywords) -> Value:
    """The result of a call without a returns table: an instance, where the name is that of a type."""
    if name in POOLS:
        return _pool(name, Value(type=name), positional, keywords)
    if name in MADE:
        return Value(type=MADE[name])
    if find_type(name) is not None:
        return Value(type=name)
    return made_by(name) or UNKNOWN


def _pool(name: str, made: Value, positional: tuple[Value, ...], keywords: Keywords) -> Value:
    position, keyword = POOLS[name]
    given = dict(keywords).get(keyword) or (positional[position] if len(positional) > position else None)
    number = given.number if given is not None else None
    if number is not None and number.likely < 0:
        number = None  # as many as there are cores
    return replace(made, type=kind_of_pool(name, dict(keywords)), number=number)


def _consume_all(act: Activation, bound: Bound, fact: Fact | None) -> None:
    """Run the lazy iterables that the call exhausts: the one the fact names, else all (someone must run them)."""
    if fact is not None and fact.consumes is not None:
        value = bound.get(fact.consumes)
        if value is None and bound.positional:
            value = bound.positional[0]
        if value is not None:
            act.consume(value)
            return
    if fact is not None and (bound.receiver is None or bound.receiver.type not in ("list", "set", "dict")):
        for _, value in bound.parameters:
            act.consume(value)
        for value in bound.positional[len(fact.parameters) :]:
            act.consume(value)
    elif fact is None:
        for value in (*bound.positional, *(v for _, v in bound.parameters)):
            act.consume(value)
