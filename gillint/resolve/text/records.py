"""Binary records of the module `struct`: as long as their format says, with as many members.

What a program packs by a format it unpacks by the same format: the lengths and counts in its headers are known.
"""

from __future__ import annotations

import struct

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.numeric.randomness import packed_numbers
from gillint.resolve.trace import Bound
from gillint.resolve.values import MadeRef, Value, of_number, text_of
from gillint.syntax.tree import HOLE

PACKED: tuple[str, ...] = (
    "struct.pack",
    "struct.pack_into",
    "struct.Struct",
    "struct.Struct.pack",
    "struct.Struct.pack_into",
    "struct.iter_unpack",
    "struct.Struct.iter_unpack",
    "struct.calcsize",
    "struct.unpack",
    "struct.unpack_from",
    "struct.Struct.unpack",
    "struct.Struct.unpack_from",
)
_LONGEST = 1_000_000  # bytes of a record that is taken apart to see what it consists of
_RECORD = Estimate(1, 8, 200)  # of a format that is not known: a number or two
_FEW = 64  # members whose types are kept one by one
_FORMATS = MadeRef("struct", Span(1, 1, 1, 1))  # where what is packed is kept, by its format


def packed(act: Activation, name: str, bound: Bound) -> Value | None:
    """What a function of `struct` gives; a `Struct` remembers the length of its record as its size, the format as its dtype."""
    of_struct = bound.receiver is not None
    if bound.receiver is not None:
        text, values = bound.receiver.dtype, bound.positional
    else:
        text, values = literal_text(bound.positional[0]) if bound.positional else None, bound.positional[1:]
    method = name.rsplit(".", 1)[-1]
    length = _length(text)
    if method in ("pack", "pack_into") and text is not None and not bound.has_star:
        _keep(act, text, values if method == "pack" else values[2:])
    if method == "pack_into":
        return None
    if method == "iter_unpack":
        return _iterated(act, text, length, bound)
    if of_struct and method == "pack" and bound.receiver is not None:
        short = None if bound.has_star else _RECORD
        return Value(type="bytes", size=bound.receiver.size or short, text=bound.receiver.text)
    if method == "calcsize":
        return of_number("int", Estimate.point(length)) if length is not None else None
    if method.startswith("unpack"):
        return _members(act, text, length) or (_numbers(bound) if method == "unpack" and length is None else None)
    many = _of_many(bound.positional[0], bound) if method == "pack" and length is None and bound.positional else None
    if many is not None:
        return Value(type="bytes", size=many[1], text=packed_numbers(*many))
    short = _RECORD if method == "pack" and not bound.has_star else None
    size = Estimate.point(length) if length is not None else short
    made = packed_numbers(text, size) if text is not None and size is not None else None
    if method == "Struct":
        return Value(type="struct.Struct", size=size, text=made, dtype=text)
    return Value(type="bytes", size=size, text=made)


def _of_many(form: Value | None, bound: Bound) -> tuple[str, Estimate] | None:
    """`struct.pack(f"<{len(values)}d", *values)`: as many numbers as there are."""
    spread = bound.positional[-1] if bound.has_star and bound.positional else None
    letter = _repeated(form)
    if spread is None or spread.size is None or letter is None:
        return None
    return f"{int(spread.size.likely)}{letter}", spread.size * struct.calcsize(f"={letter}")


_NUMBERS = frozenset("bBhHiIlLqQefd")
_NO_LETTERS = frozenset(f"<>=!@ 0123456789{HOLE}")


def _repeated(form: Value | None) -> str | None:
    """The kind of the numbers of a format that is put together: `f"<{count}h"`, `"<%dh" % count`."""
    pattern = text_of(form)
    letters = set(pattern.pattern) - _NO_LETTERS if pattern is not None else set()
    return next(iter(letters)) if len(letters) == 1 and letters <= _NUMBERS else None


def _numbers(bound: Bound) -> Value | None:
    """`struct.unpack(f"<{len(raw) // 2}h", raw)`: as many numbers as fill the buffer, for another length is an error."""
    letter = _repeated(bound.positional[0]) if bound.positional and bound.receiver is None else None
    buffer = bound.positional[1] if len(bound.positional) > 1 else None
    if letter is None or buffer is None or buffer.size is None:
        return None
    element = Value(type=type(struct.unpack(f"={letter}", bytes(8)[: struct.calcsize(f"={letter}")])[0]).__name__)
    return Value(type="tuple", size=buffer.size / struct.calcsize(f"={letter}"), element=element)


def _keep(act: Activation, text: str, values: tuple[Value, ...]) -> None:
    """Note the amounts that are packed, one by one: what is not known of one place says nothing of the others."""
    for place, value in enumerate(values[:_FEW]):
        if value.type == "int" and value.number is not None:
            kept = Value(type="int", number=value.number, distinct=value.distinct)
            act.program.put(_FORMATS, f"{text} {place}", kept)


def _length(text: str | None) -> int | None:
    try:
        return struct.calcsize(text) if text is not None else None
    except struct.error:
        return None


def _members(act: Activation, text: str | None, length: int | None) -> Value | None:
    """The tuple that a record is taken apart to."""
    if text is None or length is None or length > _LONGEST:
        return None
    members = struct.unpack(text, bytes(length))
    if not members:
        return Value(type="tuple", size=Estimate.point(0))
    items = None
    if len(members) <= _FEW:
        items = tuple(_member(act, f"{text} {place}", member) for place, member in enumerate(members))
    element = Value(type=type(members[0]).__name__)
    return Value(type="tuple", size=Estimate.point(len(members)), items=items, element=element)


def _member(act: Activation, place: str, example: object) -> Value:
    """A member of a record: an amount is what was packed there, a text as long as its field."""
    if isinstance(example, int):
        return act.program.taken(_FORMATS, place) or Value(type="int")
    size = Estimate.point(len(example)) if isinstance(example, bytes) else None
    return Value(type=type(example).__name__, size=size)


def _iterated(act: Activation, text: str | None, length: int | None, bound: Bound) -> Value | None:
    """Fixed records in a buffer: as many as fit."""
    buffer = bound.positional[-1] if bound.positional else None
    if not length or buffer is None or buffer.size is None:
        return None
    element = _members(act, text, length) or Value(type="tuple")
    return Value(type="struct.unpack_iterator", size=buffer.size / length, element=element)
