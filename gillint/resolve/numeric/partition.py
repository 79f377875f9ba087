"""Data that is split for training and testing: how many of the rows each part has."""

from __future__ import annotations

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import size_of
from gillint.resolve.numeric.shapes import ARRAY, with_shape
from gillint.resolve.trace import Bound
from gillint.resolve.values import UNKNOWN, Value

_TEST_SHARE = Estimate.point(0.25)  # scikit-learn's default
_FOLDS = Estimate.point(5)


def refine_partition(name: str, bound: Bound, result: Value) -> Value:
    """The result of a call of `sklearn.model_selection` with the sizes that follow from the arguments."""
    last = name.rsplit(".", 1)[-1]
    if last == "train_test_split" and bound.positional:
        share = _test_share(bound, _rows(bound.positional[0]))
        parts = [_some_of(v, s) for v in bound.positional for s in (ONE - share, share)]
        return Value(type="list", size=Estimate.point(len(parts)), items=tuple(parts))
    if last == "split" and bound.positional:
        splitter = bound.receiver or UNKNOWN
        folds = splitter.number or splitter.size or _FOLDS
        rows = _rows(bound.positional[0])
        share = ONE / folds
        places = [Value(type=ARRAY, dtype="int64", size=n, shape=(n,)) for n in (rows * (ONE - share), rows * share)]
        return replace(result, size=folds, element=Value(type="tuple", items=tuple(places)), items=None)
    return result


def _rows(value: Value) -> Estimate:
    return value.shape[0] if value.shape else size_of(value)


def _test_share(bound: Bound, rows: Estimate) -> Estimate:
    """The share of the rows that is kept for the test: given as a share or as a number of rows."""
    for name in ("test_size", "train_size"):
        given = bound.get(name)
        if given is not None and given.number is not None:
            share = given.number if given.number.likely < 1 or given.type == "float" else given.number / rows
            return share if name == "test_size" else ONE - share
    return _TEST_SHARE


def _some_of(value: Value, share: Estimate) -> Value:
    """A part of the rows."""
    kept = replace(value, literal=None, number=None, items=None, element=value.element)
    if value.shape:
        parted = (value.shape[0] * share, *value.shape[1:])
        return (
            with_shape(kept, parted) if value.type == ARRAY else replace(kept, shape=parted, size=_part(value, share))
        )
    return replace(kept, size=_part(value, share))


def _part(value: Value, share: Estimate) -> Estimate | None:
    return value.size * share if value.size is not None else None
