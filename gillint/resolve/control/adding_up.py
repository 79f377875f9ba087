"""Numbers to which the turns of a loop add: `count += 1`, in each turn or in some, `total += len(row)`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import as_augment, key_of, names_in, set_in, statements

Variables = Mapping[str, Value]
_NUMBERS = ("int", "float")


@lru_cache(maxsize=4096)
def added_up(body: t.Body) -> frozenset[str]:
    """The variables that a body changes by nothing but adding to them what hangs on nothing else that it changes."""
    added: dict[str, set[str]] = {}
    changed: set[str] = set()
    for s in statements(body):
        step = as_augment(s)
        name = key_of(step.target) if step is not None and step.operator in ("add", "sub") else None
        if step is not None and name is not None:
            added.setdefault(name, set()).update(names_in(step.value))
        elif isinstance(s, t.For):
            changed.update(names_in(s.target))
        else:
            changed.update(name for name in set_in((s,)) if name is not None)
    return frozenset(
        name for name, by in added.items() if name not in changed and by.isdisjoint(changed) and by.isdisjoint(added)
    )


def while_it_adds(names: Collection[str], entered: Variables, first: Variables, trips: Estimate) -> dict[str, Value]:
    """What such numbers are at the top of a turn: from the first one to the last, and their mean."""
    found = {}
    for name, start, step in _steps(names, entered, first):
        last = start + step * (trips - 1.0).max(0)
        found[name] = _with(first[name], Estimate(start.low, (start.likely + last.likely) / 2, last.high))
    return found


def when_it_has_added(
    names: Collection[str], entered: Variables, first: Variables, trips: Estimate, *, is_left: bool
) -> dict[str, Value]:
    """What such numbers are behind the loop; `is_left`: it may be left before its end."""
    found = {}
    for name, start, step in _steps(names, entered, first):
        last = start + step * trips
        found[name] = _with(first[name], Estimate(start.low, last.likely, last.high) if is_left else last)
    return found


def _steps(names: Collection[str], entered: Variables, first: Variables) -> Iterator[tuple[str, Estimate, Estimate]]:
    for name in sorted({*names} & entered.keys() & first.keys()):
        start, then = entered[name].number, first[name].number
        if start is None or then is None or first[name].type not in _NUMBERS or first[name].dtype is not None:
            continue
        if then.likely != start.likely:
            yield name, start, then - start


def _with(value: Value, number: Estimate) -> Value:
    return replace(value, number=number, literal=None, distinct=None)
