"""What is inside a value, all in all: characters when it is printed, leaves, floats, what a compressor is left with."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.resolve.assumed import BUFFERS, FILES
from gillint.resolve.calling.bound import element_of, item_bytes, member_size, size_of
from gillint.resolve.text.texts import MAYBE_WIDE, Text, of_literal
from gillint.resolve.values import UNKNOWN, ChoiceRef, Value, text_of
from gillint.syntax.tree import HOLE

# Characters of a value of which only the type is known, printed; names and short words are the commonest of texts.
_PRINTED = {
    "int": Estimate(1, 4, 12),
    "float": Estimate(3, 10, 20),
    "bool": Estimate.point(5),
    "NoneType": Estimate.point(4),
    "uuid.UUID": Estimate.point(36),
    "datetime.datetime": Estimate(19, 26, 32),
    "datetime.date": Estimate.point(10),
    "datetime.time": Estimate(8, 8, 21),
    "datetime.timedelta": Estimate(7, 14, 26),
    "decimal.Decimal": Estimate(1, 8, 30),
    "ipaddress.IPv4Address": Estimate(7, 12, 15),
    "ipaddress.IPv4Network": Estimate(9, 14, 18),
}
_SHORT_TEXT = Estimate(2, 12, 1e4)
# A cell of a column, as pandas writes it: the floats of a computation have all their digits.
_PRINTED_OF_DTYPE = {
    "float": Estimate(3, 18, 20),
    "int": Estimate(1, 4, 12),
    "uint": Estimate(1, 4, 12),
    "bool": Estimate.point(5),
    "datetime": Estimate.point(19),
}
_COLUMNS = Estimate(1, 4, 50)
_DECIMALS = 9.03  # in a digit of 30 bits
_IN_PICKLE = 0.6  # as the fact of `pickle.dumps` has it


def printed(value: Value, depth: int = 4) -> Estimate:
    """How many characters a value has when it is printed, alone or in a document with all that is in it."""
    if isinstance(value.reference, ChoiceRef):
        return _either(printed(option, depth) for option in value.reference.options)
    if value.type in ("str", "bytes") and value.size is not None:
        return value.size
    if value.literal is not None and isinstance(value.literal.value, (int, float)):
        return Estimate.point(len(str(value.literal.value)))
    if value.type == "float" and value.text is not None and value.text.unique is not None:
        return value.text.unique
    if value.type == "int" and value.size is not None:
        return value.size * _DECIMALS
    if value.type == "int" and value.number is not None:
        return value.number.map(lambda n: math.log10(max(abs(n), 1.0)) // 1 + 1)
    if depth == 0 or value.type is None:
        return _SHORT_TEXT
    if value.type in ("pandas.DataFrame", "pandas.Series"):
        columns = [v for _, v in value.columns or ()] or [value]
        row = total(_PRINTED_OF_DTYPE.get((c.dtype or "").rstrip("0123456789"), _SHORT_TEXT) + 1 for c in columns)
        return size_of(value) * (row * (ONE if value.columns or value.type == "pandas.Series" else _COLUMNS))
    if value.columns is not None and value.type != "pandas.DataFrame":
        return total(printed(v, depth - 1) + (len(k) + _QUOTES) for k, v in value.columns) + 2
    if value.type == "json" and value.size is not None:  # records of named fields, or a list of such
        return value.size * (printed(element_of(value), depth - 1) + _QUOTES) + 2
    if value.type in ("list", "tuple", "set", "frozenset", "collections.deque"):
        if value.items is not None:
            return total(printed(v, depth - 1) + 2 for v in value.items) + 2
        return size_of(value) * (printed(element_of(value), depth - 1) + 2) + 2
    if value.type in _DICTS:
        key, member = value.items if value.items is not None and len(value.items) == 2 else (UNKNOWN, UNKNOWN)
        return size_of(value) * (printed(key, depth - 1) + printed(member, depth - 1) + _QUOTES) + 2
    return _PRINTED.get(value.type, _SHORT_TEXT)


def pickled(value: Value) -> Estimate:
    """Bytes of a value in a pickle: less than it takes to print it, and the memory of its arrays as it is."""
    return printed(value) * _IN_PICKLE * (ZERO if value.type in (*_FRAMES, "numpy.ndarray") else ONE) + _buffers(value)


def _either(measures: Iterable[Estimate]) -> Estimate:
    """The measure of one of several: each has its turn."""
    found = list(measures)
    likely = sum(m.likely for m in found) / len(found)
    return Estimate(min(m.low for m in found), likely, max(m.high for m in found))


# The share of an ordinary text, document or file that is no copy of what came before in it.
_USUALLY_UNIQUE = 0.3


def known_text(value: Value) -> Text | None:
    """What is known of the characters of a text or some bytes, or of all that an open file holds."""
    if value.type not in _LINED:
        return text_of(value)
    line = text_of(element_of(value))
    return line.each(size_of(value)) if line is not None else None


def _unique(value: Value) -> Estimate:
    """How many characters or bytes are no copies of others: what is left to a compressor."""
    text = known_text(value)
    unique = text.unique if text is not None else None
    if unique is not None:
        return unique.min(_whole(value))
    if value.type in _RAW_ARRAYS:
        return _whole(value)
    return _whole(value) * _USUALLY_UNIQUE


def _noise(value: Value) -> Estimate:
    """How many of these look like random bytes."""
    if value.type in _RAW_ARRAYS and (value.dtype or "float64").startswith("float"):
        return _whole(value) * NOISE_OF_FLOATS
    text = known_text(value)
    return text.noise.min(_whole(value)) if text is not None else ZERO


def _fresh(value: Value) -> Estimate:
    """How many are new each time it is made: of a line that goes to a file after others like it."""
    text = known_text(value)
    fresh = text.fresh if text is not None else None
    return fresh.min(_whole(value)) if fresh is not None else _unique(value)


def _wide(value: Value) -> Estimate:
    """How many characters are not ASCII, of a text, of what bytes or a file decode to, or of the texts in nested containers."""

    def of(inner: Value) -> Estimate | None:
        if inner.columns is not None and inner.type in _DICTS:
            names = total(of_literal(name).wide for name, _ in inner.columns)
            return names + total(_wide(v) for _, v in inner.columns)
        if inner.type not in _CHARACTERS and inner.type not in _LINED:
            return None
        text = known_text(inner)
        return text.wide.min(_whole(inner)) if text is not None else _whole(inner) * MAYBE_WIDE

    return _gathered(value, of)


_CHARACTERS = ("str", "bytes", "bytearray", "memoryview")

# Most bytes of random floats are noise; those with the sign and the exponent are not.
NOISE_OF_FLOATS = 0.8
_RAW_ARRAYS = ("numpy.ndarray", "array.array")
_LINED = (*FILES, *BUFFERS)  # their size is the number of lines


def _whole(value: Value) -> Estimate:
    return size_of(value) * (member_size(value) if value.type in _LINED else ONE)


def written(value: Value) -> Text:
    """A document that a value is written as: its texts and numbers are new, names and punctuation come again and again."""
    size, fresh = printed(value), _novel(value)
    is_list = value.columns is None and (value.items is None or value.type in _DICTS)
    rest = (size - fresh).max(0) / (size_of(value).max(1) if is_list else ONE)  # what comes again is counted once
    return Text(HOLE, (), rest, fresh.min(size), wide=_wide(value))


def is_document(value: Value, depth: int = 4) -> bool:
    """Whether it is made of texts, numbers and containers of such, all of them known: no arrays, no objects."""
    if isinstance(value.reference, ChoiceRef):
        return all(is_document(option, depth) for option in value.reference.options)
    members = [v for _, v in value.columns] if value.columns is not None else list(value.items or ())
    if value.type in (*_DICTS, "list", "tuple", "set", "frozenset"):
        if depth == 0:
            return False
        return all(is_document(v, depth - 1) for v in members or [element_of(value)])
    return value.type in ("str", "bytes", "int", "float", "bool", "NoneType")


def digits(value: Value) -> Text:
    """A number that is printed over and over. One that counts shares most of its digits with the one before it."""
    length = printed(value)
    if value.type == "int" and value.number is not None and not value.number.known and text_of(value) is None:
        fresh = length.min(_COUNTED)
        return Text(HOLE, (), length - fresh, fresh)
    return Text(HOLE, (), ZERO, length)


def _novel(value: Value, depth: int = 4) -> Estimate:
    if isinstance(value.reference, ChoiceRef):
        return _either(_novel(option, depth) for option in value.reference.options)
    if value.type in ("str", "bytes"):
        text = text_of(value)
        novel = text.fresh if text is not None and text.fresh is not None else printed(value)
        is_few = value.distinct is not None and value.distinct.likely <= FEW_TEXTS
        return novel.min(COPY) if is_few else novel
    if value.type == "int":
        return digits(value).fresh or ZERO
    if depth == 0 or value.type is None or value.type in ("int", "float", "bool", "NoneType"):
        return printed(value)
    if value.columns is not None:
        return total(_novel(v, depth - 1) for _, v in value.columns)
    if value.type in _DICTS:
        return size_of(value) * total(_novel(v, depth - 1) for v in value.items or ())
    if value.type in ("list", "tuple", "set", "frozenset"):
        if value.items is not None:
            return total(_novel(v, depth - 1) for v in value.items)
        return size_of(value) * _novel(element_of(value), depth - 1)
    return printed(value)


_HALF = Estimate(0, 0.5, 1)  # of a column of which nobody knows whether it is of floats


_FRAMES = ("pandas.DataFrame", "pandas.Series")


def _gathered(value: Value, of: Callable[[Value], Estimate | None], depth: int = 4) -> Estimate:
    """The sum of what is asked for over all that is in nested containers; `of` says None of a container."""
    if isinstance(value.reference, ChoiceRef):
        return _either(_gathered(option, of, depth) for option in value.reference.options)
    own = of(value)
    if own is not None:
        return own
    if depth == 0 or value.type is None:
        return ZERO
    members = [v for _, v in value.columns] if value.columns is not None else list(value.items or ())
    if (members and value.type not in _DICTS) or value.columns is not None:
        return total(_gathered(v, of, depth - 1) for v in members)
    if value.type in _DICTS:
        return size_of(value) * _gathered(members[-1], of, depth - 1) if members else ZERO
    if value.type in ("list", "tuple", "set", "frozenset"):
        return size_of(value) * _gathered(element_of(value), of, depth - 1)
    return ZERO


def _row(frame: Value, of: Callable[[Value], Estimate]) -> Estimate:
    """The sum over the columns of a frame; a Series is one."""
    columns = [v for _, v in frame.columns or ()] or [frame]
    known = frame.columns or frame.type == "pandas.Series"
    return total(of(c) for c in columns) * (ONE if known else _COLUMNS)


def _is_float(column: Value) -> Estimate:
    if column.dtype is None:
        return _HALF
    return ONE if column.dtype.startswith("float") else ZERO


def _floats(value: Value) -> Estimate:
    """How many floats there are in nested containers."""

    def of(inner: Value) -> Estimate | None:
        if inner.type == "float":
            return ONE
        if inner.type == "numpy.ndarray":
            return size_of(inner) if (inner.dtype or "float64").startswith("float") else ZERO
        return size_of(inner) * _row(inner, _is_float) if inner.type in _FRAMES else None

    return _gathered(value, of)


def _arrays(value: Value) -> Estimate:
    """How many arrays and frames there are in nested containers."""
    return _gathered(value, lambda v: ONE if v.type == "numpy.ndarray" or v.type in _FRAMES else None)


def _foreign(value: Value) -> Estimate:
    """How many objects there are in nested containers that a document has no form for: dates, decimals, sets, bytes."""

    def of(inner: Value) -> Estimate | None:
        if inner.type in _DICTS or inner.type is None:
            return None
        return ONE if inner.type in _NO_FORM or "." in inner.type or "::" in inner.type else None

    return _gathered(value, of)


_NO_FORM = ("bytes", "set", "frozenset", "complex")


def _buffers(value: Value) -> Estimate:
    """Bytes of the arrays and frames in nested containers."""

    def of(inner: Value) -> Estimate | None:
        if inner.type == "numpy.ndarray":
            return size_of(inner) * item_bytes(inner)
        return size_of(inner) * _row(inner, lambda c: ONE * item_bytes(c)) if inner.type in _FRAMES else None

    return _gathered(value, of)


_DICTS = ("dict", "collections.defaultdict", "collections.OrderedDict", "collections.Counter")
# One of a few texts (a category, a name from a list) is a copy of an earlier one, which takes about so much to say.
FEW_TEXTS, COPY = 1_000, 3
# Digits of a counter that are not those of the one before.
_COUNTED = 2
_QUOTES = 6  # of a key, and what stands between it and its value and the next


# Of a member that nothing is known of: a small record now and then. Of an instance: its attributes and their names.
_LEAVES = Estimate(1, 3, 20)
_LEAVES_OF_INSTANCE = Estimate(2, 5, 30)


_MEMBERS = Estimate(0, 5, 1000)  # of a container inside another one, where nothing tells how long it is
_DEPTH = 4


def _nested(value: Value, what: str, depth: int = _DEPTH) -> Estimate:
    """How many leaves, or instances of classes of the project, there are in nested containers."""
    if isinstance(value.reference, ChoiceRef):
        return _either(_nested(option, what, depth) for option in value.reference.options)
    leaves = what == "leaves"
    if value.type in ("list", "tuple", "set", "frozenset", "dict", "collections.deque", "collections.defaultdict"):
        own = ONE if leaves else ZERO
        if depth == 0:
            return own
        members = tuple(v for _, v in value.columns) if value.columns is not None else None
        if members is None and value.type in ("list", "tuple") and value.items:
            members = value.items
        if members is not None:
            return own + total(_nested(v, what, depth - 1) for v in members)
        member = value.element or UNKNOWN
        if value.type in ("dict", "collections.defaultdict") and value.items is not None:
            member = value.items[-1]
        is_open = depth < _DEPTH and value.size is None
        return own + (_MEMBERS if is_open else size_of(value)) * _nested(member, what, depth - 1)
    if value.type == "json" and leaves and value.size is not None and depth > 0:
        return ONE + value.size * _nested(element_of(value), what, depth - 1)
    if value.type is not None and "::" in value.type:
        if value.columns is None or depth == 0:
            return _LEAVES_OF_INSTANCE if leaves else ONE
        inside = total(_nested(v, what, depth - 1) for _, v in value.columns)
        return inside + (2 * len(value.columns) if leaves else 1)
    if not leaves:
        return ZERO
    return _LEAVES if value.type is None else ONE


def _text_in(value: Value, depth: int = 3) -> Estimate:
    """Characters, or members, in a dict's values: of each, or of one like them all; ten for each where nothing tells."""
    if value.columns is None or depth == 0:
        member = value.items[1] if value.type == "dict" and value.items is not None and len(value.items) == 2 else None
        known = member is not None and (member.size is not None or member.shape is not None)
        return size_of(value) * (size_of(member) if known else 10)
    return total(_text_in(v, depth - 1) if v.type == "dict" else size_of(v) for _, v in value.columns)


def _listed(value: Value) -> Estimate:
    """How many members the lists in a container have, all together, and arrays of texts: what is taken apart one by one."""
    members = [v for _, v in value.columns] if value.columns is not None else list(value.items or ())
    return total(size_of(v) for v in members if v.type in ("list", "tuple") or _is_array_of_texts(v))


def _is_array_of_texts(value: Value) -> bool:
    return value.type == "numpy.ndarray" and value.dtype in ("str", "bytes")


def inside(value: Value, what: str) -> Estimate:
    """What a measure of contents says of a value."""
    return _nested(value, what) if what in ("leaves", "instances") else _CONTENTS[what](value)


_CONTENTS = {
    "printed": printed,
    "unique": _unique,
    "noise": _noise,
    "fresh": _fresh,
    "wide": _wide,
    "foreign": _foreign,
    "floats": _floats,
    "arrays": _arrays,
    "buffers": _buffers,
    "listed": _listed,
    "text": _text_in,
}
