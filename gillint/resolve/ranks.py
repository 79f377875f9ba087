"""Arrays of which only the size is known, and what the program asks of their shape tells how many dimensions they have."""

from __future__ import annotations

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.bound import size_of
from gillint.resolve.shapes import ARRAY, Shape, with_shape
from gillint.resolve.targets import change_target, read_target
from gillint.syntax import tree as t


def learn_from_unpacking(act: Activation, target: t.Expr, value: t.Expr) -> None:
    """`rows, columns = x.shape`."""
    if isinstance(target, t.Sequence) and isinstance(value, t.Attribute) and value.name == "shape":
        _learn(act, value.value, len(target.elements), exactly=True)


def learn_from_index(act: Activation, node: t.Subscript) -> None:
    """`x.shape[1]`: there are two dimensions at least."""
    asked, index = node.value, node.index
    if (
        isinstance(asked, t.Attribute)
        and asked.name == "shape"
        and isinstance(index, t.Constant)
        and index.value in (1, 2)
    ):
        _learn(act, asked.value, index.value + 1, exactly=False)


def _learn(act: Activation, holder: t.Expr, rank: int, *, exactly: bool) -> None:
    array = read_target(act, holder)
    if array is None or array.type != ARRAY:
        return
    shape = array.shape
    if shape is not None and (len(shape) == rank or all(d.known for d in shape) or (len(shape) > rank and not exactly)):
        return
    change_target(act, holder, with_shape(array, _spread(size_of(array), rank)))


def _spread(size: Estimate, rank: int) -> Shape:
    """Dimensions for so many elements, where nothing tells: a table has ten columns, a picture three channels."""
    if rank == 2:
        rows = Estimate(size.low / 2, size.likely / 10, max(size.likely / 10, size.high / 100)).max(1)
        return rows, Estimate(2, 10, 100)
    channels = (Estimate.point(3),) if rank == 3 else ()
    sides = rank - len(channels)
    side = size.map(lambda n: max(1.0, n / 3 ** len(channels)) ** (1 / max(1, sides)))
    return (*(side,) * sides, *channels)
