"""What decorators and base classes keep: handlers, classes; and with `@area.register` what takes a generic function's place."""

from __future__ import annotations

from itertools import takewhile

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation
from gillint.resolve.annotations import annotated, evaluate_text
from gillint.resolve.calling.decorators import apply_to
from gillint.resolve.calling.special import instance_of
from gillint.resolve.expressions import evaluate, lookup
from gillint.resolve.objects.attributes import attribute_value
from gillint.resolve.scope import ClassScope
from gillint.resolve.tables import Function
from gillint.resolve.values import ClassRef, FunctionRef, PartialRef, Value, options_of
from gillint.syntax import tree as t
from gillint.syntax.outline import ClassOutline, FunctionOutline, Outline
from gillint.syntax.parse import Syntax, dotted

_GENERIC = ("singledispatch", "singledispatchmethod")


def generic_of(act: Activation, function: Function) -> str | None:
    """The key of the function for which a decorator registers this one: `@area.register`."""
    tree = function.parsed()
    for decorator in tree.decorators if isinstance(tree, t.Function) else ():
        named = decorator.function if isinstance(decorator, t.Call) else decorator
        base, _, last = dotted(named).rpartition(".")
        if last != "register" or not base or "." in base:
            continue
        if function.owner is not None and base in function.owner.methods:
            return f"{function.owner.key}.{base}"
        found = lookup(act, base).reference
        return found.key if isinstance(found, FunctionRef) else None
    return None


def is_generic(function: Function) -> bool:
    """Whether a function is one that others are registered for."""
    tree = function.parsed() if function.is_decorated else None
    return isinstance(tree, t.Function) and any(dotted(d).rpartition(".")[2] in _GENERIC for d in tree.decorators)


def types_of(act: Activation, function: Function) -> tuple[str, ...]:
    """The types for which it is registered: what is passed to the decorator, or the annotation of its first parameter."""
    tree = function.parsed()
    if not isinstance(tree, t.Function):
        return ()
    given = [a.value for d in tree.decorators if isinstance(d, t.Call) for a in d.arguments[:1]]
    if given:
        with act.nested():
            made = instance_of(evaluate(act, given[0]))
        found: tuple[Value, ...] = (made,) if made is not None else ()
    else:
        place = int(function.is_method)
        found = options_of(annotated(act, tree.parameters[place].annotation)) if len(tree.parameters) > place else ()
    return tuple(v.type for v in found if v.type is not None)


_HOOK = "__init_subclass__"


def kept_by_others(outline: Outline) -> list[ClassOutline]:
    """The classes at the top level that somebody is given when they are made: a decorator, a base class that asks for them."""
    asked = any(f.name == _HOOK for f in outline.functions)
    return [c for c in outline.classes if "." not in c.qualname and (c.decorators or (asked and c.bases))]


def made_class(act: Activation, owner: ClassScope) -> None:
    """A class has been made: its decorators are given it, and `__init_subclass__` of the first base that has one."""
    from gillint.resolve.calling.calls import apply

    itself = Value(type="type", reference=ClassRef(owner.key))
    for text in owner.outline.decorators if owner.outline is not None else ():
        if is_own_decorator(act, text.split("(", 1)[0]):
            with act.nested():
                apply_to(act, evaluate_text(act, text), itself, Span(1, 1, 1, 1))
    prepared = act.program.class_of(owner.key) or owner
    base = next((c for c in act.program.resolution_order(prepared)[1:] if _HOOK in c.methods), None)
    hook = act.program.attribute(base, _HOOK, itself) if base is not None else None
    if hook is not None:
        with act.nested():
            apply(act, hook, (), (), Span(1, 1, 1, 1), _HOOK)


def is_own_decorator(act: Activation, text: str) -> bool:
    """Whether a decorator is a function or a class of the project."""
    if not text.replace(".", "").replace("_", "").isalnum():
        return False
    return isinstance(dotted_value(act, text).reference, (FunctionRef, ClassRef, PartialRef))


def dotted_value(act: Activation, text: str) -> Value:
    """What a dotted name stands for: `area.Shape`, `Shape[int]`."""
    first, *rest = text.split("[", 1)[0].split(".")
    value = lookup(act, first)
    for name in rest:
        value = attribute_value(act, value, name)
    return value


def decorators_of(syntax: Syntax, function: FunctionOutline) -> list[str]:
    """The decorators of a function or a method, without what is passed to them; those that begin a line."""
    above = takewhile(lambda line: line.lstrip().startswith("@"), syntax.lines[function.lines.first - 1 :])
    return [line.strip()[1:].split("(", 1)[0] for line in above]


def registers(syntax: Syntax) -> bool:
    """Whether something at the top level of a file is decorated by something that may keep it."""
    outline = syntax.outline
    decorators = [d for c in outline.classes if "." not in c.qualname for d in c.decorators]
    decorators.extend(d for f in outline.functions if f.owner is None for d in decorators_of(syntax, f))
    return any(d.split("(", 1)[0].rsplit(".", 1)[-1] not in _KEEPS_NOTHING for d in decorators)


_KEEPS_NOTHING = {
    "dataclass", "total_ordering", "lru_cache", "cache", "contextmanager", "asynccontextmanager", "wraps", "overload",
    "singledispatch", "unique", "final", "runtime_checkable", "njit", "jit", "fixture", "deprecated", "coroutine",
}  # fmt: skip
