"""What statements do to the variables in sight and to the trace."""

from __future__ import annotations

from collections.abc import Callable

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, ZERO
from gillint.frozen import replace
from gillint.knowledge.base import find_fact, libraries_of
from gillint.resolve.activation import Activation
from gillint.resolve.annotations import annotated, is_type_alias
from gillint.resolve.assumed import RARE
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.calling.compat import GONE
from gillint.resolve.calling.handovers import THREADING_BACKEND
from gillint.resolve.calling.library_calls import library
from gillint.resolve.calling.submissions import await_value
from gillint.resolve.contexts import TRANSACTION, entered, left
from gillint.resolve.control.branching import choose, rest
from gillint.resolve.control.classtests import asked as asks_for_class
from gillint.resolve.control.emptying import held_short, is_drained, note_emptied, once_in
from gillint.resolve.control.failures import fails
from gillint.resolve.control.interpreters import OF_OTHER_SYSTEMS
from gillint.resolve.control.likelihood import (
    failing_of,
    is_made_already,
    is_main_guard,
    makes_once,
    shares,
    until_changed,
)
from gillint.resolve.control.loops import run_for, run_while
from gillint.resolve.control.matching import run_match
from gillint.resolve.control.narrowing import asks_for_rank, asks_in_vain, behind_guard, decided, narrowed
from gillint.resolve.control.passed import asks_what_was_passed
from gillint.resolve.control.remaking import until_given_up
from gillint.resolve.control.switches import until_switched
from gillint.resolve.control.topping import every_so_often, filled_up
from gillint.resolve.control.turns import (
    ends_the_program,
    leaves,
)
from gillint.resolve.displays import sequence
from gillint.resolve.expressions import evaluate
from gillint.resolve.external.commands import begun_as
from gillint.resolve.importing import bind_import
from gillint.resolve.iterating import awaited_unknown
from gillint.resolve.joining import join
from gillint.resolve.locks import LOCKS
from gillint.resolve.numeric.ranks import learn_from_unpacking
from gillint.resolve.objects.aliases import note_alias, place_of
from gillint.resolve.objects.filling import growth
from gillint.resolve.objects.growing import added_elsewhere, growth_of_each
from gillint.resolve.objects.keys import DICTS, changes_keys, updated, without
from gillint.resolve.objects.lengthening import NEVER_CHANGED, made_longer
from gillint.resolve.objects.unspoken import truth
from gillint.resolve.opaque import is_vague
from gillint.resolve.operators import binary, operator_fact
from gillint.resolve.targets import bind, change_target, declare, put_back, store_attribute, write_target
from gillint.resolve.text.texts import ANY, NOTHING, unknown
from gillint.resolve.trace import Await, Lock
from gillint.resolve.values import NONE, UNKNOWN, AliasRef, Literal, SymbolRef, UndefinedRef, Value, is_known, text_of
from gillint.syntax import tree as t
from gillint.syntax.parse import dotted
from gillint.syntax.walk import key_of, mentioned, names_in, statements


def run(act: Activation, body: t.Body) -> float:
    """Run statements in order: how often their end is reached."""
    for number, statement in enumerate(body):
        if not act.program.spend():
            break
        reach = _RUN[type(statement)](act, statement)
        if reach is not None and reach < 1.0:
            return rest(act, run, body[number + 1 :], reach)
    return 1.0


def _evaluate(act: Activation, node: t.Evaluate) -> float | None:
    value = evaluate(act, node.value)
    if value.type not in ("coroutine", "awaitable"):
        lazy = act.lazy_of(value)
        if lazy is not None:
            act.start(value)  # a generator that is thrown away does nothing
    return 0.0 if ends_the_program(node) is not None else None


def _assign(act: Activation, node: t.Assign) -> None:
    longer = made_longer(act, node)
    if longer is not None:
        _augment(act, longer, anew=not isinstance(node.value, t.Binary) or node.value.right is not longer.value)
        return
    if node.annotation is not None and node.value is not None and is_type_alias(act, node.annotation):
        for target in node.targets:
            bind(act, target, Value(type="type", reference=AliasRef(annotated(act, node.value))))
        return
    known = annotated(act, node.annotation) if node.annotation is not None else UNKNOWN
    value = _assigned(act, node) if node.value is not None else known
    if (not is_known(value) or value.type == "NoneType" or is_vague(value.type)) and is_known(known):
        value = known  # `x: Client | None = None`: it will be one
    elif value.element is None and known.element is not None and value.type == known.type:
        value = replace(value, element=known.element, items=value.items or known.items)
    for target in node.targets:
        begun = act.born.get(target.id) if isinstance(target, t.Name) and _is_trimmed(target.id, node.value) else None
        if act.loops and isinstance(target, t.Subscript) and _counts(target, node.value):
            put_back(act, target, value)
        else:
            bind(act, target, value)
        if begun is not None and isinstance(target, t.Name):
            act.born[target.id] = begun
        if is_known(known):
            declare(act, target, known)
    note_alias(act, node, value)


def _counts(target: t.Subscript, value: t.Expr | None) -> bool:
    """`seen[word] = seen.get(word, 0) + 1`, which is `seen[word] += 1`: most keys come again."""
    old = value.left if isinstance(value, t.Binary) else None
    if not isinstance(old, t.Call) or not isinstance(old.function, t.Attribute) or not old.arguments:
        return False
    place, key = key_of(target.value), key_of(target.index)
    same = key_of(old.function.value) == place and key_of(old.arguments[0].value) == key
    return old.function.name == "get" and place is not None and key is not None and same


def _is_trimmed(name: str, value: t.Expr | None) -> bool:
    """`text = text[:end]`: what was collected from turn to turn is still there."""
    cut = value.index if isinstance(value, t.Subscript) else None
    whole = value.value if isinstance(value, t.Subscript) else None
    return isinstance(cut, t.Slice) and cut.lower is None and isinstance(whole, t.Name) and whole.id == name


def _assigned(act: Activation, node: t.Assign) -> Value:
    """The value of an assignment; `a, b = b, a` makes no tuple."""
    value, target = node.value, node.targets[0]
    assert value is not None
    learn_from_unpacking(act, target, value)
    if isinstance(value, t.Sequence) and isinstance(target, t.Sequence) and len(node.targets) == 1:
        in_turn = len(value.elements) in (2, 3) and len(target.elements) == len(value.elements)
        return sequence(act, value, built=not in_turn)
    answer = decided(act, value) if asks_for_class(value) else None  # `single = isinstance(x, float)`
    found = evaluate(act, value)
    return found if answer is None else replace(found, type="bool", literal=Literal(answer))


def _augment(act: Activation, node: t.Augment, *, anew: bool = False) -> None:
    """`x += y`; `anew`: by an expression that copies both, `x = y + x`."""
    act.operation("augmented")
    old = evaluate(act, node.target)
    value = evaluate(act, node.value)
    copied = anew or (old.type == "str" and not _grows_in_place(act, node.target))
    in_place = None if copied else operator_fact(act, old, f"__i{node.operator}__", (value,), node.span)
    if in_place is not None:
        result = in_place
    else:
        half = (
            _half_grown(act, node.target, old, value) if node.operator == "add" and old.type in NEVER_CHANGED else old
        )
        result = binary(act, half, node.operator, value, node.span)
    if (
        node.operator == "add"
        and old.type in _SEQUENCES
        and old.type == (value.type if result.type is None else result.type)
    ):
        result = _lengthened(act, node, old, value, result)
    elif node.operator == "or" and old.type == "set" and value.type == "set":
        result = _united(act, node, old, value)
    elif node.operator == "or" and old.type in DICTS:
        result = updated(act, node.target, old, value)
    if isinstance(node.target, t.Name):
        write_target(act, node.target, result)
    elif isinstance(node.target, t.Attribute):
        store_attribute(act, node.target, result)
    elif isinstance(node.target, t.Subscript):
        put_back(act, node.target, result)


def _grows_in_place(act: Activation, target: t.Expr) -> bool:
    """Whether `+=` makes a text longer where it stands, as the interpreter does for a function's own variable."""
    if not isinstance(target, t.Name) or not isinstance(act.body, t.Function):
        return False
    return target.id not in act.globals and target.id not in act.nonlocals


def _half_grown(act: Activation, target: t.Expr, old: Value, added: Value) -> Value:
    """What is copied each time that a text or a tuple becomes longer: half of what it will be, on average."""
    before, turns = growth_of_each(act, target, old)
    if turns == ONE:
        return old
    return replace(old, size=before + size_of(added) * turns * 0.5, text=None, literal=None, items=None)


_SEQUENCES = ("str", "bytes", "bytearray", "list", "tuple")
_BUFFERS = ("str", "bytes", "bytearray")


def _lengthened(act: Activation, node: t.Augment, old: Value, added: Value, result: Value) -> Value:
    """`text += piece`: longer by a piece for each turn of the loops around."""
    before, turns = growth_of_each(act, node.target, old)
    if added.type is None and added.size is None:  # what the function that is running itself gives, say
        return replace(result, type=old.type, size=None, text=None, literal=None, items=None)
    if turns != ONE and old.type in _BUFFERS and is_drained(act, node.target):
        before, turns = ZERO, ONE
    piece = text_of(added) or unknown(size_of(added))
    text = (text_of(old) or (ANY if turns == ONE else NOTHING)).plus(piece.each(turns))
    element = join(old.element, element_of(added)) if old.element is not None else element_of(added)
    more = size_of(added) * turns
    if isinstance(node.target, t.Name):
        before = before + added_elsewhere(act, node.target.id, node, more)
    size = before + more
    source = begun_as(old) if old.type == "list" else result.source
    return replace(
        result,
        type=old.type,
        size=size,
        shape=None,
        text=text,
        element=element,
        literal=None,
        items=None,
        source=source,
    )


def _united(act: Activation, node: t.Augment, old: Value, added: Value) -> Value:
    """`found |= more`: members of both, as often as that is done."""
    before, turns = growth(act, node.target, old)
    element, more = element_of(added), size_of(added) * turns
    size = before + (more.min(element.distinct) if element.distinct is not None else more)
    return replace(
        old, size=size, element=join(old.element, element) if old.element is not None else element, items=None
    )


def _return(act: Activation, node: t.Return) -> float:
    act.returns.append((evaluate(act, node.value) if node.value is not None else NONE, act.chance))
    return 0.0


def _raise(act: Activation, node: t.Raise) -> float:
    act.operation("raise")
    if not isinstance(node.value, t.Call):
        if node.value is not None:
            evaluate(act, node.value)
        return 0.0
    with act.nested():
        kind = evaluate(act, node.value.function)
    if _is_other(kind):  # whatever it is, it is an exception
        arguments = tuple(evaluate(act, a.value) for a in node.value.arguments)
        library(act, "Exception", None, arguments, (), node.value.span, assumed=True)
    else:
        evaluate(act, node.value)
    return 0.0


def _is_other(kind: Value) -> bool:
    """Whether nothing is known of a class."""
    ref = kind.reference
    if isinstance(ref, SymbolRef):
        return find_fact(ref.name) is None
    return ref is None or isinstance(ref, UndefinedRef)


def _jump(act: Activation, node: t.Jump) -> float | None:
    if node.kind == "global":
        act.globals.update(node.names)
    elif node.kind == "nonlocal":
        act.nonlocals.update(node.names)
    return 0.0 if node.kind in ("continue", "break") else None


def _delete(act: Activation, node: t.Delete) -> None:
    for target in node.targets:
        if isinstance(target, t.Name):
            act.environment.pop(target.id, None)
        elif isinstance(target, t.Subscript):
            container, index = evaluate(act, target.value), evaluate(act, target.index)
            if operator_fact(act, container, "__delitem__", (index,), target.span) is None:
                act.operation("store_subscript")
            if changes_keys(container, "pop"):
                place = place_of(act, target.value)
                change_target(act, place, without(act, place, container, index))


def _assert(act: Activation, node: t.Assert) -> None:
    act.operation("branch")
    truth(act, evaluate(act, node.test), node.span)
    act.environment.update(narrowed(act, node.test, holds=True))


def _if(act: Activation, node: t.If) -> float:
    if is_main_guard(node.test) or (isinstance(node.test, t.Name) and node.test.id == "TYPE_CHECKING"):
        return run(act, node.body)
    act.operation("branch")
    tested = evaluate(act, node.test)
    truth(act, tested, node.test.span)
    known = (narrowed(act, node.test, holds=True), narrowed(act, node.test, holds=False))
    if leaves(node.body):
        known = (known[0], {**behind_guard(act, node.test), **known[1]})
    arms, holds = (node.body, node.orelse), decided(act, node.test)
    if holds is None and _begins_in_vain(act, node.body) and not known[0]:
        holds = False
    remade = until_given_up(act, node)
    if holds is not None and (remade is not None or makes_once(act, node) or is_made_already(act, node)):
        holds = None  # so it was the first time, and only then
    names = mentioned(node.test) & act.environment.keys()
    is_sure = (
        bool(act.given)
        or bool(names and names <= act.fixed)
        or asks_for_rank(node.test)
        or asks_what_was_passed(act, node.span.line, names)
    )
    taken = None if holds is None or (leaves(arms[not holds]) and not is_sure) else int(not holds)
    if taken is not None and fails(arms[taken]):
        taken = None  # a program that always fails is not run: something about the values is not as it seems
    filled = filled_up(act, node)
    period = once_in(act, node) or until_changed(act, node) or until_switched(act, node) or remade
    period = period or (every_so_often(act, *filled) if filled is not None else None)
    longest = note_emptied(act, node, period)
    if period is not None:  # they do not become longer than that
        held = {n: act.environment[n] for n in longest if n in act.environment}
        shorter = {n: replace(value, size=size_of(value).min(longest[n])) for n, value in held.items()}
        known = ({**shorter, **known[0]}, {**shorter, **known[1]})
    parts = shares(act, node, tested, period)
    is_told = _compares_text(node.test) or (
        isinstance(node.test, t.Subscript) and not act.open
    )  # `if settings["gzip"]:`
    if taken is None and holds is None and 0.0 in parts and not act.loops and is_told:
        never = parts.index(0.0)  # `path == ":memory:"` of a path that ends otherwise
        taken = 1 - never if is_sure or not leaves(arms[never]) else None
    reached = choose(act, run, arms, parts, known, taken, seldom=period is not None)
    _hold_short(act, held_short(act, node) or filled)
    return reached


def _hold_short(act: Activation, short: tuple[str, float] | None) -> None:
    """A variable is no longer than that from here on."""
    if short is not None and short[0] in act.environment:
        buffer = act.environment[short[0]]
        act.environment[short[0]] = replace(buffer, size=size_of(buffer).min(short[1]))


def _while(act: Activation, node: t.While) -> None:
    run_while(act, node)
    _hold_short(act, held_short(act, node))


def _compares_text(test: t.Expr) -> bool:
    """`path == ":memory:"`, alone or beside other tests."""
    if isinstance(test, t.Boolean):
        return any(map(_compares_text, test.values))
    right = test.rights[0] if isinstance(test, t.Compare) else None
    return isinstance(right, t.Constant) and isinstance(right.value, str)


def _with(act: Activation, node: t.With) -> float:
    locks: list[tuple[Value, Span]] = []
    entered_all: list[tuple[Value, Span, bool]] = []
    for expression, target in node.items:
        act.operation("with")
        value = evaluate(act, expression)
        if node.is_async and isinstance(expression, t.Call):
            awaited_unknown(act, expression.span)
        if value.type in ("awaitable", "coroutine"):
            act.emit(Await(expression.span))
            value = await_value(act, value, expression.span)
        given = entered(act, value, expression.span, is_async=node.is_async)
        if value.type in LOCKS and isinstance(expression, (t.Name, t.Attribute)):
            locks.append((value, expression.span))
            act.emit(Lock(expression.span, act.path, value, is_taken=True))
        closes = isinstance(expression, t.Call) and dotted(expression.function) in ("closing", "contextlib.closing")
        entered_all.append((value, expression.span, closes))
        if target is not None:
            bind(act, target, given)
    before = len(act.builder.nodes)
    begun = sum(value.type == TRANSACTION for value, _, _ in entered_all)
    threaded = sum(value.type == THREADING_BACKEND for value, _, _ in entered_all)
    act.program.transactions += begun
    act.program.threading_backends += threaded
    reach = run(act, node.body)
    act.program.threading_backends -= threaded
    act.program.transactions -= begun
    for value, span, closes in reversed(entered_all):
        left(act, value, span, act.builder.nodes[before:], closes=closes)
    for value, span in locks:
        act.emit(Lock(span, act.path, value, is_taken=False))
    return max(reach, RARE)  # `with suppress(OSError): return ...`


def _try(act: Activation, node: t.Try) -> float:
    act.operation("try")
    always = _without_python_2(act, node) or _without_attribute(act, node) or _without_module(node)
    if always is not None:
        reach = run(act, always.body)
        run(act, node.final)
        return reach
    reach = run(act, node.body)
    fallback = tuple(h for h in node.handlers if _catches_import_error(h))
    for handler in fallback:  # the module of the `try` is the one that is meant; the other one stands in for it
        kept = dict(act.environment)
        run(act, handler.body)
        instead = {n for n, v in kept.items() if _is_of_nobody(v) and not _is_of_nobody(act.environment[n])}
        act.environment.update((n, v) for n, v in kept.items() if n not in instead)
    caught = 0.0
    if len(fallback) < len(node.handlers):
        for handler in node.handlers:
            if handler.name is not None:
                act.environment.setdefault(handler.name, UNKNOWN)
        arms = tuple(h.body for h in node.handlers if h not in fallback)
        failed = tuple(failing_of(act, node, arm) for arm in arms)
        handled = _handled(node)
        caught = choose(act, handled, ((), *arms), (1.0 - sum(failed), *failed)) - (1.0 - sum(failed))
    reach = rest(act, run, node.orelse, reach) + max(0.0, caught)
    run(act, node.final)
    return min(1.0, reach)


def _handled(node: t.Try) -> Callable[[Activation, t.Body], float]:
    """How the handlers of a `try` are run: each knows what it caught, and has caught it."""
    is_raised_here = any(isinstance(s, t.Raise) for s in statements(node.body))

    def run_handler(act: Activation, body: t.Body) -> float:
        handler = next((h for h in node.handlers if h.body is body), None)
        if handler is not None and handler.name is not None:
            act.environment[handler.name] = _exception(act, handler.kind)
        if handler is not None and not is_raised_here:
            act.operation("raise")
        return run(act, body)

    return run_handler


def _exception(act: Activation, kind: t.Expr | None) -> Value:
    """What `except kind as e` caught; one of several kinds is an exception."""
    if not isinstance(kind, t.Sequence):
        return annotated(act, kind)
    known = all(annotated(act, k).type is not None for k in kind.elements)
    return Value(type="Exception") if known else UNKNOWN


def _without_python_2(act: Activation, node: t.Try) -> t.Handler | None:
    """The handler that runs on every Python of today, of `try: text = unicode`, `except NameError: text = str`."""
    handler = next((h for h in node.handlers if isinstance(h.kind, t.Name) and h.kind.id == "NameError"), None)
    if handler is None:
        return None
    values = (s.value for s in node.body if isinstance(s, (t.Assign, t.Evaluate)) and s.value is not None)
    asked = GONE.intersection(name for value in values for name in names_in(value))
    return handler if not all(name in act.environment for name in asked) else None


def _begins_in_vain(act: Activation, body: t.Body) -> bool:
    """Whether the first thing that some statements do is to ask for an attribute that is not there."""
    first = body[0]
    value = first.value if isinstance(first, (t.Assign, t.Evaluate, t.Return)) else None
    return value is not None and asks_in_vain(act, value)


def _without_attribute(act: Activation, node: t.Try) -> t.Handler | None:
    """The handler that always runs, of `try: x = x.values`, `except AttributeError: ...`, where `x` is an array."""
    if not _begins_in_vain(act, node.body):
        return None
    return next((h for h in node.handlers if isinstance(h.kind, t.Name) and h.kind.id == "AttributeError"), None)


def _without_module(node: t.Try) -> t.Handler | None:
    """The handler that always runs, of `try: import msvcrt`, `except ImportError: ...`, on the system that is looked at."""
    first = node.body[0]
    if not isinstance(first, t.Import) or first.module.partition(".")[0] not in OF_OTHER_SYSTEMS:
        return None
    return next(filter(_catches_import_error, node.handlers), None)


def _is_of_nobody(value: Value) -> bool:
    """Whether a name is one of a library that nothing is known of: a module of Python 2, or one that is seldom installed."""
    reference = value.reference
    if not isinstance(reference, SymbolRef) or reference.name == "builtins":
        return False
    return next(iter(libraries_of(reference.name))) == "builtins"


def _catches_import_error(handler: t.Handler) -> bool:
    return isinstance(handler.kind, t.Name) and handler.kind.id in ("ImportError", "ModuleNotFoundError")


def _match(act: Activation, node: t.Match) -> float:
    return run_match(act, node, run)


def _function(act: Activation, node: t.Function) -> None:
    act.operation("lambda")
    write_target(act, t.Name(node.span, node.name), act.program.define(node, act))


def _class(act: Activation, node: t.Class) -> None:
    act.environment[node.name] = act.program.local_class(node, act)


# Each gives how often what comes behind it is reached, or None where nothing else can happen.
_RUN: dict[type, Callable[..., float | None]] = {
    t.Evaluate: _evaluate,
    t.Assign: _assign,
    t.Augment: _augment,
    t.Import: bind_import,
    t.Return: _return,
    t.Raise: _raise,
    t.Jump: _jump,
    t.Delete: _delete,
    t.Assert: _assert,
    t.If: _if,
    t.For: run_for,
    t.While: _while,
    t.With: _with,
    t.Try: _try,
    t.Match: _match,
    t.Function: _function,
    t.Class: _class,
}
