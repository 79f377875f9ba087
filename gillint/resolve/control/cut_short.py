"""Lists that each turn cuts to a length: `best = sorted(best)[:10]`, `del lines[:-100]`, `rows = rows[-50:]`."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation, turns_of
from gillint.syntax import tree as t
from gillint.syntax.walk import assigned, key_of, length_of, loops_in

# Functions that give the members of a list in another order, and those that give so many of them.
_WHOLE = ("sorted", "list", "reversed")
_SOME = ("nsmallest", "nlargest")


def cut_short(act: Activation, target: t.Expr) -> Estimate | None:
    """How many things are in a list at most that grows here and is cut, with what comes in until then; None where it is not."""
    name = key_of(target)
    if name is None:
        return None
    loops = loops_in(act.statements)
    for depth, (span, place) in enumerate(zip(reversed(act.loop_spans), reversed(act.loop_places), strict=True)):
        ends = list(_ends(loops[span].body, name)) if span in loops else []
        if ends:
            return _number(act, ends[0], turns_of(act.loops[place + 1 :]) if depth else ONE)
    if isinstance(target, t.Attribute) and isinstance(act.body, t.Function):  # of an instance, in each call of a method
        ends = list(_ends(act.body.body, name))
        return _number(act, ends[0], turns_of(act.loops)) if ends else None
    return None


def _number(act: Activation, end: t.Expr, new: Estimate) -> Estimate | None:
    from gillint.resolve.expressions import evaluate

    with act.nested():
        left = evaluate(act, end).number
    return left + new if left is not None and left.low >= 0 else None


def _ends(body: t.Body, name: str) -> Iterator[t.Expr]:
    """What the length is to which a body cuts a list, always or where it is longer."""
    for s in body:
        if isinstance(s, t.Delete):
            yield from (
                end
                for x in s.targets
                if isinstance(x, t.Subscript) and key_of(x.value) == name and (end := _kept(x.index))
            )
        elif isinstance(s, t.Assign):
            yield from (
                end for key, made in assigned(s) if key == name and made is not None and (end := _left(made, name))
            )
        elif isinstance(s, t.If) and _asks_for_the_length(s.test, name):
            yield from _ends(s.body, name)


def _asks_for_the_length(test: t.Expr, name: str) -> bool:
    measured = length_of(test.left) if isinstance(test, t.Compare) and test.operators in (("gt",), ("ge",)) else None
    return measured is not None and key_of(measured) == name


def _left(made: t.Expr, name: str) -> t.Expr | None:
    """The length of `rows[:n]`, `sorted(rows)[-n:]`, `nlargest(n, rows)`."""
    if isinstance(made, t.Call) and len(made.arguments) >= 2:
        function = made.function.name if isinstance(made.function, t.Attribute) else key_of(made.function)
        is_some = function in _SOME and key_of(made.arguments[1].value) == name
        return made.arguments[0].value if is_some else None
    if not isinstance(made, t.Subscript) or not isinstance(made.index, t.Slice):
        return None
    whole = made.value
    if isinstance(whole, t.Call) and key_of(whole.function) in _WHOLE and whole.arguments:
        whole = whole.arguments[0].value
    lower, upper = made.index.lower, made.index.upper
    if key_of(whole) != name or made.index.step is not None:
        return None
    return upper if lower is None else _from_the_end(lower) if upper is None else None


def _kept(index: t.Expr) -> t.Expr | None:
    """The length that `del rows[n:]`, `del rows[:-n]` leave."""
    if not isinstance(index, t.Slice) or index.step is not None:
        return None
    if index.upper is None:
        return index.lower
    return _from_the_end(index.upper) if index.lower is None else None


def _from_the_end(bound: t.Expr) -> t.Expr | None:
    if isinstance(bound, t.Constant) and isinstance(bound.value, int) and bound.value < 0:
        return replace(bound, value=-bound.value)
    return bound.operand if isinstance(bound, t.Unary) and bound.operator == "neg" else None
