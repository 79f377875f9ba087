"""Pipelines of scikit-learn: they do what their steps do, one after the other."""

from __future__ import annotations

from gillint.resolve.trace import Bound
from gillint.resolve.values import MethodRef, Value

PIPELINE = "sklearn.pipeline.Pipeline"
# For each method of a pipeline that of its steps, and that of the last one.
_STEPS = {
    "fit": ("fit_transform", "fit"),
    "fit_transform": ("fit_transform", "fit_transform"),
    "fit_predict": ("fit_transform", "fit_predict"),
    "transform": ("transform", "transform"),
} | {name: ("transform", name) for name in ("predict", "predict_proba", "decision_function", "score")}


def pipeline_of(name: str, args: tuple[Value, ...]) -> Value:
    """`make_pipeline(scaler, model)`, or `Pipeline([("scale", scaler), ("model", model)])`."""
    steps: tuple[Value, ...] | None = args
    if name == PIPELINE:
        named = args[0].items
        pairs = [pair.items for pair in named or () if pair.items is not None and len(pair.items) == 2]
        steps = tuple(pair[1] for pair in pairs) if named is not None and len(pairs) == len(named) else None
    return Value(type=PIPELINE, items=steps, dtype="known steps" if steps else None)


def run_of_steps(name: str, bound: Bound) -> tuple[Value, ...]:
    """The methods that a method of a pipeline calls in turn, each with what the one before it made."""
    owner, _, method = name.rpartition(".")
    pipeline = bound.receiver
    if owner != PIPELINE or pipeline is None or not pipeline.items or method not in _STEPS:
        return ()
    each, last = _STEPS[method]
    steps = [s for s in pipeline.items if s.type not in (None, "str", "NoneType")]  # "passthrough"
    if len(steps) < len([s for s in pipeline.items if s.type not in ("str", "NoneType")]):
        steps = list(pipeline.items)
    ways = [each] * (len(steps) - 1) + [last]
    return tuple(Value(type="function", reference=MethodRef(step, way)) for step, way in zip(steps, ways, strict=True))
