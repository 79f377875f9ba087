"""Which column of a table is copied before a cell of it is written: pandas keeps those of a dtype together, in a block.

`frame.loc[row, column] = x` writes where the numbers are if the frame is one block, or if the column has a block to itself; of
a block with others, in a frame of several blocks, it copies the column each time (counted with pandas 3.1.1).
"""

from __future__ import annotations

from gillint.estimate import ZERO, Estimate
from gillint.resolve.calling.bound import literal_text, size_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

WRITES_A_CELL = ("pandas.DataFrame.loc.__setitem__", "pandas.DataFrame.iloc.__setitem__")


def copied_column(bound: Bound) -> Value:
    """The column that such an assignment copies; an empty one where it copies none, perhaps one where nothing tells."""
    frame = bound.receiver or Value(type="pandas.DataFrame")
    rows = size_of(frame)
    if frame.dtype is not None:  # one block
        return _column(ZERO)
    dtypes = {label: column.dtype for label, column in frame.columns or ()}
    if not dtypes or None in dtypes.values():
        return _column(Estimate(0.0, rows.likely, rows.high))
    kinds = list(dtypes.values())
    key = bound.positional[0] if bound.positional else None
    own = _own(dtypes, key.items[1]) if key is not None and key.items is not None and len(key.items) > 1 else None
    shared = kinds.count(own) > 1 if own is not None else len(kinds) > len(set(kinds))
    return _column(rows if shared and len(set(kinds)) > 1 else ZERO)


def _own(dtypes: dict[str, str | None], column: Value) -> str | None:
    """The dtype of the column that is written, by its name or by its place."""
    place = column.literal.value if column.literal is not None else None
    if isinstance(place, int) and -len(dtypes) <= place < len(dtypes):
        return list(dtypes.values())[place]
    return dtypes.get(literal_text(column) or "")


def _column(size: Estimate) -> Value:
    return Value(type="pandas.Series", size=size)
