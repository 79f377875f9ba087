"""What a logging call does: nothing where its level is off, else what the handlers do that the program has added."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.attributes import attribute_value
from gillint.resolve.peers import around
from gillint.resolve.scope import Configured
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import NONE, FunctionRef, SymbolRef, Value
from gillint.syntax import tree as t

Keywords = tuple[tuple[str, Value], ...]

_LEVELS = {"NOTSET": 0, "DEBUG": 10, "INFO": 20, "WARNING": 30, "WARN": 30, "ERROR": 40, "CRITICAL": 50, "FATAL": 50}
_ROOT = 30  # the level of the root logger where nobody sets another
_METHODS = {name.lower(): level for name, level in _LEVELS.items() if level} | {"exception": 40}
_CALLS = {f"{owner}.{method}": level for owner in ("logging", "logging.Logger") for method, level in _METHODS.items()}
_CONFIGURES = {"basicConfig", "addHandler", "dictConfig", "fileConfig", "setLevel", "handlers", "disable"}
_SETS = ("logging.Logger.setLevel", "logging.basicConfig")
_OFF, _HANDED_ON, _IN_MEMORY = "logging.Logger.debug", "logging.Logger.callHandlers", "logging.StreamHandler.emit"
_RECORD = Value(type="logging.LogRecord")
_SILENT = "logging.NullHandler"
_ROTATING = "logging.handlers.RotatingFileHandler"


def logged(
    act: Activation, name: str, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """What is done in place of a logging call, or None where nothing tells more than the fact; configuration is noted."""
    known = act.program.configured()
    if name in _SETS:
        given = dict(keywords).get("level", positional[0] if positional and name != "logging.basicConfig" else None)
        known[span] = Configured(_level(given) if given is not None else _ROOT)
        return None
    if name == "logging.Logger.addHandler" and positional:
        known[span] = Configured(handler=positional[0])
        return None
    level = _CALLS.get(name)
    if level is None:
        return None
    least = _least(act)
    bound = Bound(receiver, positional, (("msg", positional[0]),) if positional else ())
    if least is not None and level < least:
        act.emit(Call(span, act.path, name, "library", bound, find_fact(_OFF), result=NONE))
        return NONE
    handlers = [c.handler for c in known.values() if c.handler is not None]
    emits = [_emitter(act, handler) for handler in handlers]
    if not handlers or any(e is None for e in emits):
        return None
    _emit(act, _HANDED_ON, bound, span)
    for handler, emit in zip(handlers, emits, strict=True):
        if isinstance(emit, Value):
            from gillint.resolve.calls import apply

            apply(act, emit, (_RECORD,), (), span, "emit")
        elif handler.type != _SILENT:
            emitted = f"{_ROTATING}.emit" if handler.type == _ROTATING else _IN_MEMORY
            _emit(act, emitted, Bound(handler, (_RECORD,)), span)
    return NONE


def _least(act: Activation) -> int | None:
    """The least level that is on; None where that is not known."""
    said = around(act.scope).methods & _CONFIGURES
    if not said:
        return _ROOT if act.program.is_alone or _is_program(act) else None
    levels = [c.level for c in act.program.configured().values() if c.handler is None]
    if said & {"dictConfig", "fileConfig", "disable"} or (not levels and said & {"setLevel", "basicConfig"}):
        return None
    known = [level for level in levels if level is not None]
    return min(known, default=_ROOT) if len(known) == len(levels) else None


def _is_program(act: Activation) -> bool:
    from gillint.resolve.likelihood import is_main_guard

    return any(isinstance(s, t.If) and is_main_guard(s.test) for s in act.scope.syntax.statements())


def _level(value: Value) -> int | None:
    if isinstance(value.reference, SymbolRef):
        return _LEVELS.get(value.reference.name.removeprefix("logging."))
    constant = value.literal.value if value.literal is not None else None
    if isinstance(constant, str):
        return _LEVELS.get(constant.upper())
    return constant if isinstance(constant, int) else None


def _emitter(act: Activation, handler: Value) -> Value | str | None:
    """The program's own `emit`, or the type of a handler that writes nowhere; None where it is the library's."""
    if act.program.class_of(handler.type) is not None:
        emit = attribute_value(act, handler, "emit")
        return emit if isinstance(emit.reference, FunctionRef) else None
    if handler.type in (_SILENT, _ROTATING):
        return handler.type
    stream = handler.element
    return handler.type if stream is not None and stream.type == "io.StringIO" else None


def _emit(act: Activation, name: str, bound: Bound, span: Span) -> None:
    act.emit(Call(span, act.path, name, "library", bound, find_fact(name), result=NONE))
