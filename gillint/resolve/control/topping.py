"""Containers that are filled up to a limit: `if len(best) < 10: heappush(best, x)`, `else: heapreplace(best, x)`."""

from __future__ import annotations

from gillint.resolve.activation import Activation
from gillint.resolve.control.chances import exactly
from gillint.syntax import tree as t
from gillint.syntax.containers import adds_to
from gillint.syntax.walk import key_of, length_of

_NOT_YET = ("lt", "le", "ne")


def filled_up(act: Activation, node: t.If) -> tuple[str, float] | None:
    """The variable to which an arm adds one thing while it is not yet so long, and how long that is."""
    test = node.test
    if not isinstance(test, t.Compare) or len(test.rights) != 1 or test.operators[0] not in _NOT_YET:
        return None
    container = length_of(test.left)
    name = key_of(container) if container is not None else None
    if name is None or not any(adds_to(s.value, name) for s in node.body if isinstance(s, t.Evaluate)):
        return None
    most = exactly(act, test.rights[0])
    return (name, most + (test.operators[0] == "le")) if most is not None and most >= 1 else None


def every_so_often(act: Activation, name: str, most: float) -> float | None:
    """Every how manyth time, all in all, there is still room in what is filled up once; None where nothing tells."""
    since = act.born[name][0] if name in act.born else 0
    turns = act.trips_so_far(since).likely
    return turns / most if turns > most else None
