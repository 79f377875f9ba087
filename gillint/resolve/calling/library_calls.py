"""A call of a library's function, method or class: its fact, its arguments, and what it gives back."""

from __future__ import annotations

import math
import re

from gillint.diagnostics.span import Span
from gillint.estimate import ONE
from gillint.frozen import replace
from gillint.knowledge.base import bases_of, default_fact, find_fact, find_method, find_type
from gillint.knowledge.conditions import Decision, decide
from gillint.knowledge.schema import Fact
from gillint.resolve.activation import Activation, Lazy
from gillint.resolve.calling.amounts import reduced
from gillint.resolve.calling.bound import CONTENT, DATA, QUERY, Answers, is_sized
from gillint.resolve.calling.buffers import as_buffers
from gillint.resolve.calling.callbacks import called_back, gives_what_it_calls
from gillint.resolve.calling.compiled import COMPILED, compiled_body
from gillint.resolve.calling.folding import folded
from gillint.resolve.calling.gone_through import gone_through
from gillint.resolve.calling.handovers import HANDOVERS, JOINS, MADE, POOLS, kind_of_pool
from gillint.resolve.calling.intrinsics import intrinsic
from gillint.resolve.calling.ordering import with_compared
from gillint.resolve.calling.other_interpreters import given_to_another
from gillint.resolve.calling.returns import returned
from gillint.resolve.calling.special import SPECIAL
from gillint.resolve.calling.submissions import await_value, hand_over_call, join_result
from gillint.resolve.external.answers import answered_with, other_side
from gillint.resolve.external.databases import answered, begun, behind_statement, ends_nothing, looked_at, query_of
from gillint.resolve.external.handles import content_of, current
from gillint.resolve.external.logs import logged
from gillint.resolve.external.media import by_its_name, stored
from gillint.resolve.external.peers import with_text
from gillint.resolve.external.pictures import all_decoded
from gillint.resolve.external.records import by_its_record
from gillint.resolve.external.sql_tables import Query
from gillint.resolve.external.storage import describe
from gillint.resolve.external.web import serve_registered
from gillint.resolve.locks import note_lock
from gillint.resolve.numeric.algebra import agreeing
from gillint.resolve.numeric.arrays import refine
from gillint.resolve.numeric.bigints import as_number
from gillint.resolve.numeric.estimators import checked
from gillint.resolve.numeric.evaluated import with_operands
from gillint.resolve.numeric.gathering import gathered
from gillint.resolve.numeric.layers import made_layer
from gillint.resolve.numeric.memory import side_by_side
from gillint.resolve.numeric.randomness import looking_random
from gillint.resolve.numeric.work import with_work
from gillint.resolve.objects.instances import (
    asks_for_contents,
    by_its_method,
    of_its_class,
    opened_up,
)
from gillint.resolve.objects.keeping import as_it_was_dumped, kept
from gillint.resolve.objects.stand_ins import as_bases
from gillint.resolve.objects.unspoken import ask
from gillint.resolve.opaque import instance_of, made_by
from gillint.resolve.stepping import step_through
from gillint.resolve.tabular.frames import as_given
from gillint.resolve.tabular.polars_expressions import worked_out
from gillint.resolve.text.strings import textual
from gillint.resolve.trace import Block, Bound, Call, CallKind, Kind, bind_arguments
from gillint.resolve.values import (
    NONE,
    UNKNOWN,
    Value,
    of_number,
)
from gillint.syntax import tree as t

Keywords = tuple[tuple[str, Value], ...]

# What runs a coroutine function, and makes the coroutine itself.
_RUNS_FUNCTION = {"anyio.run", "trio.run"}
_RUNS_COROUTINE = {
    "asyncio.run",
    "asyncio.AbstractEventLoop.run_until_complete",
    "asyncio.Runner.run",
    "asyncio.shield",
    "asyncio.timeout",
    "asyncio.wait_for",
    *_RUNS_FUNCTION,
}
# What they cost themselves, apart from the coroutine.
_TAKES_TIME = {*_RUNS_COROUTINE} - {"asyncio.shield", "asyncio.timeout"}
_INIT = ".__init__"
# Objects that libraries keep under a name.
INSTANCES = {
    "os.environ": "dict",
    "sys.stdin": "io.TextIOWrapper",
    "sys.stdout": "io.TextIOWrapper",
    "sys.stderr": "io.TextIOWrapper",
    "numpy.random.mtrand._rand": "numpy.random.RandomState",
}


_GUESSED = 1000.0  # between the least and the likely count


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
        from gillint.resolve.calling.calls import apply

        positional = (apply(act, positional[0], positional[1:], (), span, "the coroutine"),)
    if name in _RUNS_COROUTINE and positional and act.lazy_of(positional[0]) is not None:
        with act.nested() as builder:
            awaited = await_value(act, positional[0], span)
        bound = Bound(None, positional, keywords)
        if name in _TAKES_TIME:
            act.emit(Call(span, act.path, name, "library", bound, find_fact(name), implicit=True))
        act.emit(Call(span, act.path, name, "project", bound, inner=builder.finish(), awaited=True))
        return awaited
    if ends_nothing(name, receiver):
        return NONE
    serve_registered(act, name, positional, keywords, span)
    if name.startswith("logging."):
        return logged(act, name, receiver, positional, keywords, span)
    spec = HANDOVERS.get(name)
    if spec is not None:
        handed = hand_over_call(act, spec, name, receiver, positional, keywords, span)
        if handed is not None:
            return handed
    return None


def _without_fact(act: Activation, name: str, bound: Bound, span: Span, *, assumed: bool) -> None:
    """A call of which no more is known than what holds for its library as a whole, if that."""
    fact = default_fact(name)
    kind: CallKind = "library" if fact is not None else "unknown"
    _consume_all(act, bound, None)
    peer = other_side(act, fact, name, bound, span)
    act.emit(Call(span, act.path, name, kind, bound, fact, assumed=assumed, peer=peer))


def _upon_instance(act: Activation, name: str, bound: Bound) -> Bound:
    """A constructor of the class above that an `__init__` calls works on the instance that is being made."""
    body = act.body
    if not name.endswith(_INIT) or not isinstance(body, t.Function) or body.name != "__init__" or not body.parameters:
        return bound
    return replace(bound, receiver=act.environment.get(body.parameters[0].name, bound.receiver))


# What a class is called whose instances are raised (PEP 8): some are kept for later (`errors.append(api.NotFoundError(key))`).
_EXCEPTION = re.compile(r"\.[A-Z]\w*(Error|Exception|Warning)$")


def _fact(name: str, receiver: Value | None) -> Fact | None:
    """The fact of a function, of a class, or of a method, which may be that of a base."""
    found = find_fact(name) or (find_fact(name.removesuffix(_INIT)) if name.endswith(_INIT) else None)
    owner, _, method = name.rpartition(".")
    kind = INSTANCES.get(owner, owner) if receiver is None else receiver.type
    return found or (find_method(kind, method) if kind is not None else None)


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
    fact = _fact(name, receiver)
    if fact is None and receiver is None and _EXCEPTION.search(name):
        fact, assumed = find_fact("Exception"), True
    is_made = fact is None and find_type(name) is not None
    if is_made:  # constructors of a family that share a cost: `sklearn.base.BaseEstimator.__init__`
        fact = find_method(name, "__init__")
    receiver = current(act, receiver) if receiver is not None else None
    receiver, positional = _passed(act, fact, fact.name if fact is not None else name, receiver, positional, span)
    bound = replace(bind_arguments(fact, receiver, positional, keywords, has_star), inner=act.runs_often())
    if fact is None:
        _without_fact(act, name, bound, span, assumed=assumed)
        return _made(name, positional, keywords)
    bound, query = _looked_into(act, fact.name, as_bases(act, fact, _as_often(act, bound)), span)
    bound = worked_out(act, fact, bound, span)
    decision = decide(fact, Answers(fact, bound), act.program.target)
    if fact.consumes is not None:
        step_through(act, bound.get(fact.consumes) or (positional[0] if positional else UNKNOWN), span)
    result = _result(act, fact, decision, bound, keywords, span)
    if is_made:
        result = made_layer(name, bound, result) or replace(result, type=name)
    elif fact.name != name and receiver is None and result.type in bases_of(owner := name.rpartition(".")[0]):
        result = replace(result, type=owner)  # `Counter.fromkeys`, which is that of dict, makes a Counter
    bound = with_work(fact.name, _upon_instance(act, name, bound), result)
    if query is not None:
        result = answered(fact.name, result, query)
    bound, callback, result = _calling_back(act, fact, decision, bound, result, span)
    result = _noted(act, fact, bound, keywords, callback, result, span, assumed=assumed)
    if fact.awaitable:
        return result
    note_lock(act, fact.name, receiver, span)
    behind_statement(act, fact.name, bound, query, span)
    if receiver is not None and receiver.guessed and result.type is not None:
        return replace(result, guessed=True)
    return result


def _passed(
    act: Activation, fact: Fact | None, name: str, receiver: Value | None, positional: tuple[Value, ...], span: Span
) -> tuple[Value | None, tuple[Value, ...]]:
    """What a call is of and what it is given, as it takes them: open files as they are now, buffers, what is in instances."""
    positional = as_buffers(name, all_decoded(act, name, tuple(current(act, v) for v in positional), span))
    positional = checked(act, fact, as_buffers(name, gathered(act, name, positional, span)), span)
    positional = as_it_was_dumped(act, name, positional)
    if asks_for_contents(name):
        receiver = opened_up(act, receiver) if receiver is not None else None
        positional = tuple(opened_up(act, v) for v in positional)
    return receiver, gone_through(act, fact, name, positional, span)


def _as_often(act: Activation, bound: Bound) -> Bound:
    """The arguments; with how often the call is made where nothing tells how large the data are that go into it."""
    if not any(v.type in DATA and not is_sized(v) for _, v in bound.parameters):
        return bound
    times = act.times * act.trips_so_far()
    # Where nothing tells how often, the likely count is a guess and says nothing of the data.
    guessed = times.likely > _GUESSED * times.low
    return replace(bound, often=times.low if guessed else math.sqrt(times.low * times.likely))


def _calling_back(
    act: Activation, fact: Fact, decision: Decision, bound: Bound, result: Value, span: Span
) -> tuple[Bound, Block | None, Value]:
    """What a call runs of the program: a function that it is given, comparisons, what its arguments have to make."""
    is_lazy = act.lazy_of(result) is not None
    callback, given = (None, None) if is_lazy else called_back(act, fact, decision, bound, span)
    bound, result = with_compared(act, fact.name, bound, given, span), as_given(fact.name, result, given)
    ask(act, fact.name, bound, span)
    if given is not None and gives_what_it_calls(fact, given, result):
        result = given
    if not is_lazy:
        _consume_all(act, bound, fact)
    return bound, callback, result


def _noted(
    act: Activation,
    fact: Fact,
    bound: Bound,
    keywords: Keywords,
    callback: Block | None,
    result: Value,
    span: Span,
    *,
    assumed: bool,
) -> Value:
    """Write a call into the trace, or keep it for whoever awaits it: what it gives back."""
    machine_code = compiled_body(act, bound.positional, keywords) if fact.name == COMPILED else None
    compiled, result = machine_code if machine_code is not None else (None, result)
    another = given_to_another(act, fact.name, bound.positional, keywords)
    elsewhere, result = (another[0], another[1] or result) if another is not None else (None, result)
    peer = other_side(act, fact, fact.name, bound, span)
    call = Call(
        span, act.path, fact.name, "library", bound, fact, callback=callback, compiled=compiled, elsewhere=elsewhere,
        result=result, awaited=fact.awaitable, assumed=assumed, peer=peer,
    )  # fmt: skip
    if not fact.awaitable:
        act.emit(call)
        return result
    block = Block((), (call,))
    return act.defer(
        Lazy(span, Kind.COROUTINE, block, ONE, result, act.path, act.name, name=fact.name), "awaitable", result
    )


def _looked_into(act: Activation, name: str, bound: Bound, span: Span) -> tuple[Bound, Query | None]:
    """The arguments with what is behind them: the contents of a file that is named, the rows that a statement looks at."""
    from gillint.resolve.expressions import lookup

    bound = agreeing(name, by_its_record(act, name, by_its_name(name, bound)))
    bound = as_number(name, with_operands(name, bound, lambda variable: lookup(act, variable)))
    content = content_of(act, name, bound)
    query = query_of(act, name, bound, (span, act.path))
    bound = begun(act, name, bound)
    if content is not None:
        bound = replace(bound, parameters=(*bound.parameters, (CONTENT, content)))
    if query is not None:
        bound = replace(bound, parameters=(*bound.parameters, (QUERY, of_number("float", looked_at(name, query)))))
    return bound, query


def _result(act: Activation, fact: Fact, decision: Decision, bound: Bound, keywords: Keywords, span: Span) -> Value:
    """What a library's call gives back."""
    name = fact.name
    result = folded(name, bound.positional) or reduced(name, bound) or intrinsic(act, name, bound, span)
    if result is None:
        result = returned(fact, decision, bound)
        if result == UNKNOWN:
            result = _made(name, bound.positional, keywords)
        result = refine(name, bound, result)
    result = describe(act, name, bound, span, looking_random(name, bound, textual(name, bound, result)))
    result = of_its_class(act, bound, stored(act, name, bound, span, result))
    if name in POOLS:
        result = _pool(name, result, bound.positional, keywords, threading=act.program.threading_backends > 0)
    result = answered_with(act, name, bound, with_text(name, bound, result))
    return side_by_side(name, bound, kept(act, name, bound, result, span))


def _made(name: str, positional: tuple[Value, ...], keywords: Keywords) -> Value:
    """The result of a call without a returns table: an instance, where the name is that of a type."""
    if name in POOLS:
        return _pool(name, Value(type=name), positional, keywords)
    if name in MADE:
        return Value(type=MADE[name])
    if find_type(name) is not None:
        return Value(type=name)
    return made_by(name) or instance_of(name) or UNKNOWN


def _pool(
    name: str, made: Value, positional: tuple[Value, ...], keywords: Keywords, *, threading: bool = False
) -> Value:
    position, keyword = POOLS[name]
    given = dict(keywords).get(keyword) or (positional[position] if len(positional) > position else None)
    number = given.number if given is not None else ONE if name.endswith("Semaphore") else None
    if number is not None and number.likely < 0:
        number = None  # as many as there are cores
    return replace(made, type=kind_of_pool(name, dict(keywords), threading=threading), number=number)


def _consume_all(act: Activation, bound: Bound, fact: Fact | None) -> None:
    """Run the lazy iterables that the call exhausts: the one the fact names, else all (someone must run them)."""
    if fact is not None and fact.consumes is not None:
        value = bound.get(fact.consumes)
        if value is None and bound.positional:
            value = bound.positional[0]
        if value is not None:
            act.consume(value)
            return
    if fact is not None and fact.name == "next" and bound.positional:
        act.take_one(bound.positional[0])
    elif fact is not None and (bound.receiver is None or bound.receiver.type not in ("list", "set", "dict")):
        for _, value in bound.parameters:
            act.consume(value)
        for value in bound.positional[len(fact.parameters) :]:
            act.consume(value)
    elif fact is None:
        for value in (*bound.positional, *(v for _, v in bound.parameters)):
            act.consume(value)
