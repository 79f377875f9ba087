"""Whether two expressions are written alike."""

from __future__ import annotations

from gillint.syntax import tree as t


def same(a: t.Expr, b: t.Expr) -> bool:
    """Whether they are the same but for their places."""
    if type(a) is not type(b):
        return False
    return all(_alike(getattr(a, field), getattr(b, field)) for field in a.__slots__ if field != "span")


def _alike(a: object, b: object) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(_alike(x, y) for x, y in zip(a, b, strict=True))
    if hasattr(a, "span") and hasattr(b, "span"):
        return same(a, b)  # type: ignore[arg-type]
    return bool(a == b)
