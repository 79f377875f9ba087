"""What a library's function calls back: the function that is passed, a method of what is, the steps of a pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.knowledge.conditions import Decision
from gillint.knowledge.expressions import evaluate
from gillint.knowledge.schema import Effect, Fact
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import Answers, element_of
from gillint.resolve.calling.returns import build
from gillint.resolve.numeric.estimators import run_of_steps
from gillint.resolve.objects.attributes import attribute_value
from gillint.resolve.trace import Block, Bound, Branch
from gillint.resolve.values import NONE, UNKNOWN, FunctionRef, LazyRef, MethodRef, PartialRef, SymbolRef, Value


def called_back(
    act: Activation, fact: Fact, decision: Decision, bound: Bound, span: Span
) -> tuple[Block | None, Value | None]:
    """What one call of the function that is passed does, and gives, here: where the call waits, others run it."""
    from gillint.resolve.calling.calls import apply

    steps = run_of_steps(fact.name, bound)
    if steps:
        with act.nested() as builder:
            passed = bound.positional
            for method, table in steps:
                handed = (table, *passed[1:]) if table is not None else passed
                made = apply(act, method, handed, (), span, fact.name)
                passed = (made, *passed[1:]) if table is None else passed
        return builder.finish(), None
    if fact.callback is None or decision.likely.effect is Effect.WAITS:
        return None, None
    functions = [f for path in fact.callback.split(", ") for f in _functions(act, fact, path, bound, span)]
    answers = Answers(fact, bound)
    # An argument that is an element of what was not passed is not there: `np.vectorize(f)(x)` gives `f` one.
    given = [r for r in decision.likely.arguments if r.like is None or answers.value(r.like) is not None]
    arguments = tuple(build(r, answers, bound) for r in given) or _handed_on(fact, bound) or (_first_element(bound),)
    begun = bound.get("initial")
    if begun is not None and begun != NONE and len(arguments) == _FOLDS:
        arguments = (begun, arguments[1])
        steps_through = _steps(bound)
        if steps_through and len(functions) == 1:
            return _one_by_one(act, functions[0], begun, steps_through, span, fact.callback)
    if fact.name.startswith("scipy."):
        arguments = (*arguments, *_further(bound.get("args")))
    known = [f for f in functions if not isinstance(f.reference, LazyRef)]
    known = [f for f in known if f.reference is not None or act.program.class_of(f.type) is not None]
    if not known:
        return None, None
    result: Value | None = None
    with act.nested() as builder:
        turns = evaluate(decision.likely.calls, answers).max(0)
        act.loops.append(turns)
        for function in known:
            called = _of_what_was_made(function, result)
            grown = _grown(act, called, arguments, turns, span) if fact.name in _FOLDING else None
            result = apply(act, called, (grown[0], *arguments[1:]) if grown else arguments, (), span, fact.callback)
            result = grown[1] if grown else result
        act.loops.pop()
    return builder.finish(), result


def _grown(
    act: Activation, function: Value, arguments: tuple[Value, ...], turns: Estimate, span: Span
) -> tuple[Value, Value] | None:
    """What a fold has made when it is half done, and in the end, where each step adds as much: `reduce(operator.add, lists)`."""
    from gillint.resolve.calling.calls import apply

    begun, *rest = arguments
    if begun.type not in _LENGTHENING:
        return None
    with act.nested():
        once = apply(act, function, arguments, (), span, "")
        twice = apply(act, function, (once, *rest), (), span, "")
    if not begun.type == once.type == twice.type or begun.size is None or once.size is None or twice.size is None:
        return None
    added = Estimate.point(once.size.likely - begun.size.likely)
    if added.likely <= 0 or abs((twice.size.likely - once.size.likely) - added.likely) > 0.01 * added.likely:
        return None
    half, whole = (
        replace(once, size=begun.size + added * part, shape=None, items=once.items if once.type == "dict" else None)
        for part in (turns / 2, turns)
    )
    return half, whole


_FOLDING = ("functools.reduce", "itertools.accumulate")
_LENGTHENING = ("list", "tuple", "set", "dict", "str", "bytes")


def _of_what_was_made(function: Value, made: Value | None) -> Value:
    """A method of what the one before gave back, where that is its object: `estimator.fit`, then `score` of what is fitted."""
    method = function.reference
    if made is None or not isinstance(method, MethodRef) or made.type != method.receiver.type:
        return function
    return replace(function, reference=replace(method, receiver=made))


def _steps(bound: Bound) -> tuple[Value, ...]:
    """The functions that a fold goes through, one after the other; none where it goes through something else."""
    items = (bound.get("iterable") or UNKNOWN).items or ()
    return items if all(isinstance(i.reference, (FunctionRef, PartialRef, SymbolRef)) for i in items) else ()


def _one_by_one(
    act: Activation, function: Value, begun: Value, steps: tuple[Value, ...], span: Span, text: str
) -> tuple[Block, Value]:
    """Each step is given what the one before has made; one call of the function that folds takes one of them."""
    from gillint.resolve.calling.calls import apply

    arms, made = [], begun
    for step in steps:
        with act.nested() as builder:
            made = apply(act, function, (made, step), (), span, text)
        arms.append(builder.finish())
    return Block((), (Branch(tuple(arms)),)), made


_FOLDS = 2  # what a function that folds takes: `functools.reduce(lambda rows, step: step(rows), steps, rows)`
# In place of a parameter: all arguments that are passed under names of their own.
_NAMED = "**"


def _functions(act: Activation, fact: Fact, path: str, bound: Bound, span: Span) -> Iterator[Value]:
    """What is called back; in place of one function there may be several in a list, a dict or a tuple."""
    if path == _NAMED:
        given: Iterable[Value | None] = (v for k, v in bound.parameters if k not in fact.parameters)
    else:
        given = (_function(act, path, bound, span),)
    for value in given:
        if value is None or value.reference is not None or (path != _NAMED and value.type not in _SEVERAL):
            yield from (value,) if value is not None else ()
            continue
        members = (*(value.items or ()), *(v for _, v in value.columns or ()))
        inside = (m for member in members for m in (member, *(member.items or ())))
        yield from (m for m in inside if isinstance(m.reference, (FunctionRef, PartialRef)))


_SEVERAL = ("list", "dict", "tuple")


def _handed_on(fact: Fact, bound: Bound) -> tuple[Value, ...]:
    """What a function gets as it was passed: `model(x, mask)` is `model.forward(x, mask)`, `context.run(f, x)` is `f(x)`."""
    if _stands_for_another(fact):
        return bound.positional
    return bound.positional[len(fact.parameters) :] if fact.parameters[-1:] == (fact.callback,) else ()


def gives_what_it_calls(fact: Fact, given: Value, result: Value) -> bool:
    """Whether a call gives what the function that it calls back does: another method of the same object, or a fold's."""
    if fact.name == "functools.reduce":
        return given.type in _LENGTHENING
    return result == UNKNOWN and _stands_for_another(fact)


def _stands_for_another(fact: Fact) -> bool:
    """Whether a method does, and gives, what another one of the same object does."""
    return fact.name.endswith(".__call__") and (fact.callback or "").startswith("self.")


def _further(given: Value | None) -> tuple[Value, ...]:
    """What scipy hands to the function behind its own arguments: `minimize(f, x0, args=(a, b))`."""
    if given is None or given == NONE:
        return ()
    return given.items or () if given.type == "tuple" else (given,)


def _function(act: Activation, path: str, bound: Bound, span: Span) -> Value | None:
    """The function that is passed, or a method of what is: `key`, `estimator.fit`, `self.estimator.fit`."""
    parameter, *names = path.split(".")
    function = bound.get(parameter)
    for name in names:
        function = attribute_value(act, function, name, span) if function is not None else None
    return function


def _first_element(bound: Bound) -> Value:
    source = bound.receiver or (bound.positional[0] if bound.positional else UNKNOWN)
    return element_of(source)
