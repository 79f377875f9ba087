"""What is known where two paths meet: of a value that is one thing here and another there."""

from __future__ import annotations

from functools import reduce

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.external.commands import begun_as
from gillint.resolve.external.packing import either_packing
from gillint.resolve.tabular.expression_kinds import KINDS, weight
from gillint.resolve.text.texts import Text, common
from gillint.resolve.values import (
    HOLDERS,
    ITERATORS,
    STORE,
    UNKNOWN,
    UNPICKLED,
    WEAK,
    ChoiceRef,
    ClassRef,
    FunctionRef,
    ImportRef,
    LazyRef,
    MadeRef,
    MethodRef,
    PartialRef,
    Reference,
    Source,
    SymbolRef,
    Value,
    code_of,
    is_known,
    options_of,
    text_of,
)

_MAX_NESTING = 6
# Of these `items` are a key and a value.
_KEYED = ("dict", "collections.defaultdict", "collections.OrderedDict", "sortedcontainers.SortedDict", *WEAK)
_KEYED_TYPES = frozenset(_KEYED)
Columns = tuple[tuple[str, Value], ...]


def join(a: Value | None, b: Value | None, share: float | None = None) -> Value:
    """What is known where two paths meet. None is "not bound on that path" and gives way; so do the constant None, and an
    attribute that nobody has assigned yet (`new.next = old.next` in a linked list).

    `share`: how often it is the second one; where nobody knows, the larger size counts.
    """
    return _join(a, b, 0, share)


def _join(a: Value | None, b: Value | None, depth: int, share: float | None = None) -> Value:
    if a is None or a == b:
        return b if b is not None else UNKNOWN
    if b is None or b.type == "NoneType" or _is_unassigned(b):
        return a
    if a.type == "NoneType" or _is_unassigned(a):
        return b
    if a.type != b.type and {a.type, b.type} <= {"int", "float", "bool"}:
        a = replace(a, type="float")
        b = replace(b, type="float")
    if a.type != b.type and a.type in KINDS and b.type in KINDS:
        kind = max(a.type, b.type, key=weight)
        a, b = replace(a, type=kind), replace(b, type=kind)
    if depth > _MAX_NESTING:
        return UNKNOWN
    kinds = {a.type, b.type}
    if len(kinds) == 2 and kinds <= {*HOLDERS, *ITERATORS} and is_empty(a) != is_empty(b):
        return b if is_empty(a) else a  # `table.get(key, ())`: an empty one of another kind says nothing
    said = _beside_document(a, b) or _beside_iterator(a, b, depth, share) if a.type != b.type else None
    if said is not None:
        return said
    choice = _choice(a, b, depth)
    if choice is not None:
        return choice
    if a.type != b.type:
        return _beside_cell(a, b, share) or UNKNOWN
    size = a.size.join(b.size, share) if a.size is not None and b.size is not None else None
    number = a.number.join(b.number, share) if a.number is not None and b.number is not None else None
    shape = _shapes(a.shape, b.shape, share)
    element: Value | None = None
    filled = None if is_empty(a) == is_empty(b) else b if is_empty(a) else a
    if filled is not None and filled.element is not None and is_known(filled.element):
        element = filled.element  # of an empty one an annotation may say what is to come
    elif a.element is not None and b.element is not None:
        element = _join(a.element, b.element, depth + 1, _share_of_elements(a, b, share))
    elif is_empty(a) or is_empty(b):
        element = a.element or b.element  # an empty list takes the other one's element
    if element is None and a.type in ("tuple", "list") and a.items is not None and b.items is not None:
        members = (*a.items, *b.items) if len(a.items) != len(b.items) else ()
        element = reduce(lambda x, y: _join(x, y, depth + 1), members) if members else None
    items = None
    if filled is not None and filled.type in _KEYED and filled.items:
        items = filled.items
    elif a.items is not None and b.items is not None and len(a.items) == len(b.items):
        items = tuple(_join(x, y, depth + 1, share) for x, y in zip(a.items, b.items, strict=True))
    elif a.type == "dict" and (is_empty(a) or is_empty(b)):
        items = a.items or b.items  # so does an empty dict, and the value
    return Value(
        type=a.type,
        size=size,
        shape=shape,
        dtype=_dtype(a, b),
        element=element,
        items=items,
        columns=_columns(a.columns, b.columns, depth),
        literal=a.literal if a.literal == b.literal else None,
        number=number,
        reference=_reference(a.reference, b.reference),
        distinct=_distinct(a, b),
        origin=a.origin or b.origin,
        text=_common(a, b) if a.literal != b.literal or a.text != b.text else a.text,
        source=_sources(a.source, b.source, depth) or (_begun_alike(a, b) if items is None else None),
        mark=a.mark if a.mark == b.mark else _store(a.mark, b.mark),
        labels=a.labels if a.labels == b.labels else None,
    )


def _distinct(a: Value, b: Value) -> Estimate | None:
    """How many values a number takes on that begins with one of them: `at = 0`, then `at = (at + 1) % size`."""
    if a.distinct == b.distinct:
        return a.distinct
    one, several = (a, b) if a.distinct is None else (b, a)
    if one.type != "int" or one.distinct is not None or one.number is None:
        return None
    first, whole = one.number, several.number
    is_among = (
        first.known if whole is None else whole.low <= min(first.scenarios) and max(first.scenarios) <= whole.high
    )
    return several.distinct if is_among else None


def _share_of_elements(a: Value, b: Value, share: float | None) -> float | None:
    """How many of the elements are the second one's: `text.split(sep)` gives one long piece, or many short ones."""
    if share is None or a.size is None or b.size is None:
        return share
    first, second = (1 - share) * max(a.size.likely, 0.0), share * max(b.size.likely, 0.0)
    return second / (first + second) if first + second > 0 else share


def _dtype(a: Value, b: Value) -> str | None:
    """Of arrays and files that of both; `total = 0.0` is a number of numpy's once one has been added to it."""
    start, other = (a, b) if a.literal is not None else (b, a)
    if start.literal is None or a.type not in ("float", "int", "complex") or a.dtype == b.dtype:
        return either_packing(a, b)
    return other.dtype if start.dtype is None and (other.dtype or "").startswith(_NUMBERS) else None


_NUMBERS = ("float", "int", "uint", "complex")  # how the dtypes of numbers begin


def _shapes(
    a: tuple[Estimate, ...] | None, b: tuple[Estimate, ...] | None, share: float | None
) -> tuple[Estimate, ...] | None:
    """The shape of an array that is one here and another there: `if x.ndim == 1: x = x[:, None]` gives it the dimension
    that is missing.
    """
    if a is None or b is None:
        return None
    if len(a) != len(b) and _is_one_row_or_column(max(a, b, key=len)):
        a, b = with_dimension_of(a, b), with_dimension_of(b, a)
    return tuple(x.join(y, share) for x, y in zip(a, b, strict=True)) if len(a) == len(b) else None


def _is_one_row_or_column(shape: tuple[Estimate, ...]) -> bool:
    return 1.0 in (shape[0].likely, shape[-1].likely)


def with_dimension_of(shape: tuple[Estimate, ...], other: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """A row as a table of one row, a column as a table of one column, where the other one is a table of such; how many rows
    there are may differ.
    """
    if shape and shape == other[1:]:
        return (ONE, *shape)
    if shape and shape == other[:-1]:
        return (*shape, ONE)
    if len(shape) == 1 and len(other) == 2 and _is_one_row_or_column(other):
        return (*shape, ONE) if other[1].likely == 1.0 else (ONE, *shape)
    return shape


def _beside_cell(a: Value, b: Value, share: float | None) -> Value | None:
    """What a cell of a table, of which the size alone is known, and a text in its place are together: a text."""
    if a.type not in (None, "str") or b.type not in (None, "str") or a.size is None or b.size is None:
        return None
    cell, other = (a, b) if a.type is None else (b, a)
    if cell != Value(size=cell.size, origin=cell.origin):
        return None
    return replace(other, size=a.size.join(b.size, share), literal=None, text=None, distinct=None, origin=cell.origin)


def _beside_iterator(a: Value, b: Value, depth: int, share: float | None) -> Value | None:
    """What an iterator and a container in its place are together, as `zip(*parts)` and `[whole]`: what can be run through."""
    if not {a.type, b.type} <= {*HOLDERS, *ITERATORS} or not {a.type, b.type} & {*ITERATORS}:
        return None
    if any(v.reference is not None for v in (a, b) if v.type in ITERATORS) or _KEYED_TYPES & {a.type, b.type}:
        return None
    sizes = [v.size if v.size is not None or v.items is None else Estimate.point(len(v.items)) for v in (a, b)]
    size = sizes[0].join(sizes[1], share) if sizes[0] is not None and sizes[1] is not None else None
    members = [m for v in (a, b) for m in ((v.element,) if v.element is not None else v.items or ())]
    element = reduce(lambda x, y: _join(x, y, depth + 1, share), members) if members else None
    return Value(type="iterator", size=size, element=element, origin=a.origin or b.origin)


def _beside_document(a: Value, b: Value) -> Value | None:
    """What a document that was read, and what the program has in its place itself, are together; None where nothing tells."""
    if UNPICKLED in (a.mark, b.mark) and None in (a.type, b.type):  # it was pickled by who makes the other one
        other = b if a.type is None else a
        return other if other.type in HOLDERS and not is_empty(other) else None
    if "json" not in (a.type, b.type):
        return None
    other, document = (a, b) if b.type == "json" else (b, a)
    if other.type in HOLDERS and is_empty(other):
        return document  # `return []` where the request failed
    if other.type in ("int", "float"):  # a number that was kept in it
        return replace(other, literal=None, number=None, distinct=None)
    if (
        other.type == "dict" and other.items is not None
    ):  # what the program puts into a store says what it reads from its file
        return replace(other, mark=_store(a.mark, b.mark))
    return None


def _store(a: str | None, b: str | None) -> str | None:
    """The file that a container came from, or will go to where there is none yet: `except FileNotFoundError: return {}`."""
    marks = [m for m in (a, b) if m is not None]
    return marks[0] if len(marks) == 1 and marks[0].startswith(STORE) else None


def _reference(a: Reference | None, b: Reference | None) -> Reference | None:
    if isinstance(a, LazyRef) and isinstance(b, LazyRef):
        return _one_of_both(a, b)
    if a == b or _same_code(a, b):
        return b
    if isinstance(a, MadeRef) and isinstance(b, MadeRef):
        places = tuple(dict.fromkeys((*a.places, *b.places)))
        return replace(places[0], also=places[1:]) if len(places) <= _MAX_OPTIONS else None
    return None


def _one_of_both(a: LazyRef, b: LazyRef) -> LazyRef | None:
    """One of two coroutines: those of one function are alike; nothing is known of one of two generators."""
    if a == b or a.code is None or b.code is None:
        return b if a == b else None
    known = {ref.code: replace(ref, also=()) for ref in (*a.also, a, *b.also)}
    known.pop(b.code, None)
    return replace(b, also=tuple(known.values())) if len(known) < _MAX_OPTIONS else None


def is_empty(value: Value) -> bool:
    """Whether a container is known to hold nothing."""
    return value.items == () if value.size is None else value.size.high == 0


def looked_up(container: Value, found: Value) -> Value:
    """What was found in a container; in one that holds nothing yet what gives way wherever paths meet.

    `return self.files[name]` before the first one is opened.
    """
    return Value(type="NoneType") if found == UNKNOWN and container.type in HOLDERS and is_empty(container) else found


def _sources(a: Source | None, b: Source | None, depth: int) -> Source | None:
    """What two documents were made from, where that is alike."""
    if a == b or a is None or b is None or a.kind != b.kind:
        return a if a == b else None
    return Source(a.kind, _join(a.value, b.value, depth + 1))


def _begun_alike(a: Value, b: Value) -> Source | None:
    """What two lists of different lengths begin with, where that is the same word."""
    first = begun_as(a)
    return first if first is not None and first == begun_as(b) else None


def _columns(a: Columns | None, b: Columns | None, depth: int) -> Columns | None:
    """The fields that both have, where these are the same ones."""
    if a == b or a is None or b is None:
        return a if a == b else None
    if [k for k, _ in a] != [k for k, _ in b]:
        other = dict(b)
        if len(a) != len(b) or any(k not in other for k, _ in a):
            return None
        b = tuple((k, other[k]) for k, _ in a)
    return tuple((k, _join(v, w, depth + 1)) for (k, v), (_, w) in zip(a, b, strict=True))


def _common(a: Value, b: Value) -> Text | None:
    """What two texts, paths or open files have in common; numbers are no texts."""
    return common(text_of(a), text_of(b)) if a.number is None and b.number is None else None


_MAX_OPTIONS = 32  # functions and classes: the opcodes of an interpreter, the methods of a visitor
_MAX_TYPES = 8  # of instances of libraries; one of more kinds is anything
_MAX_CLASSES = 8  # of those of the project


def _choice(a: Value, b: Value, depth: int) -> Value | None:
    """One of two things that are not of the same kind: functions, or instances of several types."""
    if a.type == b.type and (a.reference == b.reference or _same_code(a.reference, b.reference)):
        return None
    if not _may_be_option(a) or not _may_be_option(b):
        return None
    found = list(options_of(a))
    for option in options_of(b):
        alike = next((i for i, old in enumerate(found) if _is_instance(old) and old.type == option.type), None)
        if _is_instance(option) and alike is not None:
            found[alike] = _join(found[alike], option, depth + 1)
        elif _is_own(option) and sum(map(_is_own, found)) >= _MAX_CLASSES:
            continue  # those that are kept stand for all of so many classes
        elif not any(option == old or _same_code(old.reference, option.reference) for old in found):
            found.append(option)
    if len(found) == 1:
        return found[0]
    if len(found) > _MAX_OPTIONS or sum(_is_instance(o) and not _is_own(o) for o in found) > _MAX_TYPES:
        return UNKNOWN
    return Value(type=a.type if a.type == b.type else None, reference=ChoiceRef(tuple(found)))


_CALLABLE = (FunctionRef, ClassRef, MethodRef, PartialRef, SymbolRef, ImportRef)


def _is_instance(value: Value) -> bool:
    return value.type is not None and value.reference is None


def _is_own(value: Value) -> bool:
    return _is_instance(value) and "::" in (value.type or "")


def _is_unassigned(value: Value) -> bool:
    """An attribute of an instance of the project that is no method of it, as those are functions; or one of None."""
    if not isinstance(value.reference, MethodRef) or value.type is not None:
        return False
    return _is_own(value.reference.receiver) or value.reference.receiver.type == "NoneType"


def _may_be_option(value: Value) -> bool:
    return isinstance(value.reference, (*_CALLABLE, ChoiceRef)) or _is_instance(value)


def _same_code(a: Reference | None, b: Reference | None) -> bool:
    """Two closures of one nested function, which differ in the variables that they see; or a method of one class."""
    if not isinstance(a, FunctionRef) or not isinstance(b, FunctionRef) or code_of(a.key) != code_of(b.key):
        return False
    return a.bound is None or b.bound is None or a.bound.type == b.bound.type
