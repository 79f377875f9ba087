"""What a subscript gives, where the contents of the container are known."""

from __future__ import annotations

from dataclasses import replace

from gillint.estimate import ONE, ZERO, Estimate
from gillint.resolve.arrays import ARRAY, KEPT, selected
from gillint.resolve.bound import element_of, literal_text, size_of
from gillint.resolve.intrinsics import MAPPINGS, pair_of
from gillint.resolve.values import NONE, SymbolRef, Value
from gillint.syntax import tree as t

_GRIDS = ("numpy.ogrid", "numpy.mgrid", "numpy.r_", "numpy.c_")


def item_of(value: Value, index: Value, node: t.Expr) -> Value | None:
    """What a subscript gives, where the contents are known."""
    text = literal_text(index)
    if isinstance(value.reference, SymbolRef) and value.reference.name in _GRIDS:
        grid = Value(type=ARRAY)
        return Value(type="list", element=grid) if value.reference.name.endswith("grid") else grid
    if value.columns is not None and text is not None and value.type in ("dict", "pandas.DataFrame"):
        found = value.column(text)
        if found is not None:
            return found
    if isinstance(node, t.Slice):
        return _sliced(value, index)
    if value.type in MAPPINGS:
        return pair_of(value)[1] if value.items is not None or value.columns is not None else None
    if value.items is not None and index.literal is not None and isinstance(index.literal.value, int):
        position = index.literal.value
        if -len(value.items) <= position < len(value.items):
            return value.items[position]
    if value.type in ("list", "tuple") and index.type != "slice":
        found = element_of(value)
        return found if found.type is not None or found.reference is not None else None
    if value.type == "str":
        return Value(type="str", size=ONE)
    if value.type in ("bytes", "bytearray"):
        return Value(type="int")
    if value.type == "numpy.ndarray":
        return _array_item(value, index, node)
    if value.type in ("pandas.DataFrame", "pandas.Series") and index.type in ("pandas.Series", ARRAY):
        return _rows(value, index) if index.dtype == "bool" else None
    if value.type == "pandas.DataFrame" and index.type == "list" and index.items is not None:
        names = [literal_text(i) for i in index.items]
        kept = tuple((k, v) for k, v in value.columns or () if k in names)
        return replace(value, columns=kept or None)
    return None


def _rows(value: Value, mask: Value) -> Value:
    """The rows of a frame or a column where a mask is true."""
    count = size_of(value if value.size is not None else mask).combine(KEPT, lambda n, share: n * share)
    columns = value.columns
    if columns is not None:
        columns = tuple((name, replace(c, size=count, shape=None)) for name, c in columns)
    return replace(value, size=count, shape=None, columns=columns, literal=None)


def _sliced(value: Value, piece: Value) -> Value | None:
    if value.type is None:
        return None
    if value.type == "mmap.mmap":
        value = Value(type="bytes", size=value.size, origin=value.origin)
    size: Estimate | None = None
    bounds = piece.items
    if bounds is not None:
        lower, upper, step = bounds
        whole = size_of(value) if value.size is not None or value.items is not None else None
        first = value.shape[0] if value.shape else whole
        start = lower.number if lower.number is not None else ZERO if lower == NONE else None
        end = upper.number if upper.number is not None else first if upper == NONE else None
        if start is not None and end is not None:
            if start.likely < 0 and first is not None:
                start = first + start
            if end.likely < 0 and first is not None:
                end = first + end
            size = (end - start).max(0)
            if step.number is not None and step.number.likely > 1:
                size = size / step.number
            if first is not None:
                size = size.min(first)
        elif piece.size is not None:
            size = piece.size.min(first) if first is not None else piece.size
    if value.type == "numpy.ndarray" and value.shape is not None and size is not None:
        shape = (size, *value.shape[1:])
        total = size
        for dim in value.shape[1:]:
            total = total * dim
        return replace(value, shape=shape, size=total, literal=None)
    origin = value.origin if size is None else None
    kept = replace(value, size=size, shape=None, literal=None, items=None, number=None, origin=origin)
    return replace(kept, reference=None, text=None, source=None)


def _array_item(value: Value, index: Value, node: t.Expr) -> Value | None:
    text = literal_text(index)
    if text is not None:  # a field of a structured array
        field = value.column(text)
        return replace(value, dtype=field.dtype if field is not None else None, columns=None, element=None)
    if index.type == ARRAY:
        return selected(value, index)
    if index.type in ("int", None) and value.shape is not None and not isinstance(node, t.Sequence):
        if len(value.shape) == 1:
            return Value(type={"int64": "int", "float64": "float"}.get(value.dtype or "", "float"))
        return element_of(value)
    if isinstance(node, t.Sequence) and index.items is not None and value.shape is not None:
        shape: list[Estimate] = []
        left = list(value.shape)
        for position, (part, piece) in enumerate(zip(node.elements, index.items, strict=True)):
            if isinstance(part, t.Constant) and part.value is ...:
                after = sum(p != NONE for p in index.items[position + 1 :])
                while len(left) > after:
                    shape.append(left.pop(0))
            elif piece == NONE:
                shape.append(ONE)  # numpy.newaxis
            elif left:
                dimension = left.pop(0)
                if isinstance(part, t.Slice):
                    cut = _sliced(Value(type="list", size=dimension), piece)
                    shape.append(size_of(cut) if cut is not None and cut.size is not None else dimension)
        shape.extend(left)
        if not shape:
            return Value(type={"int64": "int", "float64": "float"}.get(value.dtype or "", "float"))
        total = ONE
        for s in shape:
            total = total * s
        return replace(value, shape=tuple(shape), size=total, literal=None)
    return None
