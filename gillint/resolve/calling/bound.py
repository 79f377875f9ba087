"""The questions that facts ask about the arguments of a call, answered from what is known of the values."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from gillint.estimate import ONE, Estimate, total
from gillint.frozen import replace
from gillint.knowledge.base import find_type
from gillint.knowledge.schema import Behaviour, Constant, Effect, Fact
from gillint.knowledge.versions import version_matches
from gillint.resolve.assumed import (
    CELL,
    CHOICES,
    FIELDS,
    FILES,
    FROM_BELOW,
    INNER_TRIPS,
    LINE,
    MEMBER_SIZE,
    OPEN,
    SIZES,
    UNKNOWN_NUMBER,
    UNKNOWN_SECONDS,
    UNKNOWN_TRIPS,
    WHOLE_FILE,
)
from gillint.resolve.external.commands import program_in
from gillint.resolve.joining import join
from gillint.resolve.numeric.dtype_names import SCALARS, member_type, numpys_own
from gillint.resolve.objects.members import one_of
from gillint.resolve.opaque import is_vague, part_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import (
    NONE,
    UNKNOWN,
    WEAK,
    ChoiceRef,
    Literal,
    MethodRef,
    SymbolRef,
    UndefinedRef,
    Value,
    text_of,
)
from gillint.source.environment import LibraryVersion

_LARGE_BUFFERS = ">=3.14"  # io.DEFAULT_BUFFER_SIZE as it is on 3.13.0 and on 3.14.10
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
    "float128": 16,
    "complex256": 32,
    **dict.fromkeys(("L", "P", "1"), 1),  # the modes of a picture: the others take four bytes a pixel
}
# By the type codes of array.array.
_CODE_BYTES = {**dict.fromkeys("bB", 1), **dict.fromkeys("hH", 2), **dict.fromkeys("iIfu", 4)}


def item_bytes(array: Value) -> int:
    """How many bytes an element of an array takes."""
    if array.type == "array.array" and len(array.dtype or "") < 2:
        return _CODE_BYTES.get(array.dtype or "", 8)
    return _ITEM_BYTES.get(array.dtype or "", 4 if array.type in _PICTURES else 8)


# Of these `items` are a key and a value.
MAPPINGS = (
    "dict",
    "collections.defaultdict",
    "collections.OrderedDict",
    "collections.Counter",
    "shelve.Shelf",
    "sortedcontainers.SortedDict",
    *WEAK,
)


_SINGLE = frozenset(
    ("int", "float", "bool", "complex", "NoneType", "numpy.datetime64", "numpy.timedelta64", "pandas.Timestamp",
     "pandas.Timedelta", "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta",
     "decimal.Decimal", "fractions.Fraction"),
)  # fmt: skip


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
    if value.columns is not None and value.type == "dict":  # which may have others
        return FIELDS + len(value.columns)
    if value.type in _SINGLE:
        return ONE
    if isinstance(value.reference, ChoiceRef):
        return reduce(lambda a, b: a.join(b), map(size_of, value.reference.options))
    if value.type is None and isinstance(value.reference, UndefinedRef) and value.reference.is_result:
        return FROM_BELOW
    return SIZES.get(value.type or "", OPEN)


# What is data where nothing tells its size.
DATA = (None, "bytes", "bytearray", "memoryview")


def is_sized(value: Value) -> bool:
    """Whether there is more to the size of a value than its type: an attribute that nobody knows tells nothing."""
    is_something = value.reference is not None and not isinstance(value.reference, MethodRef)
    return value.size is not None or value.shape is not None or value.items is not None or is_something


# Bytes or elements that go through one call in all runs together: what is looked at thousands of times is small.
_ALL_OF_THEM = 2e6
_SMALLEST = 20.0


def of_each(size: Estimate, often: float) -> Estimate:
    """A size that nothing tells, of each of so many things."""
    return Estimate(size.low, max(min(size.likely, _ALL_OF_THEM / often), min(size.likely, _SMALLEST)), size.high)


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
# All arguments together, as a dict of those that have a name, are `passed`.
CONTENT, RESULT, QUERY, PASSED = "content", "result", "query", "passed"
_MANY = Estimate(1, 1_000, 1e6)  # different values, where nothing tells
_ROWS_LOOKED_AT = Value(type="float", number=Estimate(25, 125, 2.5e8))
_FILE = Value(type="io.BufferedReader", number=ONE)


# Measures that look inside.
_CONTENTS = frozenset(
    [
        "leaves",
        "instances",
        "listed",
        "printed",
        "unique",
        "noise",
        "fresh",
        "wide",
        "foreign",
        "floats",
        "arrays",
        "buffers",
    ]
)


def _together(bound: Bound) -> Value:
    """A dict of all arguments; of what a `**` unpacks nothing is known but that it is a record."""
    if bound.has_star:
        return Value(type="dict", size=FIELDS)
    members = (*(("", v) for v in bound.positional), *bound.parameters)
    return Value(type="dict", size=Estimate.point(len(members)), columns=members)


_READ = ("str", "bytes", "pathlib.Path", "pathlib.PosixPath", "pathlib.PurePath")


# What NumPy makes of Python's own numbers.
_PLAIN = {"int": "int64", "float": "float64", "complex": "complex128", "bool": "bool"}


class Answers:
    """Answers the questions of conditions and expressions; keeps what had to be assumed in `hangs_on`."""

    def __init__(
        self,
        fact: Fact,
        bound: Bound,
        result: Value | None = None,
        library: LibraryVersion | None = None,
        python: str | None = None,
    ) -> None:
        self._fact = fact
        self._library = library
        self._python = python
        self._bound = bound
        self._result = result
        self.hangs_on: list[str] = []

    def value(self, parameter: str) -> Value | None:
        """What is passed for a parameter; a column name stands for that column of the receiver."""
        found = self._bound.get(parameter)
        if found is None and parameter == PASSED:
            return _together(self._bound)
        if found is None and parameter in (CONTENT, QUERY):
            return _FILE if parameter == CONTENT else _ROWS_LOOKED_AT
        return self._result if found is None and parameter == RESULT else found

    def type_of(self, parameter: str) -> str | None:
        if "," in parameter:  # what all of them are
            kinds = {self.type_of(one.strip()) for one in parameter.split(",")}
            return None if None in kinds else kinds.pop() if len(kinds) == 1 else "object"
        value = self.value(parameter.removesuffix("[]"))
        if parameter.endswith("[]") and value is not None:  # of its elements; an instance of the program's own has none
            own = value.type if value.type is not None and "::" in value.type and value.element is None else None
            value = Value(type=own) if own is not None else element_of(value)
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
        if "." not in self._fact.name and value.type in _PLAIN:
            return value.type  # Python's own functions ask whether a number is NumPy's
        return _PLAIN.get(value.type or "")

    def _column(self, value: Value) -> Value | None:
        """The column of the receiver, or of the frame passed first, that a literal name or a list with one stands for."""
        receiver = self._bound.receiver
        if receiver is None and self._bound.positional and self._bound.positional[0].type == "pandas.DataFrame":
            receiver = self._bound.positional[0]
        if receiver is None or receiver.columns is None:
            return None
        if value.type == "list" and value.items is not None and len(value.items) == 1:
            value = value.items[0]
        if value.literal is not None and isinstance(value.literal.value, str):
            return receiver.column(value.literal.value)
        return None

    def is_given(self, parameter: str) -> bool | None:
        # What a file holds is assumed where nothing tells; whether something tells is another question.
        value = self._bound.get(parameter) if parameter in (CONTENT, QUERY) else self._part(parameter)
        if value is None:
            return None if self._bound.has_star and "." not in parameter else False
        return value != NONE

    def _part(self, parameter: str) -> Value | None:
        """What is passed, or an entry of it: `params.nthread` of `{"nthread": 1}`; of entries not known, none is given."""
        name, _, entry = parameter.partition(".")
        value = self.value(name)
        return value.column(entry) if entry and value is not None else value

    def constant_of(self, parameter: str) -> tuple[bool, Constant]:
        value = self._part(parameter)
        if value is not None and value.literal is None and isinstance(value.reference, SymbolRef):
            return (True, value.reference.name.rpartition(".")[2])  # `astype(str)` and `astype("str")` mean the same
        if value is None or value.literal is None or isinstance(value.literal.value, bytes):
            return (False, None)
        return (True, value.literal.value)

    def readings_of(self, parameter: str) -> tuple[str, ...]:
        value = self._part(parameter)
        text = text_of(value) if value is not None and value.type in _READ else None
        return text.readings if text is not None else ()

    def program_of(self, parameter: str) -> str | None:
        return program_in(self.value(parameter))

    def io_buffer(self) -> Estimate:
        is_large = self._python is not None and version_matches(self._python, _LARGE_BUFFERS)
        return Estimate.point(131_072 if is_large else 8_192)

    def measure(self, what: str, parameter: str, index: int | None) -> Estimate:
        value = self.value(parameter)
        if what == "value" and index is not None and (value is None or value == NONE):
            return Estimate.point(index)
        if what in ("value", "seconds"):
            return self._amount(value, parameter, is_pause=what == "seconds")
        if value is None and not self._bound.has_star:
            return Estimate.point(0)
        if (
            what == "size"
            and index is not None
            and (value is None or (value.type is None and not has_known_size(value)))
        ):
            return Estimate(index / 100, index, index * 100)  # of a thing of which nothing is known
        if what in _COUNTED:
            return _COUNTED[what](value)
        if what in ("texts", "objects", "dates", "gaps"):
            from gillint.resolve.tabular.composition import composition, keeps_texts_as_objects

            return composition(what, value, self._library is not None and keeps_texts_as_objects(self._library))
        if what in ("rows", "cols", "dim"):
            return self._dimension(value, parameter, {"rows": 0, "cols": -1}.get(what, index or 0))
        is_inside = what in _CONTENTS and value is not None and value.columns is not None  # of an instance, what it has
        if not has_known_size(value) and not is_inside:
            self._assume(value, parameter)
        if what in _CONTENTS:
            from gillint.resolve.contents import inside

            return inside(value or UNKNOWN, what)
        size = size_of(value)
        is_stepped = parameter == self._fact.consumes and self._fact.name not in DATA
        if is_stepped and value is not None and _is_any_length(value):
            size = INNER_TRIPS if self._bound.inner else UNKNOWN_TRIPS  # as a loop over it would have
        elif self._bound.often > 1.0 and value is not None and value.type in DATA and not is_sized(value):
            size = of_each(size, self._bound.often)
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
        if value is not None and value.items is not None and value.type != "slice":  # the number of a slice is its step
            return reduce(lambda a, b: a * b, (number_of(i) for i in value.items), ONE)
        if value is None or (value.number is None and value.literal is None):
            self._assume(value, parameter)
            return UNKNOWN_SECONDS if is_pause else number_of(value)
        return number_of(value)

    def _dimension(self, value: Value | None, parameter: str, index: int) -> Estimate:
        if value is not None and value.shape is not None and -len(value.shape) <= index < len(value.shape):
            return value.shape[index]
        if (
            value is not None
            and (value.type or "").startswith(("pandas.", "polars."))
            and has_known_size(value)
            and index in (0, -1, 1)
        ):
            return size_of(value) if index == 0 else count_of(value) if (value.type or "").endswith("Frame") else ONE
        if value is not None and value.type in ("list", "tuple") and has_known_size(value) and index in (0, -1, 1):
            member = element_of(value)
            if index == 0 or member.type in SCALARS:
                return size_of(value) if index == 0 else ONE
            if member.type in ("list", "tuple", "numpy.ndarray") and has_known_size(member):
                return size_of(member)
        if value is not None and value.shape is not None and len(value.shape) == 1:
            return ONE
        self._assume(value, parameter)
        return size_of(value).map(lambda n: max(n, 1.0) ** 0.5)

    def _assume(self, value: Value | None, parameter: str) -> None:
        name = value.origin if value is not None and value.origin is not None else f"`{parameter}` of {self._fact.name}"
        if name not in self.hangs_on:
            self.hangs_on.append(name)


def _is_any_length(value: Value) -> bool:
    """Whether as much may be in it as in anything that is run through."""
    if is_vague(value.type):
        return value.size is None and value.items is None
    return not is_sized(value) and (value.type is None or size_of(value).likely == UNKNOWN_TRIPS.likely)


def _common_dtype(frame: Value) -> str | None:
    """The dtype of an array of all columns: their own where they share one, `object` beside texts, else `mixed` numbers."""
    kinds = {column.dtype for _, column in frame.columns or ()}
    if len(kinds) == 1:
        return kinds.pop()
    if None in kinds:
        return None
    return "mixed" if all(kind.rstrip("0123456789") in ("int", "uint", "float") for kind in kinds if kind) else "object"


def _distinct(value: Value | None) -> Estimate:
    """How many different ones are passed in the course of a loop."""
    if value is None or value.literal is not None:
        return _MANY if value is None else ONE
    return value.distinct if value.distinct is not None else _MANY


def _choices(value: Value | None) -> Estimate:
    """How many ways there are to take one of each list in a dict; one dict after the other in a list of them."""
    if value is not None and value.items is not None and value.type == "list":
        return total(_choices(v) for v in value.items)
    if value is None or value.columns is None:
        return CHOICES
    return reduce(lambda a, b: a * b, (size_of(v) for _, v in value.columns), ONE)


_PICTURES = ("PIL.Image.Image", "PIL.ImageFile.ImageFile")
WINDOWS = tuple(f"pandas.api.typing.{kind}" for kind in ("Rolling", "Expanding", "ExponentialMovingWindow"))


RESAMPLER = "pandas.api.typing.DatetimeIndexResampler"
_FRAMES_IN_GROUPS = "pandas.api.typing.DataFrameGroupBy"
_TABULAR = ("pandas.DataFrame", "pandas.Series")


def count_of(frame: Value | None) -> Estimate:
    """How many columns; a frame whose columns have no known names has them in its shape, a cursor those of its rows."""
    if frame is not None and frame.type in (*_PICTURES, "PIL.Image.ImagingCore"):
        from gillint.resolve.external.pictures import bands_of

        return Estimate.point(bands_of(frame))
    row = frame.element if frame is not None else None
    if frame is not None and frame.type == RESAMPLER and row is not None and row.items:
        return count_of(row.items[-1]) if row.items[-1].type == "pandas.DataFrame" else ONE  # a period and its rows
    if frame is not None and row is not None and row.items and frame.type == _FRAMES_IN_GROUPS:
        return count_of(row.items[-1])  # a key and the rows that have it
    if frame is not None and frame.type in ("list", "tuple") and (part := element_of(frame)).type in _TABULAR:
        return ONE if part.type == "pandas.Series" else count_of(part)  # of one of them
    if row is not None and row.type == "tuple" and row.items:
        return Estimate.point(len(row.items))
    if frame is not None and frame.columns is not None and not (frame.type or "").endswith("Cursor"):
        return Estimate.point(len(frame.columns))
    if frame is not None and frame.type == "dict" and frame.size is not None:
        return frame.size.max(1)  # a column for each key
    counted = frame is not None and (frame.type or "").startswith("pandas.")
    if frame is not None and counted and frame.shape is not None and len(frame.shape) == 2:
        return frame.shape[1]
    return ONE if frame is not None and frame.type in WINDOWS else Estimate(1, 4, 50)


_TEXTS = ("str", "bytes", "bytearray", "memoryview")


def member_size(value: Value | None) -> Estimate:
    """The size of one of the members, or lines, of a value."""
    member = value.element if value is not None else None
    if value is not None and value.type in FILES and (member is None or member.size is None):
        return LINE
    if value is not None and value.type in _TEXTS:
        return ONE
    return size_of(member) if member is not None and member.type is not None else MEMBER_SIZE


_ITERATION = Fact("iteration", "", (), Behaviour(Effect.HOLDS))


_ARRAYS = ("numpy.ndarray", "numpy.ma.MaskedArray")
TENSOR = "torch.Tensor"


LETTERS = Estimate(4, 40, 120)  # different characters of a text


def element_of(value: Value) -> Value:
    """What iterating over a value gives, as far as it is known."""
    if value.type in _ARRAYS and value.shape is not None and (rows := value.shape[1:]):
        return replace(value, shape=rows, size=reduce(lambda a, b: a * b, rows, ONE), literal=None)
    if value.type == TENSOR and value.shape:  # the rows of a vector are tensors as well
        return replace(
            value, shape=value.shape[1:], size=reduce(lambda a, b: a * b, value.shape[1:], ONE), literal=None
        )
    if value.element is not None:
        return numpys_own(value.element, value.dtype) if value.type in _ARRAYS else value.element
    if value.items:
        return one_of(value.items)
    if isinstance(value.reference, ChoiceRef):
        return reduce(join, map(element_of, value.reference.options))
    if value.type in _ARRAYS:
        return numpys_own(Value(type=member_type(value.dtype), origin=value.origin), value.dtype)
    if value.type == "pandas.Series":  # its iterator makes Python's own numbers
        kind = member_type(value.dtype) if value.dtype is not None else None
        return Value(type=kind, size=CELL if kind in (None, "str") else None, origin=value.origin)
    if value.type == "dict" and value.columns is not None:
        return Value(type="str")
    if value.type == "str":
        return Value(type="str", size=ONE, distinct=LETTERS if value.literal is None else None)
    info = find_type(value.type) if value.type is not None and "::" not in value.type else None
    if info is not None and info.element is not None and not info.element.element_of_like:
        from gillint.resolve.calling.returns import build

        bound = Bound(value)
        return build(info.element, Answers(_ITERATION, bound), bound)
    if value.type in ("bytes", "bytearray", "range"):
        return Value(type="int")
    return replace(part_of(value) or UNKNOWN, origin=value.origin)


def literal_text(value: Value | None) -> str | None:
    """The string constant that a value is."""
    if value is not None and isinstance(value.literal, Literal) and isinstance(value.literal.value, str):
        return value.literal.value
    return None


_PLAIN_TYPES = frozenset({"str", "bytes", "bytearray", "int", "float", "list", "dict", "set", "frozenset", "tuple"})
_OF_THE_CLASS = frozenset({"fromkeys", "maketrans", "from_bytes", "fromhex"})


def apart(name: str, positional: tuple[Value, ...]) -> tuple[Value | None, tuple[Value, ...]]:
    """The receiver and the arguments of a function that is looked up on a type: `str.upper(line)`, `int.to_bytes(n, 2)`."""
    owner, _, method = name.rpartition(".")
    if not positional or owner in ("", "json") or method.startswith("__"):  # `json.dump(document, f)`: of the module
        return None, positional
    first = positional[0]
    if first.type == owner or (first.type is None and owner in _PLAIN_TYPES and method not in _OF_THE_CLASS):
        return replace(first, type=owner), positional[1:]
    return None, positional


_COUNTED: dict[str, Callable[[Value | None], Estimate]] = {
    "count": count_of,
    "choices": _choices,
    "distinct": _distinct,
}
