"""What attributes are told to be: by annotations, and by what methods assign."""

from __future__ import annotations

from gillint.estimate import ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import MAPPINGS
from gillint.resolve.numeric.shapes import ARRAY, shape_of, with_shape
from gillint.resolve.values import HOLDERS, Value


def as_declared(old: Value, new: Value) -> Value:
    """A container with what the annotation says is in it, where what is assigned does not say."""
    if old.type != new.type or old.type not in HOLDERS or new.element is not None or old.element is None:
        return new
    return replace(new, element=old.element, items=old.items if old.type in MAPPINGS else new.items)


def lists_first(old: Value, new: Value) -> bool:
    """Whether of a tuple, of which only an annotation spoke, the members are told for the first time."""
    is_open = old.items in (None, ()) and old.element is None and old.columns is None
    return old.type == new.type == "tuple" and is_open and bool(new.items)


def is_open(value: Value) -> bool:
    """Whether it is left to other methods what an attribute is, or what is in it."""
    is_empty = value.element is None or value.size == ZERO
    return value.type == "NoneType" or (value.type in ("list", "dict", "set") and is_empty)


def no_longer_than(most: float | None, value: Value) -> Value:
    """A container that is emptied when it has become so long."""
    return value if most is None or value.size is None else replace(value, size=value.size.min(most))


def holds_no_more_than(most: float | None, value: Value) -> Value:
    """A container that is emptied when so many things are in it; where they are in members of it, in all of these together."""
    shorter = no_longer_than(most, value)
    member = shorter.items[-1] if shorter.items and shorter.type in MAPPINGS else None
    if most is None or member is None or member.type not in HOLDERS or shorter.size is None or shorter.size.likely < 1:
        return shorter
    return replace(shorter, items=(*(shorter.items or ())[:-1], no_longer_than(most / shorter.size.likely, member)))


_SIZED = (*HOLDERS, "str", "bytes")


def as_arrays(old: Value, new: Value, *, grows: bool) -> tuple[Value, Value]:
    """A list that becomes an array of its numbers is one from then on: `self.points = np.asarray(self.points)`.

    So is an empty one that only stands for what comes later, unless something is put into it.
    """
    if grows or {old.type, new.type} not in ({ARRAY, "list"}, {ARRAY, "tuple"}):
        return old, new
    array, listed = (old, new) if old.type == ARRAY else (new, old)
    if listed.size == ZERO or listed.items == ():
        return array, array
    shape = shape_of(listed)
    if not shape or (array.shape is not None and len(array.shape) != len(shape)):
        return old, new
    made = with_shape(replace(array, element=None), shape)
    return made, array if array.shape is not None else made


def with_size_of(joined: Value, old: Value, new: Value) -> Value:
    """What is assigned in one place and of known size there is likely to be as long where nothing tells."""
    if joined.type == ARRAY:
        return _with_shape_of(joined, old, new)
    known = old.size if old.size is not None else new.size
    if joined.size is not None or known is None or joined.type not in _SIZED or known.high == 0:
        return joined
    told = old if old.size is not None else new
    size = Estimate(min(1.0, known.low), known.likely, max(known.high, 1e6))
    return replace(joined, size=size, text=joined.text or told.text, source=joined.source or told.source)


# How many times more or less rows an array may have where nothing tells than in the place that tells it.
_OPEN = 10.0


def _with_shape_of(joined: Value, old: Value, new: Value) -> Value:
    told = [v for v in (old, new) if v.shape]
    if joined.shape is not None or joined.size is not None or len(told) != 1 or not told[0].shape:
        return joined
    rows, *others = told[0].shape
    rows = Estimate(max(1.0, rows.low / _OPEN), rows.likely, rows.high * _OPEN)
    return replace(with_shape(joined, (rows, *others)), dtype=joined.dtype or told[0].dtype)
