"""Sparse matrices: their size is the number of entries that are stored, their shape that of the whole matrix."""

from __future__ import annotations

import re

from gillint.estimate import ONE
from gillint.frozen import replace
from gillint.resolve.bound import number_of, size_of
from gillint.resolve.shapes import ARRAY, with_shape
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

_SPARSE = re.compile(r"scipy\.sparse\.(csr|csc|coo|bsr|dia|lil|dok)_(matrix|array)")

# Functions that take the rows `m` and the columns `n`, or one number for both.
_LAID_OUT = {f"scipy.sparse.{last}" for last in ("random", "rand", "eye", "eye_array", "identity")}


def refine_sparse(name: str, bound: Bound, result: Value) -> Value:
    """The result of a call of scipy.sparse with the shape that follows from the arguments."""
    if _SPARSE.fullmatch(name) and bound.positional:
        return _made(bound, result)
    if name in _LAID_OUT and result.type is not None:
        rows = bound.get("m")
        return (
            replace(result, shape=(number_of(rows), number_of(bound.get("n") or rows))) if rows is not None else result
        )
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


def _made(bound: Bound, result: Value) -> Value:
    given, shape = bound.positional[0], bound.get("shape")
    dimensions = tuple(number_of(d) for d in shape.items) if shape is not None and shape.items is not None else None
    if given.items is not None and len(given.items) in (2, 3) and given.type == "tuple":
        if all(v.type == "int" for v in given.items):  # an empty one
            return replace(result, size=ONE, shape=tuple(number_of(d) for d in given.items))
        return replace(result, size=size_of(given.items[0]), shape=dimensions)
    return replace(result, size=size_of(given), shape=dimensions or given.shape)
