"""How far apart the two bounds of a slice or a range are: `x[i : i + n]` has n items, whatever i is."""

from __future__ import annotations

from collections.abc import Callable

from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.numeric.indexing import share
from gillint.resolve.values import Value, text_of
from gillint.syntax import tree as t
from gillint.syntax.walk import assigned_once, expressions, key_of

# A sum of products: the factors whose value is not known, by their text, and what they are multiplied with.
_Sum = dict[tuple[str, ...], Estimate]
_Amounts = dict[str, Estimate | None]  # what is known roughly of the factors
_MOST_TERMS = 12
_Look = Callable[[Activation, t.Expr], Value]


def ranged(act: Activation, node: t.Call, made: Value, look: _Look) -> Value:
    """`range(i, i + n)`, which has n numbers, whatever i is."""
    bounds = [a.value for a in node.arguments if not a.star and a.keyword is None]
    if len(bounds) < 2 or len(bounds) != len(node.arguments):
        return made
    if len(bounds) == 2 and (starts := offsets(act, bounds[0], bounds[1], look)) is not None:
        return replace(made, size=_between_offsets(starts))
    if made.size is not None and made.size.known:
        return made
    made = _begun(made)
    step = look(act, bounds[2]).number if len(bounds) > 2 else ONE
    span = distance(act, bounds[0], bounds[1], look)
    if span is None or step is None or not step.known or step.likely <= 0:
        return made
    return replace(made, size=(span / step).map(lambda v: float(max(0, -(-v // 1)))))


def _begun(made: Value) -> Value:
    """`range(self.done, pages)`: what was done before is left out the next time. At first that is nothing."""
    size = made.size
    if size is None or size.likely > 0 or max(size.low, size.high) <= 0:
        return made
    most = max(size.low, size.high)
    return replace(made, size=Estimate(max(0.0, min(size.low, size.high)), most, most))


def distance(act: Activation, first: t.Expr | None, end: t.Expr | None, look: _Look) -> Estimate | None:
    """The difference of two bounds, where what is not known in them cancels out.

    Args:
        act: where the slice or the range stands.
        first: the lower bound.
        end: the upper bound.
        look: tells what an expression of the bounds is.
    """
    piece = _until_found(act, first, end, look) if end is not None else None
    if piece is not None or first is None or end is None:
        return piece
    amounts: _Amounts = {}
    lower = _sum(act, _unclamped(first), look, amounts)
    upper = _sum(act, _written_out(act, _unclamped(end)), look, amounts)
    if lower is None or upper is None or not any(lower):
        return None
    left = {key: amount for key, amount in _minus(upper, lower).items() if any(amount.scenarios)}
    if any(key in left for key in lower if key):
        return None
    # What is between the two may be known roughly: a length that was read.
    parts = [_product(amount, [amounts.get(factor) for factor in key]) for key, amount in left.items()]
    return total(p for p in parts if p is not None).max(0) if None not in parts else None


_UNTIL_FOUND = Estimate(1, 30, 1_000)  # a field, a line, a tag


def _until_found(act: Activation, first: t.Expr | None, end: t.Expr, look: _Look) -> Estimate | None:
    """How long `data[at:end]` is after `end = data.find(b"\\n", at)`, and `data[:end]` after `end = data.find(b"\\n")`."""
    call = _given_once(act, end, _is_search)
    if not isinstance(call, t.Call) or not isinstance(call.function, t.Attribute) or not call.arguments:
        return None
    if first is None or len(call.arguments) == 1:
        is_same = first is None and len(call.arguments) == 1
    else:
        place, begun = call.arguments[1].value, expressions((t.Evaluate(first.span, first),))
        is_same = key_of(place) is not None and key_of(place) in map(key_of, begun)
    if not is_same:
        return None
    whole, wanted = look(act, call.function.value), look(act, call.arguments[0].value)
    text, separator = text_of(whole), text_of(wanted)
    pieces = text.count(separator.pattern) if text is not None and separator is not None else ZERO
    return whole.size / (pieces + 1) if whole.size is not None and pieces != ZERO else _UNTIL_FOUND


def offsets(act: Activation, first: t.Expr | None, end: t.Expr | None, look: _Look) -> Value | None:
    """`starts` where the bounds are `starts[i]` and `starts[i + 1]`: such slices share a whole out, as the rows of a
    compressed sparse matrix do.
    """
    lower, upper = _given_once(act, first, _is_item) or first, _given_once(act, end, _is_item) or end
    if not isinstance(lower, t.Subscript) or not isinstance(upper, t.Subscript):
        return None
    text = act.scope.syntax.text
    if text(lower.value.span) != text(upper.value.span):
        return None
    apart = distance(act, lower.index, upper.index, look)
    return look(act, lower.value) if apart is not None and apart.known and apart.likely == 1 else None


def _between_offsets(starts: Value) -> Estimate | None:
    """The same where the whole is not at hand: offsets rise evenly, so that one of them is half of the whole on the average."""
    place = starts.element.number if starts.element is not None else None
    return share(place * 2, starts) if place is not None else None


def _product(amount: Estimate, factors: list[Estimate | None]) -> Estimate | None:
    for factor in factors:
        if factor is None:
            return None
        amount = amount * factor
    return amount


def _unclamped(node: t.Expr) -> t.Expr:
    """`x` of `max(0, x)` and of `min(x, n)`: a window that is cut at the edges is as long as it is elsewhere."""
    name = node.function.id if isinstance(node, t.Call) and isinstance(node.function, t.Name) else None
    if not isinstance(node, t.Call) or name not in ("max", "min") or len(node.arguments) != 2:
        return node
    parts = [a.value for a in node.arguments]
    sums = [p for p in parts if isinstance(p, t.Binary)]
    return sums[0] if len(sums) == 1 else node


def _written_out(act: Activation, node: t.Expr) -> t.Expr:
    """`end` of `data[at:end]` after `end = at + size`."""
    return _given_once(act, node, _is_sum) or node


def _given_once(act: Activation, node: t.Expr | None, fits: Callable[[t.Expr], bool]) -> t.Expr | None:
    """What a variable stands for that is assigned once, if it is something of a kind."""
    given = assigned_once(act.statements).get(node.id) if isinstance(node, t.Name) else None
    return given if given is not None and fits(given) else None


def _is_item(node: t.Expr) -> bool:
    return isinstance(node, t.Subscript)


def _is_sum(node: t.Expr) -> bool:
    return isinstance(node, t.Binary) and node.operator == "add"


def _is_search(node: t.Expr) -> bool:
    return (
        isinstance(node, t.Call) and isinstance(node.function, t.Attribute) and node.function.name in ("find", "index")
    )


def _sum(act: Activation, node: t.Expr, look: _Look, amounts: _Amounts) -> _Sum | None:
    if isinstance(node, t.Binary) and node.operator in ("add", "sub", "mul"):
        left, right = _sum(act, node.left, look, amounts), _sum(act, node.right, look, amounts)
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
    if isinstance(node, t.Constant):
        return None
    name = act.scope.syntax.text(node.span)
    amounts[name] = value.number
    return {(name,): Estimate.point(1)}


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
