"""Which arms of a program deal with failures or complain, and how seldom these are."""

from __future__ import annotations

from gillint.resolve.assumed import RARE, RARE_WITH_PAUSE
from gillint.resolve.control.turns import ends_the_program, pauses
from gillint.syntax import tree as t
from gillint.syntax.walk import key_of, statements

# What loggers, `warnings`, parsers of arguments and programs of their own call it.
_COMPLAINTS = ("warning", "warn", "error", "critical", "exception", "fatal")


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


def complains(body: t.Body) -> bool:
    """Whether all that an arm does begins or ends with a complaint: `log.warning("skipped %s", row)`, then a `continue`.

    An arm within it that fails is one too: `if strict: raise ValueError(row)`, `else: log.warning(row)`.
    """
    said = [s for s in body if not isinstance(s, (t.Return, t.Jump, t.Raise))]
    return bool(said) and (_is_complaint(said[0]) or _is_complaint(said[-1]))


def _is_complaint(s: t.Stmt) -> bool:
    if isinstance(s, t.If):
        return all(fails(arm) or complains(arm) for arm in (s.body, s.orelse))
    call = s.value if isinstance(s, t.Evaluate) else None
    if not isinstance(call, t.Call):
        return False
    named = call.function.name if isinstance(call.function, t.Attribute) else key_of(call.function)
    return named in _COMPLAINTS or any(a.keyword == "file" and key_of(a.value) == "sys.stderr" for a in call.arguments)
