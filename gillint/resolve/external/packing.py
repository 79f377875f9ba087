"""Text files of which nobody knows whether, or how, they are compressed: what the name tells when the program runs."""

from __future__ import annotations

from gillint.frozen import replace
from gillint.resolve.trace import Block, Branch, Call, Node
from gillint.resolve.values import Value

# `gzip.open(path, "rt") if path.suffix == ".gz" else open(path)`: both give the same type.
_TYPES = ("io.TextIOWrapper", "csv.reader", "csv.DictReader")
_PLAIN, _OR = "plain", "|"


def either_packing(a: Value, b: Value) -> str | None:
    """What the dtype of one of two files of the same type says: how each of them is compressed."""
    if a.dtype == b.dtype:
        return a.dtype
    if a.type not in _TYPES:
        return None
    return _OR.join(sorted({*ways(a.dtype), *ways(b.dtype)}))


def one_by_one(call: Call) -> Node:
    """A call with a file that may be compressed in several ways, each of them an arm; other calls as they are."""
    mixed = next((v for v in call.bound.given if _OR in (v.dtype or "") and v.type in _TYPES), None)
    if mixed is None:
        return call
    files = (replace(mixed, dtype=None if way == _PLAIN else way) for way in ways(mixed.dtype))
    return Branch(tuple(Block(nodes=(replace(call, bound=call.bound.with_value(mixed, file)),)) for file in files))


def ways(dtype: str | None) -> tuple[str, ...]:
    """How a file may be compressed, by its dtype."""
    return tuple(dtype.split(_OR)) if dtype is not None else (_PLAIN,)
