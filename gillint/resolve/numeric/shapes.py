"""The shapes of what numpy's functions give back, one small rule for each family of functions."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, number_of, size_of
from gillint.resolve.numeric.dtypes import OBJECTS
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Value, of_number

ARRAY = "numpy.ndarray"
PICTURE = "PIL.Image.Image"
OPENED = "PIL.ImageFile.ImageFile"  # not yet decoded
PICTURES = (PICTURE, OPENED)
Shape = tuple[Estimate, ...]

# How much of an array, a column or a frame a mask keeps, where nothing tells: little, a third, all.
KEPT = Estimate(0.01, 1 / 3, 1.0)


def product(shape: Shape) -> Estimate:
    """The number of elements."""
    return reduce(lambda a, b: a * b, shape, ONE)


def with_shape(value: Value, shape: Shape) -> Value:
    """An array of this shape."""
    shape = fitting(tuple(n.max(0) for n in shape))  # nothing is shorter than empty
    return replace(value, type=ARRAY, shape=shape, size=product(shape), literal=None, number=None)


_LARGE = 1e7  # elements: 80 MB of numbers


def fitting(shape: Shape) -> Shape:
    """The dimensions of an array that memory has room for: where nothing tells of several how long they are, not all are long."""
    anything = [d.is_open for d in shape] if len(shape) > 1 and product(shape).likely > _LARGE else []
    if anything.count(True) < 2:
        return shape
    rest = product(tuple(d for d, is_open in zip(shape, anything, strict=True) if not is_open)).likely
    side = max(1.0, _LARGE / max(1.0, rest)) ** (1 / anything.count(True))
    return tuple(
        Estimate(d.low, min(d.likely, side), d.high) if is_open else d
        for d, is_open in zip(shape, anything, strict=True)
    )


_SCALARS = ("int", "float", "bool", "complex", "str", "bytes", *OBJECTS)


def shape_of(value: Value | None) -> Shape | None:
    """The dimensions of an array, or of nested lists that would become one; a number has none."""
    if value is None:
        return None
    if value.type == ARRAY:
        return value.shape
    if value.type in _SCALARS:
        return ()
    if value.type == "range":
        return (value.size,) if value.size is not None else None
    if value.type not in ("list", "tuple") or (value.size is None and value.items is None):
        return None
    inner = element_of(value)
    within = shape_of(inner)
    return (size_of(value), *within) if within is not None else (size_of(value),) if inner.type is None else None


def measured(what: str, of: Value, axis: int | None = None) -> Value | None:
    """`np.shape(a)`, `np.size(a, axis)` or `np.ndim(a)`; None where the dimensions are not known."""
    shape = shape_of(of)
    if shape is None:
        return of_number("int", size_of(of)) if what == "size" and axis is None and of.size is not None else None
    if what == "shape":
        return Value(type="tuple", items=tuple(of_number("int", d) for d in shape))
    if what == "ndim":
        return of_number("int", Estimate.point(len(shape)))
    if axis is not None and -len(shape) <= axis < len(shape):
        return of_number("int", shape[axis])
    return of_number("int", product(shape)) if axis is None else None


def broadcast(*shapes: Shape) -> Shape:
    """The shape of an element-wise operation."""
    width = max(len(s) for s in shapes)
    padded = [(ONE,) * (width - len(s)) + s for s in shapes]
    return tuple(reduce(_common_length, column) for column in zip(*padded, strict=True))


def _common_length(a: Estimate, b: Estimate) -> Estimate:
    """Of two dimensions that meet: one of them is 1, or both are the same; where they do not look so, the smaller."""
    return a.combine(b, lambda x, y: min(x, y) if min(x, y) > 1.0 else max(x, y))


def constant_int(value: Value | None) -> int | None:
    """The integer that a value is, where it is a constant."""
    if value is None or value.literal is None or not isinstance(value.literal.value, int):
        return None
    return int(value.literal.value)


def is_true(value: Value | None) -> bool:
    """Whether an option is switched on."""
    return value is not None and value.literal is not None and value.literal.value is True


def axes_of(axis: Value, width: int) -> set[int] | None:
    """The axes that an argument names; None where it does not tell."""
    given = axis.items if axis.items is not None else (axis,)
    found = [constant_int(a) for a in given]
    return {a % width for a in found if a is not None} if width and None not in found else None


def dimensions(value: Value | None) -> Shape | None:
    """A shape that is passed: `10`, `(10, 20)`."""
    if value is None:
        return None
    if value.items is not None:
        return tuple(number_of(v).max(0) for v in value.items)
    return (number_of(value).max(0),) if value.type in ("int", None) and value.number is not None else None


# Each rule is given the dimensions of the array that the call is about.
Rule = Callable[[Shape, Bound], Shape | None]


def _axis(bound: Bound, shape: Shape, default: int | None = None) -> int | None:
    axis = bound.get("axis")
    if axis is None or axis == NONE:
        return default % len(shape) if default is not None and shape else None
    found = axes_of(axis, len(shape))
    return next(iter(found)) if found is not None and len(found) == 1 else None


def reduced(shape: Shape, bound: Bound) -> Shape | None:
    """What a reduction leaves: nothing without an axis; None where the axis is not known."""
    axis = bound.get("axis")
    kept = is_true(bound.get("keepdims"))
    if axis is None or axis == NONE:
        return (ONE,) * len(shape) if kept else ()
    axes = axes_of(axis, len(shape))
    if axes is None:
        return None
    if kept:
        return tuple(ONE if i in axes else d for i, d in enumerate(shape))
    return tuple(d for i, d in enumerate(shape) if i not in axes)


def _reshape(shape: Shape, bound: Bound) -> Shape | None:
    given = bound.positional if bound.receiver is not None else bound.positional[1:]
    if len(given) == 1 and given[0].items is not None:
        given = given[0].items
    if not given:
        return None
    if len(given) == 1 and given[0].number is None:
        return (product(shape),) if given[0].type == "int" else None
    open_ends = [v.number is not None and v.number.likely == -1 for v in given]
    known = product(tuple(number_of(v) for v, is_open in zip(given, open_ends, strict=True) if not is_open))
    whole = product(shape)
    return tuple(whole / known if is_open else number_of(v) for v, is_open in zip(given, open_ends, strict=True))


def _cumulated(shape: Shape, bound: Bound) -> Shape | None:
    axis = bound.get("axis")
    return (product(shape),) if axis is None or axis == NONE else shape


def _diff(shape: Shape, bound: Bound) -> Shape | None:
    along, times = _axis(bound, shape, -1), bound.get("n")
    less = number_of(times) if times is not None else ONE
    return tuple((d - less).max(0) if i == along else d for i, d in enumerate(shape))


def _repeat(shape: Shape, bound: Bound) -> Shape | None:
    times = bound.get("repeats")
    if times is None or times.number is None:
        return None
    along = _axis(bound, shape)
    if along is None:
        return (product(shape) * times.number,)
    return tuple(d * times.number if i == along else d for i, d in enumerate(shape))


def _tile(shape: Shape, bound: Bound) -> Shape | None:
    times = dimensions(bound.get("reps"))
    if times is None:
        return None
    width = max(len(times), len(shape))
    old, new = (ONE,) * (width - len(shape)) + shape, (ONE,) * (width - len(times)) + times
    return tuple(a * b for a, b in zip(old, new, strict=True))


def _pad(shape: Shape, bound: Bound) -> Shape | None:
    width = bound.get("pad_width")
    if width is None:
        return None
    if width.number is not None:
        return tuple(d + width.number * 2 for d in shape)
    pairs = width.items
    if pairs is None:
        return None
    if all(p.number is not None for p in pairs):
        pairs = tuple(width for _ in shape)
    if len(pairs) != len(shape) or any(p.items is None for p in pairs):
        return None
    added = [reduce(lambda a, b: a + b, (number_of(n) for n in p.items or ())) for p in pairs]
    return tuple(d + a for d, a in zip(shape, added, strict=True))


def _kron(shape: Shape, bound: Bound) -> Shape | None:
    other = shape_of(bound.positional[1]) if len(bound.positional) > 1 else None
    if other is None:
        return None
    width = max(len(shape), len(other))
    a, b = ((ONE,) * (width - len(s)) + s for s in (shape, other))
    return tuple(x * y for x, y in zip(a, b, strict=True))


def _swapaxes(shape: Shape, bound: Bound) -> Shape | None:
    given = bound.positional if bound.receiver is not None else bound.positional[1:]
    pair = [constant_int(v) for v in given[:2]]
    if len(pair) != 2 or pair[0] is None or pair[1] is None or not shape:
        return None
    a, b = pair[0] % len(shape), pair[1] % len(shape)
    new = list(shape)
    new[a], new[b] = new[b], new[a]
    return tuple(new)


def _moveaxis(shape: Shape, bound: Bound) -> Shape | None:
    pair = [constant_int(v) for v in bound.positional[1:3]]
    if len(pair) != 2 or pair[0] is None or pair[1] is None or not shape:
        return None
    left = [d for i, d in enumerate(shape) if i != pair[0] % len(shape)]
    left.insert(pair[1] % len(shape), shape[pair[0] % len(shape)])
    return tuple(left)


def _rollaxis(shape: Shape, bound: Bound) -> Shape | None:
    """An axis moved to before another one: to the front if nothing else is said."""
    axis, before = constant_int(bound.get("axis")), bound.get("start")
    before = before or (bound.positional[2] if len(bound.positional) > 2 else None)
    start = constant_int(before) if before is not None else 0
    if axis is None or start is None or not shape:
        return None
    axis, start = axis % len(shape), start + len(shape) * (start < 0)
    left = [*shape[:axis], *shape[axis + 1 :]]
    left.insert(start - (axis < start), shape[axis])
    return tuple(left)


def _transpose(shape: Shape, bound: Bound) -> Shape | None:
    order = bound.positional if bound.receiver is not None else bound.positional[1:]
    if len(order) == 1 and order[0].items is not None:
        order = order[0].items
    axes = [constant_int(v) for v in order]
    if len(axes) != len(shape):
        return tuple(reversed(shape)) if not order else None
    return tuple(shape[a % len(shape)] for a in axes if a is not None) if None not in axes else None


def _expand(shape: Shape, bound: Bound) -> Shape | None:
    at = constant_int(bound.get("axis"))
    if at is None:
        return None
    at = at % (len(shape) + 1)
    return (*shape[:at], ONE, *shape[at:])


def _squeeze(shape: Shape, bound: Bound) -> Shape | None:
    along = _axis(bound, shape)
    if along is not None:
        return tuple(d for i, d in enumerate(shape) if i != along)
    return tuple(d for d in shape if not (d.known and d.likely == 1))


def _rotated(shape: Shape, bound: Bound) -> Shape | None:
    times = constant_int(bound.get("k")) if bound.get("k") is not None else 1
    if times is None or len(shape) < 2:
        return None
    return (shape[1], shape[0], *shape[2:]) if times % 2 else shape


def _diag(shape: Shape, bound: Bound) -> Shape | None:
    if len(shape) == 1:
        return (shape[0], shape[0])
    return (shape[0].min(shape[1]),) if len(shape) == 2 else None


def _trimmed(shape: Shape, bound: Bound) -> Shape | None:
    """One less along an axis, or so: `np.delete`."""
    along = _axis(bound, shape)
    gone = bound.get("obj")
    count = size_of(gone) if gone is not None and gone.type in (ARRAY, "list", "tuple") else ONE
    if along is None:
        return ((product(shape) - count).max(0),)
    return tuple((d - count).max(0) if i == along else d for i, d in enumerate(shape))


def _lengthened(shape: Shape, bound: Bound) -> Shape | None:
    """`np.append`, `np.insert`: as much longer as what is put in."""
    more = shape_of(bound.get("values"))
    if more is None:
        return None
    along = _axis(bound, shape)
    if along is None:
        return (product(shape) + product(more),)
    extra = more[along] if len(more) == len(shape) else ONE
    return tuple(d + extra if i == along else d for i, d in enumerate(shape))


def _taken(shape: Shape, bound: Bound) -> Shape | None:
    indices = shape_of(bound.get("indices"))
    if indices is None:
        return None
    along = _axis(bound, shape)
    if along is None:
        return indices
    return (*shape[:along], *indices, *shape[along + 1 :])


def _quantiles(shape: Shape, bound: Bound) -> Shape | None:
    asked = shape_of(bound.get("q"))
    left = reduced(shape, bound)
    return (*asked, *left) if asked is not None and left is not None else left


def _half_spectrum(shape: Shape, bound: Bound) -> Shape | None:
    return _along(shape, bound, lambda n: n / 2 + 1)


def _whole_from_half(shape: Shape, bound: Bound) -> Shape | None:
    asked = bound.get("n")
    is_told = asked is not None and asked.number is not None
    return _along(shape, bound, lambda n: n if is_told else (n - 1) * 2)


def _along(shape: Shape, bound: Bound, length: Callable[[Estimate], Estimate]) -> Shape | None:
    """As long along one axis, the last where none is named, as the number that is asked for, or its length, make it."""
    asked, axis = bound.get("n"), _axis(bound, shape, -1)
    if axis is None:
        return None
    made = asked.number if asked is not None and asked.number is not None else shape[axis]
    return tuple(length(made) if i == axis else d for i, d in enumerate(shape))


def _spectrum(shape: Shape, bound: Bound) -> Shape | None:
    return _along(shape, bound, lambda n: n)


def _windows(shape: Shape, bound: Bound) -> Shape | None:
    asked = bound.get("window_shape") or (bound.positional[1] if len(bound.positional) > 1 else None)
    window = dimensions(asked)
    axis = constant_int(bound.get("axis"))
    if window is not None and axis is not None and len(window) == 1 and -len(shape) <= axis < len(shape):
        along = [(d - window[0] + 1).max(1) if i == axis % len(shape) else d for i, d in enumerate(shape)]
        return (*along, *window)
    if window is None or len(window) != len(shape):
        return None
    return (*((d - w + 1).max(1) for d, w in zip(shape, window, strict=True)), *window)


def _strided(shape: Shape, bound: Bound) -> Shape | None:
    """`as_strided(x, shape=(frames, width), strides=...)`: a view as it is told."""
    return dimensions(bound.get("shape") or (bound.positional[1] if len(bound.positional) > 1 else None))


def _at_least(width: int) -> Rule:
    return lambda shape, bound: (ONE,) * (width - len(shape)) + shape


def _along_axis(shape: Shape, bound: Bound) -> Shape | None:
    """`np.apply_along_axis(f, axis, a)` of a function that gives a number."""
    axis = constant_int(bound.positional[1]) if len(bound.positional) > 1 else None
    return tuple(d for i, d in enumerate(shape) if i != axis % len(shape)) if axis is not None and shape else None


def _same(shape: Shape, bound: Bound) -> Shape | None:
    return shape


REDUCTIONS = {
    "sum", "mean", "std", "var", "min", "max", "amin", "amax", "prod", "any", "all", "median", "ptp", "argmin", "argmax",
    "nansum", "nanmean", "nanmin", "nanmax", "nanstd", "nanvar", "nanmedian", "nanargmin", "nanargmax", "average",
    "count_nonzero", "norm", "logsumexp",
}  # fmt: skip
_SAME_SHAPE = {
    "astype", "copy", "sort", "argsort", "clip", "round", "around", "conj", "conjugate", "fft2", "ifft2", "fftn", "ifftn",
    "fftshift", "ifftshift", "roll", "flip", "fliplr", "flipud", "zeros_like", "ones_like", "empty_like", "full_like",
    "nan_to_num", "asarray", "ascontiguousarray", "asfortranarray", "array", "inv", "cholesky", "abs", "absolute", "sqrt",
    "exp", "exp2", "log", "log2", "log10", "log1p", "expm1", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh",
    "cosh", "tanh", "square", "sign", "floor", "ceil", "rint", "trunc", "isnan", "isfinite", "isinf", "negative", "triu",
    "tril", "partition", "argpartition", "view", "byteswap", "angle", "real", "imag", "deg2rad", "rad2deg", "degrees",
    "radians", "cbrt", "reciprocal", "logical_not", "invert", "unwrap", "isin", "interp", "searchsorted", "digitize",
    "matrix_power", "take_along_axis",
}  # fmt: skip
RULES: dict[str, Rule] = {
    **dict.fromkeys(REDUCTIONS, reduced),
    **dict.fromkeys(_SAME_SHAPE - {"interp", "searchsorted"}, _same),
    **dict.fromkeys(("cumsum", "cumprod", "nancumsum"), _cumulated),
    **dict.fromkeys(("percentile", "quantile", "nanpercentile", "nanquantile"), _quantiles),
    **dict.fromkeys(("ravel", "flatten"), lambda shape, bound: (product(shape),)),
    **dict.fromkeys(("rfft", "rfftn", "rfft2"), _half_spectrum),
    **dict.fromkeys(("irfft", "irfftn", "irfft2"), _whole_from_half),
    **dict.fromkeys(("fft", "ifft"), _spectrum),
    **dict.fromkeys(("append", "insert"), _lengthened),
    "reshape": _reshape,
    "transpose": _transpose,
    "swapaxes": _swapaxes,
    "moveaxis": _moveaxis,
    "rollaxis": _rollaxis,
    "expand_dims": _expand,
    "squeeze": _squeeze,
    "rot90": _rotated,
    "diff": _diff,
    "repeat": _repeat,
    "tile": _tile,
    "pad": _pad,
    "kron": _kron,
    "diag": _diag,
    "diagonal": lambda shape, bound: (shape[0].min(shape[1]),) if len(shape) == 2 else None,
    "delete": _trimmed,
    "take": _taken,
    "sliding_window_view": _windows,
    "as_strided": _strided,
    "atleast_1d": _at_least(1),
    "atleast_2d": _at_least(2),
    "apply_along_axis": _along_axis,
    "broadcast_to": lambda shape, bound: dimensions(bound.positional[1]) if len(bound.positional) > 1 else None,
    "pinv": lambda shape, bound: tuple(reversed(shape)),
}


def given_shape(array: Value, asked: Value) -> Value:
    """An array after `a.shape = (rows, -1)`."""
    new = _reshape(array.shape or (size_of(array),), Bound(array, (asked,), ()))
    return with_shape(array, new) if new is not None else array


# An array with at most so many rows may be a few arrays: `np.hypot(*np.gradient(surface))`, `f(*points.T)`.
_FEW_ROWS = 8


def few_rows(value: Value) -> tuple[Value, ...] | None:
    """The rows of an array that has a few, one by one; None of everything else."""
    if value.type != ARRAY or not value.shape or not value.shape[0].known or len(value.shape) < 2:
        return None
    count = int(value.shape[0].likely)
    return (replace(with_shape(value, value.shape[1:]), literal=None),) * count if 0 < count <= _FEW_ROWS else None
