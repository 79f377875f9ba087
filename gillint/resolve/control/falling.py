"""The `else` of a loop: what is done where nothing left the loop before its end."""

from __future__ import annotations

from gillint.resolve.activation import Activation
from gillint.resolve.control.failures import failing, fails
from gillint.syntax import tree as t
from gillint.syntax.containers import change_of
from gillint.syntax.walk import expressions, key_of

_IN_VAIN = 0.5  # how often a search finds nothing, where nothing tells


def share_of_else(act: Activation, node: t.For | t.While) -> float:
    """How often the `else` of a loop is run."""
    if not _breaks(node.body):
        return 1.0
    if fails(node.orelse):
        return failing(node.orelse)
    searched = key_of(node.iterable) if isinstance(node, t.For) else None
    if searched is None or searched not in _filled(node.orelse):
        return _IN_VAIN
    # Things are put to those that are like them. The more groups there are, the likelier is one that fits: of n things,
    # some root of n are the first of their kind.
    begun = act.born[searched][0] if searched in act.born else 0
    turns = act.trips_so_far(begun).likely
    return float(max(1.0, turns) ** -0.5)


def _breaks(body: t.Body) -> bool:
    """Whether a `break` of the loop itself is somewhere in its body."""
    return any(
        s.kind == "break"
        if isinstance(s, t.Jump)
        else (isinstance(s, (t.If, t.Try)) and (_breaks(s.body) or _breaks(s.orelse)))
        or (isinstance(s, t.With) and _breaks(s.body))
        or (isinstance(s, t.Try) and any(_breaks(h.body) for h in s.handlers))
        for s in body
    )


def _filled(body: t.Body) -> set[str | None]:
    """The containers to which something is added."""
    changes = (change_of(e) for e in expressions(body))
    return {key_of(change.container) for change in changes if change is not None and change.by > 0}
