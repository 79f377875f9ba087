"""What a loop makes the first time, and again when it has been given up: `if writer is None: writer = ...`."""

from __future__ import annotations

from gillint.resolve.activation import Activation
from gillint.resolve.assumed import LEAVES
from gillint.resolve.control.chances import is_none, missing
from gillint.resolve.control.emptying import once_in
from gillint.resolve.control.likelihood import once_in_all
from gillint.syntax import tree as t
from gillint.syntax.walk import assigned, names_in, set_in, statements


def until_given_up(act: Activation, node: t.If) -> float | None:
    """Every how manyth turn of a loop a variable is None that this arm sets; None where that is not what a test asks.

    Elsewhere in the loop it is set to None under conditions (`if size > limit: writer = None`), or not at all.
    """
    asked = missing(node.test)
    if not isinstance(asked, t.Name) or asked.id not in set_in(node.body):
        return None
    loop = act.loop
    if loop is None or (isinstance(loop, t.For) and asked.id in names_in(loop.target)) or asked.id in set_in(loop.body):
        return None
    others = [s for s in statements(loop.body) if isinstance(s, t.If) and s is not node]
    others = [s for s in others if node not in statements((s,)) and asked.id in set_in((*s.body, *s.orelse))]
    if not all(_lets_go(s, asked.id) for s in others):
        return None
    return 1.0 / min(1.0, once_in_all(act) + sum(1.0 / (once_in(act, s) or 1.0 / LEAVES) for s in others))


def _lets_go(node: t.If, name: str) -> bool:
    """Whether the arms of a test do no more to a variable than to forget what it holds."""
    changes = (s for s in statements((*node.body, *node.orelse)) if isinstance(s, t.Assign))
    values = (value for s in changes for key, value in assigned(s) if key == name)
    return all(value is not None and is_none(value) for value in values)
