"""Dicts that builtins make and take apart: their keys, their values, and both in pairs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.assumed import FIELD
from gillint.resolve.calling.bound import MAPPINGS, element_of, literal_text, size_of
from gillint.resolve.iterators import length_of
from gillint.resolve.joining import join
from gillint.resolve.objects.members import one_of
from gillint.resolve.values import NONE, UNKNOWN, Value, is_known, of_constant


def merged(mappings: Sequence[Value]) -> Value:
    """Several dicts in one, `{**a, **b}`, `a | b`: of a key that several have, what the last one has under it counts."""
    named: dict[str, Value] = {}
    for mapping in mappings:
        if _may_have_any(mapping):
            named = {name: or_another(value, pair_of(mapping)[1]) for name, value in named.items()}
        named.update(mapping.columns or ())
    pairs = [pair_of(m) for m in mappings if m.type in MAPPINGS and (m.columns or m.items is not None)]
    pair = (one_of([k for k, _ in pairs]), one_of([v for _, v in pairs])) if pairs else None
    size: Estimate | None = None
    if all(has_no_other(m) or m.size == ZERO for m in mappings):
        size = Estimate.point(len(named))
        pair = (pair[0], one_of(list(named.values()))) if pair is not None and named else pair
    elif all(m.size is not None or m.columns is not None for m in mappings):
        size = reduce(add, map(size_of, mappings))
    return Value(
        type="dict", size=size, columns=tuple(named.items()) or None, items=pair, element=pair[0] if pair else None
    )


def _may_have_any(mapping: Value) -> bool:
    """Whether a dict may have whatever names it likes; one key that is computed is hardly one of those beside it."""
    return not has_no_other(mapping) and mapping.size not in (ZERO, ONE) and pair_of(mapping)[0].type in (None, "str")


def or_another(value: Value, other: Value) -> Value:
    """What is under a name that another dict may have as well: another number, about as large, or another text."""
    if is_known(other):
        return join(value, other)
    if value.type == "NoneType":
        return UNKNOWN
    return value if value.literal is None else Value(type=value.type, number=_about_default(value))


def made_dict(args: tuple[Value, ...], named: tuple[tuple[str, Value], ...]) -> Value:
    """`dict(a=1)`, `dict(pairs)`, `dict(other)`, `dict(other, a=1)`."""
    if named and not args:
        return named_members(named)
    more = tuple((n, v) for n, v in named if not any(v is given for given in args))
    if more:
        return merged((made_dict(args, ()), named_members(more)))
    if not args or args[0].type == "dict":
        return replace(args[0], reference=None) if args else Value(type="dict", size=ZERO)
    member = element_of(args[0])
    pair = member.items  # `dict(pairs)`
    if pair is None and member.type == "list" and member.element is not None:  # `dict(line.split("=", 1) for ...)`
        pair = (member.element, member.element)
    known = args[0].size is not None or args[0].items is not None
    size = length_of(args[0]) if known else None
    if pair is None or len(pair) != 2:
        return Value(type="dict", size=size)
    return Value(type="dict", size=size, items=pair, element=pair[0])


def named_members(named: tuple[tuple[str, Value], ...]) -> Value:
    """A dict of these names and no others."""
    return Value(type="dict", size=Estimate.point(len(named)), columns=named)


def pair_of(mapping: Value) -> tuple[Value, Value]:
    """The key and the value of a dict, as far as they are known."""
    if mapping.items is not None and len(mapping.items) == 2:
        return mapping.items[0], mapping.items[1]
    if mapping.columns:
        return Value(type="str"), one_of(tuple(v for _, v in mapping.columns))
    return mapping.element or _KEY, UNKNOWN


_KEY = Value(size=FIELD)  # names, numbers: whatever they are, nobody keeps whole documents as keys


def of_dict(method: str, receiver: Value, args: tuple[Value, ...]) -> Value | None:
    """What a method of a dict gives; None for those of which the fact says it."""
    key, value = pair_of(receiver)
    size = size_of(receiver) if receiver.size is not None or receiver.columns is not None else None
    if method == "items":
        pair = Value(type="tuple", items=(key, value))
        return Value(type="dict_items", size=size, element=pair, items=_each_pair(receiver), origin=receiver.origin)
    if method == "values":
        return Value(type="dict_values", size=size, element=value, origin=receiver.origin)
    if method == "keys":
        return Value(type="dict_keys", size=size, element=key, origin=receiver.origin)
    if method in ("get", "pop", "setdefault", "__getitem__"):
        asked = literal_text(args[0]) if args else None
        named = receiver.column(asked) if asked is not None and receiver.columns else None
        if named is not None:
            return named
        if len(args) > 1 and asked is not None and has_no_other(receiver):
            return args[1]  # `kwargs.get("n", 10)` where nobody passes it
        if len(args) > 1 and args[1].reference is not None and value == UNKNOWN:
            return args[1]  # a class or a function: this one, or one like it
        if len(args) > 1 and value == UNKNOWN and args[1].type != "NoneType":
            return Value(type=args[1].type, origin=args[1].origin, number=_about_default(args[1]))
        return or_default(value, args[1]) if len(args) > 1 else value
    return None


def or_default(value: Value, default: Value) -> Value:
    """A member of a dict, or the default: `int(query.get("size", 100))` of what is asked for in a text."""
    either = join(value, default)
    is_open = either.number is None and value.type in (None, "str") and value.literal is None
    return replace(either, number=_about_default(default)) if is_open else either


def _about_default(default: Value) -> Estimate | None:
    """A number that stands for another where that is missing is about as large; 0 and 1 are where a count begins."""
    n = default.number.likely if default.number is not None and default.number.known else 0.0
    return Estimate(n / _ABOUT, n, n * _ABOUT) if n > 1 else None


_ABOUT = 100


def has_no_other(mapping: Value) -> bool:
    """Whether all keys of a dict are known."""
    return mapping.columns is not None and mapping.size == Estimate.point(len(mapping.columns))


def _each_pair(mapping: Value) -> tuple[Value, ...] | None:
    """The pairs of a small dict that is written out."""
    if not mapping.columns or len(mapping.columns) > _FEW_PAIRS or mapping.type != "dict" or not has_no_other(mapping):
        return None
    return tuple(Value(type="tuple", items=(of_constant(k), v)) for k, v in mapping.columns)


_FEW_PAIRS = 6


def from_keys(_: str, args: tuple[Value, ...]) -> Value | None:
    """`dict.fromkeys(keys, value)`: one value for all of them."""
    if not args:
        return None
    key = element_of(args[0])
    value = args[1] if len(args) > 1 else NONE
    return Value(type="dict", size=length_of(args[0]), items=(key, value), element=key)
