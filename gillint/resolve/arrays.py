"""Shapes and dtypes of array results: what the arguments of numpy's functions say beyond a returns table."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import reduce

from gillint.estimate import ONE, Estimate
from gillint.resolve.bound import dtype_name, element_of, literal_text, number_of, size_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Value

ARRAY = "numpy.ndarray"
Shape = tuple[Estimate, ...]

_REDUCTIONS = {
    "sum", "mean", "std", "var", "min", "max", "amin", "amax", "prod", "any", "all", "median", "percentile", "quantile",
    "ptp", "argmin", "argmax", "nansum", "nanmean", "nanmin", "nanmax", "nanstd", "average", "count_nonzero", "norm",
}  # fmt: skip
_SAME_SHAPE = {
    "astype", "copy", "sort", "argsort", "cumsum", "cumprod", "clip", "round", "around", "conj", "conjugate", "fft", "ifft",
    "fft2", "ifft2", "roll", "flip", "fliplr", "flipud", "zeros_like", "ones_like", "empty_like", "full_like", "nan_to_num",
    "asarray", "ascontiguousarray", "array", "inv", "cholesky", "abs", "absolute", "sqrt", "exp", "log", "log2", "log10",
    "log1p", "expm1", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "square", "sign", "floor",
    "ceil", "isnan", "isfinite", "negative", "fill_diagonal",
}  # fmt: skip
_BROADCAST = {
    "add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "power", "mod", "remainder", "maximum", "minimum",
    "fmax", "fmin", "hypot", "arctan2", "where", "greater", "less", "equal", "not_equal", "logical_and", "logical_or",
}  # fmt: skip
_TESTS = {
    "greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "logical_and", "logical_or", "logical_not",
    "logical_xor", "isnan", "isfinite", "isinf", "isclose", "isin", "isnat",
}  # fmt: skip
_INDEX_RESULTS = {"argsort", "argmin", "argmax", "searchsorted", "count_nonzero", "digitize"}


def refine(name: str, bound: Bound, result: Value) -> Value:
    """The result of a numpy call with the shape and dtype that follow from the arguments."""
    if name.startswith("scipy.sparse."):
        return _sparse(name, bound, result)
    if not name.startswith("numpy."):
        return result
    last = name.rsplit(".", 1)[-1]
    if name == "numpy.dtype":
        return record_type(bound.positional[0]) or result if bound.positional else result
    source = _source(bound)
    shaped = _shaped(last, source, bound, result)
    if last in _TESTS and shaped.type == ARRAY:
        return replace(shaped, dtype="bool")
    if last in ("abs", "absolute", "angle", "real", "imag") and (shaped.dtype or "").startswith("complex"):
        return replace(shaped, dtype="float32" if shaped.dtype == "complex64" else "float64")
    dtype = bound.get("dtype")
    if dtype is not None and dtype != NONE and shaped.type == ARRAY:
        record = record_type(dtype)
        if record is not None:
            return replace(shaped, dtype=record.dtype, columns=record.columns)
        named = dtype_name(dtype)
        return replace(shaped, dtype=named if named is not None else shaped.dtype)
    if last == "unique":
        return _unique(bound, shaped)
    if last in ("array", "asarray") and source is None and shaped.type == ARRAY and bound.positional:
        return _of_list(bound.positional[0], shaped)
    if shaped.type == ARRAY and shaped.dtype is None and source is not None and last not in _INDEX_RESULTS:
        return replace(shaped, dtype=source.dtype)
    return shaped


RECORD = "void"  # the dtype of structured arrays; their fields are the columns of the value


def record_type(described: Value) -> Value | None:
    """The structured dtype that a list of (name, dtype) pairs describes, or that was made of one before."""
    if described.type == "numpy.dtype" and described.dtype == RECORD:
        return described
    if described.type != "list" or described.items is None:
        return None
    fields = []
    for field in described.items:
        name = literal_text(field.items[0]) if field.items is not None and len(field.items) >= 2 else None
        if name is None or field.items is None:
            return None
        # A field with a shape of its own is left open.
        fields.append((name, Value(type=ARRAY, dtype=dtype_name(field.items[1]) if len(field.items) == 2 else None)))
    return Value(type="numpy.dtype", dtype=RECORD, columns=tuple(fields)) if fields else None


def selected(value: Value, index: Value) -> Value | None:
    """What an array as an index takes: the rows that it numbers, or the elements where a mask is true."""
    if index.dtype == "bool":
        width = len(index.shape) if index.shape is not None else 1
        whole = size_of(index) if index.size is not None or index.shape is not None else size_of(value)
        count = whole.combine(KEPT, lambda n, share: n * share)
    elif index.dtype is not None and index.dtype.startswith(("int", "uint")):
        width, count = 1, size_of(index)
    else:
        return None
    if value.shape is None:
        return replace(value, size=count, shape=None, literal=None) if index.dtype == "bool" else None
    if len(value.shape) < width:
        return None
    counted = index.shape if index.dtype != "bool" and index.shape is not None else (count,)
    return with_shape(value, (*counted, *value.shape[width:]))


# How much of an array, a column or a frame a mask keeps, where nothing tells: little, a third, all.
KEPT = Estimate(0.01, 1 / 3, 1.0)


def _source(bound: Bound) -> Value | None:
    if bound.receiver is not None and bound.receiver.type == ARRAY:
        return bound.receiver
    return next((v for v in bound.positional if v.type == ARRAY), None)


def with_shape(value: Value, shape: Shape) -> Value:
    """An array of this shape."""
    return replace(
        value, type=ARRAY, shape=shape, size=reduce(lambda a, b: a * b, shape, ONE), literal=None, number=None
    )


def _shaped(last: str, source: Value | None, bound: Bound, result: Value) -> Value:
    shape = source.shape if source is not None else None
    if last in ("eye", "identity", "tri"):
        rows = number_of(bound.positional[0]) if bound.positional else None
        return with_shape(result, (rows, rows)) if rows is not None else result
    if last in ("vstack", "hstack", "concatenate", "stack", "column_stack", "dstack"):
        return _stacked(bound, result)
    if shape is None or source is None:
        return result
    if last in _REDUCTIONS:
        return _reduced(source, shape, bound, result)
    if last == "reshape":
        return _reshaped(source, bound, result)
    if last in ("ravel", "flatten"):
        return with_shape(result, (size_of(source),))
    if last in ("transpose", "T"):
        return with_shape(result, tuple(reversed(shape)))
    if last in ("dot", "matmul", "__matmul__", "__rmatmul__"):
        return _product(bound, result)
    cut = _cut(last, source, shape, bound, result)
    if cut is not None:
        return cut
    if last == "outer" and len(bound.positional) > 1:
        return with_shape(result, (size_of(bound.positional[0]), size_of(bound.positional[1])))
    if last in _SAME_SHAPE and result.type == ARRAY:
        return with_shape(result, shape)
    if last in _BROADCAST:
        shapes = [v.shape for v in bound.positional if v.type == ARRAY and v.shape is not None]
        return with_shape(result, broadcast(*shapes))
    return result


def broadcast(*shapes: Shape) -> Shape:
    """The shape of an element-wise operation."""
    width = max(len(s) for s in shapes)
    padded = [(ONE,) * (width - len(s)) + s for s in shapes]
    return tuple(reduce(lambda a, b: a.max(b), column) for column in zip(*padded, strict=True))


def _reduced(source: Value, shape: Shape, bound: Bound, result: Value) -> Value:
    axis = bound.get("axis")
    if axis is None or axis == NONE:
        return result
    given = axis.items if axis.items is not None else (axis,)
    axes = {int(a.literal.value) % len(shape) for a in given if a.literal and isinstance(a.literal.value, int)}
    if len(axes) != len(given):
        return replace(result, type=ARRAY, shape=None, size=None)
    keep = bound.get("keepdims")
    kept = keep is not None and keep.literal is not None and keep.literal.value is True
    left = tuple(d for i, d in enumerate(shape) if i not in axes)
    if kept:
        left = tuple(ONE if i in axes else d for i, d in enumerate(shape))
    if not left:
        return result
    return replace(with_shape(result, left), dtype=source.dtype, element=None)


def _reshaped(source: Value, bound: Bound, result: Value) -> Value:
    given = bound.positional if bound.receiver is not None else bound.positional[1:]
    if len(given) == 1 and given[0].items is not None:
        given = given[0].items
    if not given:
        return result
    total = size_of(source)
    known = reduce(lambda a, b: a * b, (number_of(v) for v in given if not _is_minus_one(v)), ONE)
    shape = tuple(total / known if _is_minus_one(v) else number_of(v) for v in given)
    return replace(with_shape(result, shape), dtype=source.dtype)


_MADE_OF = {"int": "int64", "float": "float64", "bool": "bool", "complex": "complex128", "str": "str"}


def _of_list(given: Value, result: Value) -> Value:
    """An array made of a list, or of a list of rows: as long, and of what its members are."""
    if given.type not in ("list", "tuple") or (given.size is None and given.items is None):
        return result
    shape: Shape = (size_of(given),)
    inner = element_of(given)
    while inner.type in ("list", "tuple") and (inner.size is not None or inner.items is not None) and len(shape) < 4:
        shape = (*shape, size_of(inner))
        inner = element_of(inner)
    if inner.type == ARRAY and inner.shape is not None:
        return replace(with_shape(result, (*shape, *inner.shape)), dtype=inner.dtype, element=None)
    dtype = _MADE_OF.get(inner.type or "")
    return replace(with_shape(result, shape), dtype=dtype, element=None) if dtype is not None else result


def _unique(bound: Bound, result: Value) -> Value:
    """The distinct values, with an array for each further answer that was asked for."""
    given = bound.positional[0] if bound.positional else Value()
    if given.type in ("list", "tuple"):
        given = _of_list(given, Value(type=ARRAY))
    distinct = result
    if size_known := given.type == ARRAY and (given.size is not None or given.shape is not None):
        count = size_of(given).combine(KEPT, lambda n, share: max(1.0, n * share))
        distinct = replace(with_shape(Value(), (count,)), dtype=given.dtype)
    asked = [bound.get(name) for name in ("return_index", "return_inverse", "return_counts")]
    further = sum(a is not None and a.literal is not None and a.literal.value is True for a in asked)
    if not further:
        return distinct
    values = distinct if size_known else Value(type=ARRAY, dtype=given.dtype)
    return Value(type="tuple", items=(values, *(replace(values, dtype="int64") for _ in range(further))))


def _cut(last: str, source: Value, shape: Shape, bound: Bound, result: Value) -> Value | None:
    """Half spectra, pieces and windows: a dimension that is cut."""
    if last in ("rfft", "rfftn", "rfft2", "irfft") and result.type == ARRAY:
        ends = shape[-1] / 2 + 1 if last != "irfft" else (shape[-1] - 1) * 2
        return with_shape(result, (*shape[:-1], ends))
    if last in ("split", "array_split", "hsplit", "vsplit"):
        return _split(last, source, shape, bound, result)
    if last == "sliding_window_view" and len(shape) == 1 and len(bound.positional) > 1:
        window = number_of(bound.positional[1])
        return with_shape(replace(result, dtype=source.dtype), ((shape[0] - window + 1).max(1), window))
    return None


def _split(last: str, source: Value, shape: Shape, bound: Bound, result: Value) -> Value:
    """A list of views: as many as were asked for, or one more than there are places to cut at."""
    parts = bound.get("indices_or_sections")
    if parts is None:
        return result
    count = size_of(parts) + 1 if parts.type in ("list", "tuple", ARRAY) else number_of(parts)
    axis = bound.get("axis")
    along = 1 if last == "hsplit" and len(shape) > 1 else 0
    if axis is not None and axis.literal is not None and isinstance(axis.literal.value, int):
        along = axis.literal.value % len(shape)
    piece = tuple(d / count if i == along else d for i, d in enumerate(shape))
    return replace(result, size=count, element=with_shape(replace(source, reference=None), piece))


_SPARSE = re.compile(r"scipy\.sparse\.(csr|csc|coo|bsr|dia|lil|dok)_(matrix|array)")


def _sparse(name: str, bound: Bound, result: Value) -> Value:
    """Sparse matrices: their size is the number of entries that are stored, their shape that of the whole matrix."""
    if _SPARSE.fullmatch(name) and bound.positional:
        return _sparse_made(bound, result)
    matrix = bound.receiver
    if matrix is None or matrix.shape is None or len(matrix.shape) != 2:
        return result
    last = name.rsplit(".", 1)[-1]
    rows, columns = matrix.shape
    if result.type is not None and _SPARSE.fullmatch(result.type):
        return replace(result, shape=(columns, rows) if last == "transpose" else matrix.shape)
    if last in ("toarray", "todense"):
        return with_shape(result, (rows, columns))
    if last in ("__matmul__", "dot") and bound.positional and result.type == ARRAY:
        other = bound.positional[0].shape
        return with_shape(result, (rows, *other[1:])) if other is not None else result
    axis = bound.get("axis")
    if last in ("sum", "mean") and result.type == ARRAY and axis is not None and axis.literal is not None:
        return with_shape(result, (rows,) if axis.literal.value in (1, -1) else (columns,))
    return result


def _sparse_made(bound: Bound, result: Value) -> Value:
    given, shape = bound.positional[0], bound.get("shape")
    dimensions = tuple(number_of(d) for d in shape.items) if shape is not None and shape.items is not None else None
    if given.items is not None and len(given.items) in (2, 3) and given.type == "tuple":
        if all(v.type == "int" for v in given.items):  # an empty one
            return replace(result, size=ONE, shape=tuple(number_of(d) for d in given.items))
        return replace(result, size=size_of(given.items[0]), shape=dimensions)
    return replace(result, size=size_of(given), shape=dimensions or given.shape)


def _is_minus_one(value: Value) -> bool:
    return value.number is not None and value.number.likely == -1


def _product(bound: Bound, result: Value) -> Value:
    operands = [v for v in (bound.receiver, *bound.positional) if v is not None and v.type == ARRAY]
    if len(operands) < 2 or operands[0].shape is None or operands[1].shape is None:
        return result
    a, b = operands[0].shape, operands[1].shape
    shape = (*a[:-1], *((*b[:-2], b[-1]) if len(b) > 1 else ()))
    return with_shape(result, shape) if shape else Value(type="float")


def _stacked(bound: Bound, result: Value) -> Value:
    """Stacked parts: as many elements as all of them, one dimension longer or wider; the first dimension is enough here."""
    parts = bound.positional[0] if bound.positional else None
    if parts is None:
        return result
    members = parts.items if parts.items is not None else (element_of(parts),)
    count = ONE if parts.items is not None else size_of(parts)
    if not members or any(m.size is None and m.shape is None for m in members):
        return replace(result, size=None, shape=None)
    total = reduce(lambda a, b: a + b, (size_of(m) for m in members)) * count
    first = members[0]
    tail = first.shape[1:] if first.shape is not None else ()
    width = reduce(lambda a, b: a * b, tail, ONE)
    return replace(with_shape(result, (total / width, *tail)), dtype=result.dtype or first.dtype)
