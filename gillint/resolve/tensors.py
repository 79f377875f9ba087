"""Shapes of PyTorch's tensors: by numpy's rules, under the names that PyTorch has for them, and rules for what it does otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.assembled import ASSEMBLED
from gillint.resolve.bound import TENSOR, dtype_name, element_of, number_of, size_of
from gillint.resolve.dtypes import NUMBERS, promoted
from gillint.resolve.indexing import array_item
from gillint.resolve.layers import batch_of, made_layer, shape_after
from gillint.resolve.shapes import ARRAY, KEPT, Shape, broadcast, constant_int, dimensions, measured, product, shape_of, with_shape
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value
from gillint.syntax import tree as t

Refine = Callable[[str, Bound, Value], Value]

# What numpy calls the same.
_NAMES = {
    "cat": "concatenate", "concat": "concatenate", "view": "reshape", "unsqueeze": "expand_dims", "permute": "transpose",
    "transpose": "swapaxes", "mm": "matmul", "bmm": "matmul", "mv": "matmul", "t": "transpose", "repeat": "tile",
    "repeat_interleave": "repeat", "movedim": "moveaxis", "mul": "multiply", "sub": "subtract", "div": "divide",
    "pow": "power", "atan2": "arctan2", "ge": "greater_equal", "gt": "greater", "le": "less_equal", "lt": "less",
    "eq": "equal", "ne": "not_equal", "matrix_norm": "norm", "vector_norm": "norm", "clone": "copy", "take": "take",
    "rand_like": "zeros_like", "randn_like": "zeros_like", "tensor": "array", "as_tensor": "array", "from_numpy": "array",
    "split": "split", "unbind": "unbind", "index_select": "take",
}  # fmt: skip
_ALONG = ("axis", "keepdims")
# Which parameters follow the tensor that a function is about, under numpy's names.
_PARAMETERS = {
    **dict.fromkeys(
        ("sum", "mean", "prod", "any", "all", "argmax", "argmin", "amax", "amin", "max", "min", "median", "mode",
         "logsumexp", "nansum", "nanmean", "nanmedian"),
        _ALONG,
    ),
    **dict.fromkeys(("std", "var"), ("axis", "unbiased", "keepdims")),
    **dict.fromkeys(("norm", "vector_norm", "quantile"), ("ord", *_ALONG)),
    **dict.fromkeys(("cumsum", "cumprod", "squeeze", "unsqueeze", "cat", "concat", "stack", "unbind"), ("axis",)),
    **dict.fromkeys(("topk", "kthvalue", "chunk", "split", "repeat_interleave", "diff"), ("count", "axis")),
    **dict.fromkeys(("gather", "index_select", "scatter"), ("axis", "indices")),
    "sort": ("axis",), "argsort": ("axis",), "flatten": ("start_dim", "end_dim"), "size": ("axis",),
    "repeat": ("reps",), "roll": ("shift",), "multinomial": ("count",), "one_hot": ("count",), "bincount": ("weights",),
    "tensordot": ("other", "axes"),
}  # fmt: skip
_RENAMED = {
    "dim": "axis", "keepdim": "keepdims", "k": "count", "chunks": "count", "split_size_or_sections": "count",
    "split_size": "count", "repeats": "count", "n": "count", "index": "indices", "num_samples": "count", "q": "ord",
    "num_classes": "count", "dims": "axes",
}  # fmt: skip
# The one name that numpy has where many of PyTorch's functions share another.
_COUNTS = {"repeat_interleave": "repeats", "diff": "n"}
_CASTS = {
    "float": "float32", "double": "float64", "half": "float16", "bfloat16": "float16", "long": "int64", "int": "int32",
    "short": "int16", "byte": "uint8", "bool": "bool",
}  # fmt: skip
_TESTS = ("ge", "gt", "le", "lt", "eq", "ne", "isnan", "isfinite", "isinf", "logical_not")


class _Call(NamedTuple):
    """A call of a function or a method, alike: the tensor that it is about comes first; all are arrays of numpy's."""

    source: Value
    shape: Shape | None
    bound: Bound

    @property
    def rest(self) -> tuple[Value, ...]:
        """The arguments behind the tensor, those of a tuple one by one."""
        given = self.bound.positional[1:]
        return given[0].items if len(given) == 1 and given[0].items is not None else given


def refine_tensor(name: str, bound: Bound, result: Value, by_numpy: Refine) -> Value:
    """The result of a call of PyTorch's with the shape and dtype that follow from the arguments."""
    module, _, last = name.rpartition(".")
    if last == "default_collate" and bound.positional:
        return batch_of(element_of(bound.positional[0]), size_of(bound.positional[0]))
    if module.startswith(("torch.nn.", "torch.utils.")) or module == "torch.nn":
        layer = made_layer(name, bound, result) or shape_after(name, bound, result)
        if layer is not None:
            return layer
        if not module.startswith("torch.nn.functional"):
            return result
    last = last if last.startswith("__") else last.rstrip("_")
    call = _as_numpy(last, bound)
    if call.source.type == ARRAY and result.type == TENSOR and result.shape == (result.size,):
        result = replace(result, shape=None)  # the fact tells how many there are, not how they lie
    own = _OWN.get(last)
    if own is not None:
        found = own(call, result)
        return _as_tensors(found) if found is not None else _open(result)
    if last in _CASTS or last in ("to", "type", "type_as"):
        return _cast(call, result, _CASTS.get(last) or _asked(bound))
    numpy = _NAMES.get(last, last)
    array = _as_array(result) if result.type == TENSOR else Value(type=ARRAY)
    made = by_numpy(f"numpy.{numpy}", call.bound, replace(array, size=None, shape=None))
    if last in _TESTS and made.type == ARRAY:
        made = replace(made, dtype="bool")
    if made.shape is None and made.size is None and made.type == ARRAY:
        return _as_large(call, result)
    return _as_tensors(_with_dtype(bound, _not_a_number(made)))


def tensor_item(value: Value, index: Value, node: t.Expr) -> Value | None:
    """What a subscript of a tensor gives: a tensor, if only of one number."""
    found = array_item(_as_array(value), _as_array(index), node)
    if found is None:
        return replace(value, shape=None, size=None, element=None)
    return _as_tensors(_not_a_number(found))


def tensor_attribute(value: Value, name: str) -> Value | None:
    """`x.shape`, `x.ndim`, `x.T`, `x.mT`."""
    shape = value.shape
    if shape is None:
        return None
    if name in ("shape", "ndim"):
        return measured(name, _as_array(value))
    if name in ("T", "mT", "H", "mH"):
        turned = (*shape[:-2], *reversed(shape[-2:])) if name[0] == "m" else tuple(reversed(shape))
        return _as_tensors(with_shape(value, turned))
    return value if name in ("data", "grad", "real", "imag") else None


def _as_array(value: Value) -> Value:
    """A tensor, or the tensors in a list or a tuple, as arrays of numpy's."""
    if value.type == TENSOR:
        return replace(value, type=ARRAY)
    if value.type not in ("list", "tuple") or (value.items is None and value.element is None):
        return value
    items = tuple(map(_as_array, value.items)) if value.items is not None else None
    return replace(value, items=items, element=_as_array(value.element) if value.element is not None else None)


def _not_a_number(value: Value) -> Value:
    """Where numpy gives a number, PyTorch gives a tensor without dimensions."""
    if value.type not in NUMBERS:
        return value
    dtype = {"int": "int64", "bool": "bool"}.get(value.type or "", "float32")
    return Value(type=ARRAY, shape=(), size=ONE, dtype=dtype)


def _as_tensors(value: Value) -> Value:
    """The other way round."""
    if value.type == ARRAY:
        return replace(value, type=TENSOR)
    if value.type not in ("list", "tuple"):
        return value
    items = tuple(map(_as_tensors, value.items)) if value.items is not None else None
    columns = tuple((k, _as_tensors(v)) for k, v in value.columns) if value.columns is not None else None
    element = _as_tensors(value.element) if value.element is not None else None
    return replace(value, items=items, columns=columns, element=element)


def _as_numpy(last: str, bound: Bound) -> _Call:
    """The call with the names that numpy has for its parameters."""
    given = tuple(map(_as_array, (*((bound.receiver,) if bound.receiver is not None else ()), *bound.positional)))
    named = {_RENAMED.get(k, k): _as_array(v) for k, v in bound.parameters}
    if not given:
        subject = next((named.pop(k) for k in ("input", "tensors", "self") if k in named), None)
        given = (subject,) if subject is not None else ()
    parameters = dict(zip(_PARAMETERS.get(last, ()), given[1:], strict=False))
    parameters |= {k: v for k, v in named.items() if not any(v is g for g in given)} | parameters
    if last in _COUNTS and "count" in parameters:
        parameters[_COUNTS[last]] = parameters.pop("count")
    if last == "unsqueeze" and len(given) == 1 and "axis" in parameters:
        given = (*given, parameters["axis"])
    source = given[0] if given else Value()
    shape = shape_of(source) if source.type == ARRAY else None
    return _Call(source, shape, Bound(None, given, tuple(parameters.items()), bound.has_star))


def _open(result: Value) -> Value:
    """A tensor of which nothing is known any more."""
    return replace(result, shape=None) if result.type in (TENSOR, "tuple") else result


def _as_large(call: _Call, result: Value) -> Value:
    """What is as large as the tensor that it is made from has its shape."""
    if result.type != TENSOR or result.shape is not None or call.shape is None:
        return result
    if result.size is None or result.size != size_of(call.source):
        return result
    return _as_tensors(replace(with_shape(result, call.shape), dtype=result.dtype or call.source.dtype))


def _asked(bound: Bound) -> str | None:
    """The dtype that is asked for: `x.to(torch.float32)`, `dtype=torch.long`."""
    for value in (bound.get("dtype"), *bound.positional):
        name = dtype_name(value) if value is not None and value.reference is not None else None
        name = _CASTS.get(name or "", name)
        if name is not None and name.startswith(("float", "int", "uint", "bool", "complex")):
            return name
    return None


def _with_dtype(bound: Bound, made: Value) -> Value:
    asked = bound.get("dtype")
    name = _asked(Bound(None, (asked,))) if asked is not None else None
    return replace(made, dtype=name) if name is not None and made.type == ARRAY else made


def _cast(call: _Call, result: Value, dtype: str | None) -> Value:
    if call.source.type != ARRAY:
        return result
    return replace(call.source, type=TENSOR, dtype=dtype or call.source.dtype, literal=None)


def _axis_of(call: _Call, default: int | None = None) -> int | None:
    """The one dimension that is named, from the front; None where there is none, or it is not known."""
    asked = call.bound.get("axis")
    at = constant_int(asked) if asked is not None else default
    return at % len(call.shape) if at is not None and call.shape else None


def _with(call: _Call, shape: Shape, dtype: str | None = None) -> Value:
    return replace(
        with_shape(Value(), shape), dtype=dtype if dtype is not None else call.source.dtype
    )


def _pair(values: Value, shape: Shape) -> Value:
    """Values and where they are: a tuple whose members have names."""
    members = (values, replace(with_shape(Value(), shape), dtype="int64"))
    return Value(type="tuple", items=members, columns=tuple(zip(("values", "indices"), members, strict=True)))


def _without(shape: Shape, at: int, call: _Call) -> Shape:
    kept = call.bound.get("keepdims")
    instead = (ONE,) if kept is not None and kept.literal is not None and kept.literal.value is True else ()
    return (*shape[:at], *instead, *shape[at + 1 :])


def _extreme(call: _Call, result: Value) -> Value | None:
    """`x.max()` is a tensor of one number, `x.max(dim)` the values and where they are, `torch.max(a, b)` element by element."""
    asked = call.bound.get("axis")
    if asked is not None and asked.type == ARRAY:
        return _broadcast_with(call, asked)
    if asked is None:
        return _with(call, ())
    at = _axis_of(call)
    if call.shape is None or at is None:
        return Value(type="tuple", items=(Value(type=ARRAY),) * 2) if asked is not None else None
    left = _without(call.shape, at, call)
    return _pair(_with(call, left), left)


def _broadcast_with(call: _Call, other: Value) -> Value | None:
    if call.shape is None or other.shape is None:
        return None
    return _with(call, broadcast(call.shape, other.shape), promoted((call.source, other)))


def _ordered(call: _Call, result: Value) -> Value | None:
    """`x.sort()`: values and places, as many as there were."""
    return _pair(_with(call, call.shape), call.shape) if call.shape is not None else None


def _largest(call: _Call, result: Value) -> Value | None:
    """`x.topk(k)`: so many along a dimension, the last unless it says."""
    at, count = _axis_of(call, -1), call.bound.get("count")
    if call.shape is None or at is None or count is None:
        return None
    shape = (*call.shape[:at], number_of(count), *call.shape[at + 1 :])
    return _pair(_with(call, shape), shape)


def _nth(call: _Call, result: Value) -> Value | None:
    at = _axis_of(call, -1)
    if call.shape is None or at is None:
        return None
    left = _without(call.shape, at, call)
    return _pair(_with(call, left), left)


_MOST_PIECES = 8  # that are told apart


def _pieces(call: _Call, count: Estimate, at: int, length: Estimate | None) -> Value:
    """A tuple of as many tensors; `length` is how long each is along the dimension, None where that is gone."""
    shape = call.shape or ()
    piece = _with(call, (*shape[:at], *((length,) if length is not None else ()), *shape[at + 1 :]))
    known = int(count.likely) if count.known else 0
    items = (piece,) * known if 0 < known <= _MOST_PIECES else None
    return Value(type="tuple", size=count, element=None if items else piece, items=items)


def _chunked(call: _Call, result: Value) -> Value | None:
    at, count = _axis_of(call, 0), call.bound.get("count")
    if call.shape is None or at is None or count is None:
        return None
    return _pieces(call, number_of(count), at, call.shape[at] / number_of(count).max(1))


def _split(call: _Call, result: Value) -> Value | None:
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


def _unbound(call: _Call, result: Value) -> Value | None:
    at = _axis_of(call, 0)
    return _pieces(call, call.shape[at], at, None) if call.shape is not None and at is not None else None


def _flattened(call: _Call, result: Value) -> Value | None:
    """From one dimension to another all are made one."""
    first, last = (constant_int(call.bound.get(k)) for k in ("start_dim", "end_dim"))
    if call.shape is None:
        return _with(call, (size_of(call.source),)) if first is None else None
    if not call.shape:
        return _with(call, (ONE,))
    start, end = (first or 0) % len(call.shape), (last if last is not None else -1) % len(call.shape)
    return _with(call, (*call.shape[:start], product(call.shape[start : end + 1]), *call.shape[end + 1 :]))


def _expanded(call: _Call, result: Value) -> Value | None:
    """To these dimensions; -1 leaves one as it is."""
    asked = call.rest
    if call.shape is None or not asked or len(asked) < len(call.shape):
        return None
    own = ((ONE,) * (len(asked) - len(call.shape))) + call.shape
    return _with(call, tuple(d if constant_int(v) == -1 else number_of(v) for d, v in zip(own, asked, strict=True)))


def _repeated(call: _Call, result: Value) -> Value | None:
    asked = tuple(number_of(v) for v in call.rest)
    if call.shape is None or len(asked) < len(call.shape):
        return None
    own = ((ONE,) * (len(asked) - len(call.shape))) + call.shape
    return _with(call, tuple(a * b for a, b in zip(own, asked, strict=True)))


def _like_index(call: _Call, result: Value) -> Value | None:
    """`x.gather(dim, index)`: as many as there are indices."""
    indices = call.bound.get("indices")
    shape = shape_of(indices)
    return _with(call, shape) if indices is not None and shape is not None else None


def _drawn(call: _Call, result: Value) -> Value | None:
    """`torch.multinomial(p, n)`: n numbers for each row."""
    count = call.bound.get("count")
    if call.shape is None or count is None:
        return None
    return _with(call, (*call.shape[:-1], number_of(count)), "int64")


def _one_hot(call: _Call, result: Value) -> Value | None:
    count = call.bound.get("count")
    if call.shape is None:
        return None
    return _with(call, (*call.shape, number_of(count) if count is not None else Estimate(2, 10, 1000)), "int64")


def _quantiles(call: _Call, result: Value) -> Value | None:
    asked, at = shape_of(call.bound.get("ord")), _axis_of(call)
    if asked is None:
        return None
    if call.bound.get("axis") is None:
        return _with(call, asked)
    return _with(call, (*asked, *_without(call.shape, at, call))) if call.shape and at is not None else None


def _measured(call: _Call, result: Value) -> Value | None:
    """`x.size()`, `x.size(dim)`."""
    asked = call.bound.get("axis")
    if asked is None:
        return measured("shape", call.source)
    at = constant_int(asked)
    return measured("size", call.source, at) if at is not None else None


def _sizes(call: _Call, result: Value) -> Value | None:
    """`torch.empty(2, 3)`, `torch.full((2, 3), 0.5)`, `torch.randint(0, 9, (2, 3))`: the fact tells."""
    shape = result.shape
    return replace(result, type=ARRAY, shape=shape, size=product(shape)) if shape is not None else result


def _numbers(kind: str) -> Callable[[_Call, Value], Value | None]:
    def made(call: _Call, result: Value) -> Value | None:
        return replace(_sizes(call, result) or result, dtype=_asked(call.bound) or kind)

    return made


def _range(call: _Call, result: Value) -> Value | None:
    """`torch.arange(end)`, `torch.arange(start, end, step)`."""
    given = call.bound.positional
    bounds = [v.number for v in given[:3]]
    if not bounds or None in bounds:
        return replace(result, dtype=_asked(call.bound))
    first, *others = (number_of(v) for v in given[:3])
    length = (others[0] - first) / (others[1] if len(others) > 1 else ONE) if others else first
    kind = "float32" if any(v.type == "float" for v in given) else "int64"
    return _with(call, (length.max(0),), _asked(Bound(None, (), call.bound.parameters)) or kind)


def _permutation(call: _Call, result: Value) -> Value | None:
    count = dimensions(call.source)
    return _with(call, count, "int64") if count is not None else None


def _found(call: _Call, result: Value) -> Value | None:
    """`mask.nonzero()`: a row of places for each."""
    return ASSEMBLED["argwhere"](Bound(None, (call.source,)), Value(type=ARRAY, dtype="int64"))


def _counted(call: _Call, result: Value) -> Value:
    """`x.numel()`, `len(x)`."""
    whole = call.shape
    return Value(type="int", number=product(whole) if whole is not None else size_of(call.source))


def _first(call: _Call, result: Value) -> Value:
    return Value(type="int", number=call.shape[0] if call.shape else size_of(call.source))


def _number(call: _Call, result: Value) -> Value:
    """`x.item()`: an int of an integer tensor."""
    kind = {"i": "int", "u": "int", "b": "bool"}.get((call.source.dtype or "float")[0], "float")
    return Value(type=kind)


def _square(call: _Call, result: Value) -> Value | None:
    """`torch.cdist(a, b)`: each row with each."""
    other = shape_of(call.bound.positional[1]) if len(call.bound.positional) > 1 else None
    if not call.shape or not other:
        return None
    return _with(call, (*call.shape[:-2], *call.shape[-2:-1], *other[-2:-1]))


def _filtered(call: _Call, result: Value) -> Value | None:
    """`x.masked_select(mask)` takes what `x[mask]` does."""
    return Value(type=ARRAY, dtype=call.source.dtype, size=size_of(call.source) * KEPT)


def _same(call: _Call, result: Value) -> Value | None:
    return replace(call.source, literal=None) if call.source.type == ARRAY else result


_OWN: dict[str, Callable[[_Call, Value], Value | None]] = {
    **dict.fromkeys(("max", "min"), _extreme),
    **dict.fromkeys(("median", "nanmedian", "mode"), _extreme),
    **dict.fromkeys(("cummax", "cummin", "sort"), _ordered),
    **dict.fromkeys(("ones", "zeros", "empty", "full", "rand", "randn", "normal"), _numbers("float32")),
    "randint": _numbers("int64"), "arange": _range,
    "topk": _largest, "kthvalue": _nth, "chunk": _chunked, "split": _split, "unbind": _unbound, "flatten": _flattened,
    "expand": _expanded, "repeat": _repeated, "gather": _like_index, "multinomial": _drawn, "one_hot": _one_hot,
    "quantile": _quantiles, "nanquantile": _quantiles, "size": _measured, "nonzero": _found, "argwhere": _found,
    "dim": lambda call, result: measured("ndim", call.source), "numel": _counted, "__len__": _first, "item": _number, "cdist": _square, "randperm": _permutation,
    "masked_select": _filtered, "masked_fill": _same, "scatter": _same, "scatter_add": _same, "index_add": _same,
    "cumsum": _same, "cumprod": _same, "contiguous": _same, "detach": _same, "cpu": _same, "requires_grad": _same,
    "softmax": _same, "log_softmax": _same, "fill": _same, "zero": _same,
}  # fmt: skip
