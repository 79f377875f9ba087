"""The arrays of an xarray Dataset, by their names."""

from __future__ import annotations

from gillint.estimate import Estimate, total
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text, size_of
from gillint.resolve.tabular.calendar import periods_in
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

DATASET, DATA_ARRAY = "xarray.Dataset", "xarray.DataArray"
_RESAMPLED = (f"{DATASET}.resample", f"{DATA_ARRAY}.resample")
_SOME_PERIODS = Estimate(2, 20, 1000)  # where nothing tells: months of two years, weeks of some
_LOOKED_UP = (f"{DATASET}.__getitem__", f"{DATASET}.__getattr__")


def refine_labelled_arrays(name: str, bound: Bound, result: Value) -> Value:
    """What constructors, look-ups and resampling say: the sizes of arrays, their coordinates, how many periods there are."""
    if name in (DATASET, DATA_ARRAY):
        given, coordinates = bound.get("data_vars"), bound.get("coords")
        made = _made_of(given, result) if name == DATASET and given is not None else result
        return replace(made, labels=Value(columns=coordinates.columns)) if coordinates is not None else made
    receiver = bound.receiver
    if receiver is None:
        return result
    if name in _RESAMPLED:
        return replace(result, size=size_of(receiver), shape=(_periods(receiver.labels, bound),))
    if name in _LOOKED_UP and bound.positional:
        asked = literal_text(bound.positional[0])
        named = receiver.column(asked) if asked is not None else None
        return replace(named, labels=receiver.labels) if named is not None else result
    return result


def _periods(coordinates: Value | None, bound: Bound) -> Estimate:
    """`ds.resample(time="MS")`: how many periods there are between the first date of that coordinate and the last."""
    passed = bound.positional[0].columns if bound.positional else bound.parameters
    for name, frequency in passed or ():
        dates = coordinates.column(name) if coordinates is not None else None
        if (found := periods_in(dates, frequency)) is not None:
            return found
    return _SOME_PERIODS


def _made_of(variables: Value, result: Value) -> Value:
    """`xr.Dataset({"air": (("time", "lat"), values)})`: one array for each name."""
    if variables.columns:
        columns = tuple((name, _variable(value)) for name, value in variables.columns)
        return replace(result, columns=columns, size=total(size_of(v) for _, v in columns))
    if variables.items is not None and len(variables.items) == 2 and variables.size is not None:
        return replace(result, size=variables.size * size_of(_variable(variables.items[1])))
    return result


def _variable(given: Value) -> Value:
    """An array, with or without the names of its dimensions before it."""
    values = given.items[1] if given.type in ("tuple", "list") and given.items and len(given.items) > 1 else given
    known = values.size is not None or values.shape is not None or values.items is not None
    return Value(type=DATA_ARRAY, size=size_of(values) if known else None)
