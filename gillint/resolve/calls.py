"""What a call does: which function it reaches, what it gives back, and whether it hands work over."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, Estimate
from gillint.knowledge.base import bases_of, default_fact, find_fact, find_method, find_type, knows_module
from gillint.knowledge.conditions import decide
from gillint.knowledge.expressions import evaluate
from gillint.knowledge.schema import Behaviour, Effect, Fact
from gillint.resolve.activation import Activation, Lazy
from gillint.resolve.arrays import ARRAY, refine, with_shape
from gillint.resolve.bound import Answers, build, element_of, returned, size_of
from gillint.resolve.handovers import FUTURE, HANDOVERS, JOINS, POOLS, SYNONYMS, HandoverSpec
from gillint.resolve.intrinsics import intrinsic
from gillint.resolve.trace import Block, Bound, Branch, Call, CallKind, Concurrency, Handover, Kind
from gillint.resolve.values import (
    NONE,
    UNKNOWN,
    ClassRef,
    FunctionRef,
    LazyRef,
    Literal,
    MethodRef,
    PartialRef,
    SymbolRef,
    TaskRef,
    UndefinedRef,
    Value,
    join,
)

Keywords = tuple[tuple[str, Value], ...]

# Methods that, by their name alone, are those of a builtin type. Names that other libraries use for something that
# waits or releases (get, join, read, sort, sum ...) are not among them.
_DUCK_TYPES = ("str", "list", "dict", "set")
_AMBIGUOUS = {
    "get", "join", "copy", "sort", "count", "index", "clear", "update", "add", "read", "write", "close", "pop",
    "remove", "insert", "replace", "find", "format", "items", "values", "keys",
}  # fmt: skip
_RUNS_COROUTINE = {
    "asyncio.run",
    "asyncio.AbstractEventLoop.run_until_complete",
    "asyncio.Runner.run",
    "anyio.run",
    "asyncio.wait_for",
}
_RUNS_COROUTINE |= {"asyncio.shield", "asyncio.timeout"}


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
    if isinstance(ref, FunctionRef):
        act.operation("call_python")
        return _project(act, ref, positional, keywords, span)
    if isinstance(ref, ClassRef):
        act.operation("call_class")
        return _construct(act, ref, positional, keywords, span)
    if isinstance(ref, MethodRef):
        return _method(act, ref, positional, keywords, span, text, has_star)
    if isinstance(ref, SymbolRef):
        name = SYNONYMS.get(ref.name, ref.name)
        return library(act, name, None, positional, keywords, span, has_star=has_star)
    if isinstance(ref, UndefinedRef):
        act.scope.note(f"`{ref.name}` is not defined here: assumed to be an ordinary Python function")
        return _other(act, ref.name, "undefined", positional, keywords, span)
    if ref is None and function.type is not None and find_method(function.type, "__call__") is not None:
        return _method(act, MethodRef(function, "__call__"), positional, keywords, span, text, has_star)
    return _other(act, text, "unknown", positional, keywords, span)


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
    act.emit(Call(span, act.path, name, "project", inner=block))
    return result


def _construct(act: Activation, ref: ClassRef, positional: tuple[Value, ...], keywords: Keywords, span: Span) -> Value:
    block, result, name = act.program.construct(ref, positional, keywords)
    if block is not None and (block.operations or block.nodes):
        act.emit(Call(span, act.path, name, "project", inner=block))
    owner = act.program.class_of(result.type)
    if owner is not None:
        for base in act.program.library_bases(owner):
            spec = HANDOVERS.get(SYNONYMS.get(base, base))
            run = act.program.attribute(owner, "run")
            if spec is not None and spec.style == "thread" and run is not None:
                bound_run = _bind(run, result)
                _hand_over(act, spec, base, _Work(bound_run), span)
                break
    return result


def _bind(function: Value, receiver: Value) -> Value:
    if isinstance(function.reference, FunctionRef) and function.reference.bound is None:
        return replace(function, reference=FunctionRef(function.reference.key, receiver))
    return function


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
    receiver = ref.receiver
    kind = receiver.type
    if kind is None:
        for duck in _DUCK_TYPES:
            if ref.name not in _AMBIGUOUS and find_fact(f"{duck}.{ref.name}") is not None:
                typed = replace(receiver, type=duck, reference=None)
                name = f"{duck}.{ref.name}"
                return library(act, name, typed, positional, keywords, span, has_star=has_star, assumed=True)
        return _other(act, text, "unknown", positional, keywords, span)
    for base in bases_of(kind):
        name = f"{base}.{ref.name}"
        name = SYNONYMS.get(name, name)
        if name in HANDOVERS or name in JOINS or find_fact(name) is not None:
            return library(act, name, receiver, positional, keywords, span, has_star=has_star)
    owner = act.program.class_of(kind)
    if owner is not None:
        for base in act.program.library_bases(owner):
            for known in bases_of(base):
                name = f"{known}.{ref.name}"
                if name in HANDOVERS or name in JOINS or find_fact(name) is not None:
                    return library(act, name, receiver, positional, keywords, span, has_star=has_star)
        return _other(act, text, "unknown", positional, keywords, span)
    return library(act, f"{kind}.{ref.name}", receiver, positional, keywords, span, has_star=has_star)


def bind_arguments(
    fact: Fact | None, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, has_star: bool
) -> Bound:
    """Give the arguments their parameters' names."""
    names = fact.parameters if fact is not None else ()
    parameters = list(zip(names, positional, strict=False))
    parameters.extend(keywords)
    return Bound(receiver, positional, tuple(parameters), has_star)


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
    if name == "functools.partial" and positional:
        return Value(type="function", reference=PartialRef(positional[0], positional[1:], keywords))
    if name in JOINS:
        act.emit(Call(span, act.path, name, "join", Bound(receiver, positional, keywords)))
        return _join_result(name, receiver, positional)
    if name in _RUNS_COROUTINE and positional and act.lazy_of(positional[0]) is not None:
        with act.nested() as builder:
            awaited = await_value(act, positional[0], span)
        bound = Bound(None, positional, keywords)
        act.emit(Call(span, act.path, name, "project", bound, inner=builder.finish(), awaited=True))
        return awaited
    spec = HANDOVERS.get(name)
    if spec is not None:
        handed = _library_handover(act, spec, name, receiver, positional, keywords, span)
        if handed is not None:
            return handed
    fact = find_fact(name)
    if fact is None and receiver is not None and receiver.type is not None:
        fact = find_method(receiver.type, name.rsplit(".", 1)[-1])
    public = fact.name if fact is not None else name
    bound = bind_arguments(fact, receiver, positional, keywords, has_star)
    if fact is None:
        fact = default_fact(name)
        kind: CallKind = "library" if fact is not None else "unknown"
        _consume_all(act, bound, None)
        act.emit(Call(span, act.path, public, kind, bound, fact, assumed=assumed))
        return _made(name, positional, keywords)
    decision = decide(fact, Answers(fact, bound), act.program.target)
    result = intrinsic(act, public, bound, span)
    if result is None:
        result = returned(fact, decision, bound)
        if result == UNKNOWN:
            result = _made(name, positional, keywords)
        result = refine(public, bound, result)
    if public in POOLS:
        result = _pool(public, result, positional, keywords)
    lazy_result = act.lazy_of(result)
    callback = None if lazy_result is not None else _callback(act, fact, bound, span)
    if lazy_result is None:
        _consume_all(act, bound, fact)
    call = Call(
        span,
        act.path,
        public,
        "library",
        bound,
        fact,
        callback=callback,
        result=result,
        awaited=fact.awaitable,
        assumed=assumed,
    )
    if fact.awaitable:
        block = Block((), (call,))
        lazy = Lazy(span, Kind.COROUTINE, block, ONE, result, act.path, act.name, name=public)
        return act.defer(lazy, "awaitable", result)
    act.emit(call)
    return result


def _made(name: str, positional: tuple[Value, ...], keywords: Keywords) -> Value:
    """The result of a call without a returns table: an instance, where the name is that of a type."""
    if name in POOLS:
        return _pool(name, Value(type=name), positional, keywords)
    return Value(type=name) if find_type(name) is not None else UNKNOWN


def _pool(name: str, made: Value, positional: tuple[Value, ...], keywords: Keywords) -> Value:
    position, keyword = POOLS[name]
    given = dict(keywords).get(keyword) or (positional[position] if len(positional) > position else None)
    number = given.number if given is not None else None
    return replace(made, type=name, number=number)


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


def _callback(act: Activation, fact: Fact, bound: Bound, span: Span) -> Block | None:
    """What one call of the function that is passed does."""
    if fact.callback is None:
        return None
    function = bound.get(fact.callback)
    if function is None or function.reference is None or isinstance(function.reference, LazyRef):
        return None
    answers = Answers(fact, bound)
    arguments = tuple(build(r, answers, bound) for r in fact.arguments) or (_first_element(bound),)
    with act.nested() as builder:
        act.loops.append(evaluate(fact.calls, answers))
        apply(act, function, arguments, (), span, fact.callback)
        act.loops.pop()
    return builder.finish()


def _first_element(bound: Bound) -> Value:
    source = bound.receiver or (bound.positional[0] if bound.positional else UNKNOWN)
    return element_of(source)


# Work that is handed over


def _library_handover(
    act: Activation,
    spec: HandoverSpec,
    name: str,
    receiver: Value | None,
    positional: tuple[Value, ...],
    keywords: Keywords,
    span: Span,
) -> Value | None:
    """Hand work over; None where the call does not hand over anything that can be seen."""
    named = dict(keywords)
    options = keywords
    workers = _workers(receiver)
    if name == "asyncio.AbstractEventLoop.run_in_executor" and positional:
        pool = positional[0].type or ""
        workers = _workers(positional[0])
        if "Process" in pool:
            spec = replace(spec, concurrency=Concurrency.PROCESSES)
        elif "Interpreter" in pool:
            spec = replace(spec, concurrency=Concurrency.INTERPRETERS)
    if spec.style == "thread":
        work = named.get("target", named.get("function"))
        if work is None and len(positional) > spec.work:
            work = positional[spec.work]
        if work is None:
            return None
        passed = named.get("args", positional[spec.work + 2] if len(positional) > spec.work + 2 else None)
        if name == "threading.Timer" and len(positional) > 2:
            passed = positional[2]
        extra = named.get("kwargs")
        by_name = tuple(extra.columns) if extra is not None and extra.columns is not None else ()
        _hand_over(act, spec, name, _Work(work, _unpacked(passed), by_name, options=options), span)
        return Value(type=spec.result, reference=TaskRef(act.path, span))
    if spec.style in ("coroutine", "gather"):
        return _hand_over_awaitables(act, spec, name, positional, span)
    if len(positional) <= spec.work:
        return None
    work, rest = positional[spec.work], positional[spec.work + 1 :]
    tasks = ONE
    if spec.style == "map":
        tasks = size_of(rest[0]) if rest else ONE
        for iterable in rest:
            _prefetch(act, iterable)
        rest = tuple(element_of(v) for v in rest)
        keywords = ()
    elif spec.style in ("map-one", "starmap"):
        iterable = rest[0] if rest else UNKNOWN
        tasks = size_of(iterable)
        _prefetch(act, iterable)
        element = element_of(iterable)
        rest = _unpacked(element) if spec.style == "starmap" else (element,)
        keywords = ()
    elif spec.style == "apply":
        passed = named.get("args", rest[0] if rest else None)
        extra = named.get("kwds")
        rest = _unpacked(passed)
        keywords = tuple(extra.columns) if extra is not None and extra.columns is not None else ()
    result = _hand_over(act, spec, name, _Work(work, rest, keywords, tasks, workers, options), span)
    if name in ("asyncio.to_thread", "asyncio.AbstractEventLoop.run_in_executor", "anyio.to_thread.run_sync"):
        lazy = Lazy(span, Kind.COROUTINE, Block(), ONE, result, act.path, act.name, name=name)
        return act.defer(lazy, "awaitable", result)
    size = tasks if spec.style in ("map", "map-one", "starmap") else None
    if name.startswith("multiprocessing") and name.rsplit(".", 1)[-1] in ("apply_async", "map_async", "starmap_async"):
        return Value(type="multiprocessing.pool.AsyncResult", element=result, reference=TaskRef(act.path, span))
    if name.rsplit(".", 1)[-1] == "apply":
        return result
    task = TaskRef(act.path, span) if spec.result == FUTURE else None
    return Value(type=spec.result, size=size, element=result, reference=task)


def _prefetch(act: Activation, iterable: Value) -> None:
    """The iterable that feeds a pool is read by the caller."""
    act.consume(iterable)


def _workers(pool: Value | None) -> int | None:
    if pool is not None and pool.number is not None and pool.number.known:
        return max(1, int(pool.number.likely))
    return None


def _unpacked(passed: Value | None) -> tuple[Value, ...]:
    if passed is None:
        return ()
    if passed.items is not None:
        return passed.items
    return (element_of(passed),) if passed.element is not None else ()


@dataclass(frozen=True, slots=True)
class _Work:
    """What is handed over: a function, its arguments, how many times, and to how many workers."""

    function: Value
    positional: tuple[Value, ...] = ()
    keywords: Keywords = ()
    tasks: Estimate = ONE
    workers: int | None = None
    options: Keywords = ()


def _hand_over(act: Activation, spec: HandoverSpec, via: str, work: _Work, span: Span) -> Value:
    outer = act.loops
    act.loops = []
    with act.nested() as builder:
        result = apply(act, work.function, work.positional, work.keywords, span, work.function.origin or "the work")
        lazy = act.start(result)
        if lazy is not None and result.type == "coroutine":
            builder.include(lazy.block)
    act.loops = outer
    block = builder.finish()
    ref = work.function.reference
    name = next((n.name for n in block.nodes if isinstance(n, Call)), None)
    key = ref.key if isinstance(ref, FunctionRef) else None
    act.emit(
        Handover(
            span,
            act.path,
            via,
            spec.concurrency,
            block,
            work.tasks,
            work.workers,
            act.name,
            name,
            key,
            work.positional,
            work.options,
        )
    )
    act.operation("call_builtin")
    return result


def _hand_over_awaitables(
    act: Activation, spec: HandoverSpec, name: str, positional: tuple[Value, ...], span: Span
) -> Value:
    blocks: list[Block] = []
    results: list[Value] = []
    tasks = Estimate.point(0)
    for value in positional:
        lazy = act.lazy_of(value)
        if lazy is not None and value.type in ("coroutine", "awaitable"):
            act.start(value)
            blocks.append(lazy.block)
            results.append(lazy.result)
            tasks = tasks + 1
            continue
        element = value.element
        inner = act.lazy_of(element) if element is not None else None
        if inner is not None and element is not None and element.type in ("coroutine", "awaitable"):
            act.start(element)
            act.consume(value)
            blocks.append(inner.block)
            results.append(inner.result)
            tasks = tasks + size_of(value)
        elif element is not None:
            results.append(element.element or UNKNOWN)
    result = results[0] if results else UNKNOWN
    for other in results[1:]:
        result = join(result, other)
    if blocks:
        worker = blocks[0] if len(blocks) == 1 else Block((), (Branch(tuple(blocks)),))
        act.emit(Handover(span, act.path, name, spec.concurrency, worker, tasks, None, act.name))
    else:
        act.emit(Call(span, act.path, name, "join", Bound(None, positional)))
    if spec.style == "coroutine":
        return Value(type=spec.result, element=result)
    made = Value(type="list", size=tasks if blocks else None, element=result)
    if name == "asyncio.as_completed":
        return replace(made, element=Value(type="asyncio.Task", element=result))
    lazy = Lazy(span, Kind.COROUTINE, Block(), ONE, made, act.path, act.name, name=name)
    return act.defer(lazy, "awaitable", made)


def _join_result(name: str, receiver: Value | None, positional: tuple[Value, ...]) -> Value:
    if name.endswith((".result", "AsyncResult.get")) and receiver is not None:
        return receiver.element or UNKNOWN
    if name.endswith("as_completed") and positional:
        source = positional[0]
        element = element_of(source)
        return Value(type="iterator", size=size_of(source), element=element)
    return UNKNOWN


def await_value(act: Activation, value: Value, span: Span) -> Value:
    """Await: do the deferred work here."""
    lazy = act.start(value)
    if lazy is None:
        if value.type == "asyncio.Task":
            return value.element or UNKNOWN
        return UNKNOWN
    if lazy.kind is Kind.COROUTINE and lazy.name is not None and value.type == "coroutine":
        act.emit(Call(span, act.path, lazy.name, "project", inner=lazy.block, awaited=True))
    else:
        act.builder.include(lazy.block)
    return lazy.result


def attribute_value(act: Activation, value: Value, name: str, span: Span | None = None) -> Value:
    """`value.name`: an attribute that is known, or a method that is about to be called."""
    ref = value.reference
    if isinstance(ref, SymbolRef):
        return symbol_of(f"{ref.name}.{name}")
    if isinstance(ref, ClassRef):
        owner = act.program.class_of(ref.key)
        found = act.program.attribute(owner, name) if owner is not None else None
        if found is None and owner is not None:
            found = next((symbol_of(f"{base}.{name}") for base in act.program.library_bases(owner)), None)
        return found or UNKNOWN
    owner = act.program.class_of(value.type)
    if owner is not None:
        found = act.program.attribute(owner, name)
        if found is not None:
            return _bind(found, value)
        for base in act.program.library_bases(owner):
            found = _library_attribute(act, replace(value, type=base), name)
            if found is not None:
                return found
        return Value(reference=MethodRef(value, name), origin=name)
    found = _library_attribute(act, value, name, span)
    if found is not None:
        return found
    column = value.column(name) if value.type == "pandas.DataFrame" else None
    if column is not None:
        return column
    if value.type is not None and find_method(value.type, name) is None:
        getitem = find_method(value.type, "__getattr__")
        if getitem is not None and getitem.behaviour.returns is not None:
            key = Value(type="str", literal=Literal(name))
            bound = Bound(value, (key,), (("name", key),))
            return build(getitem.behaviour.returns, Answers(getitem, bound), bound)
    return Value(reference=MethodRef(value, name), origin=name)


def _library_attribute(act: Activation, value: Value, name: str, span: Span | None = None) -> Value | None:
    if value.type is None:
        return None
    for base in bases_of(value.type):
        info = find_type(base)
        for key, returns in info.attributes if info is not None else ():
            if key == name:
                if value.type == ARRAY and name == "T" and value.shape is not None:
                    return with_shape(value, tuple(reversed(value.shape)))
                probe = Fact(f"{base}.{name}", "", (), _ATTRIBUTE_READ)
                bound = Bound(value)
                computed = find_fact(probe.name)
                if computed is not None and span is not None:  # a property that works: `series.dt.year`
                    act.emit(Call(span, act.path, computed.name, "library", bound, computed, implicit=True))
                return build(returns, Answers(probe, bound), bound)
    return None


_ATTRIBUTE_READ = Behaviour(Effect.HOLDS)
_FLOATS = {"math.pi", "math.e", "math.tau", "math.inf", "math.nan", "numpy.pi", "numpy.e", "numpy.inf", "numpy.nan"}


def symbol_of(name: str) -> Value:
    """The value of a public name of a library."""
    name = SYNONYMS.get(name, name)
    if name in _FLOATS:
        return Value(type="float")
    if name == "numpy.newaxis":
        return NONE
    return Value(reference=SymbolRef(name))


def knows(name: str) -> bool:
    """Whether anything is known of a module or function of this name."""
    return knows_module(name)
