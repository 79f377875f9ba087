"""What a subscript of a numpy array gives: slices, numbers, masks, arrays of indices, and `None` for a new dimension."""

from __future__ import annotations

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.assumed import SIDE
from gillint.resolve.calling.bound import literal_text, size_of
from gillint.resolve.numeric.dtypes import scalar_of
from gillint.resolve.numeric.memory import CUT, REVERSED, TURNED, apart, field_of
from gillint.resolve.numeric.shapes import ARRAY, Shape, broadcast, shape_of, with_shape
from gillint.resolve.tabular.kinds import kept
from gillint.resolve.values import NONE, Value
from gillint.syntax import tree as t

GRIDS = ("numpy.mgrid", "numpy.ogrid")


# A slice from or up to a place that is not known takes some of the whole.
_PART = Estimate(0.01, 0.5, 1.0)


def _some_of(whole: Estimate, piece: Value) -> Estimate:
    """How much a slice takes whose bounds are not known.

    What is between two places is a field, a record: neither as short as an item nor as long as the whole.
    """
    between = share(whole, piece.element) if piece.element is not None else None
    if between is not None:
        return between
    if piece.items is None or NONE in piece.items[:2]:
        return whole * _PART
    return Estimate(1.0, max(1.0, whole.likely) ** 0.5, max(1.0, whole.high))


def share(whole: Estimate, starts: Value) -> Estimate | None:
    """How much of a whole lies between one offset and the next; None where nobody knows how many there are."""
    number = starts.shape[0] if starts.shape else starts.size
    if number is None:
        return None
    likely = whole.likely / max(1.0, number.likely - 1)
    return Estimate(min(likely, 1.0), likely, max(likely, whole.high))


def _place(bound: Value, whole: Estimate | None, otherwise: Estimate | None) -> Estimate | None:
    """Where a slice begins or ends, from the front; None where nobody knows."""
    if bound == NONE:
        return otherwise
    if bound.number is None or whole is None or bound.number.likely >= 0:
        return bound.number
    return (whole + bound.number).max(0)


def extent(whole: Estimate | None, piece: Value) -> Estimate | None:
    """How many items a slice takes of a whole; `piece.items` are its bounds, `piece.size` their distance where known."""
    if piece.items is None:
        return None
    lower, upper, step = piece.items
    if piece.size is not None:
        size: Estimate | None = piece.size
    else:
        is_backwards = step.number is not None and step.number.likely < 0
        last = whole - 1 if whole is not None else None
        first, past = (last, Estimate.point(-1)) if is_backwards else (ZERO, whole)
        if past is None and lower.number is not None and lower.number.likely < 0:
            past = ZERO  # `tail[-10:]`: places are counted from the end
        start, end = _place(lower, whole, first), _place(upper, whole, past)
        if start is None or end is None:
            return _some_of(whole, piece) if whole is not None else None
        if whole is None and start.likely >= 0 > end.likely and not is_backwards:
            return None  # `coords[:-1]` of nobody knows how many
        size = (start - end if is_backwards else end - start).max(0)
    if size is None:
        return None
    if step.number is not None and abs(step.number.likely) > 1:
        size = size / step.number.map(abs)
    return size.min(whole) if whole is not None else size


# An array of this length may be the choices that another one numbers.
_FEW = 1000


def array_item(value: Value, index: Value, node: t.Expr) -> Value | None:
    """The part of an array that an index takes; None where the result is not known."""
    text = literal_text(index)
    if text is not None:  # a field of a structured array
        field = value.column(text)
        made = replace(value, dtype=field.dtype if field is not None else None, columns=None, element=None)
        return replace(made, mark=field_of(value, made)) if field is not None else made
    parts: tuple[t.Expr, ...] = (node,)
    pieces: tuple[Value, ...] = (index,)
    written = node.elements if isinstance(node, t.Sequence) and node.kind == "tuple" else ()
    if index.items and len(written) == len(index.items):  # no `*place` among them
        parts, pieces = written, index.items
    elif index.type == "tuple":
        rows = index.items if index.items is not None else _rows_of_places(index)
        if rows is None:
            return _by_place(value, index)
        parts, pieces = (node,) * len(rows), rows
    if not pieces:  # `a[()]`
        return value if value.shape != () else _scalar(value)
    if value.shape is None:
        return _of_unknown_shape(value, pieces)
    shape = _selected(value.shape, parts, pieces)
    if shape is None:  # more of them than was thought
        return _of_unknown_shape(value, pieces) if len(value.shape) == 1 < len(pieces) else None
    if not shape:
        return _scalar(value)
    made = replace(with_shape(value, shape), reference=None, mark=_mark(value, parts, pieces))
    if len(value.shape) == 1 and index.type == ARRAY and index.dtype != "bool" and value.shape[0].high <= _FEW:
        return replace(made, element=replace(scalar_of(value.dtype), distinct=value.shape[0]))
    return made


def _mark(value: Value, parts: tuple[t.Expr, ...], pieces: tuple[Value, ...]) -> str | None:
    """How the elements of a part lie in memory: `a[:, 1]`, `image[..., 0]`, `x[::2]` take one and leave out others,
    `a[1:-1, 1:-1]` parts of rows; `x[::-1]`, `image[:, ::-1]` go backwards.
    """
    whole, last = value.shape or (), pieces[-1]
    if any(p.type in (ARRAY, "list", "range") for p in pieces):  # a copy, in which what is picked comes first
        by_columns = len(whole) == 2 and [p.type == "slice" for p in pieces] == [True, False]
        return TURNED if by_columns and len(shape_of(last) or ()) == 1 else None
    if any(map(_is_reversed, pieces[1:] if len(whole) > 1 else pieces)):
        return REVERSED if value.mark is None else value.mark
    is_open = any(isinstance(part, t.Constant) and part.value is ... for part in parts)
    if not is_open and sum(map(_consumes, parts, pieces)) < len(whole):
        return value.mark
    if last.type == "int" and len(pieces) > 1:
        return apart(value, whole[-1])
    if last.type != "slice" or last.items is None:
        return value.mark
    lower, upper, step = last.items
    if step.number is not None:
        return apart(value, step.number.map(abs))
    inside = len(whole) > 1 and (lower != NONE or upper != NONE)
    return CUT if inside and value.mark is None else value.mark


def _is_reversed(piece: Value) -> bool:
    step = piece.items[-1].number if piece.type == "slice" and piece.items else None
    return step is not None and step.likely == -1


def _rows_of_places(index: Value) -> tuple[Value, ...] | None:
    """The members of `tuple(places.T)`: an array of places for each dimension."""
    row, count = index.element, index.size
    if row is None or row.type != ARRAY or count is None or not count.known or count.likely > _DIMENSIONS:
        return None
    return (row,) * int(count.likely)


_DIMENSIONS = 8


def _by_place(value: Value, place: Value) -> Value | None:
    """`grid[place]` for a place that was made elsewhere: a number for each dimension, unless it is shorter."""
    if value.shape is None:
        return _scalar(value) if place.element is None or place.element.type in ("int", None) else None
    given = len(value.shape)
    if place.size is not None and place.size.known:
        given = int(min(place.size.likely, given))
    left = value.shape[given:]
    return replace(with_shape(value, left), reference=None) if left else _scalar(value)


def _of_unknown_shape(value: Value, pieces: tuple[Value, ...]) -> Value | None:
    """A mask keeps a part, whatever the shape; an array of indices gives as many as it has; columns have no more than all.

    What is asked for its channels, `x[:, :, 0]`, is a picture; what is asked by two places or more is a table nearly always, and
    gives one number.
    """
    if (
        value.size is None
        and len(pieces) == 3
        and all(p.type == "slice" for p in pieces[:2])
        and _is_channel(pieces[2])
    ):
        return with_shape(replace(value, reference=None), (SIDE, SIDE))
    if len(pieces) > 1 and (value.size or value.shape) is not None and any(p.type != "int" for p in pieces):
        return replace(value, size=size_of(value), shape=None, literal=None, reference=None)
    if len(pieces) > 1 and all(p.type == "int" for p in pieces):
        return _scalar(value)
    piece = pieces[0] if len(pieces) == 1 else None
    if piece is not None and piece.type == "int" and value.dtype == "object" and value.element is not None:
        return _scalar(value)
    if piece is None or piece.type not in (ARRAY, "list"):
        return None
    if piece.type == "list" or piece.dtype != "bool":  # indices
        known = piece.size is not None or piece.shape is not None or piece.items is not None or piece.type == "list"
        return replace(value, size=size_of(piece), shape=None, literal=None) if known else None
    if piece.dtype == "bool":
        whole = size_of(piece) if piece.size is not None or piece.shape is not None else size_of(value)
        count = whole * kept(piece)
        return replace(value, size=count, shape=None, literal=None)
    return None


def _is_channel(piece: Value) -> bool:
    number = piece.number.likely if piece.type == "int" and piece.number is not None and piece.number.known else -1
    return 0 <= number < 4


def _scalar(value: Value) -> Value:
    if value.columns is not None:
        return Value(type="numpy.void")
    if value.dtype == "object":  # shapely's arrays hold geometries
        return replace(value.element or Value(), origin=value.origin)
    made, member = scalar_of(value.dtype), value.element
    if made.type == "str" and member is not None and member.type == "str":
        return replace(member, literal=None, origin=value.origin)
    if member is None or member.mark is not None or member.type != made.type or member.number is None:
        return made
    return replace(made, number=member.number, distinct=member.distinct)


def _selected(whole: Shape, parts: tuple[t.Expr, ...], pieces: tuple[Value, ...]) -> Shape | None:
    """The dimensions that are left, by numpy's rules; None where a part of the index is not understood."""
    consumed = sum(_consumes(part, piece) for part, piece in zip(parts, pieces, strict=True))
    if consumed > len(whole):
        return None
    left = list(whole)
    shape: list[Estimate] = []
    advanced: list[Shape] = []
    places: list[int] = []
    for part, piece in zip(parts, pieces, strict=True):
        if isinstance(part, t.Constant) and part.value is ...:
            for _ in range(len(whole) - consumed):
                shape.append(left.pop(0))
        elif piece == NONE:
            shape.append(ONE)
        elif piece.type == "slice":
            dimension = left.pop(0)
            size = extent(dimension, piece)
            shape.append(size if size is not None else dimension)
        elif (chosen := _chosen(piece, left)) is not None:
            advanced.append(chosen)
            places.append(len(shape))
            del left[: _consumes(part, piece)]
        elif piece.type in ("int", "float", "bool", None) and piece.reference is None:
            left.pop(0)
        else:
            return None
    if advanced:
        at = places[0] if len(set(places)) == 1 else 0
        shape[at:at] = broadcast(*advanced)
    return (*shape, *left)


def _consumes(part: t.Expr, piece: Value) -> int:
    """How many dimensions a part of an index stands for."""
    if piece == NONE or (isinstance(part, t.Constant) and part.value is ...):
        return 0
    if piece.type == ARRAY and piece.dtype == "bool" and piece.shape is not None:
        return len(piece.shape)
    return 1


def _chosen(piece: Value, left: list[Estimate]) -> Shape | None:
    """The shape of what an array or a list of indices, or a mask, takes."""
    if piece.type == ARRAY:
        if piece.dtype == "bool":
            whole = size_of(piece) if piece.size is not None or piece.shape is not None else left[0]
            return (whole * kept(piece),)
        if piece.shape is None and piece.size is None:
            return _some_rows(left)
        return piece.shape if piece.shape is not None else (size_of(piece),)
    if piece.type in ("list", "range", "tuple"):
        shape = shape_of(piece)
        if shape is not None and len(shape) != 1:
            return shape or _some_rows(left)
        if piece.size is None or not left:
            return shape or _some_rows(left)
        return (piece.size if piece.size.known else piece.size.min(left[0]),)
    return None


def _some_rows(left: list[Estimate]) -> Shape | None:
    """What indices take of which one does not know how many they are: rows of a matrix are taken once, of a short table often."""
    return (left[0] * _PART,) if len(left) > 1 or (left and left[0].likely > _FEW) else None


def _slices(index: Value) -> tuple[Value, ...]:
    if index.type not in ("tuple", "list"):
        return (index,)
    if index.items is None and index.element is not None and index.size is not None and index.size.known:
        return (index.element,) * round(index.size.likely)
    return index.items if index.items is not None else (index,)


def grid(name: str, index: Value) -> Value | None:
    """`np.mgrid[0:h, 0:w]`, `np.mgrid[tuple(slice(n) for n in shape)]`: the coordinates of each point of a grid."""
    pieces = _slices(index)
    sizes = []
    whole_numbers = True
    for piece in pieces:
        bounds = piece.items if piece.type == "slice" else None
        if bounds is None:
            return None
        lower, upper, step = bounds
        if step.type == "complex" and step.number is not None:
            sizes.append(step.number)  # `50j`: a number of points
        elif step.type == "complex" or upper.number is None:
            sizes.append(Estimate(10, 100, 1000))
        else:
            start = lower.number if lower.number is not None else ZERO
            by = step.number if step.number is not None else ONE
            sizes.append(((upper.number - start) / by).map(lambda n: float(max(0, -(-n // 1)))))
        whole_numbers = whole_numbers and all(b.type not in ("float", "complex") for b in bounds)
    dtype = "int64" if whole_numbers else "float64"
    if name == "numpy.mgrid":
        dense = Value(dtype=dtype)
        return with_shape(dense, (Estimate.point(len(sizes)), *sizes) if len(sizes) > 1 else tuple(sizes))
    open_grid = tuple(
        with_shape(Value(dtype=dtype), tuple(n if i == j else ONE for j in range(len(sizes))))
        for i, n in enumerate(sizes)
    )
    return Value(type="tuple", items=open_grid) if len(open_grid) > 1 else open_grid[0]
