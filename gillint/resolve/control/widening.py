"""What a variable may be at the top of a loop that changes it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache, reduce
from operator import mul

from gillint.estimate import ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.joining import join, with_dimension_of
from gillint.resolve.values import ELEMENTS, Value
from gillint.syntax import tree as t
from gillint.syntax.containers import change_of
from gillint.syntax.walk import assigned, expressions, key_of, rests, slice_of, statements

_GROWING = (
    "list", "set", "dict", "collections.deque", "collections.defaultdict", "collections.Counter", "networkx.Graph",
    "networkx.DiGraph", *ELEMENTS,
)  # fmt: skip


Shape = tuple[Estimate, ...]


def widen(before: Value | None, after: Value) -> Value:
    """What a variable may be at the top of a loop that changes it: same kind, sizes and amounts open upwards."""
    if before is None:
        return after
    before = _as_rows(before, after)
    joined = join(before, after)
    if joined == before:
        return before
    changes: dict[str, object] = {"literal": None}
    if before.number != after.number:
        changes["number"] = None
    if before.text != after.text:
        changes["text"] = None
    shape = _shrinking(before, after) or _of_other_length(before, after)
    if shape is not None:
        changes |= {"shape": shape, "size": reduce(mul, shape)}
    elif before.size != after.size:
        grows = before.size is not None and after.size is not None and _may_grow(before.type, before.size, after.size)
        begins_empty = before.size is not None and before.size.high == 0
        kept = after.size if begins_empty else joined.size
        changes["size"] = kept if grows else _fewer(before, after)
        if before.shape != after.shape:
            changes["shape"] = None
    return replace(joined, **changes)  # type: ignore[arg-type]


def _may_grow(kind: str | None, before: Estimate, after: Estimate) -> bool:
    """Whether what has another size after a turn is a container, or a table that has become longer."""
    return kind in _GROWING or (kind in _TABLES and after.likely > before.likely)


def made_anew(
    widened: Value,
    entered: Value | None,
    first: Value | None,
    turn: tuple[Value | None, Value],
    trips: Estimate,
    *,
    of_itself: bool,
) -> Value:
    """The same with the size that each turn gives a text, whatever it was before (`d = sha512(d).digest()`), or with the
    length that an array has on average to which each turn adds as much.

    Args:
        widened: what the variable may be at the top of the loop.
        entered: what it was before the loop.
        first: what the first turn made of it.
        turn: what another turn began with, and what it made of that.
        trips: how often the loop turns.
        of_itself: whether it is one of those that `made_of_themselves` finds: what grows by `append` has its size by then.
    """
    begun, after = turn
    if entered is None or first is None:
        return widened
    entered = _as_rows(entered, first)
    if after.type == "numpy.ndarray" and begun is not None and begun.shape is not None:
        other = _longer_each_turn(begun.shape, entered.shape, first.shape, after.shape, trips)
        if other is None and widened.shape is not None and _shrinking(entered, first) is not None:
            other = _shorter_each_turn(entered.shape or (), first.shape or (), trips)
        return replace(widened, shape=other, size=reduce(mul, other)) if other is not None else widened
    if after.type == "numpy.ndarray" and widened.size is not None and _fewer(entered, first) is not None:
        left = _shorter_each_turn((entered.size or ZERO,), (first.size or ZERO,), trips)
        return replace(widened, size=left[0]) if left is not None else widened
    if after.type in _COPIED or after.type in _TABLES:
        if not of_itself and after.type in _COPIED:
            return widened
        added = _added(entered.size, first.size, begun.size if begun is not None else None, after.size)
        if entered.size is None or added is None:
            return widened
        return replace(widened, size=_after(entered.size, added, _copying(trips) / 2), shape=None, items=_pair(widened))
    if after.type not in _TEXTS:
        return widened
    if _is_cut(entered, first):
        whole, rest = entered.size or ZERO, entered.text.part(Estimate.point(2)) if entered.text is not None else None
        return replace(widened, size=Estimate(min(1.0, whole.low), whole.likely / 2, whole.high), shape=None, text=rest)
    if after.size is None or first.size != after.size:
        return widened
    if widened.type != after.type or (widened.size is not None and entered.size == after.size):
        return widened
    once = entered.size if entered.size is not None else Estimate(1, after.size.likely, 1e6)
    share = min(1.0, 1.0 / max(1.0, trips.likely))
    likely = once.likely * share + after.size.likely * (1.0 - share)
    size = Estimate(min(once.low, after.size.low), likely, max(once.high, after.size.high))
    return replace(widened, size=size, shape=None)


def _as_rows(before: Value, after: Value) -> Value:
    """`track = np.array(x)` before a loop of `track = np.vstack((track, x))` is the first of its rows."""
    if before.shape is None or after.shape is None or before.type != after.type:
        return before
    shape = with_dimension_of(before.shape, after.shape)
    return before if shape == before.shape else replace(before, shape=shape)


def _is_cut(before: Value, after: Value) -> bool:
    """Whether a turn took a piece off a text and left most of it: `line, _, rest = rest.partition("\\n")`."""
    if before.type != after.type or before.size is None or after.size is None:
        return False
    return before.size.likely / 2 < after.size.likely < before.size.likely


_TEXTS = ("str", "bytes", "bytearray")
_TABLES = ("pandas.DataFrame", "pandas.Series", "polars.DataFrame")
_COPIED = ("list", "tuple", "set", "frozenset", "dict")


@lru_cache(maxsize=1024)
def made_of_themselves(body: t.Body) -> frozenset[str]:
    """The variables that statements of a body make of themselves and of more, or of a part of themselves, and that no call
    adds to, nor takes from: `rows = rows + [row]`, `seen = {*seen, x}`, `rest = rest[n:]`, `first, *rest = rest`.

    How long one is that a function gives back, `rows = merged(rows)`, may only be guessed: that it grows by that is not said.
    """
    assignments = [s for s in statements(body) if isinstance(s, t.Assign)]
    names = {k for s in assignments for k, v in assigned(s) if k is not None and v is not None and _has_in_it(v, k)}
    names |= {name for s in assignments for name, _ in rests(s) if s.value is not None and key_of(s.value) == name}
    changes = (change_of(e) for e in expressions(body)) if names else ()
    return frozenset(names - {key_of(change.container) for change in changes if change is not None})


def _has_in_it(made: t.Expr, name: str) -> bool:
    """Whether what is made has a container of this name, or a part of it, as a part."""
    if isinstance(made, t.Binary):
        return made.operator in ("add", "or") and any(
            key_of(e) == name or _has_in_it(e, name) for e in (made.left, made.right)
        )
    if isinstance(made, t.Sequence):
        return any(isinstance(e, t.Starred) and key_of(e.value) == name for e in made.elements)
    if isinstance(made, t.Dict):
        return any(key is None and key_of(value) == name for key, value in made.items)
    return slice_of(made, name) is not None


def _pair(container: Value) -> tuple[Value, ...] | None:
    """The key and the member of a dictionary, which stay; members of a list that were known one by one do not."""
    return container.items if container.type == "dict" else None


def _added(
    entered: Estimate | None, first: Estimate | None, top: Estimate | None, after: Estimate | None
) -> Estimate | None:
    """How much longer each turn makes a container that it makes anew, `rows = rows + [row]`, or shorter: as much in each."""
    if entered is None or first is None or top is None or after is None:
        return None
    added = Estimate.point(first.likely - entered.likely)
    is_linear = added.likely != 0 and abs((after.likely - top.likely) - added.likely) < 0.01 * abs(added.likely)
    return added if is_linear else None


def _after(entered: Estimate, added: Estimate, turns: Estimate) -> Estimate:
    """How long it is after so many turns; where each takes something off, not less than nothing."""
    return (entered + added * turns).max(0) if added.likely > 0 or turns.known else entered


def grown_at_the_end(
    last: Mapping[str, Value],
    top: Mapping[str, Value],
    entered: Mapping[str, Value],
    first: Mapping[str, Value],
    trips: Estimate,
    of_themselves: Collection[str],
) -> dict[str, Value]:
    """The containers and arrays that each turn of a loop makes anew with more in them, behind the loop."""
    found = {}
    for name in entered.keys() & first.keys() & top.keys() & last.keys():
        value = last[name]
        if value.type == "numpy.ndarray" or (value.type in _COPIED and name in of_themselves):
            grown = _in_the_end((entered[name], first[name], top[name], value), _copying(trips))
            if grown is not None:
                found[name] = grown
    return found


def _in_the_end(ways: tuple[Value, Value, Value, Value], turns: Estimate) -> Value | None:
    """A container or an array behind a loop that made it longer or shorter; None where its length does not change so."""
    value = ways[-1]
    if value.type in _COPIED:
        (size,) = _lengths([(way.size,) for way in ways], turns)
        return replace(value, size=size, shape=None, items=_pair(value)) if size is not None else None
    if not value.shape or any(len(way.shape or ()) != len(value.shape) for way in ways):
        return None
    lengths = _lengths([way.shape or () for way in ways], turns)
    if not any(lengths):
        return None
    shape = tuple(length or before for length, before in zip(lengths, value.shape, strict=True))
    return replace(value, shape=shape, size=reduce(mul, shape))


def _lengths(ways: Sequence[Sequence[Estimate | None]], turns: Estimate) -> list[Estimate | None]:
    """How long each dimension is after so many turns, that has grown as much in the first as in the last of them."""
    steps = ((entered, _added(entered, *rest)) for entered, *rest in zip(*ways, strict=True))
    return [_after(old, added, turns) if old is not None and added is not None else None for old, added in steps]


def _shrinking(before: Value, after: Value) -> tuple[Estimate, ...] | None:
    """The dimensions of an array that a loop makes smaller and smaller: none is larger than it was at first."""
    if not before.shape or after.shape is None or len(before.shape) != len(after.shape):
        return None
    pairs = list(zip(before.shape, after.shape, strict=True))
    if any(new.likely > old.likely or new.high > old.high for old, new in pairs):
        return None
    return tuple(old if new.low >= old.low else Estimate(min(1.0, new.low), old.likely, old.high) for old, new in pairs)


def _fewer(before: Value, after: Value) -> Estimate | None:
    """The elements of an array that a loop reduces along one axis after another: never more than there were at first."""
    if not before.type == after.type == "numpy.ndarray" or before.size is None or after.size is None:
        return None
    found = _shrinking(replace(before, shape=(before.size,)), replace(after, shape=(after.size,)))
    return found[0] if found is not None else None


def _shorter_each_turn(entered: Shape, first: Shape, trips: Estimate) -> Shape | None:
    """The dimensions on average of an array of which each turn leaves the same share: `image[::2, ::2]`; where nobody knows
    how much that is (`rest = rest[mask]`), between those and the first.
    """
    shares = [new.likely / old.likely if old.likely > 0 else 1.0 for old, new in zip(entered, first, strict=True)]
    share = reduce(mul, shares)
    if not 0.0 < share < _AS_IT_WAS:
        return None
    is_guessed = any(old.known and not new.known for old, new in zip(entered, first, strict=True))
    until_one = math.log(max(2.0, reduce(mul, entered).likely)) / -math.log(share)
    turns = max(1.0, min(trips.likely, until_one) if is_guessed else trips.likely)
    mean = (1.0 - share**turns) / (turns * (1.0 - share))
    mean = mean**0.5 if is_guessed else mean
    parts = [mean ** (math.log(part) / math.log(share)) for part in shares]
    return tuple(
        Estimate(min(1.0, new.low), old.likely * part, old.high) if part < 1.0 else old
        for old, new, part in zip(entered, first, parts, strict=True)
    )


_AS_IT_WAS = 0.999999


# How much longer an array may become than the first turns make it.
_OPEN = 1000.0


def _of_other_length(before: Value, after: Value) -> tuple[Estimate, ...] | None:
    """The dimensions of an array that a loop gives another length, or of a matrix other rows or columns: the others stay."""
    if not before.shape or after.shape is None or len(before.shape) != len(after.shape) or before.type != after.type:
        return None
    pairs = list(zip(before.shape, after.shape, strict=True))
    if len(pairs) > 1 and not any(old == new for old, new in pairs):
        return None
    return tuple(
        old
        if new == old
        else Estimate(min(old.low, new.low), max(old.likely, new.likely), max(old.high, new.high) * _OPEN)
        for old, new in pairs
    )


# A count of turns that may be this much larger than the least is none that the program tells.
_GUESSED = 100_000


def _copying(trips: Estimate) -> Estimate:
    """How many turns a loop has that copies all it has so far: where nobody knows, seldom a thousand."""
    if trips.high < _GUESSED * trips.low:
        return trips
    return Estimate(trips.low, max(trips.low, trips.likely**0.5), trips.high)


def _longer_each_turn(
    top: Shape, entered: Shape | None, first: Shape | None, after: Shape | None, trips: Estimate
) -> Shape | None:
    """The dimensions at the top of an average turn, where each turn adds as much to one of them."""
    if entered is None or first is None or after is None or not len(top) == len(entered) == len(first) == len(after):
        return None
    found, grows = [], False
    trips = _copying(trips)
    for start, old, once, twice in zip(top, entered, first, after, strict=True):
        added = once - old
        is_linear = added.likely > 0 and abs((twice - start).likely - added.likely) < 0.01 * added.likely
        grows = grows or is_linear
        found.append(old + added * (trips / 2) if is_linear else start)
    return tuple(found) if grows else None
