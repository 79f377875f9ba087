"""What a variable may be at the top of a loop that changes it."""

from __future__ import annotations

from functools import reduce
from operator import mul

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.values import Value, join

_GROWING = (
    "list", "set", "dict", "collections.deque", "collections.defaultdict", "collections.Counter", "networkx.Graph",
    "networkx.DiGraph",
)  # fmt: skip


def widen(before: Value | None, after: Value) -> Value:
    """What a variable may be at the top of a loop that changes it: same kind, sizes and amounts open upwards."""
    if before is None:
        return after
    joined = join(before, after)
    if joined == before:
        return before
    changes: dict[str, object] = {"literal": None}
    if before.number is not None or after.number is not None:
        changes["number"] = None
    if before.text != after.text:
        changes["text"] = None
    shape = _shrinking(before, after)
    if shape is not None:
        changes |= {"shape": shape, "size": reduce(mul, shape)}
    elif before.size != after.size:
        grows = before.type in _GROWING and before.size is not None and after.size is not None
        begins_empty = before.size is not None and before.size.high == 0
        changes["size"] = None if not grows else after.size if begins_empty else joined.size
        if before.shape != after.shape:
            changes["shape"] = None
    return replace(joined, **changes)  # type: ignore[arg-type]


def _shrinking(before: Value, after: Value) -> tuple[Estimate, ...] | None:
    """The dimensions of an array that a loop makes smaller and smaller: none is larger than it was at first."""
    if not before.shape or after.shape is None or len(before.shape) != len(after.shape):
        return None
    pairs = list(zip(before.shape, after.shape, strict=True))
    if any(new.likely > old.likely or new.high > old.high for old, new in pairs):
        return None
    return tuple(old if new.low >= old.low else Estimate(min(1.0, new.low), old.likely, old.high) for old, new in pairs)
