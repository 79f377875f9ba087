"""How much an array function has to go through, where its arguments' sizes do not say it: what facts call `loops` and `terms`.

NumPy runs an inner loop over the last dimensions that all operands share, and starts it anew for each of the others: an array
of points less their mean, (n, 3) - (3,), takes n short loops. `loops` is how many; `converted` are the elements of operands
that have another dtype than the one that is computed in, and are cast to it first; `terms` is how many products an `einsum`
forms; `picked` and `paired` are arrays of indices in a tuple, `strided` is a column that is assigned, `filled` the part that
slices assign; in `frame.loc[rows, columns]` and in `matrix[rows, columns]` what picks the rows, and what the columns; `labels`
are those of the rows of a table, `copied` the column that is copied before it is written to; `steps` are those of a Fourier
transform, `span` is how long an equation is integrated, `neighbours` how many a node of a graph has. They are given to the
fact beside the arguments, and so is the `result`.
"""

from __future__ import annotations

from collections.abc import Callable

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text, size_of
from gillint.resolve.numeric.dtypes import converted
from gillint.resolve.numeric.fourier import transform_steps
from gillint.resolve.numeric.indexing import extent
from gillint.resolve.numeric.memory import TURNED
from gillint.resolve.numeric.shapes import ARRAY, REDUCTIONS, Shape, axes_of, broadcast, product, shape_of
from gillint.resolve.tabular.blocks import WRITES_A_CELL, copied_column
from gillint.resolve.tabular.labels import SORTED
from gillint.resolve.text.tried import with_matches
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Value, of_number


def with_work(name: str, bound: Bound, result: Value) -> Bound:
    """The arguments of a numpy call with what its costs hang on besides."""
    labels = bound.receiver.labels if name in _BY_LABELS and bound.receiver is not None else None
    if labels is not None and not (labels.mark == SORTED and name.endswith("loc.__getitem__")):
        bound = replace(bound, parameters=(*bound.parameters, ("labels", labels)))
    if name.endswith(_BY_ROWS_AND_COLUMNS):
        named = zip(("picked", "paired"), _tuple_items(bound), strict=False)
        copied = [("copied", copied_column(bound))] if name in WRITES_A_CELL else []
        return replace(bound, parameters=(*bound.parameters, *named, *copied))
    if name.startswith("torch.") and result.shape is not None and bound.get("result") is None:
        return replace(bound, parameters=(*bound.parameters, ("result", result), *_of_operator(name, bound)))
    if name.startswith("re."):
        return replace(bound, parameters=(*bound.parameters, *with_matches(name, bound)))
    if name in _BY_KINDS:
        return replace(bound, parameters=(*bound.parameters, ("result", result)))
    steps = transform_steps(name, bound)
    if steps is not None:
        bound = replace(bound, parameters=(*bound.parameters, ("steps", _count(steps))))
    if name.startswith("networkx."):
        return replace(bound, parameters=(*bound.parameters, *_neighbours(bound)))
    if name in _OF_ONE:
        return replace(bound, parameters=(*bound.parameters, *_OF_ONE[name](bound)))
    if not name.startswith("numpy."):
        return bound
    more: list[tuple[str, Value]] = []
    if result.type == ARRAY and bound.get("result") is None:
        more.append(("result", result))
    last = name.rsplit(".", 1)[-1]
    operands = (bound.receiver, *bound.positional) if bound.receiver is not None else bound.positional
    if last in ("__getitem__", "__setitem__"):
        more.extend(zip(("picked", "paired"), _index_arrays(bound), strict=False))
        if last == "__setitem__":
            more.extend(("strided", v) for v in _strided(bound))
            more.extend(("filled", v) for v in _filled(bound))
    elif last in _BY_LAYOUT:
        if bound.receiver is not None and bound.receiver.mark == TURNED:
            more.append(("turned", bound.receiver))
    elif last == "at":
        indices = bound.get("indices")
        more.extend(zip(("picked", "paired"), indices.items or () if indices is not None else (), strict=False))
    elif last == "einsum":
        letters = _letters(bound)
        whole = product(tuple(letters.values())) if letters else Estimate(100, 10_000, 1e8)
        more.append(("terms", _count(whole)))
        more.append(("loops", _count(whole / next(reversed(letters.values())) if letters else ONE)))
    elif last in REDUCTIONS and operands:
        more.append(("loops", _count(_reduced_loops(operands[0], bound))))
    elif result.type == ARRAY and len(operands) > 1:
        more.append(("loops", _count(_broadcast_loops([shape_of(v) for v in operands[:3]]))))
        more.append(("converted", _count(converted(operands[:2], in_place=last in _IN_PLACE))))
    return replace(bound, parameters=(*bound.parameters, *more))


# What takes the elements in the order that is asked for, and finds them so in a turned matrix, or not.
_BY_LAYOUT = ("ravel", "reshape", "tobytes")
_IN_PLACE = ("__iadd__", "__isub__", "__imul__")


# What looks for the different values, and takes longer the more there are: `result` says how many.
_BY_KINDS = frozenset(
    (
        "pandas.DataFrame.groupby", "pandas.Series.groupby", "pandas.Series.value_counts", "pandas.Series.unique",
        "pandas.Series.drop_duplicates", "pandas.DataFrame.drop_duplicates",
    )
)  # fmt: skip
# What finds rows by their labels, or makes columns of these.
_BY_LABELS = frozenset(
    f"pandas.{table}.{by}"
    for table in ("DataFrame", "Series")
    for by in ("loc.__getitem__", "reset_index", "sort_index", "xs", "unstack")
)
_BY_ROWS_AND_COLUMNS = tuple(
    f"pandas.DataFrame.{by}.__{what}item__" for by in ("loc", "iloc") for what in ("get", "set")
) + tuple(f"scipy.sparse.{kind}_{what}.__getitem__" for kind in ("csr", "csc") for what in ("matrix", "array"))


def _neighbours(bound: Bound) -> tuple[tuple[str, Value], ...]:
    """How many neighbours a node of a graph has, where what made it told."""
    graph = bound.receiver if bound.receiver is not None else bound.positional[0] if bound.positional else None
    if graph is None or graph.number is None or not (graph.type or "").startswith("networkx."):
        return ()
    return (("neighbours", of_number("float", graph.number)),)


def _span(bound: Bound) -> tuple[tuple[str, Value], ...]:
    """How far apart the two ends of `t_span` are, where both are known."""
    given = bound.get("t_span")
    ends = [v.number for v in given.items or ()] if given is not None else []
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return ()
    return (("span", of_number("float", (ends[1] - ends[0]).map(abs))),)


def _of_operator(name: str, bound: Bound) -> tuple[tuple[str, Value], ...]:
    """The inner loops of an operator between two tensors, which PyTorch begins as numpy does."""
    if not name.endswith("__") or bound.receiver is None or len(bound.positional) != 1:
        return ()
    shapes = [bound.receiver.shape, bound.positional[0].shape]
    return () if None in shapes else (("loops", _count(_broadcast_loops(shapes))),)


def _index_arrays(bound: Bound) -> tuple[Value, ...]:
    """The arrays and lists of indices in a tuple that an array is subscripted with."""
    return tuple(v for v in _tuple_items(bound) if v.type in (ARRAY, "list"))


def _tuple_items(bound: Bound) -> tuple[Value, ...]:
    key = bound.positional[0] if bound.positional else None
    pieces = key.items if key is not None and key.type == "tuple" else None
    return pieces or ()


def _strided(bound: Bound) -> tuple[Value, ...]:
    """What an index after a slice picks, `a[:, 1]`: elements that lie a row apart."""
    shape, pieces = shape_of(bound.receiver), _tuple_items(bound)
    if shape is None or len(pieces) != len(shape) or {p.type for p in pieces} != {"slice", "int"}:
        return ()
    if pieces[-1].type != "int":
        return ()
    return (_count(product(tuple(d for d, p in zip(shape, pieces, strict=True) if p.type == "slice"))),)


def _filled(bound: Bound) -> tuple[Value, ...]:
    """What slices and numbers pick for an assignment, `a[2:5]`, `a[i, ..., 1:-1]`: more than one element."""
    shape = bound.receiver.shape if bound.receiver is not None else None
    pieces = _tuple_items(bound) or bound.positional[:1]
    at = next((i for i, p in enumerate(pieces) if p.type == "ellipsis"), len(pieces))
    after = len(pieces[at + 1 :])
    if shape is None or at + after > len(shape):
        return ()
    whole, ends = shape[at : len(shape) - after], (*shape[:at], *shape[len(shape) - after :])
    taken = list(zip(ends, (*pieces[:at], *pieces[at + 1 :]), strict=True))
    if not {p.type for _, p in taken} <= {"slice", "int"}:
        return ()
    slices = [(d, extent(d, p)) for d, p in taken if p.type == "slice"]
    picked = (*(d if part is None else part for d, part in slices), *whole)
    return (_count(product(picked)),) if picked else ()


def _count(number: Estimate) -> Value:
    return Value(type="list", size=number)


def _broadcast_loops(shapes: list[Shape | None]) -> Estimate:
    """The product of the dimensions in front of the last ones in which every operand is either whole or repeated."""
    known = [s for s in shapes if s]
    if len(known) < 2:
        return ONE
    whole = broadcast(*known)
    padded = [(ONE,) * (len(whole) - len(s)) + s for s in known]
    patterns = [tuple(_is_repeated(s[i], d) for s in padded) for i, d in enumerate(whole)]
    inner = len(whole) - 1
    while inner > 0 and patterns[inner - 1] == patterns[-1]:
        inner -= 1
    return product(whole[:inner])


def _is_repeated(own: Estimate, whole: Estimate) -> bool:
    return own == ONE and whole != ONE


# Rows in an array whose shape is not known, for each of its elements.
_ROWS = Estimate(0.001, 0.02, 0.3)


def _reduced_loops(operand: Value | None, bound: Bound) -> Estimate:
    """One loop for each result where the last dimension is reduced, one for each row otherwise.

    The last one is that along which the elements lie side by side: of a turned matrix the first.
    """
    shape, size, axis = shape_of(operand), size_of(operand), bound.get("axis")
    if axis is None or axis == NONE or (shape is not None and len(shape) < 2):
        return ONE
    axes = axes_of(axis, len(shape)) if shape is not None else None
    if shape is None or axes is None:
        return size * _ROWS
    if len(axes) == len(shape):
        return ONE
    inner = len(shape) - 1
    if operand is not None and operand.mark == TURNED:
        shape, axes = shape[::-1], {inner - a for a in axes}
    while inner > 0 and ((inner - 1) in axes) == ((len(shape) - 1) in axes):
        inner -= 1
    return product(shape[:inner])


# What hangs on something that no other function asks for.
_OF_ONE: dict[str, Callable[[Bound], tuple[tuple[str, Value], ...]]] = {
    "scipy.integrate.solve_ivp": _span,
    "h5py.Dataset.__setitem__": lambda bound: tuple(("filled", v) for v in _filled(bound)),
}


def _letters(bound: Bound) -> dict[str, Estimate]:
    """The dimensions that the letters of an `einsum` stand for; none where it cannot be read."""
    text = literal_text(bound.positional[0]) if bound.positional else None
    letters: dict[str, Estimate] = {}
    terms = (text or "").replace(" ", "").partition("->")[0].split(",")
    for term, operand in zip(terms, bound.positional[1:], strict=False):
        shape = shape_of(operand)
        if shape is not None and len(shape) == len(term):
            letters.update(zip(term, shape, strict=True))
    return letters
