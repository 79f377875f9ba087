"""`(ctypes.c_double * 100)()`: the class of arrays of so many C values, and its instances."""

from __future__ import annotations

from collections.abc import Callable

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.values import ClassRef, PartialRef, SymbolRef, Value

ARRAY = "ctypes.Array"
_PLAIN = "ctypes.c_"  # the types of single C values
_BASES = ("ctypes.Structure", "ctypes.Union", "ctypes.BigEndianStructure", "ctypes.LittleEndianStructure")

Keywords = tuple[tuple[str, Value], ...]


def array_class(act: Activation, left: Value, operator: str, right: Value) -> Value | None:
    """The class that a C type times a number makes."""
    if operator != "mul":
        return None
    kind, length = (left, right) if _is_c_type(act, left) else (right, left)
    if not _is_c_type(act, kind):
        return None
    made = PartialRef(Value(reference=SymbolRef(ARRAY)), (kind, length), ())
    return Value(type="type", reference=made)


def _is_c_type(act: Activation, kind: Value) -> bool:
    ref = kind.reference
    if isinstance(ref, PartialRef):  # an array of arrays
        return ref.function.reference == SymbolRef(ARRAY)
    if isinstance(ref, ClassRef):
        owner = act.program.class_of(ref.key)
        return owner is not None and any(base in _BASES for base in act.program.library_bases(owner))
    return isinstance(ref, SymbolRef) and ref.name.startswith(_PLAIN)


def array(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """An instance: as long as its class says, of what its class says."""
    from gillint.resolve.calling.library_calls import library

    if len(positional) < 2 or not _is_c_type(act, positional[0]):
        return None
    kind, length, *initial = positional
    made = library(act, ARRAY, None, (), tuple(("args", value) for value in initial[:1]), span)
    return _instance(made, kind, length)


_OVER_MEMORY = ("from_buffer", "from_buffer_copy", "from_address")


def maker(kind: PartialRef, name: str) -> Value | None:
    """`(Point * 200).from_buffer_copy`: what makes an instance over memory that is there."""
    if kind.function.reference != SymbolRef(ARRAY) or name not in _OVER_MEMORY:
        return None
    return Value(reference=PartialRef(Value(reference=SymbolRef(f"{ARRAY}.{name}")), kind.positional, ()))


def _over_memory(name: str) -> Callable[..., Value | None]:
    def made(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        from gillint.resolve.calling.library_calls import library

        if len(positional) < 3 or not _is_c_type(act, positional[0]):
            return None
        kind, length, *source = positional
        found = library(act, name, None, tuple(source), keywords, span)
        return _instance(found, kind, length)

    return made


MAKERS = {name: _over_memory(name) for name in (f"{ARRAY}.{method}" for method in _OVER_MEMORY)}


def _instance(made: Value, kind: Value, length: Value) -> Value:
    return replace(made, type=ARRAY, size=length.number, element=_member(kind))


def _member(kind: Value) -> Value | None:
    """What an element is when it is read: a number for a C number, an instance for a structure."""
    ref = kind.reference
    if isinstance(ref, ClassRef):
        return Value(type=ref.key)
    if isinstance(ref, SymbolRef):
        return Value(type="float" if ref.name in ("ctypes.c_double", "ctypes.c_float") else "int")
    return Value(type=ARRAY)
