"""Work that is handed over to a thread, a process, an interpreter or the event loop, and what comes back."""

from __future__ import annotations

from functools import reduce

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import dataclass, replace
from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation, Lazy
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.calling.delayed import result_of
from gillint.resolve.calling.handovers import DELAYED, FUTURE, HandoverSpec
from gillint.resolve.joining import join
from gillint.resolve.objects.attributes import is_builtin_without
from gillint.resolve.trace import Block, Bound, Branch, Call, Concurrency, Handover, Kind, Loop, has_await, inline
from gillint.resolve.values import UNKNOWN, FunctionRef, PartialRef, TaskRef, UndefinedRef, Value

Keywords = tuple[tuple[str, Value], ...]


def hand_over_call(
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
    workers = _workers(named.get(spec.workers) if spec.workers is not None else receiver)
    if name in _EXECUTOR_FIRST and positional:
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
        hand_over(act, spec, name, Work(work, _unpacked(passed), by_name, options=options), span)
        return Value(type=spec.result, reference=TaskRef(act.path, span))
    if spec.style == "tasks":
        return _hand_over_tasks(act, spec, name, receiver, positional, span)
    if spec.style in ("coroutine", "gather"):
        return _hand_over_awaitables(act, spec, name, positional, span)
    if len(positional) <= spec.work:
        return None
    work, rest = positional[spec.work], positional[spec.work + 1 :]
    tasks = ONE
    if spec.given:
        made = Work(work, tuple(Value(type=kind) for kind in spec.given), options=options)
        return _given_back(act, spec, name, hand_over(act, spec, name, made, span), span)
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
    rest, keywords = tuple(map(result_of, rest)), tuple((n, result_of(v)) for n, v in keywords)
    result = hand_over(act, spec, name, Work(work, rest, keywords, tasks, workers, options), span)
    _make_task(act, spec, name, Bound(receiver, positional), span)
    if spec.awaitable:
        return _given_back(act, spec, name, result, span)
    size = tasks if spec.style in ("map", "map-one", "starmap") else None
    if name.startswith("multiprocessing") and name.rsplit(".", 1)[-1] in ("apply_async", "map_async", "starmap_async"):
        return Value(type="multiprocessing.pool.AsyncResult", element=result, reference=TaskRef(act.path, span))
    if name.rsplit(".", 1)[-1] == "apply":
        return result
    task = TaskRef(act.path, span) if spec.result in (FUTURE, DELAYED) else None
    return Value(type=spec.result, size=size, element=result, reference=task)


def _make_task(act: Activation, spec: HandoverSpec, name: str, bound: Bound, span: Span) -> None:
    """Making a task of an event loop is work of the thread that it will run in."""
    if spec.concurrency is Concurrency.ASYNCIO:
        act.emit(Call(span, act.path, name, "library", bound, find_fact(name), implicit=True))


_EXECUTOR_FIRST = ("asyncio.AbstractEventLoop.run_in_executor", "tornado.ioloop.IOLoop.run_in_executor")


def _given_back(act: Activation, spec: HandoverSpec, name: str, result: Value, span: Span) -> Value:
    """What is awaited where work was handed over: its result, or what the callable itself makes."""
    value = Value(type=spec.result) if spec.given else result
    lazy = Lazy(span, Kind.COROUTINE, Block(), ONE, value, act.path, act.name, name=name)
    return act.defer(lazy, "awaitable", value)


def _hand_over_tasks(
    act: Activation, spec: HandoverSpec, name: str, receiver: Value | None, positional: tuple[Value, ...], span: Span
) -> Value | None:
    """`Parallel(n_jobs=4)(delayed(f)(x) for x in xs)`: calls that are described first and made by the workers."""
    described = positional[0] if positional else UNKNOWN
    task = element_of(described).reference
    if not isinstance(task, PartialRef):
        return None
    _prefetch(act, described)
    size = size_of(described)
    work = Work(task.function, task.positional, task.keywords, size, _workers(receiver))
    result = hand_over(act, spec, name, work, span)
    return Value(type="list", size=size, element=result)


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
class Work:
    """What is handed over: a function, its arguments, how many times, and to how many workers."""

    function: Value
    positional: tuple[Value, ...] = ()
    keywords: Keywords = ()
    tasks: Estimate = ONE
    workers: int | None = None
    options: Keywords = ()


def hand_over(act: Activation, spec: HandoverSpec, via: str, work: Work, span: Span) -> Value:
    """Describe the work as a worker does it, and write into the trace that it is handed over."""
    from gillint.resolve.calling.calls import apply, of_nobody_knows

    given = work.function
    if given.reference is None and (given.type == "NoneType" or is_builtin_without(given.type, "__call__")):
        act.emit(
            Handover(
                span, act.path, via, spec.concurrency, Block(), work.tasks, work.workers, act.name, no_work=given.type
            )
        )
        return UNKNOWN
    outer, times = act.loops, act.times
    act.loops, act.times = [], times * act.trips_so_far() * work.tasks
    with act.nested() as builder:
        text = given.origin or "the work"
        if _is_from_elsewhere(given):
            result = of_nobody_knows(act, given, work.positional, work.keywords, span, text)
        else:
            result = apply(act, given, work.positional, work.keywords, span, text)
        lazy = act.start(result)
        if lazy is not None and result.type == "coroutine":
            builder.include(_of_one_task(lazy))
    act.loops, act.times = outer, times
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


def _is_from_elsewhere(function: Value) -> bool:
    """Whether work is whatever somebody else has defined: the parameter of a helper, a name that a sketch leaves out.

    What is called on the way is an ordinary function, as a rule; what is handed over may as well be all waiting.
    """
    is_undefined = isinstance(function.reference, UndefinedRef) and not function.reference.is_result
    return is_undefined or (function.reference is None and function.type in (None, "function"))


def _hand_over_awaitables(
    act: Activation, spec: HandoverSpec, name: str, positional: tuple[Value, ...], span: Span
) -> Value:
    blocks: list[Block] = []
    results: list[Value] = []
    tasks = waited_for = Estimate.point(0)
    for value in positional:
        waited_for = waited_for + (ONE if value.type in _AWAITABLE else size_of(value))
        lazy = act.lazy_of(value)
        if lazy is not None and value.type in ("coroutine", "awaitable"):
            act.start(value)
            blocks.append(_of_one_task(lazy))
            results.append(lazy.result)
            tasks = tasks + 1
            continue
        element = value.element
        inner = act.lazies_of(element) if element is not None else ()
        if inner and element is not None and element.type in ("coroutine", "awaitable"):
            act.start(element)
            act.consume(value)
            blocks += map(_of_one_task, inner)
            results += [work.result for work in inner]
            tasks = tasks + size_of(value)
        elif element is not None:
            results.append(element if value.type in _AWAITABLE else element.element or UNKNOWN)
    result = results[0] if results else UNKNOWN
    for other in results[1:]:
        result = join(result, other)
    if blocks:
        worker = blocks[0] if len(blocks) == 1 else Block((), (Branch(tuple(blocks)),))
        act.emit(Handover(span, act.path, name, spec.concurrency, worker, tasks, None, act.name))
        made_by = Call(span, act.path, name, "library", Bound(None, positional), find_fact(name), implicit=True)
        act.emit(Loop(span, act.path, Kind.MAP, tasks, Block((), (made_by,)), function=act.name))
    else:
        act.emit(Call(span, act.path, name, "join", Bound(None, positional)))
    if spec.style == "coroutine":
        return Value(type=spec.result, element=result)
    made = Value(type="list", size=waited_for, element=result)
    if name == "asyncio.as_completed":
        return replace(made, element=Value(type="asyncio.Task", element=result))
    lazy = Lazy(span, Kind.COROUTINE, Block(), ONE, made, act.path, act.name, name=name)
    return act.defer(lazy, "awaitable", made)


_AWAITABLE = ("coroutine", "awaitable", "asyncio.Task", "asyncio.Future")


def _of_one_task(lazy: Lazy) -> Block:
    """What a task does: a coroutine that calls itself is one call of it, with those that it makes in turn."""
    if not lazy.block.recursive:
        return lazy.block
    return Block((), (Call(lazy.span, lazy.path, lazy.name or "", "project", inner=lazy.block, awaited=True),))


def join_result(name: str, receiver: Value | None, positional: tuple[Value, ...]) -> Value:
    """What waiting for work gives: the result of the work, or what is finished."""
    if name.endswith((".result", "AsyncResult.get", f"{DELAYED}.compute")) and receiver is not None:
        return receiver.element or UNKNOWN
    if name == "concurrent.futures.wait" and positional:
        done = replace(positional[0], type="set", reference=None, items=None, element=element_of(positional[0]))
        return Value(type="concurrent.futures.DoneAndNotDoneFutures", items=(done, replace(done, size=ZERO)))
    if name.endswith("as_completed") and positional:
        source = positional[0]
        element = element_of(source)
        return Value(type="iterator", size=size_of(source), element=element)
    return UNKNOWN


def suspends(act: Activation, value: Value) -> bool:
    """Whether awaiting a value lets other tasks of the event loop run: not where a coroutine of the program only computes."""
    if value.type != "coroutine":
        return True
    lazy = act.lazy_of(value)
    return lazy is not None and _suspends(lazy.block)


def _suspends(block: Block) -> bool:
    return has_await(block) or any(isinstance(n, Call) and n.awaited and n.kind != "project" for n in inline(block))


def await_value(act: Activation, value: Value, span: Span) -> Value:
    """Await: do the deferred work here."""
    lazy = act.start(value)
    if lazy is None:
        if value.type in ("asyncio.Task", "coroutine"):  # of a coroutine that is running already nothing else is known
            return value.element or UNKNOWN
        return UNKNOWN
    if lazy.kind is Kind.COROUTINE and lazy.name is not None and value.type == "coroutine":
        act.emit(Call(span, act.path, lazy.name, "project", inner=lazy.block, awaited=True))
    else:
        act.builder.include(lazy.block)
    return lazy.result


def one_coroutine(act: Activation, made: list[Value], span: Span, text: str) -> Value | None:
    """One coroutine that stands for several, nobody knows which."""
    works = [act.lazy_of(value) for value in made if value.type == "coroutine"]
    if len(works) < len(made) or not all(works):
        return None
    for value in made:
        act.start(value)
    known = [work for work in works if work is not None]
    result = reduce(join, (work.result for work in known))
    block = Block((), (Branch(tuple(work.block for work in known)),))
    lazy = Lazy(span, Kind.COROUTINE, block, ONE, result, act.path, act.name, name=text)
    return act.defer(lazy, "coroutine", result)


def one_generator(act: Activation, made: list[Value], span: Span, text: str) -> Value | None:
    """One generator that stands for several, nobody knows which: an item of it is one of the one that gives most of them."""
    works = [act.lazy_of(value) for value in made if value.type == "generator"]
    known = [work for work in works if work is not None and work.kind is Kind.GENERATOR]
    if len(known) < max(2, len(made)):
        return None
    for value in made:
        act.start(value)
    whole = total(work.trips for work in known)
    parts = tuple(work.trips.likely / max(whole.likely, 1.0) for work in known)
    result = reduce(join, (work.result for work in known))
    once = Block((), (Branch(tuple(work.once for work in known)),))
    block = Block((), (Branch(tuple(work.block for work in known), parts),))
    trips, hangs_on = whole / len(known), next((w.trips_hang_on for w in known if w.trips_hang_on), None)
    lazy = Lazy(span, Kind.GENERATOR, block, trips, result, act.path, act.name, hangs_on, text, once=once)
    return act.defer(lazy, "generator", result)
