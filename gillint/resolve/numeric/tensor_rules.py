"""What PyTorch does otherwise than numpy: the shapes of what its own functions give, from arrays in place of tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import number_of, size_of
from gillint.resolve.numeric.assembled import ASSEMBLED
from gillint.resolve.numeric.dtype_names import dtype_name
from gillint.resolve.numeric.dtypes import promoted
from gillint.resolve.numeric.shapes import (
    ARRAY,
    KEPT,
    Shape,
    broadcast,
    constant_int,
    dimensions,
    measured,
    product,
    shape_of,
    with_shape,
)
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

CASTS = {
    "float": "float32", "double": "float64", "half": "float16", "bfloat16": "float16", "long": "int64", "int": "int32",
    "short": "int16", "byte": "uint8", "bool": "bool",
}  # fmt: skip


class Call(NamedTuple):
    """A call of a function or a method, alike: the tensor that it is about comes first; all are arrays of numpy's."""

    source: Value
    shape: Shape | None
    bound: Bound

    @property
    def rest(self) -> tuple[Value, ...]:
        """The arguments behind the tensor, those of a tuple one by one."""
        given = self.bound.positional[1:]
        return given[0].items if len(given) == 1 and given[0].items is not None else given


def asked_dtype(bound: Bound) -> str | None:
    """The dtype that is asked for: `x.to(torch.float32)`, `dtype=torch.long`."""
    for value in (bound.get("dtype"), *bound.positional):
        name = dtype_name(value) if value is not None and value.reference is not None else None
        name = CASTS.get(name or "", name)
        if name is not None and name.startswith(("float", "int", "uint", "bool", "complex")):
            return name
    return None


def _axis_of(call: Call, default: int | None = None) -> int | None:
    """The one dimension that is named, from the front; None where there is none, or it is not known."""
    asked = call.bound.get("axis")
    at = constant_int(asked) if asked is not None else default
    return at % len(call.shape) if at is not None and call.shape else None


def _with(call: Call, shape: Shape, dtype: str | None = None) -> Value:
    return replace(with_shape(Value(), shape), dtype=dtype if dtype is not None else call.source.dtype)


def _pair(values: Value, shape: Shape) -> Value:
    """Values and where they are: a tuple whose members have names."""
    members = (values, replace(with_shape(Value(), shape), dtype="int64"))
    return Value(type="tuple", items=members, columns=tuple(zip(("values", "indices"), members, strict=True)))


def _without(shape: Shape, at: int, call: Call) -> Shape:
    kept = call.bound.get("keepdims")
    instead = (ONE,) if kept is not None and kept.literal is not None and kept.literal.value is True else ()
    return (*shape[:at], *instead, *shape[at + 1 :])


def _extreme(call: Call, result: Value) -> Value | None:
    """`x.max()` is a tensor of one number, `x.max(dim)` the values and where they are, `torch.max(a, b)` element by element."""
    asked = call.bound.get("axis")
    if asked is not None and asked.type == ARRAY:
        return _broadcast_with(call, asked)
    if asked is None:
        return _with(call, ())
    at = _axis_of(call)
    if call.shape is None or at is None:
        return Value(type="tuple", items=(Value(type=ARRAY),) * 2)
    left = _without(call.shape, at, call)
    return _pair(_with(call, left), left)


def _broadcast_with(call: Call, other: Value) -> Value | None:
    if call.shape is None or other.shape is None:
        return None
    return _with(call, broadcast(call.shape, other.shape), promoted((call.source, other)))


def _ordered(call: Call, result: Value) -> Value | None:
    """`x.sort()`: values and places, as many as there were."""
    return _pair(_with(call, call.shape), call.shape) if call.shape is not None else None


def _largest(call: Call, result: Value) -> Value | None:
    """`x.topk(k)`: so many along a dimension, the last unless it says."""
    at, count = _axis_of(call, -1), call.bound.get("count")
    if call.shape is None or at is None or count is None:
        return None
    shape = (*call.shape[:at], number_of(count), *call.shape[at + 1 :])
    return _pair(_with(call, shape), shape)


def _nth(call: Call, result: Value) -> Value | None:
    at = _axis_of(call, -1)
    if call.shape is None or at is None:
        return None
    left = _without(call.shape, at, call)
    return _pair(_with(call, left), left)


_MOST_PIECES = 8  # that are told apart


def _pieces(call: Call, count: Estimate, at: int, length: Estimate | None) -> Value:
    """A tuple of as many tensors; `length` is how long each is along the dimension, None where that is gone."""
    shape = call.shape or ()
    piece = _with(call, (*shape[:at], *((length,) if length is not None else ()), *shape[at + 1 :]))
    known = int(count.likely) if count.known else 0
    items = (piece,) * known if 0 < known <= _MOST_PIECES else None
    return Value(type="tuple", size=count, element=None if items else piece, items=items)


def _chunked(call: Call, result: Value) -> Value | None:
    at, count = _axis_of(call, 0), call.bound.get("count")
    if call.shape is None or at is None or count is None:
        return None
    return _pieces(call, number_of(count), at, call.shape[at] / number_of(count).max(1))


def _split(call: Call, result: Value) -> Value | None:
    """By the length of a piece, or of each."""
    at, length = _axis_of(call, 0), call.bound.get("count")
    if call.shape is None or at is None or length is None:
        return None
    if length.items is not None:
        shape = call.shape
        items = tuple(_with(call, (*shape[:at], number_of(n), *shape[at + 1 :])) for n in length.items)
        return Value(type="tuple", items=items)
    whole, each = call.shape[at], number_of(length).max(1)
    return _pieces(call, (whole / each).map(lambda n: float(-(-n // 1))), at, each.min(whole))


def _unbound(call: Call, result: Value) -> Value | None:
    at = _axis_of(call, 0)
    return _pieces(call, call.shape[at], at, None) if call.shape is not None and at is not None else None


def _flattened(call: Call, result: Value) -> Value | None:
    """From one dimension to another all are made one."""
    first, last = (constant_int(call.bound.get(k)) for k in ("start_dim", "end_dim"))
    if call.shape is None:
        return _with(call, (size_of(call.source),)) if first is None else None
    if not call.shape:
        return _with(call, (ONE,))
    start, end = (first or 0) % len(call.shape), (last if last is not None else -1) % len(call.shape)
    return _with(call, (*call.shape[:start], product(call.shape[start : end + 1]), *call.shape[end + 1 :]))


def _expanded(call: Call, result: Value) -> Value | None:
    """To these dimensions; -1 leaves one as it is."""
    asked = call.rest
    if call.shape is None or not asked or len(asked) < len(call.shape):
        return None
    own = ((ONE,) * (len(asked) - len(call.shape))) + call.shape
    return _with(call, tuple(d if constant_int(v) == -1 else number_of(v) for d, v in zip(own, asked, strict=True)))


def _repeated(call: Call, result: Value) -> Value | None:
    asked = tuple(number_of(v) for v in call.rest)
    if call.shape is None or len(asked) < len(call.shape):
        return None
    own = ((ONE,) * (len(asked) - len(call.shape))) + call.shape
    return _with(call, tuple(a * b for a, b in zip(own, asked, strict=True)))


def _like_index(call: Call, result: Value) -> Value | None:
    """`x.gather(dim, index)`: as many as there are indices."""
    indices = call.bound.get("indices")
    shape = shape_of(indices)
    return _with(call, shape) if indices is not None and shape is not None else None


def _drawn(call: Call, result: Value) -> Value | None:
    """`torch.multinomial(p, n)`: n numbers for each row."""
    count = call.bound.get("count")
    if call.shape is None or count is None:
        return None
    return _with(call, (*call.shape[:-1], number_of(count)), "int64")


def _one_hot(call: Call, result: Value) -> Value | None:
    count = call.bound.get("count")
    if call.shape is None:
        return None
    return _with(call, (*call.shape, number_of(count) if count is not None else Estimate(2, 10, 1000)), "int64")


def _quantiles(call: Call, result: Value) -> Value | None:
    asked, at = shape_of(call.bound.get("ord")), _axis_of(call)
    if asked is None:
        return None
    if call.bound.get("axis") is None:
        return _with(call, asked)
    return _with(call, (*asked, *_without(call.shape, at, call))) if call.shape and at is not None else None


def _measured(call: Call, result: Value) -> Value | None:
    """`x.size()`, `x.size(dim)`."""
    asked = call.bound.get("axis")
    if asked is None:
        return measured("shape", call.source)
    at = constant_int(asked)
    return measured("size", call.source, at) if at is not None else None


def _sizes(call: Call, result: Value) -> Value | None:
    """`torch.empty(2, 3)`, `torch.full((2, 3), 0.5)`, `torch.randint(0, 9, (2, 3))`: the fact tells."""
    shape = result.shape
    return replace(result, type=ARRAY, shape=shape, size=product(shape)) if shape is not None else result


def _numbers(kind: str) -> Callable[[Call, Value], Value | None]:
    def made(call: Call, result: Value) -> Value | None:
        return replace(_sizes(call, result) or result, dtype=asked_dtype(call.bound) or kind)

    return made


def _range(call: Call, result: Value) -> Value | None:
    """`torch.arange(end)`, `torch.arange(start, end, step)`."""
    given = call.bound.positional
    bounds = [v.number for v in given[:3]]
    if not bounds or None in bounds:
        return replace(result, dtype=asked_dtype(call.bound))
    first, *others = (number_of(v) for v in given[:3])
    length = (others[0] - first) / (others[1] if len(others) > 1 else ONE) if others else first
    kind = "float32" if any(v.type == "float" for v in given) else "int64"
    return _with(call, (length.max(0),), asked_dtype(Bound(None, (), call.bound.parameters)) or kind)


def _permutation(call: Call, result: Value) -> Value | None:
    count = dimensions(call.source)
    return _with(call, count, "int64") if count is not None else None


def _found(call: Call, result: Value) -> Value | None:
    """`mask.nonzero()`: a row of places for each."""
    return ASSEMBLED["argwhere"](Bound(None, (call.source,)), Value(type=ARRAY, dtype="int64"))


def _counted(call: Call, result: Value) -> Value:
    """`x.numel()`, `len(x)`."""
    whole = call.shape
    return Value(type="int", number=product(whole) if whole is not None else size_of(call.source))


def _first(call: Call, result: Value) -> Value:
    return Value(type="int", number=call.shape[0] if call.shape else size_of(call.source))


def _number(call: Call, result: Value) -> Value:
    """`x.item()`: an int of an integer tensor."""
    kind = {"i": "int", "u": "int", "b": "bool"}.get((call.source.dtype or "float")[0], "float")
    return Value(type=kind)


def _square(call: Call, result: Value) -> Value | None:
    """`torch.cdist(a, b)`: each row with each."""
    other = shape_of(call.bound.positional[1]) if len(call.bound.positional) > 1 else None
    if not call.shape or not other:
        return None
    return _with(call, (*call.shape[:-2], *call.shape[-2:-1], *other[-2:-1]))


def _filtered(call: Call, result: Value) -> Value | None:
    """`x.masked_select(mask)` takes what `x[mask]` does."""
    return Value(type=ARRAY, dtype=call.source.dtype, size=size_of(call.source) * KEPT)


def _same(call: Call, result: Value) -> Value | None:
    return replace(call.source, literal=None) if call.source.type == ARRAY else result


OWN: dict[str, Callable[[Call, Value], Value | None]] = {
    **dict.fromkeys(("max", "min"), _extreme),
    **dict.fromkeys(("median", "nanmedian", "mode"), _extreme),
    **dict.fromkeys(("cummax", "cummin", "sort"), _ordered),
    **dict.fromkeys(("ones", "zeros", "empty", "full", "rand", "randn", "normal"), _numbers("float32")),
    "randint": _numbers("int64"), "arange": _range,
    "topk": _largest, "kthvalue": _nth, "chunk": _chunked, "split": _split, "unbind": _unbound, "flatten": _flattened,
    "expand": _expanded, "repeat": _repeated, "gather": _like_index, "multinomial": _drawn, "one_hot": _one_hot,
    "quantile": _quantiles, "nanquantile": _quantiles, "size": _measured, "nonzero": _found, "argwhere": _found,
    "dim": lambda call, result: measured("ndim", call.source),
    "numel": _counted, "__len__": _first, "item": _number, "cdist": _square, "randperm": _permutation,
    "masked_select": _filtered, "masked_fill": _same, "scatter": _same, "scatter_add": _same, "index_add": _same,
    "cumsum": _same, "cumprod": _same, "contiguous": _same, "detach": _same, "cpu": _same, "requires_grad": _same,
    "softmax": _same, "log_softmax": _same, "fill": _same, "zero": _same,
}  # fmt: skip
