"""Kinds of polars' expressions, by what it takes to work them out."""

from __future__ import annotations

EXPRESSION = "polars.Expr"
PLAIN, SLOW, POOLED = (f"{EXPRESSION}.{kind}" for kind in ("plain", "slow", "pooled"))
# From the lightest on; of what is worked out together, the heaviest decides.
KINDS = (PLAIN, EXPRESSION, SLOW, POOLED)


def weight(kind: str | None) -> int:
    """How heavy a kind is beside the others."""
    return KINDS.index(kind) if kind in KINDS else 0
