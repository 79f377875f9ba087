"""What a subscript gives, where the contents of the container are known."""

from __future__ import annotations

import math

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import MAPPINGS, TENSOR, element_of, literal_text, size_of
from gillint.resolve.calling.mappings import pair_of
from gillint.resolve.external.mailboxes import PARTS
from gillint.resolve.numeric.assembled import joined_by_index
from gillint.resolve.numeric.dtypes import scalar_of
from gillint.resolve.numeric.indexing import GRIDS, array_item, extent, grid
from gillint.resolve.numeric.layers import DATASET
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.numeric.sparse import sparse_part
from gillint.resolve.numeric.tensors import tensor_item
from gillint.resolve.objects.members import one_of
from gillint.resolve.tabular.columns import of_rows
from gillint.resolve.tabular.kinds import kept
from gillint.resolve.text.texts import Text, may_be_same
from gillint.resolve.values import SymbolRef, Value, text_of
from gillint.syntax import tree as t

FILED = ("h5py.Dataset", "h5py.ReadDataset", "zarr.Array")  # indexed as arrays are
_SIDE = Estimate(10, 200, 10_000)
_ROWS = ("pandas.DataFrame", "pandas.Series", "pandas.Index")
# A list of this length may be the choices of which something takes one.
_FEW = 1000
_LONG = 200  # characters


_INDICES = ("numpy.s_", "numpy.index_exp")  # subscripted, they give the subscript
_NAMED = ("dict", "pandas.DataFrame", "pandas.Series", "numpy.lib.npyio.NpzFile")


def item_of(value: Value, index: Value, node: t.Expr) -> Value | None:
    """What a subscript gives, where the contents are known."""
    text = literal_text(index)
    if isinstance(value.reference, SymbolRef):
        return _symbol_item(value.reference.name, index)
    if value.columns is not None and text is not None and value.type in _NAMED:
        found = value.column(text)
        if found is not None:
            return found if value.labels is None else replace(found, labels=value.labels)
    if value.type == ARRAY:
        return array_item(value, index, node)
    if value.type in (TENSOR, DATASET):
        return tensor_item(value, index, node) if value.type == TENSOR else value.element
    part = _read(value, index, node) if value.type in FILED else sparse_part(value, index)
    if part is not None:
        return part
    if isinstance(node, t.Slice) or index.type == "slice":
        return None if (value.type or "").startswith("pandas.") and value.type not in _ROWS else _sliced(value, index)
    if value.type in MAPPINGS:
        return _member(value, text_of(index))
    if value.items is not None and index.literal is not None and isinstance(index.literal.value, int):
        position = index.literal.value
        if -len(value.items) <= position < len(value.items):
            return value.items[position]
    if value.type in ("list", "tuple") and index.type != "slice":
        found = element_of(value)
        if found.type in ("int", "str") and value.size is not None and value.size.high <= _FEW:
            # One place of it, `row[2]`, is another thing in each turn; how many there are, the list does not tell.
            found = replace(found, distinct=value.size if index.literal is None else None)
        return found if found.type is not None or found.reference is not None else None
    if value.type in ("str", "bytes", "bytearray"):
        return _letter(value, index)
    if value.type == "pandas.Index" and index.type == "int":
        return scalar_of(value.dtype)
    if value.type in ("pandas.DataFrame", "pandas.Series") and index.type in ("pandas.Series", ARRAY):
        return _rows(value, index) if index.dtype == "bool" else None
    if value.type == "pandas.DataFrame" and index.type == "list" and index.items is not None:
        names = [literal_text(i) for i in index.items]
        kept = tuple((k, v) for k, v in value.columns or () if k in names)
        is_table = value.shape is not None and len(value.shape) == 2
        shape = (value.shape[0], Estimate.point(len(names))) if value.shape is not None and is_table else value.shape
        return replace(value, columns=kept or None, shape=shape)
    return None


def _letter(text: Value, index: Value) -> Value | None:
    """One character or byte, of `"abc"[i % 3]` one of so many; of what may be a message with parts one of these."""
    if text.type != "str":
        return Value(type="int")
    letters = literal_text(text) if index.literal is None else None
    distinct = Estimate.point(len(set(letters))) if letters else None
    return text.element if text.mark == PARTS else Value(type="str", size=ONE, distinct=distinct)


def _read(value: Value, index: Value, node: t.Expr) -> Value | None:
    """A part of an array in a file; of one of which nothing is known, as many dimensions as are indexed."""
    if index.type == "tuple" and not index.items:
        return value  # `dataset[()]` is the whole of it
    if index.type not in ("tuple", ARRAY, "list") and value.shape is None:
        return None
    shape = value.shape
    if shape is None and index.items is not None and index.type == "tuple":
        shape = (_SIDE,) * len(index.items)
    picked = array_item(replace(value, type=ARRAY, shape=shape), index, node)
    return replace(picked, type=value.type) if picked is not None and picked.type == ARRAY else picked


def _member(mapping: Value, key: Text | None) -> Value | None:
    """One of the values of a dict: of those whose names the key may be, where these are known."""
    named = [v for k, v in mapping.columns or () if _may_be(key, k)]
    if mapping.columns is not None and 0 < len(named) < len(mapping.columns):
        return one_of(named)
    return pair_of(mapping)[1] if mapping.items is not None or mapping.columns is not None else None


def _may_be(asked: Text | None, name: str) -> bool:
    """Whether a text of which only parts are known may be this one."""
    if asked is None:
        return True
    return name in asked.words if asked.words else may_be_same(asked.pattern, name)


def _symbol_item(name: str, index: Value) -> Value | None:
    """The objects of numpy that make arrays when they are subscripted."""
    if name in GRIDS:
        return grid(name, index)
    if name in _INDICES:
        return index
    return joined_by_index(name, index) if name in ("numpy.r_", "numpy.c_") else None


def _rows(value: Value, mask: Value) -> Value:
    """The rows of a frame or a column where a mask is true."""
    count = size_of(value if value.size is not None else mask) * kept(mask)
    if value.type == "pandas.DataFrame":
        return replace(of_rows(value, count), element=value.element)
    return replace(value, size=count, shape=None, literal=None)


def _sliced(value: Value, piece: Value) -> Value | None:
    if value.type is None:
        return None
    if value.type == "mmap.mmap":
        value = Value(type="bytes", size=value.size, origin=value.origin)
    some = _some_of(value, piece)
    if some is not None:
        return some
    whole = size_of(value) if value.size is not None or value.items is not None else None
    size = extent(whole, piece)
    if size is not None and size.known and whole is not None and whole.likely % 1 == 0:
        size = size.map(math.ceil)  # every second one of fifteen
    if value.type == "pandas.DataFrame" and size is not None:
        return replace(of_rows(value, size), element=value.element, reference=None)
    origin = value.origin if size is None else None
    member = element_of(value) if value.items is not None and value.type != "dict" else value.element
    kept = replace(value, size=size, shape=None, literal=None, items=None, element=member, number=None, origin=origin)
    return replace(kept, reference=None, text=_cut(value, whole, size), source=None)


def _some_of(value: Value, piece: Value) -> Value | None:
    """`array.shape[1:3]`: of members that are known one by one those between constant ends."""
    if value.type not in ("tuple", "list") or value.items is None or piece.items is None:
        return None
    ends: list[int | None] = []
    for part in piece.items:
        constant = part.literal.value if part.literal is not None else ""
        if constant is not None and not isinstance(constant, int):
            return None
        ends.append(constant)
    if ends[2] == 0:
        return None
    members = value.items[ends[0] : ends[1] : ends[2]]
    return Value(type=value.type, items=members, size=Estimate.point(len(members)))


def _cut(value: Value, whole: Estimate | None, size: Estimate | None) -> Text | None:
    """A piece of a long text is made like the whole of it; what a short one has where, its length does not tell."""
    text = text_of(value) if value.type in ("str", "bytes", "bytearray") else None
    if text is None or whole is None or size is None or whole.likely < _LONG:
        return None
    part = text.part((whole / size.max(1)).max(1)).changed()
    return replace(part, fixed=part.fixed.min(size))
