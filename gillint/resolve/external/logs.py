"""What a logging call does: nothing where its level is off, else what the handlers do that the program has added."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.external.peers import around
from gillint.resolve.objects.attributes import attribute_value
from gillint.resolve.scope import Configured
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import NONE, FunctionRef, SymbolRef, Value
from gillint.syntax import tree as t

Keywords = tuple[tuple[str, Value], ...]

_LEVELS = {"NOTSET": 0, "DEBUG": 10, "INFO": 20, "WARNING": 30, "WARN": 30, "ERROR": 40, "CRITICAL": 50, "FATAL": 50}
_ROOT = 30  # the level of the root logger where nobody sets another
_METHODS = {name.lower(): level for name, level in _LEVELS.items() if level} | {"exception": 40}
_ADAPTER = "logging.LoggerAdapter"
_OWNERS = ("logging", "logging.Logger", _ADAPTER)
_CALLS = {f"{owner}.{method}": level for owner in _OWNERS for method, level in _METHODS.items()}
_CONFIGURES = {"basicConfig", "addHandler", "dictConfig", "fileConfig", "setLevel", "handlers", "disable"}
_LEVEL_SETTERS = frozenset({"basicConfig", "setLevel"})
_SETS = ("logging.Logger.setLevel", "logging.basicConfig")
_OFF, _HANDED_ON, _IN_MEMORY = "logging.Logger.debug", "logging.Logger.callHandlers", "logging.StreamHandler.emit"
_RECORD = Value(type="logging.LogRecord")
_MESSAGE = Value(type="str")
_SILENT = "logging.NullHandler"
_OF_THE_LIBRARY = (
    "logging.FileHandler", "logging.handlers.RotatingFileHandler", "logging.handlers.MemoryHandler",
    "logging.handlers.QueueHandler",
)  # fmt: skip
# What a program plugs in, and the method of it that is called for each record.
_PLUGS = {"setFormatter": "format", "addFilter": "filter"}


def logged(
    act: Activation, name: str, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """What is done in place of a logging call, or None where nothing tells more than the fact; configuration is noted."""
    known = act.program.configured()
    if name in _SETS:
        if act.program.is_idle:
            return None
        given = dict(keywords).get("level", positional[0] if positional and name != "logging.basicConfig" else None)
        known[span] = Configured(_level(given) if given is not None else _ROOT)
        return None
    if name == "logging.Logger":  # made by itself, and so below no other: all levels are on
        given = dict(keywords).get("level", positional[1] if len(positional) > 1 else None)
        known[span] = Configured(_level(given) if given is not None else _LEVELS["NOTSET"])
        return None
    if name == "logging.Logger.addHandler" and positional:
        known[span] = Configured(handler=positional[0])
        return None
    plugged = _PLUGS.get(name.rpartition(".")[2])
    if plugged is not None and positional:
        if (own := _own(act, positional[0], plugged)) is not None:
            known[span] = Configured(plug=own)
        return None
    level = _CALLS.get(name)
    if level is None:
        return None
    if name.startswith(_ADAPTER) and receiver is not None and (process := _own(act, receiver, "process")) is not None:
        _apply(act, process, (positional[0] if positional else _MESSAGE, Value(type="dict")), span, "process")
    least = _least(act)
    bound = Bound(receiver, positional, (("msg", positional[0]),) if positional else ())
    if least is not None and level < least:
        act.emit(Call(span, act.path, name, "library", bound, find_fact(_OFF), result=NONE))
        return NONE
    for plug in (c.plug for c in known.values()):
        if plug is not None:
            _apply(act, plug, (_RECORD,), span, "format")
    handlers = [c.handler for c in known.values() if c.handler is not None]
    emits = [_emitter(act, handler) for handler in handlers]
    if not handlers or any(e is None for e in emits):
        return None
    _emit(act, _HANDED_ON, bound, span)
    for handler, emit in zip(handlers, emits, strict=True):
        if isinstance(emit, Value):
            _apply(act, emit, (_RECORD,), span, "emit")
        elif emit is not None and emit != _SILENT:
            _emit(act, emit, Bound(handler, (_RECORD,)), span)
    return NONE


def _least(act: Activation) -> int | None:
    """The least level that is on; None where that is not known."""
    said = around(act.scope).methods & _CONFIGURES
    if not said:
        return _ROOT if act.program.is_alone or _is_program(act) else None
    levels = [c.level for c in act.program.configured().values() if c.handler is None and c.plug is None]
    if not levels and not said - _LEVEL_SETTERS and act.program.is_alone and _is_never_called(act):
        return _ROOT
    if said & {"dictConfig", "fileConfig", "disable"} or (not levels and said & _LEVEL_SETTERS):
        return None
    known = [level for level in levels if level is not None]
    return min(known, default=_ROOT) if len(known) == len(levels) else None


def _is_never_called(act: Activation) -> bool:
    """Whether what would set a level is in functions that nothing calls: `set_debug()`, for those who import the module."""
    outline = act.scope.syntax.outline
    called = outline.calls.union(*(f.calls - {f.name} for f in outline.functions))
    setting = [f for f in outline.functions if f.calls & _LEVEL_SETTERS]
    return not outline.calls & _LEVEL_SETTERS and not any(f.name in called for f in setting)


def _is_program(act: Activation) -> bool:
    from gillint.resolve.control.likelihood import is_main_guard

    return any(isinstance(s, t.If) and is_main_guard(s.test) for s in act.scope.syntax.statements())


def _level(value: Value) -> int | None:
    if isinstance(value.reference, SymbolRef):
        return _LEVELS.get(value.reference.name.removeprefix("logging."))
    constant = value.literal.value if value.literal is not None else None
    if isinstance(constant, str):
        return _LEVELS.get(constant.upper())
    return constant if isinstance(constant, int) else None


def _emitter(act: Activation, handler: Value) -> Value | str | None:
    """The program's own `emit`, or the name of the library's, or that of a handler that writes nowhere; None where neither
    is known."""
    if act.program.class_of(handler.type) is not None:
        return _own(act, handler, "emit")
    if handler.type == _SILENT:
        return _SILENT
    if handler.type in _OF_THE_LIBRARY:
        return f"{handler.type}.emit"
    stream = handler.element
    return _IN_MEMORY if stream is not None and stream.type == "io.StringIO" else None


def _own(act: Activation, value: Value, method: str) -> Value | None:
    """The program's own method of something it gives to the library; a function is its own."""
    if isinstance(value.reference, FunctionRef):
        return value
    if act.program.class_of(value.type) is None:
        return None
    found = attribute_value(act, value, method)
    return found if isinstance(found.reference, FunctionRef) else None


def _apply(act: Activation, function: Value, arguments: tuple[Value, ...], span: Span, name: str) -> None:
    from gillint.resolve.calling.calls import apply

    apply(act, function, arguments, (), span, name)


def _emit(act: Activation, name: str, bound: Bound, span: Span) -> None:
    act.emit(Call(span, act.path, name, "library", bound, find_fact(name), result=NONE))
