"""How often a comparison holds, by what is known of the two sides: names of files, one of a few words, numbers drawn by lot."""

from __future__ import annotations

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.contents import FEW_TEXTS
from gillint.resolve.control.passed import asks_what_was_passed
from gillint.resolve.text.texts import Text, may_be_same
from gillint.resolve.values import NONE, Value, is_known, text_of
from gillint.syntax import tree as t
from gillint.syntax.tree import HOLE

_NEGATED = {"ne": "eq", "not_contains": "contains", "gt": "le", "ge": "lt"}
_ORDERS = ("lt", "le")
_COLLECTIONS = ("tuple", "list", "set", "frozenset")


def share_of(left: Value, sign: str, right: Value) -> float | None:
    """How often `left sign right` holds; None where nothing tells."""
    if sign in _NEGATED:
        found = share_of(left, _NEGATED[sign], right)
        return None if found is None else 1.0 - found
    if sign == "eq":
        return _same(left, right)
    if sign == "contains":
        return _one_of(left, right)
    return _below(left, right, including=sign == "le" and left.type == "int") if sign in _ORDERS else None


def _same(left: Value, right: Value) -> float | None:
    if left.type == right.type == "int" and _is_exact(left.number) and _is_exact(right.number):
        return float(left.number == right.number)
    wanted, text = literal_text(right), text_of(left)
    if wanted is None:
        return _alike(left, right)
    if text is not None and text.words and not text.drawn:
        return 1.0 / len(text.words) if wanted in text.words else 0.0
    if text is not None and text.pattern != HOLE and not text.drawn:
        if not may_be_same(text.pattern, wanted):
            return 0.0
        if not text.is_open:
            return 1.0
    return _one_in(left.distinct)


def _alike(left: Value, right: Value) -> float | None:
    """`row["kind"] == kind`, `label == 3`: one of so many that the one side or the other may be."""
    if left.type != right.type or left.type not in _EQUAL:
        return None
    if left.distinct is None or right.distinct is None:
        return _one_in(left.distinct if right.literal is not None else None)
    return _one_in(left.distinct.max(right.distinct))


_EQUAL = ("int", "str")


def _one_in(kinds: Estimate | None) -> float | None:
    """One of so many; not of what may be few or many, as the letters of a text, of which some are more frequent than others."""
    if kinds is None or kinds.high > _WIDE * max(kinds.low, 1.0):
        return None
    return 1.0 / kinds.likely if 1.0 < kinds.likely <= FEW_TEXTS else None


_WIDE = 10.0


def _is_exact(number: Estimate | None) -> bool:
    return number is not None and number.known


def _one_of(left: Value, right: Value) -> float | None:
    """`kind in ("a", "b")`."""
    if right.type not in _COLLECTIONS or not right.items:
        return None
    found = [_same(left, member) for member in right.items]
    known = [share for share in found if share is not None]
    return min(1.0, sum(known)) if len(known) == len(found) else None


def _below(left: Value, right: Value, *, including: bool) -> float | None:
    """`i < 100`, of a number that takes all values of a range alike: a counter, or one that was drawn."""
    if left.number is None or left.number.known or right.number is None or not right.number.known:
        return None
    limits = _limits(left, left.number)
    if limits is None or limits[0] >= limits[1]:
        return None
    return min(1.0, max(0.0, (right.number.likely + including - limits[0]) / (limits[1] - limits[0])))


def _limits(value: Value, number: Estimate) -> tuple[float, float] | None:
    """Between what a number lies, if it is as likely to be anywhere there."""
    if abs(number.low + number.high - 2 * number.likely) > 0.01 * abs(number.high - number.low):
        return None
    if value.type == "int" and value.distinct is not None and value.distinct.known:
        half = value.distinct.likely / 2
        if (number.high - number.low) / 2 <= half:
            return number.likely - half, number.likely + half
    return (number.low, number.high) if value.type == "float" else None


def begins(text: Text | None, prefix: str) -> bool | None:
    """Whether a text begins like that, as far as its constant parts tell."""
    return _agree(text.pattern.split(HOLE)[0], prefix, text) if text is not None else None


def ends(text: Text | None, suffix: str) -> bool | None:
    """Whether it ends like that."""
    return _agree(text.pattern.split(HOLE)[-1][::-1], suffix[::-1], text) if text is not None else None


def _agree(known: str, wanted: str, text: Text) -> bool | None:
    if known.startswith(wanted):
        return True
    if not text.is_open or not wanted.startswith(known):
        return False
    return None


def same_truth(left: Value, sign: str, right: Value) -> bool | None:
    """`name.startswith("http") == True`, where the left side is known: what it says itself, or the contrary."""
    known = [v.literal.value if v.literal is not None else None for v in (left, right)]
    if not all(isinstance(v, bool) for v in known) or sign not in ("eq", "is", "ne", "is_not"):
        return None
    return (known[0] == known[1]) == (sign in ("eq", "is"))


def is_passed(act: Activation, node: t.Compare) -> bool | None:
    """`key is None` of a parameter that is still what this call passes: `use_key = key is not None`."""
    name, right = node.left, node.rights[0]
    if not isinstance(name, t.Name) or node.operators not in (("is",), ("is_not",)):
        return None
    if name.id not in act.fixed and not asks_what_was_passed(act, node.span.line, {name.id}):
        return None
    value = act.environment.get(name.id)
    if value is None or not is_known(value) or not isinstance(right, t.Constant) or right.value is not None:
        return None
    return (value.literal == NONE.literal) == (node.operators == ("is",))
