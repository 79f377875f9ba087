"""Functions that call themselves and keep their answers: dynamic programming from the top down.

They find an answer out once for each of their arguments, and look it up at all other calls. How many arguments there are
follows from where the numbers begin, which way they go and where they end. The loops in such a function turn as often as
they do for arguments in the middle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import permutations

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, mentioned, name_called

_DIVIDED = ("list", "tuple", "str", "bytes")

# What was added up on the way to a state takes some values for each step of another parameter.
_SUMS = Estimate(0.1, 3.0, 20.0)


def states(
    tree: t.Function, before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]], ends: Mapping[str, Estimate]
) -> Estimate | None:
    """For how many arguments a function has to find its answer out; None where nothing tells.

    Args:
        tree: the function.
        before: the arguments of the call from outside.
        inner: those of each call from inside.
        ends: what it compares its parameters with.
    """
    pair = _interval(tree, before, inner)
    found = _pairs(_span(before, pair)) if pair else None
    steps, sums = 0.0, 0
    for name, was in before.items():
        now = _changed(name, was, inner)
        if not now or name in pair:
            continue
        amount = _amount(name, was, now, before, inner, ends)
        if amount is None:
            sums += was.type in ("int", "float")
            continue
        steps = max(steps, amount.likely)
        found = amount * (found if found is not None else ONE)
    for _ in range(sums if found is not None else 0):
        found = found * (_SUMS * steps).max(1) if found is not None else None
    return found


def found_out(
    known: Estimate, before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]], asked: Estimate
) -> Estimate:
    """How many answers are found out for one call from outside; `asked`: how often it is called.

    Where it is asked of one number after the other (`fib(n) for n in range(400)`), all calls together find out what the
    largest of them needs.
    """
    is_one_of_many = any(
        v.number is not None and not v.number.known and any(after.get(name) != v for after in inner)
        for name, v in before.items()
    )
    if not is_one_of_many or asked.likely <= 1:
        return known
    return Estimate.of((1.0, max(1.0, known.high / asked.likely), max(1.0, known.high)))


def _amount(
    name: str,
    was: Value,
    now: Sequence[Value],
    before: Mapping[str, Value],
    inner: Sequence[Mapping[str, Value]],
    ends: Mapping[str, Estimate],
) -> Estimate | None:
    """How many values a parameter takes; None where it is added up, or nothing is known of it."""
    first = was.number if was.number is not None else was.size if was.type in _DIVIDED else None
    if "bool" in (was.type, *(v.type for v in now)):
        return Estimate.point(2)
    if all(v.distinct is not None for v in now):
        return reduce(Estimate.max, (v.distinct for v in now if v.distinct is not None))
    if first is None:
        return None
    if any(v.number is not None and v.number.likely > first.likely for v in now):  # up to the end of something
        fixed = [v.size for n, v in before.items() if v.size is not None and all(i.get(n) == v for i in inner)]
        if name in ends:
            return ((ends[name] - first).max(0) + 1).max(1)
        return (reduce(Estimate.max, fixed) + 1).max(1) if fixed else ONE
    if all(v.number is None and v.size is None for v in now):
        return ((ends[name] - first) + 1).max(1) if name in ends and ends[name].likely > first.likely else None
    return (first + 1).max(1)


def _changed(name: str, was: Value, inner: Sequence[Mapping[str, Value]]) -> list[Value]:
    return [after[name] for after in inner if name in after and after[name] != was]


def _interval(
    tree: t.Function, before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]]
) -> tuple[str, str] | tuple[()]:
    """The two parameters that are the ends of something which each call from inside gets a part of: `cost(i, k)` and
    `cost(k + 1, j)`, where the function compares one with the other, or goes from one to the other.
    """
    numbers = [name for name, value in before.items() if value.number is not None]
    together = _asked_together(tree)
    for low, high in permutations(numbers, 2):
        first, last = before[low].number, before[high].number
        if frozenset((low, high)) not in together or first is None or last is None or first.likely >= last.likely:
            continue
        parts = [(after[low].number, after[high].number) for after in inner if low in after and high in after]
        known = [(a.likely, b.likely) for a, b in parts if a is not None and b is not None]
        rises, falls = any(a > first.likely for a, _ in known), any(b < last.likely for _, b in known)
        if known and rises and falls and all(a >= first.likely and b <= last.likely for a, b in known):
            return low, high
    return ()


@lru_cache(maxsize=256)
def _asked_together(tree: t.Function) -> Collection[frozenset[str]]:
    """The pairs of names that stand in one comparison, or are the ends of one range."""
    found: set[frozenset[str]] = set()
    for e in expressions(tree.body):
        sides: Iterator[t.Expr] = iter(())
        if isinstance(e, t.Compare) and len(e.rights) == 1:
            sides = iter((e.left, e.rights[0]))
        elif isinstance(e, t.Call) and name_called(e.function) == "range":
            sides = (a.value for a in e.arguments[:2])
        names = [mentioned(side) for side in sides]
        if len(names) == 2:
            found |= {frozenset((a, b)) for a in names[0] for b in names[1] if a != b}
    return found


def _span(before: Mapping[str, Value], pair: tuple[str, str] | tuple[()]) -> Estimate:
    first, last = (before[name].number or ONE for name in pair)
    return (last - first).max(0) + 1


def _pairs(count: Estimate) -> Estimate:
    """How many parts something of so many places has."""
    return count * (count + 1) / 2


def in_the_middle(
    tree: t.Function, before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]], ends: Mapping[str, Estimate]
) -> dict[str, Value]:
    """The arguments of a call as most of them are: halfway to the end."""
    pair = _interval(tree, before, inner)
    result = dict(before)
    if pair:
        third = (_span(before, pair) - 1) / 3
        low, high = (before[name].number or ONE for name in pair)
        result |= {name: _of(before[name], n) for name, n in zip(pair, (low + third, high - third), strict=True)}
    for name, was in before.items():
        now = _changed(name, was, inner)
        if not now or name in pair:
            continue
        if was.number is None:
            is_divided = was.type in _DIVIDED and was.size is not None and was.shape is None
            result[name] = replace(was, size=(was.size / 2).max(1), literal=None) if is_divided and was.size else was
        elif was.type == "bool" or any(v.number is None or v.distinct is not None for v in now):
            result[name] = replace(now[0], literal=None)
        else:
            rises = any(v.number is not None and v.number.likely > was.number.likely for v in now)
            end = ends.get(name, was.number) if rises else Estimate.point(0)
            result[name] = _of(was, (was.number + end) / 2)
    return result


def counts_up(name: str, before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]]) -> bool:
    """Whether each call from inside gets a larger number than the run that makes it."""
    was = before[name].number if name in before else None
    nexts = [values[name].number if name in values else None for values in inner]
    return was is not None and was.known and all(n is not None and n.known and n.likely > was.likely for n in nexts)


def _of(value: Value, number: Estimate) -> Value:
    is_whole = value.type == "int"
    return replace(value, number=number.map(round) if is_whole else number, literal=None)
