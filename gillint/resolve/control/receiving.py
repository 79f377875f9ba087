"""How often a `while` loop reads that asks each time for what is still missing: `sock.recv(min(missing, 65536))`."""

from __future__ import annotations

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.expressions import evaluate
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, key_of, names_in

_READS = ("recv", "recv_into", "read", "readinto")
# A message of a length that only its header tells: it mostly comes at once, and in two pieces where each has a limit.
_AT_ONCE = Estimate(1, 1, 1e4)
_IN_PIECES = Estimate(1, 2, 1e4)


def turns_to_fill(act: Activation, loop: t.While) -> Estimate | None:
    """The turns of `while missing: chunk = sock.recv(min(missing, 65536)); missing -= len(chunk)`, of
    `while len(data) < size: data += sock.recv(size - len(data))`; None for other loops.
    """
    wanted = _wanted(loop.test)
    if wanted is None:
        return None
    asked = next((a for e in expressions(loop.body) if (a := _amount(e, wanted)) is not None), None)
    if asked is None:
        return None
    limit = _limit(asked, wanted)
    with act.nested():
        whole = evaluate(act, wanted).number
        most = evaluate(act, limit).number if limit is not None else None
    if whole is None or not whole.known:
        return _AT_ONCE if limit is None else _IN_PIECES
    return (
        (whole / most).map(lambda n: max(1.0, -(-n // 1))) if most is not None and most.low > 0 else Estimate.point(1)
    )


def _wanted(test: t.Expr) -> t.Expr | None:
    """How much a loop wants in all, by its test: `missing`, `missing > 0`, `len(data) < size`, `received < size`."""
    if isinstance(test, (t.Name, t.Attribute)):
        return test
    if not isinstance(test, t.Compare) or len(test.rights) != 1:
        return None
    right, operator = test.rights[0], test.operators[0]
    if operator in ("gt", "ne") and isinstance(right, t.Constant) and right.value == 0:
        return test.left if key_of(test.left) is not None else None
    return right if operator in ("lt", "ne") and (key_of(right) is not None or isinstance(right, t.Constant)) else None


def _amount(e: t.Expr, wanted: t.Expr) -> t.Expr | None:
    """What a call reads at most, where that is what is missing: it is spelt with what is wanted in all."""
    if not isinstance(e, t.Call) or not isinstance(e.function, t.Attribute) or e.function.name not in _READS:
        return None
    for argument in e.arguments[-1:]:
        if _is_missing(argument.value, wanted) or _limit(argument.value, wanted) is not None:
            return argument.value
    return None


def _is_missing(e: t.Expr, wanted: t.Expr) -> bool:
    """`missing`, `size - len(data)`."""
    if isinstance(e, t.Binary) and e.operator == "sub":
        return _is_missing(e.left, wanted)
    if isinstance(e, t.Constant) and isinstance(wanted, t.Constant):
        return e.value == wanted.value
    return key_of(e) is not None and key_of(e) == key_of(wanted)


def _limit(e: t.Expr, wanted: t.Expr) -> t.Expr | None:
    """`n` of `min(missing, n)`."""
    if not isinstance(e, t.Call) or names_in(e.function) != {"min"} or len(e.arguments) != 2:
        return None
    one, other = (a.value for a in e.arguments)
    return other if _is_missing(one, wanted) else one if _is_missing(other, wanted) else None
