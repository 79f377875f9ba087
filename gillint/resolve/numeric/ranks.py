"""Arrays of which only the size is known, and what the program asks of their shape tells how many dimensions they have."""

from __future__ import annotations

import operator
from collections.abc import Callable

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import TENSOR, size_of
from gillint.resolve.numeric.shapes import ARRAY, Shape, with_shape
from gillint.resolve.objects.filling import read_target
from gillint.resolve.targets import change_target
from gillint.resolve.values import UNKNOWN, Value
from gillint.syntax import tree as t
from gillint.syntax.walk import length_of


def learn_from_unpacking(act: Activation, target: t.Expr, value: t.Expr) -> None:
    """`rows, columns = x.shape`, `= np.shape(x)`, `= x.size()`."""
    holder = _asked_for_shape(value)
    if isinstance(target, t.Sequence) and holder is not None:
        _learn(act, *holder, len(target.elements), exactly=True)


def learn_from_index(act: Activation, node: t.Subscript) -> None:
    """`x.shape[1]`: there are two dimensions at least."""
    index = node.index
    if isinstance(index, t.Constant) and index.value in (1, 2):
        holder = _asked_for_shape(node.value)
        if holder is not None:
            _learn(act, *holder, index.value + 1, exactly=False)


def _asked_for_shape(node: t.Expr) -> tuple[t.Expr, str | None] | None:
    """The expression whose shape is asked for, and what it is where nothing else tells."""
    if isinstance(node, t.Attribute):
        return (node.value, None) if node.name == "shape" else None
    if not isinstance(node, t.Call) or not isinstance(node.function, t.Attribute):
        return None
    if node.function.name == "shape" and len(node.arguments) == 1:
        return node.arguments[0].value, ARRAY
    return (node.function.value, TENSOR) if node.function.name == "size" and not node.arguments else None


def _learn(act: Activation, holder: t.Expr, kind: str | None, rank: int, *, exactly: bool) -> None:
    array = read_target(act, holder)
    if array is None:
        return
    if array == replace(UNKNOWN, origin=array.origin):
        known = kind == ARRAY or (kind == TENSOR and "torch" in act.scope.syntax.imports())
        array = replace(array, type=kind, guessed=True) if known else array
    elif array.type not in (ARRAY, TENSOR) and not (array.type is None and array.shape is not None):
        return
    shape = array.shape
    if shape is not None and (len(shape) == rank or all(d.known for d in shape) or (len(shape) > rank and not exactly)):
        return
    size = size_of(replace(array, type=array.type or ARRAY))
    learned = with_shape(array, _spread(size, rank, has_channels=rank == 3 and array.type == ARRAY))
    if kind is None or array.type is not None:
        change_target(act, holder, replace(learned, type=array.type))


def _spread(size: Estimate, rank: int, *, has_channels: bool) -> Shape:
    """Dimensions for so many elements, where nothing tells: a table has ten columns, a picture three channels."""
    if rank == 2:
        rows = Estimate(size.low / 2, size.likely / 10, max(size.likely / 10, size.high / 100)).max(1)
        return rows, Estimate(2, 10, 100)
    channels = (Estimate.point(3),) if has_channels else ()
    sides = rank - len(channels)
    side = size.map(lambda n: max(1.0, n / 3 ** len(channels)) ** (1 / max(1, sides)))
    return (*(side,) * sides, *channels)


def ranked(node: t.Expr) -> t.Expr | None:
    """The array of which the number of dimensions is asked: `x.ndim`, `np.ndim(x)`, `len(x.shape)`, `len(np.shape(x))`."""
    whole = length_of(node)
    what, node = ("ndim", node) if whole is None else ("shape", whole)
    part = node.function if isinstance(node, t.Call) else node
    if not isinstance(part, t.Attribute) or part.name != what:
        return None
    if not isinstance(node, t.Call):
        return part.value
    return node.arguments[0].value if len(node.arguments) == 1 else None


def rank_decides(act: Activation, node: t.Compare, left: Value, right: Value) -> bool | None:
    """Whether `x.ndim == 3` holds, which a variable may remember: `is_rgb = image.ndim == 3`; None where others may pass `x`."""
    root = ranked(node.left)
    while isinstance(root, t.Attribute):
        root = root.value
    if not isinstance(root, t.Name) or root.id in act.open or len(node.operators) != 1:
        return None
    asked, wanted, holds = left.number, right.number, ORDER.get(node.operators[0])
    if asked is None or wanted is None or holds is None or not (asked.known and wanted.known):
        return None
    return holds(asked.likely, wanted.likely)


ORDER: dict[str, Callable[[float, float], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge
}  # fmt: skip
