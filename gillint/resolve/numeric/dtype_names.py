"""Dtypes by the names and codes that programs write for them, and what a member of an array is by its dtype."""

from __future__ import annotations

from functools import lru_cache

from gillint.frozen import replace
from gillint.resolve.values import Value

SCALARS = {
    "int": "int64",
    "float": "float64",
    "bool": "bool",
    "complex": "complex128",
    "object": "object",
    "str": "str",
}


NUMBERS = ("int", "float", "bool", "complex")


def numpys_own(number: Value, dtype: str | None) -> Value:
    """A number as one of numpy's; what is no number, or is one already, stays what it is."""
    is_pythons = number.type in NUMBERS and number.dtype is None
    return replace(number, dtype=dtype or SCALARS[number.type or ""]) if is_pythons else number


def dtype_name(value: Value) -> str | None:
    """The dtype that an argument names: `np.float32`, `"float32"`, `float`."""
    if value.literal is not None and isinstance(value.literal.value, str):
        return _named_dtype(value.literal.value)
    reference = value.reference
    name = getattr(reference, "name", None)
    return dtype_called(name) if isinstance(name, str) else value.dtype


def dtype_called(name: str) -> str:
    """The dtype of a type by its name: `numpy.double` is `float64`, `int` is `int64`."""
    last = name.rsplit(".", 1)[-1].rstrip("_")
    return SCALARS.get(last) or _C_NAMES.get(last, last)


_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}
_OF_TEXT = {"U": "str", "S": "bytes"}
_C_NAMES = {
    "double": "float64", "single": "float32", "half": "float16", "byte": "int8", "ubyte": "uint8", "short": "int16",
    "ushort": "uint16", "intc": "int32", "uintc": "uint32", "intp": "int64", "uintp": "uint64", "longlong": "int64",
    "long": "int64", "ulong": "uint64", "ulonglong": "uint64", "longdouble": "float128", "clongdouble": "complex256",
    "uint": "uint64", "csingle": "complex64", "cdouble": "complex128",
    # Strings of pandas: those that stay Python's own, and those that Arrow keeps.
    "string[python]": "object", "string[pyarrow]": "string",
}  # fmt: skip
_CODES = {  # no capital letters but these two: the others are modes of pictures
    "O": "object", "?": "bool", "b1": "bool", "d": "float64", "f": "float32", "e": "float16", "b": "int8", "h": "int16",
    "i": "int32", "l": "int64", "q": "int64", "int": "int64", "float": "float64", "uint": "uint64", "complex": "complex128",
    "T": "str",
}  # fmt: skip


@lru_cache(maxsize=256)
def _named_dtype(text: str) -> str:
    """A dtype by its code: `"<i2"`, `"f8"`, `"d"`, `"U10"`; other names stand for themselves."""
    code = text.lstrip("<>=|")
    if code[:1] in _OF_TEXT and not code[1:].strip("0123456789"):
        return _OF_TEXT[code[:1]]
    if code in _CODES or code in _C_NAMES:
        return _CODES.get(code) or _C_NAMES[code]
    kind, size = _KINDS.get(code[:1]), code[1:]
    return f"{kind}{8 * int(size)}" if kind is not None and size.isdecimal() else code


def member_type(dtype: str | None) -> str | None:
    """What a member of an array is; of an object array nobody knows."""
    if dtype is None:
        return "float"
    if dtype.startswith(("int", "uint")):
        return "int"
    return {"bool": "bool", "object": None, "str": "str"}.get(
        dtype, "complex" if dtype.startswith("complex") else "float"
    )
