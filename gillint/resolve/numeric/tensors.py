"""Shapes of PyTorch's tensors: numpy's rules under PyTorch's names, and rules for what it does otherwise."""

from __future__ import annotations

from collections.abc import Callable

from gillint.estimate import ONE
from gillint.frozen import replace
from gillint.resolve.calling.bound import TENSOR, element_of, size_of
from gillint.resolve.numeric.dtype_names import NUMBERS
from gillint.resolve.numeric.indexing import array_item
from gillint.resolve.numeric.layers import batch_of, made_layer, shape_after
from gillint.resolve.numeric.shapes import ARRAY, measured, product, shape_of, with_shape
from gillint.resolve.numeric.tensor_rules import CASTS, OWN, Call, asked_dtype
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
_TESTS = ("ge", "gt", "le", "lt", "eq", "ne", "isnan", "isfinite", "isinf", "logical_not")


def refine_tensor(name: str, bound: Bound, result: Value, by_numpy: Refine) -> Value:
    """The result of a call of PyTorch's with the shape and dtype that follow from the arguments."""
    module, _, last = name.rpartition(".")
    if last == "default_collate" and bound.positional:
        return batch_of(element_of(bound.positional[0]), size_of(bound.positional[0]))
    if name.startswith("torch.distributions."):
        return _of_distribution(name, bound, result)
    if module.startswith(("torch.nn.", "torch.utils.")) or module == "torch.nn":
        layer = made_layer(name, bound, result) or shape_after(name, bound, result)
        if layer is not None:
            return layer
        if not module.startswith("torch.nn.functional"):
            return result
    last = last if last.startswith("__") else last.rstrip("_")
    call = _as_numpy(last, bound)
    is_open = call.source.type == ARRAY or (result.size is not None and not result.size.known)
    if is_open and result.type == TENSOR and result.shape == (result.size,):
        result = replace(result, shape=None)  # the fact tells how many there are, not how they lie
    own = OWN.get(last)
    if own is not None:
        found = own(call, result)
        return _as_tensors(found) if found is not None else _open(result)
    if last in CASTS or last in ("to", "type", "type_as"):
        return _cast(call, result, CASTS.get(last) or asked_dtype(bound))
    numpy = _NAMES.get(last, last)
    array = _as_array(result) if result.type == TENSOR else Value(type=ARRAY)
    made = by_numpy(f"numpy.{numpy}", call.bound, replace(array, size=None, shape=None))
    if last in _TESTS and made.type == ARRAY:
        made = replace(made, dtype="bool")
    if made.shape is None and made.size is None and made.type == ARRAY:
        return _as_large(call, result)
    if numpy == "array" and call.source.type != ARRAY and made.dtype == "float64":
        made = replace(made, dtype="float32")  # Python's floats
    return _as_tensors(_with_dtype(bound, _not_a_number(made)))


def _of_distribution(name: str, bound: Bound, result: Value) -> Value:
    """A distribution has a shape, that of its parameters (without the classes), and what it gives has the same."""
    first = bound.positional[0] if bound.positional else next((v for _, v in bound.parameters), None)
    if bound.receiver is None:
        shape = first.shape if first is not None else None
        shape = shape[:-1] if shape is not None and name.endswith("Categorical") else shape
        return replace(result, shape=shape, size=product(shape) if shape is not None else None)
    shape = first.shape if name.endswith("log_prob") and first is not None else bound.receiver.shape
    if result.type != TENSOR or shape is None or (first is not None and first.type != TENSOR):
        return result
    dtype = "int64" if name.endswith("Categorical.sample") else "float32"
    return replace(_as_tensors(with_shape(result, shape)), dtype=dtype)


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


def _as_numpy(last: str, bound: Bound) -> Call:
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
    return Call(source, shape, Bound(None, given, tuple(parameters.items()), bound.has_star))


def _open(result: Value) -> Value:
    """A tensor of which nothing is known any more."""
    return replace(result, shape=None) if result.type in (TENSOR, "tuple") else result


def _as_large(call: Call, result: Value) -> Value:
    """What is as large as the tensor that it is made from has its shape."""
    if result.type != TENSOR or result.shape is not None or call.shape is None:
        return result
    if result.size is None or result.size != size_of(call.source):
        return result
    return _as_tensors(replace(with_shape(result, call.shape), dtype=result.dtype or call.source.dtype))


def _with_dtype(bound: Bound, made: Value) -> Value:
    asked = bound.get("dtype")
    name = asked_dtype(Bound(None, (asked,))) if asked is not None else None
    return replace(made, dtype=name) if name is not None and made.type == ARRAY else made


def _cast(call: Call, result: Value, dtype: str | None) -> Value:
    if call.source.type != ARRAY:
        return result
    return replace(call.source, type=TENSOR, dtype=dtype or call.source.dtype, literal=None)
