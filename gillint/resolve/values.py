"""What is known of a value before the program runs: its type, its size, what is in it."""

from __future__ import annotations

import math
from functools import lru_cache

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import dataclass, replace
from gillint.resolve.text.texts import Text, of_literal

IS_SET = "set"  # the dtype of an event that is


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant, wrapped so that None can be told from "not constant"."""

    value: str | int | float | bool | bytes | None


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """A function of the project, a lambda or a nested function; `bound` is its `self`."""

    key: str
    bound: Value | None = None


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class of the project."""

    key: str


@dataclass(frozen=True, slots=True)
class MethodRef:
    """An attribute of a value that is about to be called."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True)
class PartialRef:
    """`functools.partial(function, ...)`."""

    function: Value
    positional: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class ChoiceRef:
    """One of several values, nobody knows which: a table of handlers, a loop over `(zlib, bz2)`, a `Path | str`."""

    options: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class LazyRef:
    """Work that happens later: the body of a generator when it is iterated, of a coroutine when it is awaited.

    `code` is where the function of a coroutine stands: one of many that are made there is like the others. `also`: where
    it may be one of several functions, those of the others.
    """

    key: int
    code: tuple[str, Span] | None = None
    also: tuple[LazyRef, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskRef:
    """Work that was handed over at a place: a future, a thread."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class MadeRef:
    """A queue, a pipe or a namespace, by the place where it was made: who takes from it gets what anybody puts into it.

    `end` is which of the two ends of a pipe, `also` are the other places where the same variable may have been made.
    """

    path: str
    span: Span
    end: int = 0
    also: tuple[MadeRef, ...] = ()

    @property
    def places(self) -> tuple[MadeRef, ...]:
        """The places one by one."""
        return (MadeRef(self.path, self.span, self.end), *self.also)


@dataclass(frozen=True, slots=True)
class SymbolRef:
    """A public name of a library: a module, a function, a class or a constant of it."""

    name: str


@dataclass(frozen=True, slots=True)
class SuperRef:
    """`super()` in a method of the class `key`: `instance` seen from the bases on."""

    key: str
    instance: Value


@dataclass(frozen=True, slots=True)
class AliasRef:
    """A type under another name: `Rows = list[Row]`; `instance` is what is annotated with it."""

    instance: Value


@dataclass(frozen=True, slots=True)
class UndefinedRef:
    """A name that nothing defines; with `is_result`, what a function gives back that is still at work: an interpreter's value."""

    name: str
    is_result: bool = False


@dataclass(frozen=True, slots=True)
class ImportRef:
    """A name imported from the same project: the other file is looked into when the name is first used."""

    module: str
    name: str | None
    level: int


Reference = (
    ImportRef
    | FunctionRef
    | ClassRef
    | MethodRef
    | PartialRef
    | ChoiceRef
    | LazyRef
    | SymbolRef
    | SuperRef
    | AliasRef
    | UndefinedRef
    | TaskRef
    | MadeRef
)


@dataclass(frozen=True, slots=True)
class Source:
    """What a text or some bytes were made from, and how: undone, that is there again.

    Attributes:
        kind: `json`, `pickle`, `packed` (compressed, encoded), or `lines` (of texts like `value`).
        value: what went in.
    """

    kind: str
    value: Value


@dataclass(frozen=True, slots=True)
class Value:
    """What is known of a value; None means unknown.

    Attributes:
        type: public dotted name of the type; builtins are bare; `<path>::<Class>` for classes of the project.
        size: elements of a container or array, characters, bytes, rows.
        shape: the dimensions of an array.
        dtype: of an array or a column; of a number that a clock gives, that it is one; of an event, that it is set.
        element: what iterating gives.
        items: the members of a tuple whose members are known one by one.
        columns: the columns of a DataFrame, or the values of a dict with literal keys.
        literal: the constant that it is.
        number: the number that it is, where the scenarios differ; of the dates of a column, over how many days they go.
        reference: the function, class, module, method or deferred work that it stands for.
        distinct: how many different values a number or a text takes on in the course of a loop, at most.
        origin: the name in the source that the unknown hangs on.
        text: of a text, what is known of its characters; of a path or an open file, the same of its name; of a client or a
            connection, of the address that it was made for.
        source: of a document, what it was made from.
        guessed: that nothing but its use tells the type.
        mark: of what a call makes for itself alone, that it does (`OF_THE_CALL`); of a container, from which file it came
            (`STORE`); of the payload of a message, that it may have `parts`; of a
            member of an array, what sets some of them apart: `change`, where most are zero; `extreme`, where so many
            (`number`) are the largest of what is around them; `normal`, around whose likely value the others gather. Of an
            array, how its elements lie in memory: `strided`, one after some others; `apart`, each in a cache line of its own;
            `turned`, by columns; `reversed`, backwards. Of a column, that values of it are missing (`gaps`).
        labels: of a table or a column, what its rows are called by.
    """

    type: str | None = None
    size: Estimate | None = None
    shape: tuple[Estimate, ...] | None = None
    dtype: str | None = None
    element: Value | None = None
    items: tuple[Value, ...] | None = None
    columns: tuple[tuple[str, Value], ...] | None = None
    literal: Literal | None = None
    number: Estimate | None = None
    reference: Reference | None = None
    distinct: Estimate | None = None
    origin: str | None = None
    text: Text | None = None
    source: Source | None = None
    guessed: bool = False
    mark: str | None = None
    labels: Value | None = None

    def column(self, name: str) -> Value | None:
        """The column or dict value of this name."""
        return next((v for k, v in self.columns if k == name), None) if self.columns is not None else None


UNKNOWN = Value()
# The type of an argument that stands for any number of them: `*values`.
SPREAD = "*"
# The name of a keyword argument that stands for any number of them: `**options`.
SPREAD_NAMED = "**"
# How the mark of a container begins that came from a file: its name comes behind it.
STORE = "from "
# The mark of what a call makes and uses for itself alone: the file in which `df.to_csv("a.csv.gz")` packs.
OF_THE_CALL = "of the call"
# The mark of what was unpickled, of which nothing else is known.
UNPICKLED = "unpickled"
# The type of what `property(function)` gives; its reference is the function.
PROPERTY = "property"
NONE = Value(type="NoneType", literal=Literal(None))


@lru_cache(maxsize=4096, typed=True)
def of_constant(value: object) -> Value:
    """The value of a literal."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return Value(type="bool", literal=Literal(value), number=Estimate.point(int(value)))
    if isinstance(value, int):
        return Value(
            type="int",
            literal=Literal(value) if abs(value) < 2**64 else None,
            number=_number(value),
            size=_digits(value),
        )
    if isinstance(value, float):
        return Value(type="float", literal=Literal(value), number=_number(value))
    if isinstance(value, complex):
        # The amount of an imaginary number is that of its imaginary part: `np.mgrid[0:1:50j]` has 50 points.
        return Value(type="complex", number=_number(value.imag) if value.real == 0 else None)
    if isinstance(value, (str, bytes)):
        literal = Literal(value) if len(value) <= 200 else None
        element = Value(type="str", size=Estimate.point(1)) if isinstance(value, str) else Value(type="int")
        size = Estimate.point(len(value))
        text = _text(value) if literal is None else None
        return Value(type=type(value).__name__, size=size, literal=literal, element=element, text=text)
    return UNKNOWN


def text_of(value: Value | None) -> Text | None:
    """What is known of the characters of a text, or of what a constant looks like when it is printed."""
    if value is None or value.text is not None or value.literal is None:
        return value.text if value is not None else None
    constant = value.literal.value
    return _text(constant) if isinstance(constant, (str, bytes)) else of_literal(str(constant))


def _text(value: str | bytes) -> Text:
    """Bytes are what they decode to; those that decode to nothing, one character each."""
    if isinstance(value, str):
        return of_literal(value)
    try:
        return of_literal(value.decode())
    except UnicodeDecodeError:
        return of_literal(value.decode("latin-1"))


# An int is kept in digits of so many bits; the size of one with more than a few is their number.
DIGIT_BITS, FEW_DIGITS = 30, 3


def _digits(value: int) -> Estimate | None:
    digits = -(-value.bit_length() // DIGIT_BITS)
    return Estimate.point(digits) if digits > FEW_DIGITS else None


def _number(value: float) -> Estimate:
    try:
        return Estimate.point(value)
    except OverflowError:
        return Estimate.point(1e15)


def of_number(kind: str, number: Estimate | None) -> Value:
    """An int or float whose amount is estimated."""
    if number is not None and number.known and kind == "int":
        return of_constant(int(number.likely))
    return Value(type=kind, number=number)


# What a variable that counts is, over the loop as a whole: its mean, and half of its values around that.
QUARTILES = Estimate(0.25, 0.5, 0.75)


def between(first: Estimate, last: Estimate) -> Estimate:
    """What one of the numbers from the first to the last is."""
    return first + (last - first) * QUARTILES


def options_of(value: Value) -> tuple[Value, ...]:
    """What a value may be, each for itself; the value alone where that is settled."""
    return value.reference.options if isinstance(value.reference, ChoiceRef) else (value,)


def is_sentinel(value: Value) -> bool:
    """Whether a value that is put into a queue tells whoever takes it that there is no more."""
    return value.type in ("NoneType", "object")


def is_known(value: Value) -> bool:
    """Whether anything is known of what a value is."""
    return value.type is not None or value.reference is not None


def is_plain_function(value: Value) -> bool:
    """Whether a value is a function of the project that is bound to nothing."""
    return isinstance(value.reference, FunctionRef) and value.reference.bound is None


def code_of(key: str) -> str:
    """The key of a function without what tells its closures apart."""
    return key.split(">#", 1)[0] + ">" if ">#" in key else key


def generalised(value: Value) -> Value:
    """The same without what tells two calls with arguments of the same type apart: amounts, constants, contents."""
    element = Value(type=value.element.type) if value.element is not None and value.element.type else None
    reference = None if isinstance(value.reference, LazyRef) else value.reference
    if isinstance(reference, ChoiceRef):
        reference = ChoiceRef(tuple(generalised(o) for o in reference.options))
    # A tuple of functions or classes is code, not contents.
    items = value.items if value.items and all(i.reference is not None for i in value.items) else None
    return Value(type=value.type, dtype=value.dtype, element=element, items=items, reference=reference)


def rounded(value: Value, depth: int = 3, base: float = 2.0) -> Value:
    """The same with amounts to a power of `base`, so that calls with arguments of about the same size are alike."""
    if depth == 0:
        return generalised(value)
    number, literal = value.number, value.literal
    if literal is not None and isinstance(literal.value, (int, float)) and not isinstance(literal.value, bool):
        number, literal = Estimate.point(literal.value), None
    return replace(
        value,
        size=_near(value.size, base),
        shape=_near_shape(value.shape, base),
        element=rounded(value.element, depth - 1, base) if value.element is not None else None,
        items=tuple(rounded(i, depth - 1, base) for i in value.items) if value.items is not None else None,
        columns=tuple((k, rounded(v, depth - 1, base)) for k, v in value.columns)
        if value.columns is not None
        else None,
        literal=literal,
        number=number
        if (value.type or "").startswith("datetime.")
        else _near(number, base),  # days that are far apart, both large
        distinct=_near(value.distinct, base),
    )


def _near(amount: Estimate | None, base: float) -> Estimate | None:
    return amount.map(lambda a: _power(a, base)) if amount is not None else None


_FEW = 16.0  # so many columns or channels are part of what an array is


def _near_shape(shape: tuple[Estimate, ...] | None, base: float) -> tuple[Estimate, ...] | None:
    if shape is None:
        return None
    return tuple(d if d.known and d.likely <= _FEW else d.map(lambda a: _power(a, base)) for d in shape)


def _power(amount: float, base: float) -> float:
    return math.copysign(base ** round(math.log(abs(amount), base)), amount) if amount else 0.0


def trimmed(value: Value, depth: int = 4) -> Value:
    """The same with deep nesting forgotten, so that summaries of recursive data stay finite."""
    if depth == 0:
        return Value(type=value.type, size=value.size, dtype=value.dtype, origin=value.origin)
    if isinstance(value.reference, ChoiceRef):
        value = replace(value, reference=ChoiceRef(tuple(trimmed(o, depth - 1) for o in value.reference.options)))
    if value.element is None and value.items is None and value.columns is None and value.source is None:
        return value
    return replace(
        value,
        element=trimmed(value.element, depth - 1) if value.element is not None else None,
        items=tuple(trimmed(i, depth - 1) for i in value.items) if value.items is not None else None,
        columns=tuple((k, trimmed(v, depth - 1)) for k, v in value.columns) if value.columns is not None else None,
        source=Source(value.source.kind, trimmed(value.source.value, depth)) if value.source is not None else None,
    )


# What runs through something else, item by item.
ITERATORS = ("iterator", "enumerate", "zip", "reversed", "dict_items", "dict_values", "dict_keys")
# Containers that loops fill: how large they are at the end follows from the turns, wherever in the loop that is asked.
ELEMENTS = (
    "xml.etree.ElementTree.Element",
    "lxml.etree._Element",
    "xml.dom.minidom.Node",
    "xml.dom.minidom.Element",
    "xml.dom.minidom.Document",
)  # of XML trees: the size is that of all that is below one
WEAK = ("weakref.WeakValueDictionary", "weakref.WeakKeyDictionary")
HOLDERS = (
    "list", "set", "dict", "tuple", "collections.OrderedDict", "collections.defaultdict", "collections.deque",
    "sortedcontainers.SortedDict", "weakref.WeakSet", *WEAK,
)  # fmt: skip


def tells_more(old: Value | None, new: Value, *, measured: bool) -> bool:
    """Whether a value says what another one leaves open.

    Args:
        old: what is known.
        new: what else is said.
        measured: sizes and other types count; without, only types where there was none.
    """
    if old is None or (old.type is None and old.reference is None) or old.type == "NoneType":
        return (new.type is not None and new.type != "NoneType") or new.reference is not None
    if (
        old.type == new.type
        and old.type in HOLDERS
        and new.element is not None
        and tells_more(old.element, new.element, measured=measured)
    ):
        return True
    if not measured or old == new:
        return False
    if old.type != new.type or old.reference != new.reference:
        return new.type is not None or new.reference is not None
    return is_measured(new) and not is_measured(old)


# Guesses of what nothing tells reach further than that.
_NARROW = 1_000.0


def is_measured(value: Value) -> bool:
    """Whether an amount is known, or between what it lies: a size, a number, a shape."""
    amounts = (value.size, value.number, *(value.shape or ()))
    narrow = any(a is not None and (a.known or a.high <= _NARROW * max(a.low, 1.0)) for a in amounts)
    return narrow or value.literal is not None
