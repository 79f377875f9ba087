"""Numbers that each turn of a loop makes as many times larger or smaller: `frequency *= 2`, `step /= 10`, `size <<= 1`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import as_augment, key_of, name_called, names_in, set_in, statements

Variables = Mapping[str, Value]
_OPERATORS = ("mul", "truediv", "lshift", "rshift", "floordiv")
_WHOLE = ("int", "round", "floor", "ceil")
# Of what grows for longer, or beyond this, nothing is said.
_MOST_TURNS = 64.0
_MOST = 1e12


@lru_cache(maxsize=4096)
def multiplied(body: t.Body) -> Mapping[str, tuple[str, t.Expr]]:
    """The variables that each turn of a loop multiplies once, and that it changes nowhere else: the operator, and by what.

    What it multiplies by stays the same as well.
    """
    changes = Counter(_changed(body))
    scaled = (found for s in body if (found := _scaled(s)) is not None)
    return {
        name: (operator, by)
        for name, operator, by in scaled
        if changes[name] == 1 and changes.keys().isdisjoint(names_in(by))
    }


def _scaled(s: t.Stmt) -> tuple[str, str, t.Expr] | None:
    """What a statement multiplies, the operator, and by what: `n *= 2`, `gap = gap // 2`, `t = cooling * t`, `w = int(w / 2)`,
    `n, rest = divmod(n, 58)`.
    """
    divided = _divided(s)
    if divided is not None:
        return divided
    uncut = _uncut(s)
    step = as_augment(uncut if uncut is not None else s)
    name = key_of(step.target) if step is not None else None
    if step is None or name is None or step.operator not in _OPERATORS:
        return None
    return name, "floordiv" if uncut is not None and step.operator == "truediv" else step.operator, step.value


def _divided(s: t.Stmt) -> tuple[str, str, t.Expr] | None:
    made = s.value if isinstance(s, t.Assign) and len(s.targets) == 1 else None
    if not isinstance(s, t.Assign) or not isinstance(made, t.Call) or name_called(made.function) != "divmod":
        return None
    target = s.targets[0]
    if not isinstance(target, t.Sequence) or len(target.elements) != 2 or len(made.arguments) != 2:
        return None
    name, (whole, by) = key_of(target.elements[0]), (a.value for a in made.arguments)
    return (name, "floordiv", by) if name is not None and name == key_of(whole) else None


def _uncut(s: t.Stmt) -> t.Assign | None:
    """What is made a whole number without that: `w = w * scale` of `w = int(w * scale)`; None for anything else."""
    made = s.value if isinstance(s, t.Assign) else None
    if not isinstance(s, t.Assign) or not isinstance(made, t.Call) or len(made.arguments) != 1:
        return None
    return t.Assign(s.span, s.targets, made.arguments[0].value) if name_called(made.function) in _WHOLE else None


def _changed(body: t.Body) -> Iterator[str | None]:
    for s in statements(body):
        if isinstance(s, t.Assign):
            yield from set_in((s,))
        elif isinstance(s, t.Augment):
            yield key_of(s.target)
        elif isinstance(s, t.For):
            yield from names_in(s.target)


def over_all_turns(names: Collection[str], entered: Variables, first: Variables, trips: Estimate) -> dict[str, Value]:
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


def at_the_end(names: Collection[str], entered: Variables, first: Variables, trips: Estimate) -> dict[str, Value]:
    """What such numbers are behind the loop."""
    return {
        name: _number(first[name], Estimate.point(start * ratio**trips.likely))
        for name, start, ratio in _progressions(names, entered, first, trips)
    }


def _progressions(
    names: Collection[str], entered: Variables, first: Variables, trips: Estimate
) -> Iterator[tuple[str, float, float]]:
    if not trips.known or not 1.0 < trips.likely <= _MOST_TURNS:
        return
    for name in sorted({*names} & entered.keys() & first.keys()):
        start, then = entered[name].number, first[name].number
        if start is None or then is None or not (start.known and then.known) or not start.likely > 0.0 < then.likely:
            continue
        ratio = then.likely / start.likely
        if ratio != 1.0 and start.likely * ratio**trips.likely <= _MOST:
            yield name, start.likely, ratio


def _number(value: Value, number: Estimate) -> Value:
    return replace(value, number=number, literal=None, distinct=None)
