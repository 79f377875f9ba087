"""Files of records: written piece by piece, and read back by what says how long the next one is."""

from __future__ import annotations

from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.external.files import Content
from gillint.resolve.external.handles import TEXT_FILES, name_of, packs, raw, unpacked
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Value, of_number


def records_of(act: Activation, handle: Value) -> Content | None:
    """What is in an open file of bytes that was written in several pieces; None for any other."""
    name = name_of(handle)
    content = act.program.files.find(name) if name is not None and handle.type not in TEXT_FILES else None
    if content is None or content.pieces is None or content.pieces.likely <= 1:
        return None
    return unpacked(content) if packs(handle) else raw(content)


def by_its_record(act: Activation, name: str, bound: Bound) -> Bound:
    """`f.read(length)` where only the file says how long: that is one of the pieces that were written."""
    length = bound.positional[0] if bound.positional else None
    if length is None or length == NONE or length.number is not None or not name.endswith((".read", ".read1")):
        return bound
    content = records_of(act, bound.receiver) if bound.receiver is not None else None
    if content is None or content.pieces is None:
        return bound
    piece = of_number("int", content.size / content.pieces)
    parameters = tuple((n, piece if v is length else v) for n, v in bound.parameters)
    return replace(bound, positional=(piece, *bound.positional[1:]), parameters=parameters)
