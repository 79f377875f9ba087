"""Arrays that numpy makes from several parts, from a description, or from what it finds in another array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, item_bytes, literal_text, number_of, size_of
from gillint.resolve.numeric.drawing import extreme_of_drawn
from gillint.resolve.numeric.dtype_names import NUMBERS, dtype_name
from gillint.resolve.numeric.dtypes import of_elements, promoted, scalar_of
from gillint.resolve.numeric.shapes import (
    ARRAY,
    KEPT,
    Shape,
    axes_of,
    constant_int,
    dimensions,
    is_true,
    product,
    shape_of,
    with_shape,
)
from gillint.resolve.tabular.kinds import changes, different, kept
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Value

Rule = Callable[[Bound, Value], Value | None]


def _parts(
    bound: Bound, along: int | None = None, *, widens: bool = False
) -> tuple[tuple[Shape, ...], Estimate, str | None] | None:
    """The shapes of what is joined, how often (for a list whose members are alike), and their dtype.

    `along`: the dimension in which they may differ. In the others a part of which nothing is known is like the rest.
    `widens`: whether parts get the dimensions that they lack.
    """
    given = bound.positional[0] if bound.positional else None
    if given is None:
        return None
    members = given.items if given.items is not None else (element_of(given),)
    shapes = _completed(tuple(map(_shape_of_part, members)), members, along, widens=widens)
    if shapes is None:
        return None
    dtype = promoted(members) if all(m.type == ARRAY and m.dtype is not None for m in members) else None
    return shapes, ONE if given.items is not None else size_of(given), dtype


def _shape_of_part(member: Value) -> Shape | None:
    """A column of pandas is joined as the array that is in it."""
    if member.type in ("pandas.Series", "pandas.Index") and member.size is not None:
        return (member.size,)
    return shape_of(member)


_AS_WIDE, _AS_HIGH = Estimate(1, 10, 1_000), Estimate(1, 1_000, 1e6)  # of a part that nothing is known of


def _completed(
    shapes: tuple[Shape | None, ...], members: Sequence[Value], along: int | None, *, widens: bool
) -> tuple[Shape, ...] | None:
    """What is joined fits together: a part of unknown shape has the other dimensions of one whose shape is known."""
    like = next((s for s in shapes if s is not None and len(s) > 1), None)
    if like is not None and not widens:  # what has a size, but no shape that fits, was taken for one row
        shapes = tuple(s if s is not None and len(s) == len(like) else None for s in shapes)
    known = tuple(s for s in shapes if s is not None)
    if len(known) == len(shapes):
        return known or None
    if like is None or along is None or not -len(like) <= along < len(like):
        return None
    along %= len(like)
    others = product(like[:along] + like[along + 1 :])
    filled: list[Shape] = []
    for shape, member in zip(shapes, members, strict=True):
        length = _AS_HIGH if along == 0 else _AS_WIDE
        if member.size is not None and not member.size.is_open:
            length = (member.size / others).max(1)
        filled.append(shape if shape is not None else (*like[:along], length, *like[along + 1 :]))
    return tuple(filled)


def _joined(shapes: tuple[Shape, ...], count: Estimate, along: int) -> Shape | None:
    first = shapes[0]
    if not first or any(len(s) != len(first) for s in shapes):
        return None
    along %= len(first)
    length = reduce(lambda a, b: a + b, (s[along] for s in shapes)) * count
    return tuple(length if i == along else d for i, d in enumerate(first))


def _concatenate(bound: Bound, result: Value) -> Value | None:
    axis = bound.get("axis")
    along = constant_int(axis) if axis is not None else 0
    found = _parts(bound, along)
    if found is None:
        return replace(result, size=None, shape=None)
    shapes, count, dtype = found
    if axis == NONE:
        return with_shape(result, (reduce(lambda a, b: a + b, map(product, shapes)) * count,))
    shape = _joined(shapes, count, along) if along is not None else None
    return replace(with_shape(result, shape), dtype=dtype or result.dtype) if shape is not None else None


def _stack(bound: Bound, result: Value) -> Value | None:
    """A new dimension: one entry for each part."""
    found, axis = _parts(bound), bound.get("axis")
    if found is None:
        return replace(result, size=None, shape=None)
    shapes, count, dtype = found
    along = constant_int(axis) if axis is not None else 0
    if along is None:
        return None
    first = shapes[0]
    along %= len(first) + 1
    shape = (*first[:along], count * len(shapes), *first[along:])
    return replace(with_shape(result, shape), dtype=dtype or result.dtype)


def _beside(last: str) -> Rule:
    """`vstack`, `hstack`, `column_stack`, `dstack`: parts get the dimensions that they lack, then they are joined."""

    def rule(bound: Bound, result: Value) -> Value | None:
        found = _parts(bound, {"vstack": 0, "dstack": 2}.get(last, 1), widens=last != "hstack")
        if found is None:
            return replace(result, size=None, shape=None)
        shapes, count, dtype = found
        width = len(shapes[0])
        if last == "vstack":
            widened, along = tuple(s if len(s) > 1 else (ONE, *s) for s in shapes), 0
        elif last == "column_stack":
            widened, along = tuple(s if len(s) > 1 else (*s, ONE) for s in shapes), 1
        elif last == "dstack":
            widened, along = tuple(((ONE, *s) if len(s) == 1 else s) + (ONE,) * (len(s) < 3) for s in shapes), 2
        else:
            widened, along = tuple(s or (ONE,) for s in shapes), 1 if width > 1 else 0
        shape = _joined(widened, count, along)
        return replace(with_shape(result, shape), dtype=dtype or result.dtype) if shape is not None else None

    return rule


def joined_by_index(name: str, index: Value) -> Value:
    """`np.r_[a, 0, b]`, `np.c_[a, b]`: parts joined along the first dimension, or beside one another."""
    parts = index.items if index.type == "tuple" and index.items is not None else (index,)
    made = Value(type=ARRAY, dtype=promoted(parts))
    found = tuple(() if part.type in NUMBERS else shape_of(part) for part in parts)
    complete = _completed(found, parts, 1 if name == "numpy.c_" else 0, widens=True)
    if complete is None:
        return made
    shapes = [shape or (ONE,) for shape in complete]
    if name == "numpy.c_":
        shapes = [s if len(s) > 1 else (*s, ONE) for s in shapes]
    joined = _joined(tuple(shapes), ONE, 1 if name == "numpy.c_" else 0)
    return with_shape(made, joined) if joined is not None else made


def _block(bound: Bound, result: Value) -> Value | None:
    """Rows of blocks: as wide as the first row, as high as the first column."""
    rows = bound.positional[0].items if bound.positional else None
    if rows is None or any(r.items is None for r in rows):
        return None
    shapes = [[shape_of(v) for v in row.items or ()] for row in rows]
    if any(s is None or len(s) != 2 for row in shapes for s in row) or not shapes or not shapes[0]:
        return None
    wide = reduce(lambda a, b: a + b, (s[1] for s in shapes[0] if s))
    high = reduce(lambda a, b: a + b, (row[0][0] for row in shapes if row[0]))
    return with_shape(result, (high, wide))


def _meshgrid(bound: Bound, result: Value) -> Value | None:
    axes = [shape_of(v) for v in bound.positional]
    if not axes or any(a is None or len(a) > 1 for a in axes):
        return None
    sizes = [product(a) for a in axes if a is not None]
    if len(sizes) > 1 and literal_text(bound.get("indexing")) != "ij":
        sizes[0], sizes[1] = sizes[1], sizes[0]
    kinds = ("int64" if v.type == "range" else v.dtype for v in bound.positional)
    return Value(type="tuple", items=tuple(with_shape(Value(dtype=kind), tuple(sizes)) for kind in kinds))


def _indices(bound: Bound, result: Value) -> Value | None:
    shape = dimensions(bound.positional[0]) if bound.positional else None
    return with_shape(result, (Estimate.point(len(shape)), *shape)) if shape is not None else None


def _bins(value: Value | None) -> Estimate:
    """How many bins: ten unless it says; one less than there are edges."""
    if value is None:
        return Estimate.point(10)
    edges = shape_of(value)
    return edges[0] - 1 if edges else value.number if value.number is not None else Estimate(10, 50, 1000)


def _histogram(bound: Bound, result: Value) -> Value | None:
    bins = bound.get("bins")
    count = _bins(bins)
    edges = Value(dtype=bins.dtype if bins is not None and bins.type == ARRAY else "float64")
    return Value(type="tuple", items=(with_shape(Value(dtype="int64"), (count,)), with_shape(edges, (count + 1,))))


def _histogram2d(bound: Bound, result: Value) -> Value | None:
    bins = bound.get("bins")
    pair = bins.items if bins is not None and bins.items is not None and len(bins.items) == 2 else (bins, bins)
    rows, columns = _bins(pair[0]), _bins(pair[1])
    made = tuple(with_shape(Value(dtype="float64"), s) for s in ((rows, columns), (rows + 1,), (columns + 1,)))
    return Value(type="tuple", items=made)


def _bincount(bound: Bound, result: Value) -> Value | None:
    """As many as the largest value tells: at least `minlength`, seldom more than there are values."""
    least = bound.get("minlength")
    if least is not None and least.number is not None:
        return with_shape(result, (least.number,))
    values = bound.positional[0] if bound.positional else None
    largest = extreme_of_drawn(values.element, largest=True) if values is not None else None
    if largest is not None and largest.number is not None:
        return with_shape(result, (largest.number + 1,))
    counted = shape_of(values)
    if counted is None:
        return None
    return with_shape(result, (product(counted).combine(KEPT, lambda n, share: max(1.0, n * share)),))


def _found(bound: Bound) -> tuple[Estimate, int] | None:
    """How many elements a search finds, and in how many dimensions it looks."""
    source = bound.receiver if bound.receiver is not None else bound.positional[0] if bound.positional else None
    shape = shape_of(source)
    if shape is None or source is None:
        return None
    ends = changes(source, product(shape))
    if ends is not None:
        return ends, len(shape)
    share = kept(source)
    return product(shape) * (share if len(shape) < 2 or share is not KEPT else _OF_PAIRS), len(shape)


# Edges in a picture, peaks, pairs that are close to each other: what is looked for in a matrix is seldom a third of it.
# In the two programs that were looked at it was 2 and 4.5%.
_OF_PAIRS = Estimate(0.001, 0.05, 1.0)


def _nonzero(bound: Bound, result: Value) -> Value | None:
    found = _found(bound)
    if found is None:
        return None
    indices = with_shape(Value(dtype="int64"), (found[0],))
    return Value(type="tuple", items=tuple(indices for _ in range(max(1, found[1]))))


def _where(bound: Bound, result: Value) -> Value | None:
    return _nonzero(bound, result) if len(bound.positional) == 1 else None


def _select(bound: Bound, result: Value) -> Value | None:
    """`np.select([a < 1, a > 5], [low, high], default=0)`: one of the choices for each."""
    choices, default = bound.get("choicelist"), bound.get("default")
    if choices is None:
        return None
    parts = (*(choices.items or (element_of(choices),)), default if default is not None else Value(type="int"))
    return replace(result, dtype=promoted(parts) or result.dtype)


def _flatnonzero(bound: Bound, result: Value) -> Value | None:
    found = _found(bound)
    return with_shape(result, (found[0],)) if found is not None else None


def _argwhere(bound: Bound, result: Value) -> Value | None:
    found = _found(bound)
    return with_shape(result, (found[0], Estimate.point(found[1]))) if found is not None else None


def _unique(bound: Bound, result: Value) -> Value | None:
    """The distinct values, with an array for each further answer that was asked for."""
    given = bound.positional[0] if bound.positional else Value()
    shape, axis = shape_of(given), bound.get("axis")
    asked = [bound.get(name) for name in ("return_index", "return_inverse", "return_counts")]
    further = sum(is_true(a) for a in asked)
    dtype = given.dtype if given.type == ARRAY else of_elements(given)
    distinct = replace(result, type=ARRAY, dtype=dtype, items=None)
    counts = replace(distinct, dtype="int64")
    if shape is not None:
        rows = axes_of(axis, len(shape)) == {0} if axis is not None and axis != NONE else False
        whole = shape[0] if rows else product(shape)
        several = rows and len(shape) > 1
        count = (
            whole.combine(KEPT, lambda n, share: max(1.0, n * share))
            if several
            else different(replace(distinct, element=given.element, size=whole, shape=None))
        )
        distinct = with_shape(distinct, (count, *(shape[1:] if rows else ())))
        counts = with_shape(counts, (count,))
    elif given.type == ARRAY and given.size is not None and axis is None:
        count = different(replace(distinct, element=given.element, size=given.size, shape=None))
        distinct, counts = with_shape(distinct, (count,)), with_shape(counts, (count,))
    if not further:
        return distinct
    return Value(type="tuple", items=(distinct, *(counts for _ in range(further))))


def _set_operation(last: str) -> Rule:
    def rule(bound: Bound, result: Value) -> Value | None:
        pair = [shape_of(v) for v in bound.positional[:2]]
        if len(pair) != 2 or pair[0] is None or pair[1] is None:
            return None
        a, b = product(pair[0]), product(pair[1])
        if last == "setdiff1d" and b.likely < a.likely:  # the rest: what is taken away was mostly part of it
            return with_shape(result, (a.combine(b, lambda n, less: max(1.0, n - less)),))
        whole = a.min(b) if last == "intersect1d" else a if last == "setdiff1d" else a + b
        return with_shape(result, (whole.combine(KEPT, lambda n, share: max(1.0, n * share)),))

    return rule


def _split(last: str) -> Rule:
    def rule(bound: Bound, result: Value) -> Value | None:
        """A list of views: as many as were asked for, or one more than there are places to cut at."""
        parts, source = bound.get("indices_or_sections"), bound.positional[0] if bound.positional else None
        shape = shape_of(source)
        if parts is None or source is None or not shape:
            return None
        count = size_of(parts) + 1 if parts.type in ("list", "tuple", ARRAY) else number_of(parts)
        along = 1 if last == "hsplit" and len(shape) > 1 else 0
        given = constant_int(bound.get("axis"))
        if given is not None:
            along = given % len(shape)
        piece = tuple(d / count if i == along else d for i, d in enumerate(shape))
        return replace(result, size=count, element=with_shape(replace(source, reference=None), piece))

    return rule


def _square(bound: Bound, result: Value) -> Value | None:
    rows = number_of(bound.positional[0]) if bound.positional else None
    more = bound.positional[1].number if len(bound.positional) > 1 else None
    return with_shape(result, (rows, more if more is not None else rows)) if rows is not None else None


_WIDTH = {
    "float32": 4, "int32": 4, "uint32": 4, "int16": 2, "uint16": 2, "float16": 2, "int8": 1, "uint8": 1, "bool": 1,
}  # fmt: skip


def _frombuffer(bound: Bound, result: Value) -> Value | None:
    buffer = bound.positional[0] if bound.positional else None
    if buffer is None or buffer.size is None:
        return None
    count = bound.get("count")
    if count is not None and count.number is not None and count.number.likely > 0:
        return with_shape(result, (count.number,))
    asked = bound.get("dtype")
    dtype = dtype_name(asked) if asked is not None else result.dtype
    size = buffer.size * item_bytes(buffer) if buffer.type in (ARRAY, "array.array") else buffer.size
    return with_shape(result, (size / _WIDTH.get(dtype or "", 8),))


def _ix(bound: Bound, result: Value) -> Value | None:
    sizes = [product(shape) if (shape := shape_of(v)) is not None else size_of(v) for v in bound.positional]
    open_grid = (
        with_shape(Value(dtype="int64"), tuple(n if i == j else ONE for j in range(len(sizes))))
        for i, n in enumerate(sizes)
    )
    return Value(type="tuple", items=tuple(open_grid))


def _places(bound: Bound, result: Value) -> Value | None:
    """`np.ndindex(shape)`: the place of each element, as so many numbers."""
    given = bound.positional
    sizes = given[0].items if len(given) == 1 and given[0].items is not None else given
    return _of_places(result, [number_of(v) for v in sizes], None) if sizes else None


def _numbered(bound: Bound, result: Value) -> Value | None:
    """`np.ndenumerate(a)`: each element with its place."""
    given = bound.positional[0] if bound.positional else None
    return _of_places(result, list(given.shape), scalar_of(given.dtype)) if given is not None and given.shape else None


def _of_places(result: Value, shape: list[Estimate], member: Value | None) -> Value:
    place = Value(type="tuple", items=tuple(Value(type="int", number=n * _HALF) for n in shape))
    each = place if member is None else Value(type="tuple", items=(place, member))
    return replace(result, size=product(tuple(shape)), element=each)


_HALF = Estimate(0.0, 0.5, 1.0)


def _unraveled(bound: Bound, result: Value) -> Value | None:
    if len(bound.positional) < 2:
        return None
    shape, index = dimensions(bound.positional[1]), shape_of(bound.positional[0])
    if shape is None or index is None:
        return None
    one = with_shape(Value(dtype="int64"), index) if index else Value(type="int")
    return Value(type="tuple", items=tuple(one for _ in shape))


def _gradient(bound: Bound, result: Value) -> Value | None:
    """One array for each dimension."""
    shape = shape_of(bound.positional[0]) if bound.positional else None
    if shape is None:
        return None
    one = with_shape(result, shape)
    return (
        one
        if len(shape) == 1 or bound.get("axis") is not None
        else Value(type="tuple", items=tuple(one for _ in shape))
    )


def _reduced_at(bound: Bound, result: Value) -> Value | None:
    """`np.add.reduceat(a, starts, axis=0)`: one entry for each start, along one dimension."""
    shape, starts = shape_of(bound.positional[0]) if bound.positional else None, bound.get("indices")
    axis = bound.get("axis")
    along = constant_int(axis) if axis is not None else 0
    if not shape or starts is None or along is None or not -len(shape) <= along < len(shape):
        return None
    along %= len(shape)
    made = with_shape(result, tuple(size_of(starts) if i == along else d for i, d in enumerate(shape)))
    return replace(made, dtype="int64") if made.dtype == "bool" else made


def _vectors(bound: Bound, result: Value) -> Value | None:
    """Random vectors: as many as asked for, each as long as the mean (or the weights)."""
    first = shape_of(bound.positional[-1 if result.dtype == "int64" else 0]) if bound.positional else None
    count = dimensions(bound.get("size"))
    if first is None:
        first = shape_of(bound.get("pvals"))
    return with_shape(result, (*(count or ()), *first)) if first else None


# How often each of many things is repeated, where nothing tells: visits of a customer, positions of an order.
_REPEATS = Estimate(0.5, 3.0, 50.0)


def _repeat(bound: Bound, result: Value) -> Value | None:
    """`np.repeat(users, visits)`: as many of each as an array says, half of what is the most on average."""
    counts = bound.get("repeats")
    if counts is None or counts.type not in (ARRAY, "list", "pandas.Series") or counts.shape == ():
        return None
    distinct = counts.element.distinct if counts.element is not None else None
    each = distinct / 2 if distinct is not None and distinct.likely > 1 else _REPEATS
    given = bound.receiver or bound.positional[0]
    made = with_shape(result, (size_of(given) * each,))
    return replace(made, dtype=given.dtype if given.type == ARRAY else result.dtype, element=given.element)


ASSEMBLED: dict[str, Rule] = {
    "repeat": _repeat,
    **{name: _beside(name) for name in ("vstack", "hstack", "column_stack", "dstack")},
    **{name: _set_operation(name) for name in ("intersect1d", "setdiff1d", "union1d", "setxor1d")},
    **{name: _split(name) for name in ("split", "array_split", "hsplit", "vsplit")},
    **dict.fromkeys(("eye", "identity", "tri"), _square),
    "concatenate": _concatenate,
    "stack": _stack,
    "row_stack": _beside("vstack"),
    "block": _block,
    "meshgrid": _meshgrid,
    "indices": _indices,
    "histogram": _histogram,
    "histogram2d": _histogram2d,
    "bincount": _bincount,
    "nonzero": _nonzero,
    "where": _where,
    "select": _select,
    "flatnonzero": _flatnonzero,
    "argwhere": _argwhere,
    "unique": _unique,
    "frombuffer": _frombuffer,
    "ix_": _ix,
    "ndindex": _places,
    "ndenumerate": _numbered,
    "unravel_index": _unraveled,
    "gradient": _gradient,
    "reduceat": _reduced_at,
    "multivariate_normal": _vectors,
}
