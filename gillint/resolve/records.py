"""Binary records of the module `struct`: as long as their format says, with as many members."""

from __future__ import annotations

import struct

from gillint.estimate import Estimate
from gillint.resolve.bound import literal_text
from gillint.resolve.randomness import packed_numbers
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, of_number

PACKED: tuple[str, ...] = (
    "struct.pack",
    "struct.Struct",
    "struct.Struct.pack",
    "struct.iter_unpack",
    "struct.Struct.iter_unpack",
)
PACKED += ("struct.calcsize", "struct.unpack", "struct.unpack_from")
_LONGEST = 1_000_000  # bytes of a record that is taken apart to see what it consists of
_FEW = 64  # members whose types are kept one by one


def packed(name: str, bound: Bound) -> Value | None:
    """What a function of `struct` gives; a `Struct` remembers the length of its record as its size."""
    if name.endswith("iter_unpack"):
        return _iterated(bound)
    if name == "struct.Struct.pack":
        size = bound.receiver.size if bound.receiver is not None else None
        return Value(type="bytes", size=size, text=bound.receiver.text) if size is not None and bound.receiver else None
    text = literal_text(bound.positional[0]) if bound.positional else None
    length = _length(text)
    if name == "struct.calcsize":
        return of_number("int", Estimate.point(length)) if length is not None else None
    if name.startswith("struct.unpack"):
        return _members(text, length)
    size = Estimate.point(length) if length is not None else None
    made = packed_numbers(text, size) if text is not None and size is not None else None
    return Value(type="struct.Struct" if name == "struct.Struct" else "bytes", size=size, text=made)


def _length(text: str | None) -> int | None:
    try:
        return struct.calcsize(text) if text is not None else None
    except struct.error:
        return None


def _members(text: str | None, length: int | None) -> Value | None:
    """The tuple that a record is taken apart to."""
    if text is None or length is None or length > _LONGEST:
        return None
    members = struct.unpack(text, bytes(length))
    items = tuple(Value(type=type(m).__name__) for m in members) if len(members) <= _FEW else None
    element = Value(type=type(members[0]).__name__) if members else None
    return Value(type="tuple", size=Estimate.point(len(members)), items=items, element=element)


def _iterated(bound: Bound) -> Value | None:
    """Fixed records in a buffer: as many as fit."""
    record = bound.receiver if bound.receiver is not None else packed("struct.pack", bound)
    buffer = bound.positional[-1] if bound.positional else None
    if record is None or record.size is None or buffer is None or buffer.size is None or record.size.likely <= 0:
        return None
    text = literal_text(bound.positional[0]) if bound.receiver is None else None
    element = _members(text, _length(text)) or Value(type="tuple")
    return Value(type="struct.unpack_iterator", size=buffer.size / record.size, element=element)
