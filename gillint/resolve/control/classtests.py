"""Tests of what a value is an instance of: `isinstance(x, (str, bytes))`, `isinstance(x, TEXTS)`, `type(x) is dict`."""

from __future__ import annotations

import builtins
import collections.abc
import numbers
from collections.abc import Callable, Iterator
from functools import reduce

from gillint.frozen import replace
from gillint.knowledge.base import bases_of, find_type
from gillint.resolve.activation import Activation
from gillint.resolve.annotations import annotated
from gillint.resolve.assumed import BUFFERS, FILES
from gillint.resolve.calling.compat import GONE_TYPES
from gillint.resolve.joining import join
from gillint.resolve.nested import parts_of, typical
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.values import AliasRef, ClassRef, SymbolRef, UndefinedRef, Value, is_known, options_of
from gillint.syntax import tree as t

BUILTIN = frozenset({"str", "bytes", "bytearray", "list", "tuple", "dict", "set", "int", "float", "NoneType"})
# Types of which none is another one's; `bool` is an `int`.
_APART = frozenset(BUILTIN | {"pathlib.Path", ARRAY, "pandas.DataFrame", "pandas.Series"})
# Types whose instances are what they are said to be: nobody makes a class of a program of them by the way.
_CONCRETE = _APART | {*FILES, *BUFFERS}


def asked(test: t.Expr) -> tuple[t.Expr, t.Expr] | None:
    """What a test asks for its type, and the types: of `isinstance(x, str)`, `type(x) is str`, `type(x) in (list, tuple)`."""
    if isinstance(test, t.Call) and isinstance(test.function, t.Name) and test.function.id == "isinstance":
        plain = [a.value for a in test.arguments if not a.star]
        return (plain[0], plain[1]) if len(plain) == 2 else None
    if isinstance(test, t.Compare) and test.operators in (("is",), ("eq",), ("contains",)):
        left = test.left
        if isinstance(left, t.Call) and isinstance(left.function, t.Name) and left.function.id == "type":
            return (left.arguments[0].value, test.rights[0]) if len(left.arguments) == 1 else None
    return None


# Where the name under which a class is known is not where it is defined.
_DEFINED = {"pandas.DataFrame": "pandas.core.frame.DataFrame", "pandas.Series": "pandas.core.series.Series"}


def asked_by_name(test: t.Expr) -> tuple[t.Expr, Callable[[str], bool]] | None:
    """What a test asks for the name of its class, and what it asks of that: of `"pandas" in str(type(x))`,
    `type(x).__name__ == "DataFrame"`, `x.__class__.__name__ in ("DataFrame", "Series")`.
    """
    if not isinstance(test, t.Compare) or len(test.operators) != 1:
        return None
    sign, left, right = test.operators[0].removeprefix("not_"), test.left, test.rights[0]
    holds = sign == test.operators[0] != "ne"
    if isinstance(left, t.Constant) and isinstance(left.value, str) and sign == "contains":
        part, named = left.value, _named(right)
        if named is None:
            return None
        subject, spelt = named
        return subject, lambda name: (part in spelt(name)) == holds
    named = _named(left)
    members = right.elements if isinstance(right, t.Sequence) and sign == "contains" else (right,)
    words = [m.value for m in members if isinstance(m, t.Constant)]
    if named is None or len(words) < len(members) or (sign == "contains") != isinstance(right, t.Sequence):
        return None
    subject, spelt = named
    return (subject, lambda name: (spelt(name) in words) == holds) if sign in ("eq", "ne", "contains") else None


def _named(text: t.Expr) -> tuple[t.Expr, Callable[[str], str]] | None:
    """The object of whose class this is the name, and which of its names: `type(x).__name__`, `str(x.__class__)`."""
    if isinstance(text, t.Attribute) and text.name in ("__name__", "__qualname__"):
        subject = _classed(text.value)
        return (subject, lambda name: name.rpartition(".")[2]) if subject is not None else None
    is_printed = isinstance(text, t.Call) and isinstance(text.function, t.Name) and text.function.id in ("str", "repr")
    if isinstance(text, t.Call) and is_printed and len(text.arguments) == 1:
        subject = _classed(text.arguments[0].value)
        return (subject, lambda name: f"<class '{name}'>") if subject is not None else None
    return None


def _classed(made: t.Expr) -> t.Expr | None:
    """`x`, of `type(x)` and `x.__class__`."""
    if isinstance(made, t.Attribute):
        return made.value if made.name == "__class__" else None
    if isinstance(made, t.Call) and isinstance(made.function, t.Name) and made.function.id == "type":
        return made.arguments[0].value if len(made.arguments) == 1 else None
    return None


def is_named(value: Value | None, asked_for: Callable[[str], bool]) -> bool | None:
    """Whether the name of a value's class is as asked, where it is a class of Python, an array or a table."""
    if value is None or value.type not in _APART or value.reference is not None:
        return None
    return asked_for(_DEFINED.get(value.type, value.type))


def is_instance(act: Activation, value: Value | None, kinds: t.Expr) -> bool | None:
    """Whether a value is of a class, or of one of several, where its type is known."""
    if value is None or value.type is None or value.reference is not None:
        return None
    found = {
        derives(act, value.type, kind.type) if abstract is None else _is_one(value.type, abstract)
        for kind, abstract in _kinds(act, kinds)
    }
    return True if True in found else False if found == {False} else None


# What a value of each of these is said to be an instance of, beside its own type, Python itself can be asked.
_ASKED_OF_PYTHON = {"collections.abc": collections.abc, "typing": collections.abc, "numbers": numbers}


def _abstract(kind: Value) -> type | None:
    """The abstract class of the standard library that a name stands for: `Mapping`, `numbers.Number`."""
    name = kind.reference.name if isinstance(kind.reference, SymbolRef) else ""
    module, _, last = name.rpartition(".")
    found = getattr(_ASKED_OF_PYTHON.get(module), last, None)
    return found if isinstance(found, type) else None


def _is_one(kind: str, abstract: type) -> bool | None:
    """Whether Python's own type is one of an abstract class; None for all others."""
    own = getattr(builtins, kind, None) if kind in BUILTIN or kind in ("bool", "complex", "frozenset") else None
    return issubclass(own, abstract) if isinstance(own, type) else None


def _kinds(act: Activation, node: t.Expr) -> Iterator[tuple[Value, type | None]]:
    """Instances of the classes that are named, one by one or by a variable that holds them; and which are abstract."""
    if isinstance(node, t.Sequence):
        for element in node.elements:
            yield from _kinds(act, element)
        return
    if isinstance(node, (t.Name, t.Attribute)):
        from gillint.resolve.expressions import evaluate

        with act.nested():
            named = evaluate(act, node)
        if named.type == "tuple" and named.items:
            yield from ((_instance(act, item), _abstract(item)) for item in named.items)
            return
        if isinstance(named.reference, UndefinedRef) and named.reference.name in GONE_TYPES:
            yield Value(type=GONE_TYPES[named.reference.name]), None
            return
        yield annotated(act, node), _abstract(named)
        return
    yield annotated(act, node), None


def _instance(act: Activation, kind: Value) -> Value:
    reference = kind.reference
    if isinstance(reference, AliasRef):
        return reference.instance
    name = reference.key if isinstance(reference, ClassRef) else getattr(reference, "name", "")
    if isinstance(reference, UndefinedRef):
        return Value(type=GONE_TYPES.get(name))
    return Value(type=name) if isinstance(reference, (ClassRef, SymbolRef)) else Value()


def derives(act: Activation, kind: str, other: str | None) -> bool | None:
    """Whether what has a type is an instance of another type: None where it may be of one that derives from both."""
    if kind == other:
        return True
    own, asked = act.program.class_of(kind), act.program.class_of(other)
    if asked is not None and "typing.Protocol" in act.program.library_bases(asked):
        return None
    if own is not None and asked is not None:
        below = act.program.resolution_order(own), act.program.resolution_order(asked)
        return True if asked in below[0] else None if own in below[1] else False
    if own is not None:
        return False if other in _APART and not act.program.library_bases(own) else None
    if asked is not None:
        return False if kind in _CONCRETE and not act.program.library_bases(asked) else None
    return _of_libraries(kind, other) if other is not None else None


_OWN = frozenset({*BUILTIN, "bool", ARRAY})
# Which types of libraries are made from these, their `bases` say.
_SAID = ("list", "str", "bytes")


def _of_libraries(kind: str, other: str) -> bool | None:
    """The same of two types that no program has made: a library's type is none of Python's that it is not made from."""
    if {kind, other} <= _CONCRETE and not _APART.isdisjoint((kind, other)):
        return False
    if other in bases_of(kind):
        return True
    if other in _SAID and "." in kind and find_type(kind) is not None:
        return False
    return False if kind in _OWN and find_type(other) is not None and kind not in bases_of(other) else None


def any_of(act: Activation, node: t.Expr) -> Value | None:
    """An instance of a class, or of one of several classes where they are known to be alike."""
    found: Value | None = None
    for kind, _ in _kinds(act, node):
        found = join(found, kind)
    return found if found is not None and is_known(found) else None


def as_instance(act: Activation, old: Value | None, kind: Value) -> Value:
    """The value, known to be of a type; what it was known to be goes where it is the same type, a part of it or below it."""
    if old is None:
        return kind
    if isinstance(old.reference, ClassRef):
        return old  # `isinstance(kind, Meta)`: a class that is known stays the one that it is
    types = {o.type for o in options_of(kind)}
    fitting = [o for o in options_of(old) if _is_one_of(act, o, types)]
    if fitting:
        return reduce(join, fitting)
    inside = typical((part, count) for part, count in parts_of(old) if _is_one_of(act, part, types))
    if inside is not None:
        return inside  # a function that calls itself goes through all that is in there
    # A class of the same library, `ast.Call` of an `ast.AST`, is for all we know a kind of the other, and as large.
    is_kind = old.type is not None and kind.type is not None and _module(old.type) == _module(kind.type) != ""
    return replace(kind, origin=old.origin, size=kind.size or old.size if is_kind else kind.size)


def _module(kind: str) -> str:
    return kind.rpartition(".")[0]


def as_other(act: Activation, old: Value, kind: Value) -> Value:
    """The value, known not to be of a type: of several that it may be, the others."""
    types = {o.type for o in options_of(kind)}
    others = [o for o in options_of(old) if not _is_one_of(act, o, types)]
    return reduce(join, others) if others and len(options_of(old)) > 1 else old


def _is_one_of(act: Activation, value: Value, types: set[str | None]) -> bool:
    return value.type is not None and any(derives(act, value.type, kind) is True for kind in types)
