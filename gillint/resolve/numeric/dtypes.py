"""The dtype of an array result: promotion of operands, and what functions make of their argument's dtype."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.numeric.dtype_names import NUMBERS, numpys_own
from gillint.resolve.values import ITERATORS, Value

_ARRAY = "numpy.ndarray"
_COLUMNS = ("pandas.Series", "pandas.Index")
_NO_ARRAY = ("str", "string", "category")  # a column of these is an array of objects
_OF_SCALAR = {"int": "int64", "float": "float64", "bool": "bool", "complex": "complex128", "str": "str"}
# What numpy has no dtype for: an array of these is one of objects.
OBJECTS = {
    "object", "dict", "set", "frozenset", "NoneType", "function", "type", "decimal.Decimal", "fractions.Fraction",
    "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "uuid.UUID", "pathlib.Path", "re.Match",
}  # fmt: skip
_SCALARS = {
    "float": "float", "int": "int", "uint": "int", "bool": "bool", "complex": "complex", "str": "str", "bytes": "bytes",
    "datetime": "numpy.datetime64", "timedelta": "numpy.timedelta64",
}  # fmt: skip

_INDICES = {
    "argsort", "argmin", "argmax", "nanargmin", "nanargmax", "searchsorted", "digitize", "count_nonzero", "argpartition",
    "lexsort",
}  # fmt: skip
_TESTS = {
    "any", "all", "greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "logical_and", "logical_or",
    "logical_not", "logical_xor", "isnan", "isfinite", "isinf", "isclose", "isin", "isnat",
}  # fmt: skip
_FRACTIONS = {
    "mean", "std", "var", "median", "average", "norm", "nanmean", "nanstd", "nanvar", "nanmedian", "percentile", "quantile",
    "nanpercentile", "nanquantile", "sqrt", "exp", "exp2", "log", "log2", "log10", "log1p", "expm1", "sin", "cos", "tan",
    "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "hypot", "arctan2", "deg2rad", "rad2deg", "radians", "degrees",
    "cbrt", "inv", "pinv",
    "cholesky", "interp",
}  # fmt: skip
_SUMS = {"sum", "prod", "cumsum", "cumprod", "nansum"}
_REAL_PARTS = {"abs", "absolute", "angle", "real", "imag", "norm", "std", "var"}
_SPECTRA = {"fft", "ifft", "fft2", "ifft2", "fftn", "ifftn", "rfft", "rfft2", "rfftn"}
_BACK = {"irfft", "irfft2", "irfftn"}


def kind_of(dtype: str) -> str:
    """`float32` is a `float`, `datetime64[s]` a `datetime`."""
    return dtype.partition("[")[0].rstrip("0123456789")


def width_of(dtype: str) -> int:
    """Bits of one element."""
    digits = dtype.partition("[")[0][len(kind_of(dtype)) :]
    return int(digits) if digits else 8


def dtype_after(function: str, dtype: str | None) -> str | None:
    """What a function makes of an array of this dtype; None where that is not known."""
    if function in _INDICES:
        return "int64"
    if function in _TESTS:
        return "bool"
    if function in _SPECTRA:
        return "complex128" if dtype not in ("float32", "complex64") else "complex64"
    if dtype is None:
        return None
    kind = kind_of(dtype)
    if function in _REAL_PARTS and kind == "complex":
        return "float32" if dtype == "complex64" else "float64"
    if function in _BACK:
        return "float32" if dtype == "complex64" else "float64"
    if function in _FRACTIONS and kind in ("int", "uint", "bool"):
        return "float64"
    if function in _SUMS and kind in ("int", "uint", "bool"):
        return "uint64" if kind == "uint" else "int64"
    return dtype


def promoted(operands: Iterable[Value], *, divides: bool = False) -> str | None:
    """The dtype of an operation: arrays decide, plain numbers only by their kind."""
    arrays, kinds = [], set()
    for value in operands:
        if value.type in (_ARRAY, *_COLUMNS):
            if value.dtype is None:
                return None
            arrays.append("object" if value.type in _COLUMNS and value.dtype in _NO_ARRAY else value.dtype)
        elif value.type in ("list", "tuple"):
            listed = of_elements(value)
            if listed is None:
                return None
            arrays.append(listed)
        elif value.type is not None:
            kinds.add(value.type)
    if not arrays:
        return None if "float" not in kinds and "int" not in kinds else "float64" if "float" in kinds else "int64"
    joined = arrays[0]
    for other in arrays[1:]:
        joined = _joined(joined, other)
    kind = kind_of(joined)
    if kind in ("int", "uint", "bool") and (divides or "float" in kinds):
        return "float64"
    if kind == "bool" and "int" in kinds:
        return "int64"
    if "complex" in kinds and kind != "complex":
        return "complex128"
    return joined


def converted(operands: Sequence[Value], *, in_place: bool = False) -> Estimate:
    """Elements of arrays that are cast before they are computed with; what is stored in place is cast back, too.

    Numbers of NumPy's decide as arrays do, those of Python only by their kind.
    """
    common = promoted(as_array(v) if v.type in NUMBERS and v.dtype is not None else v for v in operands)
    cast = [v.type == _ARRAY and v.dtype not in (common, None) for v in operands]
    if common in (None, "object") or not any(cast):
        return ZERO
    sizes = [size_of(v) for v, is_cast in zip(operands, cast, strict=True) if is_cast]
    return sum(sizes, size_of(operands[0]) if in_place and cast[0] else ZERO)


def _joined(a: str, b: str) -> str:
    if a == b:
        return a
    kinds, width = {kind_of(a), kind_of(b)}, max(width_of(a), width_of(b))
    if "object" in kinds:
        return "object"
    if "complex" in kinds:
        return "complex128"
    if "float" in kinds:
        both = kinds == {"float"}
        small = all(width_of(d) <= (32 if kind_of(d) == "float" else 16) for d in (a, b))
        return f"float{width}" if both else "float32" if small else "float64"
    if kinds <= {"int", "bool"} or kinds == {"int", "uint"}:
        return f"int{min(64, width)}"
    return a if width_of(a) >= width_of(b) else b


def of_elements(value: Value) -> str | None:
    """The dtype of an array that is made of a list, or of lists in lists."""
    inner = value
    for _ in range(6):
        if inner.type == _ARRAY:
            return inner.dtype
        if inner.type not in ("list", "tuple", "range", "generator", *ITERATORS):
            break
        inner = element_of(inner)
    return "object" if inner.type in OBJECTS else _OF_SCALAR.get(inner.type or "")


def as_array(number: Value) -> Value:
    """One of numpy's scalars as the array without dimensions that its methods treat it as."""
    return Value(
        type=_ARRAY, dtype=number.dtype or _OF_SCALAR.get(number.type or ""), shape=(), size=ONE, number=number.number
    )


def scalar_of(dtype: str | None) -> Value:
    """One element of an array: a number of numpy's."""
    return numpys_own(plain_of(dtype), dtype)


def plain_of(dtype: str | None) -> Value:
    """One element of an array as an object of Python's: what `tolist` gives."""
    kind = _SCALARS.get(kind_of(dtype)) if dtype is not None else "float"
    return Value(type=kind, number=_IN_A_BYTE if dtype == "uint8" else None)


# The classes of numpy's numbers by their kind; those of floats that have facts of their own.
_SCALAR_CLASSES = {
    "float": "numpy.generic",
    "complex": "numpy.generic",
    "int": "numpy.integer",
    "uint": "numpy.integer",
}
_OF_THEIR_OWN = ("numpy.float64", "numpy.float32")
SCALAR_CLASSES = (*_OF_THEIR_OWN, *_SCALAR_CLASSES.values())


def scalar_class(number: Value) -> str | None:
    """The class of one of numpy's numbers; None for any other."""
    if number.type not in NUMBERS or number.dtype is None:
        return None
    own = f"numpy.{number.dtype}"
    return own if own in _OF_THEIR_OWN else _SCALAR_CLASSES.get(kind_of(number.dtype))


_IN_A_BYTE = Estimate(0.0, 100.0, 255.0)
_MOST_IN_A_BYTE = Estimate(1.0, 250.0, 255.0)  # of many


def extreme_of(dtype: str | None, *, largest: bool) -> Value:
    """The largest or the smallest element of an array: of bytes one knows about how large it is."""
    member = scalar_of(dtype)
    return replace(member, number=_MOST_IN_A_BYTE) if dtype == "uint8" and largest else member
