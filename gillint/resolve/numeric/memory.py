"""How the elements of an array lie in memory: side by side, or with others between them, as in a column of a matrix.

A loop over elements that lie apart takes them one by one, where it takes eight at once of those that lie side by side.
"""

from __future__ import annotations

import re

from gillint.estimate import ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import item_bytes, size_of
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import Value

_ARRAY = "numpy.ndarray"
# The marks of views: some others between two elements; each in a cache line of its own; by columns; parts of rows; windows
# that share elements; backwards.
STRIDED, APART, TURNED, CUT, SHARED, REVERSED = "strided", "apart", "turned", "cut", "shared", "reversed"
_LINE_BYTES = 64
# ns an element more than side by side (numpy 2.4.6, `a + a`, `a.mean()`, `a > 0.5`, `a.astype(float)`): channels of a picture and
# columns of narrow tables 0.2 to 0.6, columns of matrices 0.5 to 2.8; a turned matrix that is copied 1.6 to 4.3.
# Of what lies inside a matrix (`a[1:-1, 1:-1]`) each row is a loop of its own: for each such operand 9 ns a row of 3 elements,
# 25 of 64, 29 of 128, 58 of 256 and 125 of 512.
# Windows (`sliding_window_view`, `view_as_windows`) are written out one by one, in pages that are new: 0.7 to 3.7 ns an element.
# What lies backwards is gone through one by one (`x[::-1].copy()`, `image[:, ::-1].copy()`: 0.3 to 0.5 ns more, and 6 a row).
_MORE_NS = {STRIDED: 0.27, APART: 0.8, TURNED: 2.0, CUT: 0.2, SHARED: 2.0, REVERSED: 0.4}
_A_ROW_NS = 8.0
_A_REVERSED_ROW_NS = 6.0
_VIEWS = (
    "__getitem__",
    "__iter__",
    "__len__",
    "item",
    "view",
    "squeeze",
    "transpose",
    "swapaxes",
    "shape",
    "ndim",
    "size",
)
# What puts the elements of a turned matrix, or of windows, into another order; other operations go through them as they lie.
_REORDERS = (
    "copy",
    "ravel",
    "flatten",
    "reshape",
    "tolist",
    "ascontiguousarray",
    "array",
    "concatenate",
    "hstack",
    "vstack",
    "stack",
)


def apart(value: Value, distance: Estimate) -> str | None:
    """The mark of a part of an array that takes every so manyth element."""
    if distance.likely <= 1:
        return value.mark
    return APART if value.mark == APART or distance.likely * item_bytes(value) >= _LINE_BYTES else STRIDED


def field_of(record: Value, field: Value) -> str:
    """The mark of a field of a structured array: the other fields lie between its elements."""
    whole = sum(item_bytes(column) for _, column in record.columns or ())
    return APART if record.mark == APART or whole >= _LINE_BYTES else STRIDED


def side_by_side(name: str, bound: Bound, made: Value) -> Value:
    """What a call makes: the elements of a new array lie side by side; windows share those of the array that they show.

    What is made of turned matrices element by element lies as they do.
    """
    if made.type != _ARRAY:
        return made
    if name in _WINDOWS:
        return replace(made, mark=SHARED)
    if name in _TURNS:
        return replace(made, mark=_after_a_turn(name, bound))
    if name in _FLIPS:
        return replace(made, mark=_after_a_flip(bound))
    if _is_ufunc(name):
        operands = [v for v in (bound.receiver, *bound.positional) if v is not None and len(v.shape or ()) > 1]
        if operands and all(v.mark == TURNED for v in operands):
            return replace(made, mark=TURNED)
    return replace(made, mark=None) if made.mark in _MORE_NS else made


_WINDOWS = (
    "numpy.lib.stride_tricks.sliding_window_view",
    "skimage.util.view_as_windows",
    "skimage.util.view_as_blocks",
)


_FLIPS = ("numpy.flip", "numpy.fliplr")
_TURNS = (f"{_ARRAY}.transpose", "numpy.transpose", "numpy.rot90")


def _after_a_turn(name: str, bound: Bound) -> str | None:
    """The mark of `np.transpose(a)` and `a.transpose(2, 0, 1)`, as of `a.T`: turned, if another dimension comes last."""
    given = bound.positional if bound.receiver is not None else bound.positional[1:]
    whole = bound.receiver if bound.receiver is not None else next(iter(bound.positional), None)
    if whole is None or whole.shape is None or len(whole.shape) < 2 or whole.mark is not None:
        return None
    asked = bound.get("axes") or (given[0] if given else None)
    axes = given if len(given) > 1 else asked.items if asked is not None and name != "numpy.rot90" else None
    last = axes[-1].literal if axes else None
    stays = last is not None and last.value in (-1, len(whole.shape) - 1)
    return None if stays else TURNED


def _after_a_flip(bound: Bound) -> str | None:
    """The mark of `np.flip(a)` and `np.fliplr(a)`, as of `a[:, ::-1]`: reversed, unless whole rows change places."""
    whole, axis = next(iter(bound.positional), None), bound.get("axis") or next(iter(bound.positional[1:]), None)
    if whole is None or whole.mark is not None:
        return None
    by_rows = axis is not None and axis.literal is not None and axis.literal.value == 0
    return None if by_rows and len(whole.shape or ()) > 1 else REVERSED


def setting_out(call: Call) -> Estimate:
    """The time (ns) that an operator takes, with the GIL held, before it goes through operands of which each row lies apart."""
    is_operator = _is_operator(call.name)
    operands = [v for v in (call.bound.receiver, *call.bound.positional) if v is not None and v.mark in _BY_ROWS]
    is_apart = is_operator and any(v.shape is not None and len(v.shape) > 1 for v in operands)
    return Estimate.point(_SET_OUT_NS) if is_apart else ZERO


def _is_operator(name: str) -> bool:
    return _OPERATOR.fullmatch(name) is not None and name.rpartition(".")[2] not in _NO_UFUNCS


def _is_ufunc(name: str) -> bool:
    return _is_operator(name) or name in _UFUNCS


_UFUNCS = frozenset(f"numpy.{name}" for name in ("abs", "absolute", "sqrt", "square", "exp", "log", "power", "tanh"))
_OPERATOR = re.compile(rf"{re.escape(_ARRAY)}\.__\w+__")
_NO_UFUNCS = ("__getitem__", "__setitem__", "__iter__", "__len__", "__contains__", "__matmul__", "__rmatmul__")
_BY_ROWS = (STRIDED, APART, CUT)
# An iterator over more than one dimension is made first: numpy 2.4.6, `a * 2.0` and `a + a` of 24 x 27 and 100 x 28 elements of
# `x[:, :-1]` and `x[:, ::3]` hold 0.6 to 0.8 us longer than of a copy; a vector (`x[::2]`), sums and copies need none.
_SET_OUT_NS = 500.0


def going_through(call: Call) -> Estimate:
    """The time (ns) that a function of numpy takes for operands whose elements lie apart beyond that for others."""
    last = call.name.rpartition(".")[2]
    if not call.name.startswith("numpy.") or last in _VIEWS or _is_in_order(call):
        return ZERO
    receiver = () if call.bound.receiver is None or last == "__setitem__" else (call.bound.receiver,)
    operands = [v for v in (*receiver, *call.bound.positional) if v.type == _ARRAY and v.mark in _MORE_NS]
    found = ZERO
    for operand in operands:
        if operand.mark not in _IN_OTHER_ORDER or last in _REORDERS:
            found = found + _beyond(operand)
        if operand.mark == CUT and operand.shape:
            found = found + size_of(operand) / operand.shape[-1].max(1) * _A_ROW_NS
        if operand.mark == REVERSED and operand.shape and last in _REORDERS:
            found = found + size_of(operand) / operand.shape[-1].max(1) * _A_REVERSED_ROW_NS
    mask = call.bound.get("where")
    return found + size_of(mask) * _MASKED_NS if mask is not None and mask.type == _ARRAY else found


# Under a mask an inner loop is begun for each run of elements that it keeps (numpy 2.4.6, `np.add(a, a, where=m, out=o)` and
# `np.log` with a mask at random that keeps seven of ten: 3.6 and 4.5 ns an element more than without it).
_MASKED_NS = 4.0


_IN_OTHER_ORDER = (TURNED, SHARED)


def _beyond(operand: Value) -> Estimate:
    """The time (ns) that an operand takes beyond one whose elements lie side by side."""
    size = size_of(operand)
    more = size * _MORE_NS[operand.mark or ""]
    if operand.mark != TURNED:
        return more
    return (more * (0.15 + 0.85 * item_bytes(operand) / 8) - _IN_CACHE_NS).max(size * _TURNED_IN_CACHE_NS)


# A turned matrix that a cache of the core holds as a whole is copied as fast as it is read (numpy 2.4.6, `A.T.copy()`: 0.3 ns an
# element more of 32 x 32 and 100 x 100, 0.5 of 300 x 300, 0.9 of 600 x 600, 1 to 4 of larger ones and of powers of two; of
# bytes, 480 x 640 and those of three colours, 0.5).
_TURNED_IN_CACHE_NS, _IN_CACHE_NS = 0.3, 34_000.0


def is_copied(call: Call) -> bool:
    """Whether what gives a view as a rule has to copy, without the GIL: `windows.reshape(-1, 64)`, `matrix.T.ravel()`."""
    whole = call.bound.receiver
    return (
        call.name in _RESHAPES
        and whole is not None
        and whole.mark in _IN_OTHER_ORDER
        and whole.dtype != "object"
        and not _is_in_order(call)
    )


def _is_in_order(call: Call) -> bool:
    """Whether a turned matrix is taken column by column, which is how it lies: `matrix.T.ravel(order="F")`."""
    whole, order = call.bound.receiver, call.bound.get("order")
    is_turned = whole is not None and whole.mark == TURNED
    return is_turned and order is not None and order.literal is not None and order.literal.value == "F"


_RESHAPES = (f"{_ARRAY}.reshape", f"{_ARRAY}.ravel")
