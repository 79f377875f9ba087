"""Operators by the types of their operands: bytecode for numbers, a library's work for arrays and frames."""

from __future__ import annotations

import math
from collections.abc import Callable

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.knowledge.base import find_method
from gillint.knowledge.conditions import decide
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import Answers, element_of, number_of, size_of
from gillint.resolve.calling.calls import apply
from gillint.resolve.calling.mappings import merged
from gillint.resolve.calling.returns import returned
from gillint.resolve.external.databases import ROW_STEPS, row_made
from gillint.resolve.external.peers import peer_of
from gillint.resolve.numeric.algebra import agreeing
from gillint.resolve.numeric.arrays import refine
from gillint.resolve.numeric.bigints import as_long, ordinary
from gillint.resolve.numeric.dtype_names import NUMBERS
from gillint.resolve.numeric.dtypes import of_elements, scalar_class
from gillint.resolve.numeric.memory import side_by_side
from gillint.resolve.numeric.shapes import with_shape
from gillint.resolve.numeric.work import with_work
from gillint.resolve.objects.c_arrays import array_class
from gillint.resolve.objects.unspoken import look_up
from gillint.resolve.opaque import is_vague
from gillint.resolve.scope import ENUMS, ClassScope
from gillint.resolve.text.formatting import formatted
from gillint.resolve.text.strings import textual, together
from gillint.resolve.text.texts import Text
from gillint.resolve.trace import Bound, Call, bind_arguments
from gillint.resolve.values import UNKNOWN, FunctionRef, SymbolRef, Value, of_number, text_of

ARRAY_TYPES = ("numpy.ndarray", "pandas.Series", "pandas.DataFrame", "pandas.Index", "torch.Tensor")

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "truediv": lambda a, b: a / b if b else 0.0,
    "floordiv": lambda a, b: a // b if b else 0.0,
    "mod": lambda a, b: a % b if b else 0.0,
    "pow": lambda a, b: _power(abs(a), b),
    "lshift": lambda a, b: a * 2.0 ** min(b, 100),
    "rshift": lambda a, b: a // 2.0 ** min(b, 100),
}


def _power(a: float, b: float) -> float:
    """Numbers that are too large for a float count as large ones."""
    if a == 0:
        return float(b == 0)
    if b * math.log10(a) >= _DIGITS:
        return 10.0**_DIGITS
    return float(a**b) if b * math.log10(a) > -_DIGITS else 0.0


_DIGITS = 15


def binary(act: Activation, left: Value, operator: str, right: Value, span: Span) -> Value:
    """An arithmetic operator by the types of its operands."""
    if operator in _ARITHMETIC:
        left, right = _field_of_document(left, right), _field_of_document(right, left)
    if operator == "mod" and left.type in ("str", "bytes"):
        from gillint.resolve.text.printing import write_each

        write_each(act, Bound(receiver=left, positional=(right,)), span)
    special = array_class(act, left, operator, right) or _operator_call(act, left, operator, right, span)
    if special is not None:
        return special
    scalar = _numpy_scalar(act, left, operator, right, span)
    if scalar is None:
        act.operation("power" if operator == "pow" else "binary")
    timed = _of_clocks(left, operator, right)
    if timed is not None:
        return timed
    left, right = _constant(left, right), _constant(right, left)
    numbers = ("int", "float", "bool")
    long = as_long(left, operator, right)
    if long is not None:
        made = ordinary(operator_fact(act, long[0], f"__{operator}__", (long[1],), span) or Value(type="int"))
        if operator != "mod" or made.size is not None:  # what is left of a long one is as small as the other
            return made
    if left.type in numbers and right.type in numbers:
        return of_numbers(left, operator, right, scalar)
    if "complex" in (left.type, right.type) and {left.type, right.type} <= {"complex", *numbers}:
        both = operator == "mul" and left.type != right.type and left.number is not None and right.number is not None
        return Value(type="complex", number=number_of(left) * number_of(right) if both else None)
    if "complex" in (left.type, right.type) and None in (left.type, right.type):
        return Value(dtype="complex128")  # a number or an array, of complex numbers in any case
    if left.type in ("str", "bytes", "list", "tuple") and operator == "add" and right.type == left.type:
        return _one_behind_the_other(left, right)
    if operator == "mul" and {left.type, right.type} & {"str", "bytes", "list", "tuple"}:
        sequence, times = (left, right) if left.type in ("str", "bytes", "list", "tuple") else (right, left)
        size = size_of(sequence) * number_of(times) if times.number is not None else None
        element = element_of(sequence) if sequence.type != "str" else sequence.element
        known = text_of(sequence)
        repeated = known.times(number_of(times)) if known is not None and times.number is not None else None
        return Value(type=sequence.type, size=size, element=element, text=repeated)
    if operator == "mod" and left.type in ("str", "bytes"):
        template = text_of(left)
        return Value(type=left.type, size=left.size, text=formatted(template) if template is not None else None)
    if operator == "truediv" and left.type == "pathlib.Path":
        return left
    return _flags(left, operator, right) or UNKNOWN


def of_numbers(left: Value, operator: str, right: Value, scalar: Value | None) -> Value:
    """What two real numbers give, `scalar` being the one that is numpy's, if any."""
    kind = "float" if operator == "truediv" or "float" in (left.type, right.type) else "int"
    amount = None
    if left.number is not None and right.number is not None and operator in _ARITHMETIC:
        amount = left.number.combine(right.number, _ARITHMETIC[operator])
        if operator == "mod" and kind == "int" and not left.number.known:
            amount = right.number * _REMAINDER  # the scenarios of a range may all leave the same
    if operator == "and" and kind == "int" and right.number is not None:
        amount = right.number * _REMAINDER
    made = of_number(kind, amount)
    if scalar is not None:
        made = replace(made, literal=None, number=amount, dtype=_dtype_with(scalar, kind))
    if operator in _REMAINDERS and kind == "int" and made.literal is None and right.number is not None:
        return replace(made, distinct=right.number + _REMAINDERS[operator], text=_lot(left))
    return made if made.literal is not None else replace(made, text=_lot(left) or _lot(right))


def _numpy_scalar(act: Activation, left: Value, operator: str, right: Value, span: Span) -> Value | None:
    """The operand that is one of numpy's numbers, whose operators take more than those of Python's own; None where neither is."""
    if (left.type or "") not in NUMBERS or (right.type or left.type) not in NUMBERS:
        return None
    for value, other, name in ((left, right, f"__{operator}__"), (right, left, f"__r{operator}__")):
        owner = scalar_class(value)
        if owner is None:
            continue
        for method in (name, f"__{operator}__"):
            if find_method(owner, method) is not None:
                beside = replace(other, type=scalar_class(other) or other.type)
                operator_fact(act, Value(type=owner), method, (beside,), span)
                return value
    return None


def _dtype_with(scalar: Value, kind: str) -> str | None:
    """The dtype of what numpy's number gives beside another number: an integer that is divided, or beside a float, is a float."""
    is_same = (scalar.type == "float") == (kind == "float")
    return scalar.dtype if is_same else "float64"


def _flags(left: Value, operator: str, right: Value) -> Value | None:
    """`cv2.THRESH_BINARY + cv2.THRESH_OTSU`: named constants of a library that are combined are named by all of them."""
    a, b = left.reference, right.reference
    if operator not in ("add", "or") or not isinstance(a, SymbolRef) or not isinstance(b, SymbolRef):
        return None
    (module, _, _), (other, _, name) = a.name.rpartition("."), b.name.rpartition(".")
    is_flag = a.name.rpartition(".")[2].replace("|", "").isupper() and name.isupper()
    return Value(reference=SymbolRef(f"{a.name}|{name}")) if is_flag and module == other != "" else None


def _constant(value: Value, other: Value) -> Value:
    """A name that a module brings, beside a number: `total / (count + sys.float_info.epsilon)`."""
    is_symbol = value.type is None and isinstance(value.reference, SymbolRef)
    return (
        Value(type="float", origin=value.origin) if is_symbol and other.type in ("int", "float", "complex") else value
    )


def _one_behind_the_other(left: Value, right: Value) -> Value:
    """`rows[:-1] + (last,)`: as long as both, member by member where there are few."""
    known = all(v.size is not None or v.items is not None for v in (left, right))
    size = size_of(left) + size_of(right) if known else None
    if left.type in ("str", "bytes"):
        return Value(type=left.type, size=size, element=left.element or right.element, text=together(left, right))
    members = (*left.items, *right.items) if left.items is not None and right.items is not None else None
    if members is not None and len(members) <= _FEW:
        return Value(type=left.type, size=size, items=members)
    element = next((element_of(v) for v in (left, right) if v.element is not None or v.items), None)
    return Value(type=left.type, size=size, element=element)


_FEW = 32  # members that are known one by one

# How many different values `i % n` and `i & n` have, beside n.
_REMAINDERS = {"mod": 0, "and": 1}


def _lot(number: Value) -> Text | None:
    """What is drawn by lot stays so when something is added to it."""
    return number.text if number.text is not None and number.text.drawn else None


# Marks of numbers: what a clock says, and the time between two readings.
_CLOCK, _ELAPSED = "clock", "elapsed"
_REMAINDER = Estimate(0, 0.5, 1)
# Of an interval, what is left of it when something has been done.
_REST = Estimate(0.1, 0.8, 1.0)


def _of_clocks(left: Value, operator: str, right: Value) -> Value | None:
    """`now - start`, `now + timeout`, and what is left of an interval: `interval - (now - last)`."""
    if operator == "sub" and left.dtype is None and right.dtype in (_CLOCK, _ELAPSED):
        known = left.number is not None and left.number.likely > 0  # a moment that begins as zero is none of these
        return Value(type="float", number=left.number * _REST if known and left.number is not None else None)
    if left.dtype != _CLOCK or operator not in ("add", "sub"):
        return None
    return Value(type=left.type, dtype=_ELAPSED if operator == "sub" and right.dtype == _CLOCK else _CLOCK)


def _field_of_document(value: Value, other: Value) -> Value:
    """A field of a parsed document beside an operator: what the other operand is, or else a number."""
    if value.type != "json":
        return value
    kind = other.type if other.type in ("str", "list") else "float"
    return Value(type=kind, size=value.size if kind != "float" else None, origin=value.origin)


def _operator_call(act: Activation, left: Value, operator: str, right: Value, span: Span) -> Value | None:
    """An operator that the knowledge base has a fact for."""
    left, right = _made_array(left, operator, right), _made_array(right, operator, left)
    for value, other, reflected in ((left, right, False), (right, left, True)):
        name = f"__r{operator}__" if reflected else f"__{operator}__"
        is_array = value.type in ARRAY_TYPES
        if value.type in (None, "int") or (reflected and not (is_array or "." in value.type)):
            continue  # long integers are looked at later
        if not is_array and other.type in ARRAY_TYPES and ("." not in value.type or value.type.startswith(_ONE)):
            continue  # a number, a date or a list beside an array: the array decides
        if not reflected and "." not in value.type and _answers_for(other, operator):
            continue  # so does a column of a library beside a text: `"id-" + column`
        operand = _beside(other) if is_array else other
        found = operator_fact(act, value, name, (operand,), span)
        if found is None and reflected and is_array:
            found = operator_fact(act, value, f"__{operator}__", (operand,), span)
        if found is not None:
            if is_array and other.size is not None and other.type in (value.type, "list", "tuple"):
                found = _broadcast(found, value, other)
            if value.type in ("str", "bytes", "list", "tuple") and operator in ("add", "mul") and found.size is None:
                return None
            return found
    return None


def _answers_for(other: Value, operator: str) -> bool:
    """Whether the right operand is of a library's own type that knows what to do with what stands to its left."""
    return "." in (other.type or "") and find_method(other.type or "", f"__r{operator}__") is not None


_ONE = ("numpy.", "datetime.", "pandas.Timestamp", "pandas.Timedelta")  # numbers and dates that libraries have
_OF_NUMBERS = ("add", "sub", "truediv", "floordiv", "pow")


def _made_array(value: Value, operator: str, other: Value) -> Value:
    """`values - numpy.max(values)`: a list beside a number, with which a list can do nothing, has met a number of numpy's."""
    if value.type not in ("list", "tuple") or other.type not in ("int", "float"):
        return value
    if operator not in _OF_NUMBERS and (operator, other.type) != ("mul", "float"):
        return value
    return with_shape(Value(dtype=of_elements(value) or "float64"), (size_of(value),))


def _beside(other: Value) -> Value:
    """What nothing is known of is, beside an array, taken for a number: it does not make the result larger.

    So is a name that a module brings (`sys.float_info.epsilon`, `settings.EPS`).
    """
    plain = (
        (other.type is None or is_vague(other.type))
        and other.size is None
        and (other.reference is None or isinstance(other.reference, SymbolRef))
        and other.items is None
    )
    kind = "complex" if (other.dtype or "").startswith("complex") else "float"
    return Value(type=kind, origin=other.origin) if plain else other


def _broadcast(result: Value, a: Value, b: Value) -> Value:
    if a.shape is not None and b.shape is not None:
        return result  # the shapes have decided
    larger = a if size_of(a).likely >= size_of(b).likely else b
    return replace(result, size=larger.size, shape=larger.shape)


def operator_fact(
    act: Activation,
    receiver: Value,
    method: str,
    arguments: tuple[Value, ...],
    span: Span,
    named: tuple[tuple[str, Value], ...] = (),
) -> Value | None:
    """Do what a dunder method's fact says; None where there is no fact."""
    if receiver.type is None and isinstance(receiver.reference, SymbolRef):
        receiver = replace(receiver, type=receiver.reference.name)  # `np.mgrid[0:n]`, `os.environ["HOME"]`
    fact = find_method(receiver.type, method) if receiver.type is not None else None
    if fact is None:
        return project_operator(act, receiver, method, arguments, span)
    look_up(act, receiver, method, arguments, span)
    bound = agreeing(fact.name, bind_arguments(fact, receiver, arguments, named, False))
    result = returned(fact, decide(fact, Answers(fact, bound), act.program.target), bound)
    result = side_by_side(fact.name, bound, textual(fact.name, bound, refine(fact.name, bound, result)))
    if fact.name in ("dict.__or__", "dict.__ior__"):
        result = merged((receiver, *arguments))
    if method == "__iter__":
        member = element_of(receiver)
        result = member if result == UNKNOWN or (result.type == member.type and member.size is not None) else result
    bound = with_work(fact.name, bound, result)
    peer = peer_of(fact, fact.name, bound, act.scope)
    act.emit(Call(span, act.path, fact.name, "library", bound, fact, result=result, implicit=True, peer=peer))
    return row_made(act, receiver, span) if fact.name in ROW_STEPS else result


def project_operator(
    act: Activation, receiver: Value, method: str, arguments: tuple[Value, ...], span: Span
) -> Value | None:
    """Run the dunder method of a class of the project; None where there is none."""
    owner = act.program.class_of(receiver.type) if receiver.reference is None else None
    found = act.program.attribute(owner, method, receiver) if owner is not None else None
    if found is not None and isinstance(found.reference, FunctionRef):
        return apply(act, found, arguments, (), span, method)
    return (
        _given_operator(act, owner, receiver, method, arguments, span) if owner is not None and found is None else None
    )


def _given_operator(
    act: Activation, owner: ClassScope, receiver: Value, method: str, arguments: tuple[Value, ...], span: Span
) -> Value | None:
    """An operator that a class has without writing it: of an enumeration, by `functools.total_ordering`."""
    for base in ENUMS.intersection(act.program.library_bases(owner)):
        if find_method(base, method) is not None:
            operator_fact(act, replace(receiver, type=base), method, arguments, span)
            return receiver if method in _COMBINING else Value(type="bool")
    texts = owner.outline.decorators if owner.outline is not None else ()
    if method not in _ORDERINGS or not any(d.rpartition(".")[2] == "total_ordering" for d in texts):
        return None
    written = next((m for m in _ORDERINGS if act.program.attribute(owner, m, receiver) is not None), None)
    if written is None:
        return None
    act.operation("call_python", 2)
    act.operation("compare")
    return project_operator(act, receiver, written, arguments, span)


_COMBINING = ("__and__", "__or__", "__xor__", "__invert__")
_ORDERINGS = ("__lt__", "__gt__", "__le__", "__ge__")
