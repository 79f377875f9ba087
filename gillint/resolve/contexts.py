"""What `with value as x` gives, and what entering and leaving do: a lock is taken, a folder removed, a change committed."""

from __future__ import annotations

from collections.abc import Iterable

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.knowledge.base import bases_of, find_fact, find_method, find_type
from gillint.knowledge.schema import Behaviour, Effect, Fact
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import Answers
from gillint.resolve.calling.calls import apply
from gillint.resolve.calling.handovers import JOINS
from gillint.resolve.calling.library_calls import library
from gillint.resolve.calling.returns import build
from gillint.resolve.calling.submissions import await_value
from gillint.resolve.external.databases import COMMIT, commits
from gillint.resolve.locks import LOCKS
from gillint.resolve.operators import operator_fact
from gillint.resolve.trace import Bound, Call, Node
from gillint.resolve.values import NONE, UNKNOWN, Value


def entered(act: Activation, value: Value, span: Span, *, is_async: bool) -> Value:
    """The value that a context manager gives."""
    if value.type is None:
        return value
    lazy = act.start(value)
    if lazy is not None:  # a @contextmanager generator: its body runs around ours
        act.operation("with_generator")
        act.builder.include(lazy.block)
        return value.element or UNKNOWN
    name = "__aenter__" if is_async else "__enter__"
    owner = act.program.class_of(value.type)
    enter = act.program.attribute(owner, name, value) if owner is not None else None
    if enter is not None:
        made = apply(act, enter, (), (), span, name)
        return await_value(act, made, span) if is_async else made
    if owner is None:
        operator_fact(act, value, name, (), span)
    for base in bases_of(value.type):
        info = find_type(base)
        if info is not None and info.context is not None:
            if info.context.like == "self" and info.context.type is None and not info.context.element_of_like:
                return value
            fact = Fact(f"{base}.__enter__", "", (), Behaviour(Effect.HOLDS))
            bound = Bound(value)
            return replace(build(info.context, Answers(fact, bound), bound), text=value.text)
    return value


TRANSACTION = "peewee._atomic"
_FOLDER = "tempfile.TemporaryDirectory"


def left(act: Activation, value: Value, span: Span, done: Iterable[Node], *, closes: bool) -> None:
    """What happens where the body of a `with` ends.

    Args:
        value: what was entered.
        done: what happened in the body.
        closes: it is not the context manager that was entered, but something that only closes it.
    """
    if value.type == _FOLDER:
        library(act, f"{_FOLDER}.cleanup", value, (), (), span)
    elif value.type == TRANSACTION and act.program.transactions:
        return  # a savepoint in another one, which is what commits
    elif not closes and commits(value, done):
        act.emit(Call(span, act.path, COMMIT, "library", Bound(value), find_fact(COMMIT), implicit=True))
        act.program.sql_begun = False
    elif not closes and value.type not in LOCKS and (fact := find_method(value.type or "", "__exit__")) is not None:
        act.emit(Call(span, act.path, fact.name, "library", Bound(value), fact, implicit=True))
    elif f"{value.type}.shutdown" in JOINS:
        act.emit(Call(span, act.path, f"{value.type}.shutdown", "join", Bound(value), implicit=True))
    owner = act.program.class_of(value.type) if value.type is not None else None
    leave = act.program.attribute(owner, "close" if closes else "__exit__", value) if owner is not None else None
    if leave is not None and leave.reference is not None:
        apply(act, leave, () if closes else (NONE, NONE, NONE), (), span, "close" if closes else "__exit__")
