"""Which arms of a program deal with failures, and how seldom these are."""

from __future__ import annotations

from gillint.resolve.assumed import RARE, RARE_WITH_PAUSE
from gillint.resolve.control.turns import ends_the_program, pauses
from gillint.syntax import tree as t
from gillint.syntax.walk import statements


def fails(body: t.Body) -> bool:
    """Whether a body ends in an error: `raise ...`, `sys.exit("no such file")`, and gives nothing back before that."""
    if not body:
        return False
    end = ends_the_program(body[-1])
    failed = isinstance(body[-1], t.Raise) or (end is not None and any(not _is_success(a.value) for a in end.arguments))
    return failed and not any(isinstance(s, t.Return) for s in statements(body))


def _is_success(status: t.Expr) -> bool:
    return isinstance(status, t.Constant) and not status.value


def failing(body: t.Body) -> float:
    """How likely the arm is that deals with a failure."""
    return RARE_WITH_PAUSE if pauses(body) else RARE
