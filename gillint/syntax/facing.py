"""Comparisons turned round, so that what changes stands on the left: `END >= time` as `time <= END`."""

from __future__ import annotations

from gillint.syntax import tree as t
from gillint.syntax.walk import assigned, key_of, names_in, statements

_MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def facing(comparison: t.Compare) -> t.Compare:
    """`0 < n` as `n > 0`."""
    is_turned = isinstance(comparison.left, t.Constant) and not isinstance(comparison.rights[0], t.Constant)
    return _mirrored(comparison) if is_turned else comparison


def facing_loop(test: t.Expr, body: t.Body) -> t.Expr:
    """The test of a `while` loop: what its body assigns to is compared with what stays as it is."""
    if isinstance(test, t.Boolean):
        return t.Boolean(test.span, tuple(facing_loop(part, body) for part in test.values), test.operator)
    if not isinstance(test, t.Compare) or len(test.rights) != 1:
        return test
    changed = _assigned_in(body)
    is_turned = not names_in(test.rights[0]).isdisjoint(changed) and names_in(test.left).isdisjoint(changed)
    return _mirrored(test) if is_turned else test


def _mirrored(comparison: t.Compare) -> t.Compare:
    sign = _MIRRORED.get(comparison.operators[0])
    if sign is None or len(comparison.operators) != 1:
        return comparison
    return t.Compare(comparison.span, comparison.rights[0], (sign,), (comparison.left,))


def _assigned_in(body: t.Body) -> set[str | None]:
    found: set[str | None] = set()
    for s in statements(body):
        if isinstance(s, t.Assign):
            found.update(name for name, _ in assigned(s))
        elif isinstance(s, t.Augment):
            found.add(key_of(s.target))
    return found
