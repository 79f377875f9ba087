"""How far apart the two bounds of a slice or a range are: `x[i : i + n]` has n items, whatever i is."""

from __future__ import annotations

from collections.abc import Callable

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.values import Value
from gillint.syntax import tree as t

# A sum of products: the factors whose value is not known, by their text, and what they are multiplied with.
_Sum = dict[tuple[str, ...], Estimate]
_MOST_TERMS = 12
_Look = Callable[[Activation, t.Expr], Value]


def ranged(act: Activation, node: t.Call, made: Value, look: _Look) -> Value:
    """`range(i, i + n)`, which has n numbers, whatever i is."""
    bounds = [a.value for a in node.arguments if not a.star and a.keyword is None]
    if len(bounds) < 2 or len(bounds) != len(node.arguments) or (made.size is not None and made.size.known):
        return made
    step = look(act, bounds[2]).number if len(bounds) > 2 else ONE
    span = distance(act, bounds[0], bounds[1], look)
    if span is None or step is None or not step.known or step.likely <= 0:
        return made
    return replace(made, size=(span / step).map(lambda v: float(max(0, -(-v // 1)))))


def distance(act: Activation, first: t.Expr | None, end: t.Expr | None, look: _Look) -> Estimate | None:
    """The difference of two bounds, where what is not known in them cancels out.

    Args:
        act: where the slice or the range stands.
        first: the lower bound.
        end: the upper bound.
        look: tells what an expression of the bounds is.
    """
    if first is None or end is None:
        return None
    lower, upper = _sum(act, _unclamped(first), look), _sum(act, _unclamped(end), look)
    if lower is None or upper is None or not any(lower):
        return None
    left = _minus(upper, lower)
    open_terms = [key for key, amount in left.items() if key and any(amount.scenarios)]
    if open_terms:
        return None
    return left.get((), Estimate.point(0)).max(0)


def _unclamped(node: t.Expr) -> t.Expr:
    """`x` of `max(0, x)` and of `min(x, n)`: a window that is cut at the edges is as long as it is elsewhere."""
    name = node.function.id if isinstance(node, t.Call) and isinstance(node.function, t.Name) else None
    if not isinstance(node, t.Call) or name not in ("max", "min") or len(node.arguments) != 2:
        return node
    parts = [a.value for a in node.arguments]
    sums = [p for p in parts if isinstance(p, t.Binary)]
    return sums[0] if len(sums) == 1 else node


def _sum(act: Activation, node: t.Expr, look: _Look) -> _Sum | None:
    if isinstance(node, t.Binary) and node.operator in ("add", "sub", "mul"):
        left, right = _sum(act, node.left, look), _sum(act, node.right, look)
        if left is None or right is None or len(left) + len(right) > _MOST_TERMS:
            return None
        if node.operator == "mul":
            return _times(left, right)
        return _minus(left, right) if node.operator == "sub" else _plus(left, right)
    if not isinstance(node, (t.Constant, t.Name, t.Attribute, t.Subscript)):
        return None
    value = look(act, node)
    if value.number is not None and value.number.known:
        return {(): value.number}
    return {(act.scope.syntax.text(node.span),): Estimate.point(1)} if not isinstance(node, t.Constant) else None


def _plus(a: _Sum, b: _Sum) -> _Sum:
    return {key: a.get(key, Estimate.point(0)) + b.get(key, Estimate.point(0)) for key in {**a, **b}}


def _minus(a: _Sum, b: _Sum) -> _Sum:
    return _plus(a, {key: amount * -1 for key, amount in b.items()})


def _times(a: _Sum, b: _Sum) -> _Sum:
    result: _Sum = {}
    for left, x in a.items():
        for right, y in b.items():
            result = _plus(result, {tuple(sorted((*left, *right))): x * y})
    return result
