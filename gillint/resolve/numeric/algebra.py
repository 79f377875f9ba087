"""Results of products and of linear algebra: shapes that follow from two arrays, and tuples of arrays."""

from __future__ import annotations

from collections.abc import Callable

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text, number_of
from gillint.resolve.numeric.dtypes import promoted
from gillint.resolve.numeric.shapes import ARRAY, Shape, axes_of, broadcast, is_true, shape_of, with_shape
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

Rule = Callable[[Bound, Value], Value | None]


def _operands(bound: Bound, count: int = 2) -> tuple[Shape, ...] | None:
    given = (bound.receiver, *bound.positional) if bound.receiver is not None else bound.positional
    shapes = [shape_of(v) for v in given[:count]]
    known = tuple(s for s in shapes if s is not None)
    return known if len(known) == count else None


_PRODUCTS = frozenset(
    {"numpy.dot", "numpy.matmul", "numpy.linalg.solve"}
    | {f"numpy.ndarray.{name}" for name in ("dot", "__matmul__", "__rmatmul__")}
)


def agreeing(name: str, bound: Bound) -> Bound:
    """The operands of a product, of which the columns of the one are as many as the rows of the other: where they do not look
    so, the one that more is known of tells.
    """
    if name not in _PRODUCTS:
        return bound
    left, right = bound.given[:2] if len(bound.given) > 1 else (None, None)
    a, b = shape_of(left) if left is not None else None, shape_of(right) if right is not None else None
    if left is None or right is None or not a or not b or max(len(a), len(b)) > 2 or _span(a[-1]) == _span(b[0]):
        return bound
    if _span(b[0]) < _span(a[-1]):
        return bound.with_value(left, with_shape(left, (*a[:-1], b[0])))
    return bound.with_value(right, with_shape(right, (a[-1], *b[1:])))


def _span(length: Estimate) -> float:
    """How little is known of a length."""
    return length.high / max(1.0, length.low)


def _number_or_array(result: Value, shape: Shape) -> Value:
    return with_shape(result, shape) if shape else Value(type="float")


def _matmul(bound: Bound, result: Value) -> Value | None:
    """Stacks of matrices are multiplied pair by pair; a vector loses its dimension."""
    pair = _operands(bound)
    if pair is None or not pair[0] or not pair[1]:
        return None
    a, b = pair
    rows, columns = a[-2:-1], b[-1:] if len(b) > 1 else ()
    stack = broadcast(a[:-2] or (ONE,), b[:-2] or (ONE,)) if len(a) > 2 or len(b) > 2 else ()
    return _number_or_array(result, (*stack, *rows, *columns))


def _dot(bound: Bound, result: Value) -> Value | None:
    """As matmul for vectors and matrices; every row with every column for more dimensions."""
    pair = _operands(bound)
    if pair is None:
        return None
    a, b = pair
    if not a or not b:
        return with_shape(result, a or b) if a or b else None
    return _number_or_array(result, (*a[:-1], *((*b[:-2], b[-1]) if len(b) > 1 else ())))


def _inner(bound: Bound, result: Value) -> Value | None:
    pair = _operands(bound)
    return _number_or_array(result, (*pair[0][:-1], *pair[1][:-1])) if pair is not None else None


def _outer(bound: Bound, result: Value) -> Value | None:
    pair = _operands(bound)
    if pair is None:
        return None
    flat = tuple(with_shape(Value(), s).size or ONE for s in pair)
    dtype = promoted(v for v in (bound.receiver, *bound.positional) if v is not None)
    return replace(with_shape(result, flat), dtype=dtype if dtype is not None else result.dtype)


def _every_pair(bound: Bound, result: Value) -> Value | None:
    """`np.add.outer`: all dimensions of the one, then all of the other."""
    pair = _operands(bound)
    return with_shape(result, (*pair[0], *pair[1])) if pair is not None else None


def _cross(bound: Bound, result: Value) -> Value | None:
    pair = _operands(bound)
    return with_shape(result, broadcast(*pair)) if pair is not None and all(pair) else None


def _tensordot(bound: Bound, result: Value) -> Value | None:
    """What is left of the dimensions of both: `axes` are so many in the middle, or those of the one and of the other."""
    pair, axes = _operands(bound), bound.get("axes")
    if pair is None:
        return None
    first, second = pair
    if axes is not None and axes.items is not None and len(axes.items) == 2:
        gone = axes_of(axes.items[0], len(first)), axes_of(axes.items[1], len(second))
        if gone[0] is None or gone[1] is None:
            return None
        return _number_or_array(result, (*_without(first, gone[0]), *_without(second, gone[1])))
    count = int(number_of(axes).likely) if axes is not None and axes.number is not None else 2 if axes is None else None
    if count is None or count > min(len(first), len(second)):
        return None
    return _number_or_array(result, (*first[: len(first) - count], *second[count:]))


def _without(shape: Shape, axes: set[int]) -> Shape:
    return tuple(d for i, d in enumerate(shape) if i not in axes)


def _einsum(bound: Bound, result: Value) -> Value | None:
    """The letters after the arrow (or those met once, in order) are the dimensions."""
    text = literal_text(bound.positional[0]) if bound.positional else None
    if text is None or "..." in text:
        return None
    inputs, arrow, output = text.replace(" ", "").partition("->")
    letters: dict[str, Estimate] = {}
    for term, operand in zip(inputs.split(","), bound.positional[1:], strict=False):
        shape = shape_of(operand)
        if shape is None or len(shape) != len(term):
            return None
        letters.update(zip(term, shape, strict=True))
    if not arrow:
        output = "".join(sorted(c for c in set(inputs) - {","} if inputs.count(c) == 1))
    if not set(output) <= set(letters):
        return None
    return _number_or_array(result, tuple(letters[c] for c in output))


def _matrix(bound: Bound) -> Shape | None:
    shape = shape_of(bound.positional[0]) if bound.positional else None
    return shape if shape is not None and len(shape) >= 2 else None


def _square(bound: Bound) -> Shape | None:
    """The shape of a matrix that has as many columns as rows: where it does not look so, what more is known of tells."""
    shape = _matrix(bound)
    if shape is None:
        return None
    side = min(shape[-2:], key=_span)
    return (*shape[:-2], side, side)


def _squared(bound: Bound, result: Value) -> Value | None:
    shape = _square(bound)
    return with_shape(result, shape) if shape is not None else None


def _arrays(*shapes: Shape) -> Value:
    return Value(type="tuple", items=tuple(with_shape(Value(dtype="float64"), s) for s in shapes))


def _eigen(bound: Bound, result: Value) -> Value | None:
    shape = _square(bound)
    return _arrays(shape[:-1], shape) if shape is not None else None


def _eigenvalues(bound: Bound, result: Value) -> Value | None:
    shape = _square(bound)
    return with_shape(result, shape[:-1]) if shape is not None else None


def _singular(bound: Bound, result: Value) -> Value | None:
    shape = _matrix(bound)
    if shape is None:
        return None
    *stack, rows, columns = shape
    least = rows.min(columns)
    asked = bound.get("compute_uv")
    if asked is not None and asked.literal is not None and asked.literal.value is False:
        return with_shape(replace(result, type=ARRAY, items=None), (*stack, least))
    full = bound.get("full_matrices")
    is_full = full is None or is_true(full)
    left, right = (rows, columns) if is_full else (least, least)
    return _arrays((*stack, rows, left), (*stack, least), (*stack, right, columns))


def _qr(bound: Bound, result: Value) -> Value | None:
    shape, mode = _matrix(bound), literal_text(bound.get("mode"))
    if shape is None:
        return None
    *stack, rows, columns = shape
    least = rows if mode == "complete" else rows.min(columns)
    triangle = (*stack, least, columns)
    return with_shape(result, triangle) if mode == "r" else _arrays((*stack, rows, least), triangle)


def _least_squares(bound: Bound, result: Value) -> Value | None:
    pair = _operands(bound)
    if pair is None or len(pair[0]) != 2:
        return None
    solution = (pair[0][1], *pair[1][1:])
    arrays = _arrays(solution, pair[1][1:] or (ONE,), (pair[0][1],)).items or ()
    return Value(type="tuple", items=(arrays[0], arrays[1], Value(type="int"), arrays[2]))


def _solved(bound: Bound, result: Value) -> Value | None:
    pair = _operands(bound)
    return with_shape(result, pair[1]) if pair is not None else None


def _of_stack(bound: Bound, result: Value) -> Value | None:
    """A number for each matrix."""
    shape = _matrix(bound)
    return with_shape(result, shape[:-2]) if shape is not None and len(shape) > 2 else None


def _covariance(bound: Bound, result: Value) -> Value | None:
    """A row and a column for each variable; variables are rows unless it says otherwise."""
    shape = shape_of(bound.positional[0]) if bound.positional else None
    if shape is None or not shape:
        return None
    by_row = bound.get("rowvar")
    across = by_row is not None and by_row.literal is not None and by_row.literal.value in (False, 0)
    count = ONE if len(shape) == 1 else shape[1] if across else shape[0]
    if len(bound.positional) > 1:
        count = count + 1 if len(shape) == 1 else count * 2
    return with_shape(result, (count, count))


ALGEBRA: dict[str, Rule] = {
    **dict.fromkeys(("matmul", "__matmul__", "__rmatmul__"), _matmul),
    **dict.fromkeys(("eigh", "eig"), _eigen),
    **dict.fromkeys(("inv", "cholesky"), _squared),
    **dict.fromkeys(("eigvalsh", "eigvals"), _eigenvalues),
    **dict.fromkeys(("cov", "corrcoef"), _covariance),
    **dict.fromkeys(("det", "matrix_rank"), _of_stack),
    "dot": _dot,
    "inner": _inner,
    "outer": _outer,
    "cross": _cross,
    "tensordot": _tensordot,
    "einsum": _einsum,
    "svd": _singular,
    "qr": _qr,
    "lstsq": _least_squares,
    "solve": _solved,
}
UFUNC_OUTER = _every_pair
