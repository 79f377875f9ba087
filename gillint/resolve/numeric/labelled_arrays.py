"""The arrays of an xarray Dataset, by their names."""

from __future__ import annotations

from gillint.estimate import total
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text, size_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

DATASET, DATA_ARRAY = "xarray.Dataset", "xarray.DataArray"
_LOOKED_UP = (f"{DATASET}.__getitem__", f"{DATASET}.__getattr__")


def refine_labelled_arrays(name: str, bound: Bound, result: Value) -> Value:
    """What the constructor and a look-up say of the size of each array."""
    if name == DATASET:
        given = bound.get("data_vars")
        return _made_of(given, result) if given is not None else result
    if name in _LOOKED_UP and bound.receiver is not None and bound.positional:
        asked = literal_text(bound.positional[0])
        named = bound.receiver.column(asked) if asked is not None else None
        return named if named is not None else result
    return result


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
