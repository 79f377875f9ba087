"""The questions that facts ask about the arguments of a call, answered from what is known of the values."""

from __future__ import annotations

from functools import reduce

from gillint.estimate import ONE, Estimate, total
from gillint.frozen import replace
from gillint.knowledge.base import find_type
from gillint.knowledge.conditions import Decision
from gillint.knowledge.expressions import evaluate
from gillint.knowledge.schema import Behaviour, Constant, Effect, Fact, Returns
from gillint.resolve.assumed import (
    CHOICES,
    FILES,
    LINE,
    MEMBER_SIZE,
    OPEN,
    SIZES,
    UNKNOWN_NUMBER,
    UNKNOWN_SECONDS,
    WHOLE_FILE,
)
from gillint.resolve.opaque import is_vague, part_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, UNKNOWN, ChoiceRef, Literal, SymbolRef, Value, join, of_number

_ITEM_BYTES = {
    "bool": 1,
    "int8": 1,
    "uint8": 1,
    "int16": 2,
    "uint16": 2,
    "float16": 2,
    "int32": 4,
    "uint32": 4,
    "float32": 4,
    "complex128": 16,
    **dict.fromkeys("bB", 1),  # the type codes of array.array
    **dict.fromkeys("hH", 2),
    **dict.fromkeys("iIfu", 4),
}


def item_bytes(array: Value) -> int:
    """How many bytes an element of an array takes."""
    return _ITEM_BYTES.get(array.dtype or "", 8)


# Of these `items` are a key and a value.
MAPPINGS = (
    "dict",
    "collections.defaultdict",
    "collections.OrderedDict",
    "collections.Counter",
    "sortedcontainers.SortedDict",
)


def size_of(value: Value | None) -> Estimate:
    """The size of a value, assumed where it is unknown."""
    if value is None:
        return Estimate.point(0)
    if value.size is not None:
        return value.size
    if value.shape is not None:
        return reduce(lambda a, b: a * b, value.shape, ONE)
    if value.items is not None and value.type not in MAPPINGS:
        return Estimate.point(len(value.items))
    if value.columns is not None and value.type == "dict":
        return Estimate.point(len(value.columns))
    if value.type in ("int", "float", "bool", "complex", "NoneType"):
        return ONE
    if isinstance(value.reference, ChoiceRef):
        return reduce(lambda a, b: a.join(b), map(size_of, value.reference.options))
    return SIZES.get(value.type or "", OPEN)


def has_known_size(value: Value | None) -> bool:
    """Whether the size was read from the source rather than assumed."""
    return value is None or size_of(value).known or value.size is not None


def number_of(value: Value | None) -> Estimate:
    """The number that a value is, assumed where it is unknown."""
    if value is None:
        return UNKNOWN_NUMBER
    if value.number is not None:
        return value.number
    if value.literal is not None and isinstance(value.literal.value, (int, float)):
        return Estimate.point(value.literal.value)
    return UNKNOWN_NUMBER


# More parameters that expressions may name: what is in the file that the receiver or the first argument names, what the
# call gives back, and how many rows an SQL statement looks at.
CONTENT, RESULT, QUERY = "content", "result", "query"
_ROWS_LOOKED_AT = Value(type="float", number=Estimate(25, 125, 2.5e8))
_FILE = Value(type="io.BufferedReader", number=ONE)


# Measures that look inside.
_CONTENTS = frozenset(["leaves", "instances", "listed", "printed", "unique", "noise", "fresh", "floats"])


class Answers:
    """Answers the questions of conditions and expressions; keeps what had to be assumed in `hangs_on`."""

    def __init__(self, fact: Fact, bound: Bound, result: Value | None = None) -> None:
        self._fact = fact
        self._bound = bound
        self._result = result
        self.hangs_on: list[str] = []

    def value(self, parameter: str) -> Value | None:
        """What is passed for a parameter; a column name stands for that column of the receiver."""
        found = self._bound.get(parameter)
        if found is None and parameter in (CONTENT, QUERY):
            return _FILE if parameter == CONTENT else _ROWS_LOOKED_AT
        return self._result if found is None and parameter == RESULT else found

    def type_of(self, parameter: str) -> str | None:
        value = self.value(parameter.removesuffix("[]"))
        if parameter.endswith("[]") and value is not None:  # of its elements
            value = element_of(value)
        if value is None:
            return None
        if isinstance(value.reference, ChoiceRef) and any(o.reference is None for o in value.reference.options):
            return None
        if value.reference is not None and value.type in (None, "function"):
            return "function"
        return None if is_vague(value.type) else value.type

    def dtype_of(self, parameter: str) -> str | None:
        value = self.value(parameter)
        if value is None:
            return None
        column = self._column(value)
        if column is not None:
            return column.dtype or {"int": "int64", "float": "float64", "str": "str"}.get(
                column.element.type or "" if column.element is not None else ""
            )
        if value.dtype is not None:
            return value.dtype
        if value.type == "pandas.DataFrame" and value.columns:
            return _common_dtype(value)
        return {"int": "int64", "float": "float64", "complex": "complex128", "bool": "bool"}.get(value.type or "")

    def _column(self, value: Value) -> Value | None:
        """The column of the receiver that a literal name, or a list with one, stands for."""
        receiver = self._bound.receiver
        if receiver is None or receiver.columns is None:
            return None
        if value.type == "list" and value.items is not None and len(value.items) == 1:
            value = value.items[0]
        if value.literal is not None and isinstance(value.literal.value, str):
            return receiver.column(value.literal.value)
        return None

    def is_given(self, parameter: str) -> bool | None:
        # What a file holds is assumed where nothing tells; whether something tells is another question.
        value = self._bound.get(parameter) if parameter in (CONTENT, QUERY) else self.value(parameter)
        if value is None:
            return None if self._bound.has_star else False
        return value != NONE

    def constant_of(self, parameter: str) -> tuple[bool, Constant]:
        value = self.value(parameter)
        if value is not None and value.literal is None and isinstance(value.reference, SymbolRef):
            return (True, value.reference.name.rpartition(".")[2])  # `astype(str)` and `astype("str")` mean the same
        if value is None or value.literal is None or isinstance(value.literal.value, bytes):
            return (False, None)
        return (True, value.literal.value)

    def program_of(self, parameter: str) -> str | None:
        value = self.value(parameter)
        if value is not None and value.items:  # a list of the program and its arguments
            value = value.items[0]
        text = value.literal.value if value is not None and value.literal is not None else None
        words = text.split() if isinstance(text, str) else []
        return words[0].rpartition("/")[2] if words else None

    def measure(self, what: str, parameter: str, index: int | None) -> Estimate:
        value = self.value(parameter)
        if what == "value" and index is not None and (value is None or value == NONE):
            return Estimate.point(index)
        if what in ("value", "seconds"):
            return self._amount(value, parameter, is_pause=what == "seconds")
        if value is None and not self._bound.has_star:
            return Estimate.point(0)
        if what == "count":
            return count_of(value)
        if what == "choices":
            return _choices(value)
        if what in ("rows", "cols", "dim"):
            return self._dimension(value, parameter, {"rows": 0, "cols": -1}.get(what, index or 0))
        if not has_known_size(value):
            self._assume(value, parameter)
        if what in _CONTENTS:
            from gillint.resolve.contents import inside

            return inside(value or UNKNOWN, what)
        size = size_of(value)
        if what == "total":
            if value is not None and value.type == "dict":
                from gillint.resolve.contents import inside

                return inside(value, "text")
            if value is not None and value.items is not None:
                return total(size_of(i) for i in value.items)
            if value is not None and value.size is None and value.type not in SIZES and value.shape is None:
                return WHOLE_FILE  # an open file of a kind of its own
            return size * member_size(value)
        if what in ("bytes", "item"):
            plain = value is not None and value.type in ("bytes", "bytearray", "str", "memoryview")
            item = 1 if plain else item_bytes(value or UNKNOWN)
            return size * item if what == "bytes" else Estimate.point(item)
        return size

    def _amount(self, value: Value | None, parameter: str, *, is_pause: bool) -> Estimate:
        if value is not None and value.items is not None:
            return reduce(lambda a, b: a * b, (number_of(i) for i in value.items), ONE)
        if value is None or (value.number is None and value.literal is None):
            self._assume(value, parameter)
            return UNKNOWN_SECONDS if is_pause else number_of(value)
        return number_of(value)

    def _dimension(self, value: Value | None, parameter: str, index: int) -> Estimate:
        if value is not None and value.shape is not None and -len(value.shape) <= index < len(value.shape):
            return value.shape[index]
        if value is not None and value.shape is not None and len(value.shape) == 1:
            return ONE
        self._assume(value, parameter)
        return size_of(value).map(lambda n: max(n, 1.0) ** 0.5)

    def _assume(self, value: Value | None, parameter: str) -> None:
        name = value.origin if value is not None and value.origin is not None else f"`{parameter}` of {self._fact.name}"
        if name not in self.hangs_on:
            self.hangs_on.append(name)


def _common_dtype(frame: Value) -> str | None:
    """The dtype of an array of all columns: their own where they share one, `object` beside texts, else `mixed` numbers."""
    kinds = {column.dtype for _, column in frame.columns or ()}
    if len(kinds) == 1:
        return kinds.pop()
    if None in kinds:
        return None
    return "mixed" if all(kind.rstrip("0123456789") in ("int", "uint", "float") for kind in kinds if kind) else "object"


def _choices(value: Value | None) -> Estimate:
    """How many ways there are to take one of each list in a dict; one dict after the other in a list of them."""
    if value is not None and value.items is not None and value.type == "list":
        return total(_choices(v) for v in value.items)
    if value is None or value.columns is None:
        return CHOICES
    return reduce(lambda a, b: a * b, (size_of(v) for _, v in value.columns), ONE)


WINDOWS = tuple(f"pandas.api.typing.{kind}" for kind in ("Rolling", "Expanding", "ExponentialMovingWindow"))


def count_of(frame: Value | None) -> Estimate:
    """How many columns; a frame whose columns have no known names has them in its shape."""
    if frame is not None and frame.columns is not None:
        return Estimate.point(len(frame.columns))
    counted = frame is not None and (frame.type or "").startswith("pandas.")
    if frame is not None and counted and frame.shape is not None and len(frame.shape) == 2:
        return frame.shape[1]
    return ONE if frame is not None and frame.type in WINDOWS else Estimate(1, 4, 50)


def member_size(value: Value | None) -> Estimate:
    """The size of one of the members, or lines, of a value."""
    member = value.element if value is not None else None
    if value is not None and value.type in FILES and (member is None or member.size is None):
        return LINE
    return size_of(member) if member is not None and member.type is not None else MEMBER_SIZE


def returned(fact: Fact, decision: Decision, bound: Bound) -> Value:
    """The value that a library call gives back."""
    returns = decision.likely.returns
    return build(returns, Answers(fact, bound), bound) if returns is not None else UNKNOWN


def build(returns: Returns, answers: Answers, bound: Bound) -> Value:
    """A value from a returns table."""
    base: Value = UNKNOWN
    if returns.like is not None:
        base = answers.value(returns.like) or UNKNOWN
        if returns.element_of_like:
            base = element_of(base)
        base = replace(base, literal=None, number=None, reference=None, text=None, source=None)
    changes: dict[str, object] = {}
    if returns.type is not None:
        changes["type"] = returns.type
    if returns.dtype is not None:
        like = answers.value(returns.dtype)
        passed = dtype_name(like) if like is not None else None
        is_parameter = returns.dtype in ("dtype", "like") or like is not None
        changes["dtype"] = passed if is_parameter else returns.dtype
        if returns.dtype == "dtype" and like is None:
            changes["dtype"] = base.dtype or "float64"
    if returns.size is not None:
        size = evaluate(returns.size, answers)
        changes["size"] = size
        if base.items is not None and base.type != "dict" and size != Estimate.point(len(base.items)):
            changes |= {"items": None, "element": element_of(base)}  # `[x] * n`: members like these
        # The same number of elements is the same shape, as far as a table can tell.
        same = returns.like is not None and base.shape is not None and size_of(base) == size
        changes["shape"] = base.shape if same else (size,)
    if returns.shape is not None or returns.dims is not None:
        shape = _shape(returns.shape, answers, bound) if returns.shape is not None else None
        if returns.dims is not None:
            shape = tuple(evaluate(dimension, answers) for dimension in returns.dims)
        changes["shape"] = shape
        changes["size"] = reduce(lambda a, b: a * b, shape, ONE) if shape is not None else None
    if returns.element is not None:
        changes["element"] = build(returns.element, answers, bound)
    if returns.items is not None:
        changes["items"] = tuple(build(item, answers, bound) for item in returns.items)
        changes["size"] = Estimate.point(len(returns.items))
        if returns.type is None and base.type is None:
            changes["type"] = "tuple"
    if returns.columns is not None:
        source = answers.value(returns.columns if returns.columns != "like" else returns.like or "self")
        changes["columns"] = _columns(source) if source is not None else None
    if returns.value is not None:
        return of_number(returns.type or "int", evaluate(returns.value, answers))
    if returns.type == "pandas.DataFrame" and "size" not in changes:
        given = [v for _, v in base.columns or () if v.size is not None and v.type not in _COLUMN_OF]
        rows = size_of(given[0]) if given else base.size
        changes["size"] = rows
    made = Value(**changes) if base is UNKNOWN else replace(base, **changes)  # type: ignore[arg-type]
    if made.type == "list" and made.element is None and base.element is not None and returns.like is not None:
        made = replace(made, element=base.element)
    return made


_COLUMN_OF = {"int": "int64", "float": "float64", "bool": "bool", "str": "str"}


def _columns(source: Value) -> tuple[tuple[str, Value], ...] | None:
    """The columns of a frame made from a dict: each a Series with the dtype of what it was made from."""
    if source.columns is None:
        return None
    made = []
    for name, value in source.columns:
        if value.type in _COLUMN_OF:  # one value for all rows
            made.append((name, Value(type="pandas.Series", dtype=_COLUMN_OF[value.type], element=value)))
            continue
        dtype = value.dtype
        if dtype is None and value.element is not None:
            dtype = _COLUMN_OF.get(value.element.type or "")
        kept = replace(value, type="pandas.Series", dtype=dtype, columns=None, literal=None, items=None)
        made.append((name, replace(kept, size=size_of(value) if value.size or value.items or value.shape else None)))
    return tuple(made)


def _shape(text: str, answers: Answers, bound: Bound) -> tuple[Estimate, ...] | None:
    if text == "*":
        values: tuple[Value, ...] = bound.positional
        if len(values) == 1 and values[0].items is not None:
            values = values[0].items
        return tuple(number_of(v) for v in values)
    value = answers.value(text)
    if value is None:
        return None
    if value.items is not None:
        return tuple(number_of(v) for v in value.items)
    if value.type in ("int", None):
        return (number_of(value),)
    return None


_SCALARS = {
    "int": "int64",
    "float": "float64",
    "bool": "bool",
    "complex": "complex128",
    "object": "object",
    "str": "str",
}


def dtype_name(value: Value) -> str | None:
    """The dtype that an argument names: `np.float32`, `"float32"`, `float`."""
    if value.literal is not None and isinstance(value.literal.value, str):
        text = value.literal.value
        return {"f4": "float32", "f8": "float64", "i4": "int32", "i8": "int64", "u1": "uint8", "O": "object"}.get(
            text, text
        )
    reference = value.reference
    name = getattr(reference, "name", None)
    if isinstance(name, str):
        last = name.rsplit(".", 1)[-1].rstrip("_")
        return _SCALARS.get(last, last)
    return value.dtype


_ITERATION = Fact("iteration", "", (), Behaviour(Effect.HOLDS))


def _member_type(dtype: str | None) -> str | None:
    """What a member of an array is; of an object array nobody knows."""
    if dtype is None:
        return "float"
    if dtype.startswith(("int", "uint")):
        return "int"
    return {"bool": "bool", "object": None, "str": "str"}.get(
        dtype, "complex" if dtype.startswith("complex") else "float"
    )


def element_of(value: Value) -> Value:
    """What iterating over a value gives, as far as it is known."""
    if value.element is not None:
        return value.element
    if value.items:
        return reduce(join, value.items)
    if isinstance(value.reference, ChoiceRef):
        return reduce(join, map(element_of, value.reference.options))
    if value.type == "numpy.ndarray" and value.shape is not None and len(value.shape) > 1:
        inner = value.shape[1:]
        return replace(value, shape=inner, size=reduce(lambda a, b: a * b, inner, ONE), literal=None)
    if value.type in ("numpy.ndarray", "pandas.Series"):
        is_open = value.type == "pandas.Series" and value.dtype is None
        return Value(type=None if is_open else _member_type(value.dtype), origin=value.origin)
    if value.type == "dict" and value.columns is not None:
        return Value(type="str")
    info = find_type(value.type) if value.type is not None and "::" not in value.type else None
    if info is not None and info.element is not None:
        bound = Bound(value)
        return build(info.element, Answers(_ITERATION, bound), bound)
    if value.type == "str":
        return Value(type="str", size=ONE)
    if value.type in ("bytes", "bytearray", "range"):
        return Value(type="int")
    return replace(part_of(value) or UNKNOWN, origin=value.origin)


def literal_text(value: Value | None) -> str | None:
    """The string constant that a value is."""
    if value is not None and isinstance(value.literal, Literal) and isinstance(value.literal.value, str):
        return value.literal.value
    return None
