"""A `while` loop inside another one that moves a place on which nothing sets back: two sequences that are gone through together.

`for point in points: while point > bounds[k]: k += 1`. However often it turns for one point, for all of them together it
turns once for each bound.
"""

from __future__ import annotations

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.expressions import evaluate
from gillint.syntax import tree as t
from gillint.syntax.walk import as_augment, inside, key_of, mentioned, statements


def turns_onward(act: Activation, loop: t.While) -> Estimate | None:
    """The turns of such a loop for each turn of the one around it; None for any other loop."""
    around, place = act.loop, _place(loop)
    if around is None or place is None or not all(_moves_or_leaves(s, place) for s in statements(around.body)):
        return None
    gone_through = (e.value for e in inside(loop.test) if isinstance(e, t.Subscript) and place in mentioned(e.index))
    with act.nested():
        sizes = [size for e in gone_through if (size := evaluate(act, e).size) is not None and size.known]
    turns = act.loops[-1].likely if act.loops else 0.0
    each = sizes[0].likely / turns if sizes and turns > 0 else 1.0
    return Estimate(0.0, each, 1e6)


def _place(loop: t.While) -> str | None:
    """The variable by which the test looks into a sequence and which each turn moves by one; None where there is none."""
    looked_at = {name for e in inside(loop.test) if isinstance(e, t.Subscript) for name in mentioned(e.index)}
    steps = (step for s in loop.body if (step := as_augment(s)) is not None)
    return next((name for step in steps if (name := key_of(step.target)) in looked_at and _is_a_step(step)), None)


def _is_a_step(step: t.Augment) -> bool:
    return step.operator in ("add", "sub") and isinstance(step.value, t.Constant) and step.value.value == 1


def _moves_or_leaves(s: t.Stmt, place: str) -> bool:
    """Whether a statement moves a place by one, or does nothing to it."""
    step = as_augment(s)
    if step is not None and key_of(step.target) == place:
        return _is_a_step(step)
    targets = s.targets if isinstance(s, t.Assign) else (s.target,) if isinstance(s, t.For) else ()
    return not any(place in mentioned(e) for target in targets for e in _bound(target))


def _bound(target: t.Expr) -> tuple[t.Expr, ...]:
    """The variables that a target gives a value, not those in its indices."""
    parts = target.elements if isinstance(target, t.Sequence) else (target,)
    return tuple(e for e in parts if isinstance(e, t.Name))
