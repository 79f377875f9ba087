"""Sparse matrices: their size is the number of entries that are stored, their shape that of the whole matrix."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import reduce

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, literal_text, number_of, size_of
from gillint.resolve.numeric.indexing import extent
from gillint.resolve.numeric.shapes import ARRAY, KEPT, Shape, product, with_shape
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

_SPARSE = re.compile(r"scipy\.sparse\.(csr|csc|coo|bsr|dia|lil|dok)_(matrix|array)")

# Functions that take the rows `m` and the columns `n`, or one number for both.
_LAID_OUT = {f"scipy.sparse.{last}" for last in ("random", "rand", "eye", "eye_array", "identity", "spdiags")}


def refine_sparse(name: str, bound: Bound, result: Value) -> Value:
    """The result of a call of scipy.sparse with the shape that follows from the arguments."""
    if _SPARSE.fullmatch(name) and bound.positional:
        return replace(_made(bound, result), type=name)
    if name in _LAID_OUT and result.type is not None:
        height = bound.get("m")
        if height is None:
            return result
        return replace(result, shape=(number_of(height), number_of(bound.get("n") or height)))
    if name in _SQUARE and bound.positional:
        return _in_format(bound, _square(name, bound, result))
    joined = _JOINED.get(name)
    if joined is not None and bound.positional:
        shape = joined(bound.positional)
        return replace(result, shape=shape) if shape is not None else result
    matrix = bound.receiver
    if matrix is None or matrix.shape is None or len(matrix.shape) != 2:
        return result
    last = name.rsplit(".", 1)[-1]
    rows, columns = matrix.shape
    if last in ("__matmul__", "dot") and bound.positional:
        operand = bound.positional[0]
        other = operand.shape
        if operand.type is not None and _SPARSE.fullmatch(operand.type):
            return replace(matrix, size=_of_product(matrix, operand), shape=(rows, (other or matrix.shape)[-1]))
        if result.type == ARRAY:
            return with_shape(result, (rows, *other[1:])) if other is not None else result
    if result.type is not None and _SPARSE.fullmatch(result.type):
        return replace(result, shape=(columns, rows) if last in ("transpose", "T") else matrix.shape)
    if last in ("toarray", "todense"):
        return with_shape(result, (rows, columns))
    axis = bound.get("axis")
    if last in ("sum", "mean") and result.type == ARRAY and axis is not None and axis.literal is not None:
        along_rows = axis.literal.value in (1, -1)
        if (matrix.type or "").endswith("_matrix"):  # a matrix as well: it keeps both dimensions
            return with_shape(result, (rows, ONE) if along_rows else (ONE, columns))
        return with_shape(result, (rows,) if along_rows else (columns,))
    return result


def sparse_part(matrix: Value, key: Value) -> Value | None:
    """`m[rows]`, `m[rows, columns]`: as much of what is stored as of the whole; None for another type."""
    if matrix.shape is None or len(matrix.shape) != 2 or _SPARSE.fullmatch(matrix.type or "") is None:
        return None
    pieces = key.items if key.type == "tuple" and key.items is not None else (key,)
    shape: list[Estimate] = []
    for place, whole in enumerate(matrix.shape):
        piece = pieces[place] if place < len(pieces) else None
        if piece is None:
            shape.append(whole)
        elif piece.type == "slice":
            shape.append(extent(whole, piece) or whole)
        elif piece.type in ("list", "range", ARRAY):
            kept = whole.combine(KEPT, lambda n, share: n * share)
            shape.append(kept if piece.dtype == "bool" else size_of(piece))
        else:
            shape.append(ONE)
    if len(pieces) == 2 and shape == [ONE, ONE]:
        return Value(type="float")
    share = product(tuple(shape)) / product(matrix.shape).max(ONE)
    return replace(matrix, size=(size_of(matrix) * share).max(ONE), shape=tuple(shape))


# What makes a square matrix, unless it is told otherwise.
_SQUARE = (
    "scipy.sparse.eye",
    "scipy.sparse.identity",
    "scipy.sparse.eye_array",
    "scipy.sparse.diags",
    "scipy.sparse.diags_array",
    "scipy.sparse.random",
)


def _square(name: str, bound: Bound, result: Value) -> Value:
    shape, first = bound.get("shape"), bound.positional[0]
    given = shape is not None and shape.items is not None and len(shape.items) == 2
    sides = tuple(number_of(d) for d in shape.items or ()) if shape is not None and given else None
    if "diags" in name:
        return _of_diagonals(first, sides, result)
    if sides is not None:
        return replace(result, shape=sides)
    second = bound.get("n")
    return replace(result, shape=(number_of(first), number_of(second if second is not None else first)))


def _of_diagonals(given: Value, sides: tuple[Estimate, ...] | None, result: Value) -> Value:
    """`diags([main, side, side], [0, 1, -1])`: an entry for each number of each diagonal; one number fills its diagonal."""
    diagonal = element_of(given) if given.type in ("list", "tuple") else given
    if diagonal.type in ("int", "float"):
        filled = size_of(given) * sides[0].min(sides[1]) if sides is not None else result.size
        return replace(result, size=filled, shape=sides)
    if given.type in ("list", "tuple"):
        result = replace(result, size=size_of(given) * size_of(diagonal))
    return replace(result, shape=sides if sides is not None else (size_of(diagonal),) * 2)


def _kron(given: tuple[Value, ...]) -> Shape | None:
    """A block like the second matrix for each element of the first."""
    sides = [_sides(m) for m in given[:2]]
    if len(sides) < 2 or sides[0] is None or sides[1] is None:
        return None
    return (sides[0][0] * sides[1][0], sides[0][1] * sides[1][1])


def _joined_along(axes: tuple[int, ...]) -> Callable[[tuple[Value, ...]], Shape | None]:
    """The matrices of a list, one after the other along these axes."""

    def joined(given: tuple[Value, ...]) -> Shape | None:
        blocks = given[0]
        sides = [_sides(m) for m in blocks.items or (element_of(blocks),)]
        if any(s is None for s in sides):
            return None
        known = [s for s in sides if s is not None]
        times = ONE if blocks.items is not None else size_of(blocks)
        along = [reduce(operator.add, (s[axis] for s in known)) * times for axis in (0, 1)]
        return tuple(along[axis] if axis in axes else known[0][axis] for axis in (0, 1))

    return joined


def _sides(matrix: Value) -> Shape | None:
    return matrix.shape if matrix.shape is not None and len(matrix.shape) == 2 else None


_JOINED = {
    "scipy.sparse.kron": _kron,
    "scipy.sparse.vstack": _joined_along((0,)),
    "scipy.sparse.hstack": _joined_along((1,)),
    "scipy.sparse.block_diag": _joined_along((0, 1)),
}


def _in_format(bound: Bound, result: Value) -> Value:
    """`diags(..., format="csr")`: of the kind that is asked for."""
    asked = literal_text(bound.get("format"))
    kind = _SPARSE.fullmatch(result.type or "")
    return replace(result, type=f"scipy.sparse.{asked}_{kind[2]}") if asked in _FORMATS and kind is not None else result


_FORMATS = ("csr", "csc", "coo", "bsr", "dia", "lil", "dok")


def _of_product(a: Value, b: Value) -> Estimate:
    """Stored entries of a product: as many as the terms that are added up, at most, and no more than the whole has."""
    rows_of_b = b.shape[0] if b.shape is not None else ONE
    return (size_of(a) * (size_of(b) / rows_of_b)).max(ONE)


def _made(bound: Bound, result: Value) -> Value:
    given, shape = bound.positional[0], bound.get("shape")
    dimensions = tuple(number_of(d) for d in shape.items) if shape is not None and shape.items is not None else None
    if given.items is not None and len(given.items) in (2, 3) and given.type == "tuple":
        if all(v.type == "int" for v in given.items):  # an empty one
            return replace(result, size=ONE, shape=tuple(number_of(d) for d in given.items))
        return replace(result, size=size_of(given.items[0]), shape=dimensions)
    stored = size_of(given) * _STORED if given.type == ARRAY else size_of(given)
    return replace(result, size=stored, shape=dimensions or given.shape)


# The share of a dense array's elements that is kept: it is made a sparse one because most of them are 0, and the text does not
# tell how many.
_STORED = Estimate(0.01, 0.1, 1.0)
