"""Data sets that scikit-learn brings along or makes up: how many classes their labels are of."""

from __future__ import annotations

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.knowledge.base import find_fact, find_type
from gillint.resolve.calling.bound import Answers, size_of
from gillint.resolve.calling.returns import build
from gillint.resolve.numeric.dtypes import scalar_of
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

DATASETS = "sklearn.datasets."
# What the documentation says of each; made-up ones are told by an argument, which has a default.
_CLASSES = {"iris": 3, "digits": 10, "wine": 3, "breast_cancer": 2, "make_moons": 2, "make_circles": 2}
_BY_ARGUMENT = {"make_blobs": ("centers", 3), "make_classification": ("n_classes", 2)}


def labelled(name: str, bound: Bound, result: Value) -> Value:
    """The result of `load_iris(return_X_y=True)` or `make_blobs(centers=4)`, its labels of so many classes."""
    last = name.removeprefix(DATASETS)
    pair = result.items
    asked = bound.get("return_X_y")
    if asked is not None and asked.literal is not None and asked.literal.value is True:
        data, target = (_member(name, result, key, bound) for key in ("data", "target"))
        pair = (data, target) if data is not None and target is not None else None
    if pair is None or len(pair) < 2:
        return result
    return replace(result, type="tuple", items=(pair[0], _of_classes(pair[1], _classes(last, bound)), *pair[2:]))


def target_of(owner: str, name: str, made: Value) -> Value:
    """The attribute of a loaded data set."""
    count = _CLASSES.get(owner.removeprefix(DATASETS)) if owner.startswith(DATASETS) and name == "target" else None
    return _of_classes(made, Estimate.point(count)) if count is not None else made


def _classes(last: str, bound: Bound) -> Estimate | None:
    if last in _BY_ARGUMENT:
        argument, default = _BY_ARGUMENT[last]
        given = bound.get(argument)
        if given is None:
            return Estimate.point(default)
        if given.number is not None:
            return given.number
        return given.shape[0] if given.shape else size_of(given) if given.size is not None else None
    count = _CLASSES.get(last.removeprefix("load_"))
    return Estimate.point(count) if count is not None else None


def _member(name: str, result: Value, key: str, bound: Bound) -> Value | None:
    info, fact = find_type(result.type or ""), find_fact(name)
    returns = next((r for k, r in info.attributes if k == key), None) if info is not None else None
    return build(returns, Answers(fact, bound), bound) if returns is not None and fact is not None else None


def _of_classes(labels: Value, count: Estimate | None) -> Value:
    if count is None or labels.type != ARRAY or (labels.dtype or "").startswith("float"):
        return labels
    return replace(labels, element=replace(scalar_of(labels.dtype), distinct=count))
