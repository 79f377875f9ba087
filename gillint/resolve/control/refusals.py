"""Tests of what a server has answered, or whether a lock was got in time: that it is refused is the exception."""

from __future__ import annotations

from gillint.syntax import tree as t

_STATUS = ("status_code", "status", "status_int")
_FIRST_ERROR = 400  # of the statuses of HTTP


def is_refusal(test: t.Expr) -> bool | None:
    """Whether a test asks if a server has refused (`r.status_code == 429`) or not (`r.ok`, `r.status == 200`); or is none.

    `lock.acquire(timeout=1)` is one that asks for success; `lock.acquire(False)`, which does not wait, is none.
    """
    if isinstance(test, t.Unary) and test.operator == "not":
        asked = is_refusal(test.operand)
        return None if asked is None else not asked
    if isinstance(test, t.Attribute):
        return False if test.name == "ok" else None
    if isinstance(test, t.Call) and isinstance(test.function, t.Attribute) and test.function.name == "acquire":
        given = [a.value for a in test.arguments if a.keyword in (None, "blocking")]
        waits = not given or not isinstance(given[0], t.Constant) or given[0].value is not False
        return False if waits else None
    if not isinstance(test, t.Compare) or len(test.operators) != 1 or not isinstance(test.left, t.Attribute):
        return None
    if test.left.name not in _STATUS:
        return None
    right = test.rights[0]
    codes = [
        e.value for e in (right.elements if isinstance(right, t.Sequence) else (right,)) if isinstance(e, t.Constant)
    ]
    numbers = [code for code in codes if isinstance(code, int) and 100 <= code < 600]
    if not numbers:
        return None
    is_error = min(numbers) >= _FIRST_ERROR - (test.operators[0] in ("gt", "ge"))
    if test.operators[0] in ("eq", "contains"):
        return is_error
    if test.operators[0] in ("ne", "not_contains"):
        return not is_error
    return test.operators[0] in ("gt", "ge")
