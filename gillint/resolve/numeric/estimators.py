"""Estimators of scikit-learn: pipelines do what their steps do, one after the other; tables are checked and made arrays."""

from __future__ import annotations

from typing import NamedTuple

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.knowledge.base import find_fact
from gillint.knowledge.schema import Fact
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import count_of, size_of
from gillint.resolve.numeric.dtypes import promoted
from gillint.resolve.numeric.shapes import ARRAY, with_shape
from gillint.resolve.tabular.columns import FRAME, texts, with_columns
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import ChoiceRef, MethodRef, Value

PIPELINE = "sklearn.pipeline.Pipeline"
COLUMNS = "sklearn.compose.ColumnTransformer"
KNOWN = "known steps"
# For each method of a pipeline that of its steps, and that of the last one.
_STEPS = {
    "fit": ("fit_transform", "fit"),
    "fit_transform": ("fit_transform", "fit_transform"),
    "fit_predict": ("fit_transform", "fit_predict"),
    "transform": ("transform", "transform"),
} | {name: ("transform", name) for name in ("predict", "predict_proba", "decision_function", "score")}


class Step(NamedTuple):
    """A method that a pipeline calls, and what is passed to it: None for what the step before it made."""

    method: Value
    table: Value | None = None


def pipeline_of(name: str, args: tuple[Value, ...]) -> Value:
    """`make_pipeline(scaler, model)`, or `Pipeline([("scale", scaler), ("model", model)])`."""
    steps: tuple[Value, ...] | None = args
    if name == PIPELINE:
        named = args[0].items
        pairs = [pair.items for pair in named or () if pair.items is not None and len(pair.items) == 2]
        steps = tuple(pair[1] for pair in pairs) if named is not None and len(pairs) == len(named) else None
    return Value(type=PIPELINE, items=steps, dtype=KNOWN if steps else None)


def columns_of(name: str, args: tuple[Value, ...]) -> Value:
    """`ColumnTransformer([("num", scaler, ["a", "b"])])`, or `make_column_transformer((scaler, ["a", "b"]))`: its pairs."""
    given = args[0].items if name == COLUMNS and args else args
    parts = [part.items[-2:] for part in given or () if part.items is not None and len(part.items) >= 2]
    known = given is not None and 0 < len(parts) == len(given)
    pairs = tuple(Value(type="tuple", items=part) for part in parts) if known else None
    return Value(type=COLUMNS, items=pairs, dtype=KNOWN if pairs else None)


def run_of_steps(name: str, bound: Bound) -> tuple[Step, ...]:
    """The methods that a method of a pipeline calls in turn."""
    owner, _, method = name.rpartition(".")
    pipeline = bound.receiver
    if pipeline is None or not pipeline.items or method not in _STEPS:
        return ()
    each, last = _STEPS[method]
    if owner == COLUMNS:
        table = bound.get("X")
        way = "transform" if method == "transform" else "fit_transform"
        pairs = [pair.items for pair in pipeline.items if pair.items is not None]
        kept = [(step, names) for step, names in pairs if step.type not in ("str", "NoneType")]
        return tuple(Step(_method(s, way), _selected(table, names)) for s, names in kept if table is not None)
    if owner != PIPELINE:
        return ()
    steps = [s for s in pipeline.items if s.type not in (None, "str", "NoneType")]  # "passthrough"
    if len(steps) < len([s for s in pipeline.items if s.type not in ("str", "NoneType")]):
        steps = list(pipeline.items)
    ways = [each] * (len(steps) - 1) + [last]
    return tuple(Step(_method(step, way)) for step, way in zip(steps, ways, strict=True))


def _method(step: Value, name: str) -> Value:
    """A method of a step; where that is one of several estimators, the method of one of them."""
    if isinstance(step.reference, ChoiceRef):
        return Value(type="function", reference=ChoiceRef(tuple(_method(s, name) for s in step.reference.options)))
    return Value(type="function", reference=MethodRef(step, name))


def _selected(table: Value, names: Value) -> Value:
    """The columns of a table that a step is given."""
    asked = texts(names)
    if table.type != FRAME or asked is None:
        return table
    known = tuple((n, c) for n, c in table.columns or () if n in asked)
    if len(known) == len(asked):
        return with_columns(table, known)
    return replace(table, columns=None, shape=(size_of(table), Estimate.point(len(asked))))


_CHECKED = "sklearn.utils.validation.validate_data"
# What takes a table, and is no more than a way to other estimators, which do.
_METHODS = (
    "fit", "fit_transform", "fit_predict", "partial_fit", "transform", "predict", "predict_proba", "predict_log_proba",
    "decision_function", "score_samples", "kneighbors", "inverse_transform",
)  # fmt: skip
_HANDS_ON = (PIPELINE, COLUMNS, "sklearn.pipeline.FeatureUnion", "sklearn.model_selection.")


def checked(act: Activation, fact: Fact | None, arguments: tuple[Value, ...], span: Span) -> tuple[Value, ...]:
    """The arguments of an estimator's method, where a table is checked column by column and made an array first."""
    table = arguments[0] if arguments else None
    if table is None or table.type != FRAME or fact is None or fact.callback is not None:
        return arguments
    if not fact.name.startswith("sklearn.") or fact.parameters[:1] != ("X",) or fact.name.startswith(_HANDS_ON):
        return arguments
    if fact.name.rpartition(".")[2] not in _METHODS:
        return arguments
    bound = Bound(None, (table,), (("X", table),))
    act.emit(Call(span, act.path, _CHECKED, "library", bound, find_fact(_CHECKED), implicit=True))
    return (as_array(table), *arguments[1:])


def as_array(table: Value) -> Value:
    """The array of all of a table's columns."""
    columns = tuple(replace(c, type=ARRAY) for _, c in table.columns or ())
    texts_too = any(c.dtype in ("object", "str", "category") for c in columns)
    dtype = "object" if texts_too else promoted(columns) if columns else None
    return with_shape(Value(type=ARRAY, dtype=dtype, origin=table.origin), (size_of(table), count_of(table)))
