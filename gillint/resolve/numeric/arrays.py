"""Shapes and dtypes of array results: what the arguments of numpy's functions say beyond a returns table."""

from __future__ import annotations

import re
from datetime import datetime

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.amounts import EXACT, computed
from gillint.resolve.calling.bound import element_of, literal_text, size_of
from gillint.resolve.external.pictures import as_array
from gillint.resolve.numeric.algebra import ALGEBRA, UFUNC_OUTER
from gillint.resolve.numeric.assembled import ASSEMBLED
from gillint.resolve.numeric.datasets import DATASETS, labelled
from gillint.resolve.numeric.drawing import extreme_of_drawn
from gillint.resolve.numeric.dtype_names import NUMBERS, dtype_called, dtype_name, numpys_own
from gillint.resolve.numeric.dtypes import (
    SCALAR_CLASSES,
    dtype_after,
    extreme_of,
    of_elements,
    plain_of,
    promoted,
    scalar_of,
)
from gillint.resolve.numeric.labelled_arrays import refine_labelled_arrays
from gillint.resolve.numeric.partition import refine_partition
from gillint.resolve.numeric.shapes import (
    ARRAY,
    PICTURES,
    REDUCTIONS,
    RULES,
    Shape,
    broadcast,
    constant_int,
    dimensions,
    measured,
    product,
    shape_of,
    with_shape,
)
from gillint.resolve.numeric.signals import refine_signal
from gillint.resolve.numeric.sparse import refine_sparse
from gillint.resolve.numeric.tensors import refine_tensor
from gillint.resolve.numeric.vision import refine_picture
from gillint.resolve.tabular.frames import refine_frame
from gillint.resolve.tabular.gaps import with_gaps
from gillint.resolve.tabular.groups import POLARS_GROUPS, grouped_by_names
from gillint.resolve.tabular.kinds import kinds_of, with_kinds
from gillint.resolve.tabular.polars_expressions import described
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Value, between

_BINARY = {
    "add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "power", "mod", "remainder", "fmod", "maximum",
    "minimum", "fmax", "fmin", "hypot", "arctan2", "greater", "greater_equal", "less", "less_equal", "equal", "not_equal",
    "logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor", "copysign", "isclose",
    "left_shift", "right_shift", "float_power", "gcd", "lcm", "heaviside", "ldexp", "nextafter", "logaddexp",
}  # fmt: skip
_COMPARISONS = {"__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"}
_OPERATORS = _COMPARISONS | {
    f"__{r}{name}__"
    for r in ("", "r")
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift")
}
_LIKE_NUMPY = ("numpy.", "scipy.linalg.", "scipy.fft.")


def refine(name: str, bound: Bound, result: Value) -> Value:
    """The result of a numpy call with the shape and dtype that follow from the arguments."""
    if name.startswith("scipy.sparse."):
        return refine_sparse(name, bound, result)
    if name.startswith("torch."):
        return refine_tensor(name, bound, result, _refined)
    if name.startswith("pandas."):
        return with_gaps(name, bound, refine_frame(name, bound, result))
    if name.startswith("pyarrow."):
        return with_gaps(name, bound, with_kinds(name, bound, result))
    if name.startswith("xarray."):
        return refine_labelled_arrays(name, bound, result)
    if name.startswith(("cv2.", "skimage.")):
        return refine_picture(name, bound, result)
    if name.startswith("sklearn.model_selection."):
        return refine_partition(name, bound, result)
    if name.startswith(DATASETS):
        return labelled(name, bound, result)
    if (result.type in NUMBERS or result.type in EXACT) and (number := computed(name, bound)) is not None:
        return replace(result, number=number)
    if name in _CASTS and result.type in NUMBERS and bound.positional:
        return replace(result, number=bound.positional[0].number, dtype=dtype_called(name))
    if not name.startswith(_LIKE_NUMPY):
        made = with_kinds(name, bound, refine_signal(name, bound, result))
        return grouped_by_names(bound, made) if name in POLARS_GROUPS else described(name, bound, made)
    if name == "numpy.dtype":
        return record_type(bound.positional[0]) or result if bound.positional else result
    if name in ("numpy.shape", "numpy.size", "numpy.ndim") and bound.positional:
        return measured(name[6:], bound.positional[0], constant_int(bound.get("axis"))) or result
    made = with_kinds(name, bound, _with_asked_dtype(bound, _refined(name, bound, result)))
    return with_gaps(name, bound, _of_scalar(name, bound, made))


def _of_scalar(name: str, bound: Bound, made: Value) -> Value:
    """A method of a number of numpy's gives a number: of numpy's, unless Python's own is asked for."""
    source = bound.receiver
    if source is not None and source.dtype is not None and source.type in SCALAR_CLASSES:
        number = plain_of(source.dtype) if name.endswith((".item", ".tolist")) else scalar_of(source.dtype)
        return replace(number, number=source.number) if made.type in ("float", source.type) else made
    if source is None or source.type != ARRAY or source.shape != () or made.type != ARRAY or size_of(made) != ONE:
        return made
    return replace(scalar_of(made.dtype), number=source.number)


def _refined(name: str, bound: Bound, result: Value) -> Value:
    last = name.rsplit(".", 1)[-1]
    if last in _OPERATORS:
        return _operated(last, bound, result)
    if last == "outer" and name.count(".") > 1 and not name.startswith(("numpy.linalg", "scipy")):
        return UFUNC_OUTER(bound, result) or result
    made = ALGEBRA.get(last) or ASSEMBLED.get(last)
    if made is not None:
        found = made(bound, result)
        if found is not None or last not in ("where", "repeat"):
            return _typed(last, bound, found if found is not None else result)
    if name.startswith("numpy.random.") and result.type == ARRAY:
        return _typed(last, bound, _many_drawn(last, bound, result))
    if name in _CASTS and result.type == ARRAY and bound.positional:
        return replace(_of_list(bound.positional[0], result), dtype=dtype_called(name))
    if last in ("array", "asarray", "asanyarray", "fromiter") and bound.positional and bound.receiver is None:
        array = _of_list(bound.positional[0], result)
        return replace(array, type=result.type) if (result.type or "").startswith("numpy.") else array
    if last in _BINARY or last in ("where", "clip"):
        return _elementwise(last, bound, result)
    source = bound.receiver if bound.receiver is not None else _subject(bound)
    shape = shape_of(source)
    if last == "tolist" and shape:
        return _listed(shape, source)
    if last == "reshape" and shape is None and source is not None:
        shape = (size_of(source),)  # where it is told how long each dimension is, the whole follows
    rule = RULES.get(last)
    if rule is not None and source is not None and shape is not None:
        if result.type not in (ARRAY, None, "float", "int", "bool"):
            return result
        new = rule(shape, bound)
        if new is None:
            return _of_lost_shape(last, source, shape, result)
        dtype = dtype_after(last, source.dtype if source.type == ARRAY else of_elements(source))
        if not new and last in _EXTREMES:
            extreme = extreme_of_drawn(source.element, largest="max" in last)
            return replace(extreme or extreme_of(dtype, largest="max" in last), origin=result.origin)
        if not new:
            number = result if result.type != ARRAY or shape == () else scalar_of(dtype)
            return number if last in _PYTHONS_OWN else numpys_own(number, dtype)
        kept = dtype if dtype is not None or last in REDUCTIONS else result.dtype
        return replace(with_shape(result, new), dtype=kept, element=None, items=None)
    left = _along(last, bound, source, result)
    return left if left is not None else _typed(last, bound, result)


def _of_lost_shape(last: str, source: Value, shape: Shape, result: Value) -> Value:
    """An array whose dimensions nobody can tell: reshaped it keeps its elements."""
    if last == "reshape":
        return replace(result, type=ARRAY, shape=None, size=product(shape), dtype=source.dtype)
    return replace(result, type=ARRAY, shape=None, size=None) if last in REDUCTIONS else result


_PYTHONS_OWN = ("count_nonzero",)  # gives a number of Python's own, not of numpy's


def _many_drawn(last: str, bound: Bound, result: Value) -> Value:
    """So many numbers as are asked for, or vectors."""
    asked = dimensions(bound.get("size"))
    whole = bound.get(_VECTORS[last]) if last in _VECTORS else None
    if whole is not None:
        return with_shape(result, (*(asked or ()), size_of(whole)))
    return with_shape(result, asked) if asked else result


# What is left of an array of unknown shape by a reduction along an axis: a power of its elements.
_LEFT = Estimate(0.2, 0.5, 0.9)


def _along(last: str, bound: Bound, source: Value | None, result: Value) -> Value | None:
    """A reduction of an array of unknown shape: who names an axis has more than one."""
    if last == "diag":  # of a matrix, or of a vector
        return replace(result, shape=None, size=None)
    axis = bound.get("axis")
    if last not in REDUCTIONS or source is None or source.type != ARRAY:
        return None
    if result.type not in NUMBERS and (result.type != ARRAY or result.size is not None):
        return None
    if axis is None or axis == NONE:
        return None
    size = size_of(source).combine(_LEFT, lambda n, power: max(1.0, n**power))
    return Value(type=ARRAY, dtype=dtype_after(last, source.dtype), size=size)


_EXTREMES = ("max", "min", "amax", "amin")
# What is drawn as a vector, and the argument that is as long as one.
_VECTORS = {"multivariate_normal": "mean", "dirichlet": "alpha", "multinomial": "pvals"}
_CASTS = frozenset(
    f"numpy.{kind}"
    for kind in (
        *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
        "bool",
        "bool_",
        "int_",
        "uint",
        "half",
        "single",
        "double",
        "longdouble",
        "csingle",
        "cdouble",
        "clongdouble",
        "byte",
        "short",
        "intc",
        "long",
        "longlong",
        "intp",
        "ubyte",
        "ushort",
        "uintc",
        "ulong",
        "ulonglong",
        "uintp",
    )
)


def _subject(bound: Bound) -> Value | None:
    """What a function is about: its first argument, or the first that is an array."""
    first = bound.positional[0] if bound.positional else None
    if first is not None and (first.type == ARRAY or shape_of(first)):
        return first
    return next((v for v in bound.positional if v.type == ARRAY), None)


_SECONDS = {
    "Y": 31_556_952.0, "M": 2_629_746.0, "W": 604_800.0, "D": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0,
    "ms": 1e-3, "us": 1e-6, "ns": 1e-9,
}  # fmt: skip


def _steps_between(bound: Bound) -> Estimate | None:
    """How many there are between two dates: `np.arange("2024-01", "2025-01", dtype="datetime64[h]")`."""
    ends = [text for v in bound.positional if (text := literal_text(v)) is not None]
    if len(ends) != 2 or len(bound.positional) != 2:
        return None
    try:
        start, stop = (datetime.fromisoformat(text + "-01-01"[max(len(text) - 4, 0) :]) for text in ends)
    except ValueError:
        return None
    asked = bound.get("dtype")
    unit = re.search(r"\[(\w+)\]", literal_text(asked) or "")
    step = _SECONDS.get(unit[1] if unit else {4: "Y", 7: "M", 10: "D"}.get(max(map(len, ends)), "s"))
    return Estimate.point(max(0.0, (stop - start).total_seconds() / step)) if step else None


_STEPS = Estimate(1, 100, 1e5)  # from one number to another, where nothing tells how far apart they are


def _steps(bound: Bound) -> Estimate | None:
    """How many numbers `np.arange(start, stop, step)` gives where one of them is not known: two unknown ones are not alike."""
    given = bound.positional
    start, stop, step = bound.get("start"), bound.get("stop"), bound.get("step")
    if len(given) < 2 or start is None or stop is None:
        return None
    if start.number is None or _tells_nothing(start.number, stop.number):
        return _STEPS
    if step is None or step.number is not None:
        return None
    whole = stop.number - start.number if stop.number is not None and stop.type == start.type == "int" else None
    return _STEPS if whole is None else _STEPS.min(whole.max(1))


def _stepped(kind: str, given: tuple[Value, ...]) -> Value | None:
    """What one of the numbers from a start to an end is; None where the ends are not known."""
    ends = [v.number for v in given[:2]]
    known = [n for n in (ends if len(ends) > 1 else (ZERO, *ends)) if n is not None]
    return Value(type=kind, number=between(*known)) if len(known) > 1 else None


def _tells_nothing(start: Estimate, stop: Estimate | None) -> bool:
    """Whether two numbers that lie in the same range are taken for the same one."""
    return stop is not None and not start.known and (stop - start).likely == 0.0


def _typed(last: str, bound: Bound, result: Value) -> Value:
    """An array whose dtype nothing has told yet is of the kind of what it was made from."""
    given = bound.positional
    if last == "arange" and result.type == ARRAY and (steps := _steps(bound)) is not None:
        result = with_shape(result, (steps,))
    if last == "arange" and any(v.type == "str" for v in given):  # between two dates
        steps = _steps_between(bound)
        return replace(result, size=None, shape=None) if steps is None else with_shape(result, (steps,))
    if last == "linspace" and result.type == ARRAY and len(given) > 1:
        return replace(result, element=_stepped("float", given))
    if result.type != ARRAY or result.dtype is not None:
        return result
    if last in ("full", "full_like") and len(given) > 1:
        return replace(result, dtype=of_elements(Value(type="list", element=given[1])))
    if last == "arange" and all(v.type in ("int", "float") for v in given):
        kind = "float" if any(v.type == "float" for v in given) else "int"
        return replace(result, dtype=f"{kind}64", element=_stepped(kind, given))
    if last == "choice" and given:
        drawn = "int64" if given[0].type == "int" else of_elements(given[0])
        return replace(result, dtype=drawn)
    source = next((v for v in (bound.receiver, *given) if v is not None and v.type == ARRAY), None)
    return replace(result, dtype=source.dtype) if source is not None and last != "select" else result


def _with_asked_dtype(bound: Bound, result: Value) -> Value:
    dtype = bound.get("dtype")
    if dtype is None or dtype == NONE or result.type != ARRAY:
        return result
    record = record_type(dtype)
    if record is not None:
        return replace(result, dtype=record.dtype, columns=record.columns)
    named = dtype_name(dtype)
    return replace(result, dtype=named if named is not None else result.dtype)


def _operated(last: str, bound: Bound, result: Value) -> Value:
    """`a + b`, `a < b`: as the function of two arrays."""
    made = _elementwise(
        last, Bound(None, tuple(v for v in (bound.receiver, *bound.positional) if v is not None)), result
    )
    if last in _COMPARISONS and made.type == ARRAY:
        return replace(made, dtype="bool")
    return made


def _elementwise(last: str, bound: Bound, result: Value) -> Value:
    operands = bound.positional[1:3] if last == "where" and len(bound.positional) > 2 else bound.positional[:2]
    if last == "clip":
        operands = tuple(v for v in (bound.receiver, *bound.positional) if v is not None)[:1]
    everything = bound.positional[:3] if last == "where" else operands
    shapes = [() if v.type is None and v.size is None else shape_of(v) for v in everything]
    known = [s for s in shapes if s is not None]
    dtype = dtype_after(
        last, promoted(operands, divides=last in ("__truediv__", "__rtruediv__", "divide", "true_divide"))
    )
    if len(known) < len(shapes) or not known:
        return replace(result, dtype=dtype or result.dtype) if result.type == ARRAY else result
    shape = broadcast(*known)
    if shape and result.dtype == "str":  # one of two texts for each
        return with_shape(result, shape)
    return replace(with_shape(result, shape), dtype=dtype, columns=None, element=None) if shape else result


# The dtypes of structured arrays, whose fields are the columns of the value: numbers alone, or texts and objects among them,
# which NumPy copies with the GIL held.
RECORD, RECORD_OF_TEXTS = "void", "void[text]"
_TEXTS = ("str", "bytes", "object")


def record_type(described: Value) -> Value | None:
    """The structured dtype that a list of (name, dtype) pairs describes, or that was made of one before."""
    if described.type == "numpy.dtype" and described.dtype in (RECORD, RECORD_OF_TEXTS):
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
    dtype = RECORD_OF_TEXTS if any(field.dtype in _TEXTS for _, field in fields) else RECORD
    return Value(type="numpy.dtype", dtype=dtype, columns=tuple(fields)) if fields else None


def _of_list(given: Value, result: Value) -> Value:
    """An array made of a list, or of a list of rows: as long, and of what its members are."""
    if given.type in PICTURES:
        return as_array(given, result)
    if given.type == ARRAY:
        return replace(result, shape=given.shape, size=given.size, dtype=given.dtype, columns=given.columns)
    shape = shape_of(given)
    inner = given
    while inner.type in ("list", "tuple"):
        inner = element_of(inner)
    if inner.type == ARRAY:
        shape = (*(_outside(given)), *inner.shape) if inner.shape is not None else None
        return replace(with_shape(result, shape), dtype=inner.dtype, element=None) if shape is not None else result
    if not shape:
        return result
    made = replace(with_shape(result, shape), dtype=of_elements(given) or result.dtype, element=None)
    if inner.type == "str" and inner.size is not None:  # so long are they
        return replace(made, element=Value(type="str", size=inner.size, distinct=inner.distinct))
    counts = inner.type == "int" and inner.number is not None and inner.number.low > 0
    return replace(made, element=Value(type="int", number=inner.number, distinct=inner.distinct)) if counts else made


def _outside(given: Value) -> Shape:
    """The dimensions of the lists around arrays."""
    if given.type not in ("list", "tuple"):
        return ()
    whole = shape_of(replace(given, element=Value(type="int"), items=None, size=given.size or None))
    count = whole or (shape_of(given) or ())[:1]
    return (*count[:1], *_outside(element_of(given)))


def _listed(shape: Shape, source: Value | None) -> Value:
    """`a.tolist()`: lists in lists."""
    member = plain_of(source.dtype if source is not None else None)
    kinds = kinds_of(source)
    member = replace(member, distinct=kinds) if kinds is not None else member
    for dimension in reversed(shape):
        member = Value(type="list", size=dimension, element=member)
    return member
