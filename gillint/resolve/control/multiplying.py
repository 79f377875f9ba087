"""Numbers that each turn of a loop makes as many times larger or smaller: `frequency *= 2`, `step /= 10`, `size <<= 1`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import key_of, names_in, set_in, statements

Variables = Mapping[str, Value]
_OPERATORS = ("mul", "truediv", "lshift", "rshift", "floordiv")
_MOST_TURNS = 64.0
_MOST = 1e12


def multiplied(body: t.Body) -> frozenset[str]:
    """The variables that each turn of a loop multiplies once, and that it changes nowhere else."""
    scaled = Counter(name for s in body if (name := _scaled(s)) is not None)
    changes = Counter(_changed(body))
    return frozenset(name for name, count in scaled.items() if count == changes[name] == 1)


def _scaled(s: t.Stmt) -> str | None:
    if isinstance(s, t.Augment):
        return key_of(s.target) if s.operator in _OPERATORS else None
    if not isinstance(s, t.Assign) or len(s.targets) != 1 or not isinstance(s.value, t.Binary):
        return None
    name = key_of(s.targets[0])
    return name if s.value.operator in _OPERATORS and name == key_of(s.value.left) else None


def _changed(body: t.Body) -> Iterator[str | None]:
    for s in statements(body):
        if isinstance(s, t.Assign):
            yield from set_in((s,))
        elif isinstance(s, (t.Augment, t.For)):
            yield from names_in(s.target)


def over_all_turns(names: frozenset[str], entered: Variables, first: Variables, trips: Estimate) -> dict[str, Value]:
    """What such numbers are at the top of a turn: from the first one to the last, and their mean.

    Args:
        names: the variables that each turn multiplies.
        entered: what they were before the loop.
        first: what the first turn made of them.
        trips: how often the loop turns.
    """
    found = {}
    for name, start, ratio in _progressions(names, entered, first, trips):
        last = start * ratio ** (trips.likely - 1.0)
        mean = (last * ratio - start) / (ratio - 1.0) / trips.likely
        found[name] = _number(first[name], Estimate(start, mean, last))
    return found


def at_the_end(names: frozenset[str], entered: Variables, first: Variables, trips: Estimate) -> dict[str, Value]:
    """What such numbers are behind the loop."""
    return {
        name: _number(first[name], Estimate.point(start * ratio**trips.likely))
        for name, start, ratio in _progressions(names, entered, first, trips)
    }


def _progressions(
    names: frozenset[str], entered: Variables, first: Variables, trips: Estimate
) -> Iterator[tuple[str, float, float]]:
    if not trips.known or not 1.0 < trips.likely <= _MOST_TURNS:
        return
    for name in sorted(names & entered.keys() & first.keys()):
        start, then = entered[name].number, first[name].number
        if start is None or then is None or not (start.known and then.known) or not start.likely > 0.0 < then.likely:
            continue
        ratio = then.likely / start.likely
        if ratio != 1.0 and start.likely * ratio**trips.likely <= _MOST:
            yield name, start.likely, ratio


def _number(value: Value, number: Estimate) -> Value:
    return replace(value, number=number, literal=None, distinct=None)
