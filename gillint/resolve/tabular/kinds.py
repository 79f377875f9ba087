"""How many different values an array or a column has at most: that is how many groups, bars or entries of a table come of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import mul

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.numeric.drawing import after, is_drawn, let_through, lies_between, member_of
from gillint.resolve.numeric.dtypes import scalar_of
from gillint.resolve.numeric.shapes import KEPT, shape_of
from gillint.resolve.tabular.calendar import cut_dates
from gillint.resolve.text.texts import ANY
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, text_of
from gillint.syntax.tree import HOLE

# How many groups so many rows fall into, where nothing tells: a power of the number of rows.
GROUPS = Estimate(0.2, 0.5, 0.9)
# How many of so many measured numbers are different.
_MEASURED = Estimate(0.01, 1 / 3, 1.0)
_ARRAY, _SERIES = "numpy.ndarray", "pandas.Series"
_MANY = (_ARRAY, _SERIES, "pandas.Index", "pandas.DatetimeIndex", "pandas.Categorical")
_TWO = Estimate.point(2)
# Given all arguments and the result: how many kinds there are, None where nothing tells.
_Rule = Callable[[Bound, Value], Estimate | None]


def kinds_of(value: Value | None) -> Estimate | None:
    """How many different values are in an array or a column; None where nothing tells."""
    if value is None:
        return None
    if value.dtype == "bool":
        return _TWO.min(size_of(value))
    distinct = value.element.distinct if value.element is not None else None
    return distinct.min(size_of(value)) if distinct is not None else None


def distinct_of(key: Value | None) -> Estimate | None:
    """How many different keys there are; of tuples, all pairs of what their members may be."""
    if key is None or key.distinct is not None or key.type != "tuple" or not key.items:
        return key.distinct if key is not None else None
    found = _of_members(key)
    known = [kinds for kinds in found if kinds is not None]
    return reduce(mul, known) if len(known) == len(found) else None


def different_paths(parts: tuple[Value, ...]) -> Estimate | None:
    """How many different paths are put together in the course of a loop, where it is known of each part that varies."""
    varying = [p for p in parts if p.distinct is not None or HOLE in (text_of(p) or ANY).pattern]
    kinds = [p.distinct for p in varying if p.distinct is not None]
    return reduce(mul, kinds) if kinds and len(kinds) == len(varying) else None


def fewest_of(key: Value | None) -> Estimate:
    """How many different keys there are at least: pairs of those members of a tuple of which it is known."""
    if key is None or key.type != "tuple" or not key.items:
        return ONE
    return reduce(mul, (kinds for kinds in _of_members(key) if kinds is not None), ONE)


def _of_members(key: Value) -> list[Estimate | None]:
    return [ONE if item.literal is not None else distinct_of(item) for item in key.items or ()]


def different(value: Value) -> Estimate:
    """How many different values there are likely to be: few of labels, many of what was measured."""
    kinds, whole = kinds_of(value), size_of(value)
    if kinds is not None:
        return kinds
    if value.dtype is None or value.dtype.startswith(("float", "complex")):
        return whole.combine(_MEASURED, lambda n, share: max(1.0, n * share))
    return whole.combine(GROUPS, lambda n, power: max(1.0, n**power))


# The mark of a number that tells whether two neighbours of few kinds differ, and of so many neighbours how many do (a power, as
# for groups): in a gaze at 500 Hz it was 60 of 10,000, in a recording of bird song 52 of 260,000.
_CHANGE = "change"
_CHANGES = Estimate(0.2, 0.45, 0.85)
_FEW = 20.0


# The mark of an array whose values are the largest (or smallest) of a window around them, and the share that is its own largest.
_EXTREME = "extreme"
_OF_WINDOWS = (
    "maximum_filter",
    "minimum_filter",
    "grey_dilation",
    "grey_erosion",
    "dilate",
    "erode",
    "dilation",
    "erosion",
)
_ONE_OF_A_WINDOW = Estimate(1 / 400, 1 / 50, 1 / 9)


def _extremes(bound: Bound, result: Value) -> Value:
    """`maximum_filter(a, size=9)`: one of so many elements is a peak."""
    width = bound.get("size")
    passed = next((v for k in ("footprint", "structure", "kernel") if (v := bound.get(k)) is not None), None)
    window = shape_of(passed)
    share = _ONE_OF_A_WINDOW
    if window:
        share = ONE / size_of(passed).max(ONE) if passed is not None else share
    elif width is not None and width.number is not None and result.shape is not None:
        share = width.number.map(lambda n: max(n, 1.0) ** -len(result.shape or ()))
    return replace(result, element=Value(type="float", mark=_EXTREME, number=share))


def _peaks(*values: Value | None) -> Estimate | None:
    """The share of an array that is equal to the largest around it, where one of the two that are compared is that."""
    members = (v.element for v in values if v is not None and v.element is not None)
    return next((m.number for m in members if m.mark == _EXTREME), None)


def changes(value: Value, count: Estimate) -> Estimate | None:
    """How many of so many in `np.diff(mask)` are not zero; None of anything else."""
    if value.element is None or value.element.mark != _CHANGE:
        return None
    return count.combine(_CHANGES, lambda n, power: max(1.0, n**power))


def kept(mask: Value) -> Estimate:
    """The share of what a mask is put over that it keeps: one of so many kinds, where it is known of how many."""
    member = mask.element
    return member.number if member is not None and member.type == "bool" and member.number is not None else KEPT


def _mask(last: str, bound: Bound, result: Value) -> Value:
    """`labels == k`, `kinds.isin(["a", "b"])`, and what is made of such masks."""
    source, other = _source(bound), bound.positional[0] if bound.positional else None
    share: Estimate | None = None
    if source is not None and last in ("__eq__", "__ne__", "isin"):
        kinds = kinds_of(source)
        is_one = other is not None and other.type not in _MANY
        if kinds is not None and is_one and other is not None:
            asked = size_of(other) if last == "isin" else ONE
            share = (asked / kinds.max(ONE)).min(ONE)
            share = 1.0 - share if last == "__ne__" else share
        elif last == "__eq__":
            share = _peaks(source, other) or _in_turn(other)
        elif last == "__ne__" and source.dtype == "bool" and other is not None and other.dtype == "bool":
            share = _either_not_both(kept(source), kept(other))
    elif source is not None and last == "__invert__" and kept(source) is not KEPT:
        share = 1.0 - kept(source)
    elif source is not None and last == "__and__" and other is not None and other.dtype == "bool":
        share = _both(kept(source), kept(other))
    elif source is not None and last == "__or__" and other is not None and KEPT not in (kept(source), kept(other)):
        share = kept(source) + kept(other) - kept(source) * kept(other)
    elif source is not None and last == "between":
        share = lies_between(source.element, other, bound.positional[1] if len(bound.positional) > 1 else None)
    elif source is not None:
        share = let_through(last, source.element, other)
    return replace(result, element=Value(type="bool", number=share) if share is not None else None)


def _in_turn(other: Value | None) -> Estimate | None:
    """`for k in range(clusters): points[labels == k]`: what is compared with one number after the other is one of them."""
    if other is None or other.type not in ("int", "str") or other.distinct is None or other.distinct.high <= 1:
        return None
    return (ONE / other.distinct.max(ONE)).sorted()


def _both(one: Estimate, other: Estimate) -> Estimate | None:
    """What two masks keep together: at most what the smaller one does, and much of it where nothing is known of the other."""
    if KEPT not in (one, other):
        return one * other
    known = other if one is KEPT else one
    return known * _MOST if known is not KEPT and known.likely < KEPT.likely else None


def _either_not_both(one: Estimate, other: Estimate) -> Estimate | None:
    """What one of two masks keeps that the other does not; of one of which nothing is known, little is expected."""
    if KEPT in (one, other):
        return other if one is KEPT and other is not KEPT else one if one is not KEPT else None
    return (one + other - one * other * 2).max(0.0)


_MOST = Estimate(0.03, 0.6, 1.0)
_MASKS = (
    "__eq__", "__ne__", "isin", "__invert__", "__and__", "__or__", "__lt__", "__le__", "__gt__", "__ge__", "lt", "le", "gt",
    "ge", "between",
)  # fmt: skip


def _marked(last: str, bound: Bound, result: Value) -> Value:
    """Where runs of a mask or of labels end (`np.diff(mask)`, `np.diff(np.sign(x)) != 0`), and how much a mask keeps."""
    source = _source(bound)
    if source is None:
        return result
    is_change = source.type == _ARRAY and changes(source, ONE) is not None
    if last in _MASKS and result.dtype == "bool" and result.type in _MANY and not is_change:
        return _mask(last, bound, result)
    if result.type != _ARRAY:
        return result
    kinds = kinds_of(source)
    begins = last == "diff" and kinds is not None and kinds.high <= _FEW and source.type == _ARRAY
    if begins or (last in _COMPARED and is_change):
        return replace(result, element=Value(type="int", mark=_CHANGE))
    return result


_COMPARED = ("__ne__", "__eq__", "__gt__", "__lt__", "__ge__", "__le__", "abs", "absolute")


def with_kinds(name: str, bound: Bound, result: Value) -> Value:
    """The result of a call of numpy's or pandas' with the number of different values that follows from the arguments."""
    last = name.rpartition(".")[2]
    if last in _OF_WINDOWS and result.type == _ARRAY:
        return _extremes(bound, result)
    if last == "diff" or last in _COMPARED or last in _MASKS:
        result = _marked(last, bound, result)
    if name.startswith("numpy.random.") and (member := member_of(last, bound)) is not None:
        if result.type == _ARRAY:
            return replace(result, element=member)
        if result.type == member.type:
            return replace(result, number=member.number, distinct=member.distinct)
    if result.type in _MANY:
        result = after(
            last,
            _source(bound),
            bound.positional[0] if bound.receiver is not None and bound.positional else None,
            result,
        )
    rule = _of_numbers(name, last)
    if rule is None or (result.type not in _MANY and last not in _DRAWS):
        return result
    count = rule(bound, result) if bound.positional or last not in _DRAWS else None
    if count is None:
        return result
    if result.type not in _MANY:
        return replace(result, distinct=count)
    member = result.element if result.type != _ARRAY or is_drawn(result.element) else None
    if member is None:
        member = scalar_of(result.dtype) if result.type == _ARRAY or result.dtype is not None else Value()
    if last == "choice" and member.type == "str":  # as long as those that are drawn from
        member = replace(element_of(bound.positional[0]), literal=None, text=None, origin=None)
    return replace(result, element=replace(member, distinct=count.max(ONE)))


def _clusters(bound: Bound, result: Value) -> Estimate:
    """The groups that a clustering finds, or that it is told to find: some few."""
    return Estimate(2, 5, 50).min(size_of(result).max(ONE))


def _of_numbers(name: str, last: str) -> _Rule | None:
    if name.startswith(("sklearn.cluster.", "sklearn.mixture.", "sklearn.base.ClusterMixin.", "scipy.cluster.")):
        return _clusters if last in ("fit_predict", "predict", "labels_", "fcluster") else None
    if name.startswith("numpy.random."):
        return _DRAWS.get(last)
    if name.startswith(("pandas.Series.dt.", "pandas.DatetimeIndex.")):
        return lambda bound, result: cut_dates(last, bound)
    return _RULES.get(last) if last not in _DRAWS else None


def _source(bound: Bound) -> Value | None:
    return bound.receiver if bound.receiver is not None else bound.positional[0] if bound.positional else None


def _whole(value: Value | None) -> Estimate | None:
    """The kinds, or the members where nothing tells of any that are alike."""
    if value is None:
        return None
    known = kinds_of(value)
    return known if known is not None or (value.size is None and value.shape is None) else size_of(value)


def _integers(bound: Bound, result: Value) -> Estimate | None:
    given = bound.positional
    low, high = (given[0], given[1]) if len(given) > 1 and given[1].number is not None else (None, given[0])
    first = low.number if low is not None else ZERO
    return high.number - first if high.number is not None and first is not None else None


def _choice(bound: Bound, result: Value) -> Estimate | None:
    population = bound.positional[0]
    if population.type == "int":
        return population.number
    kinds = kinds_of(population)
    return kinds if kinds is not None else size_of(population)


def _poisson(bound: Bound, result: Value) -> Estimate | None:
    """What is found in practice: some four standard deviations to each side."""
    mean = bound.positional[0].number
    return mean.map(lambda m: min(m, 4 * m**0.5) + 4 * m**0.5 + 1) if mean is not None else None


def _binomial(bound: Bound, result: Value) -> Estimate | None:
    count = bound.positional[0].number
    return count + 1 if count is not None else None


def _same(bound: Bound, result: Value) -> Estimate | None:
    """Each value becomes one value: there are no more of them."""
    kinds = kinds_of(_source(bound))
    operand = bound.positional[0] if bound.receiver is not None and bound.positional else None
    if kinds is None or operand is None or operand.type not in _MANY:
        return kinds
    other = kinds_of(operand)
    return kinds * other if other is not None else size_of(operand)


def _repeated(bound: Bound, result: Value) -> Estimate | None:
    return _whole(_source(bound))


def _quotient(bound: Bound, result: Value) -> Estimate | None:
    """Of numbers that lie close together as many are the same as the divisor says."""
    source, operand = _source(bound), bound.positional[0] if bound.positional else None
    whole = _whole(source) if source is not None and (source.dtype or "").startswith(("int", "uint")) else None
    if whole is None or operand is None or operand.number is None or operand.number.low <= 0:
        return _same(bound, result)
    return (whole / operand.number).max(ONE)


def _remainder(bound: Bound, result: Value) -> Estimate | None:
    operand = bound.positional[0] if bound.positional else None
    is_whole = operand is not None and operand.type == "int" and (result.dtype or "").startswith(("int", "uint"))
    return operand.number if operand is not None and is_whole else _same(bound, result)


def _mapped(bound: Bound, result: Value) -> Estimate | None:
    kinds, table = kinds_of(_source(bound)), bound.positional[0] if bound.positional else None
    if table is None or table.type != "dict":
        return kinds
    return size_of(table).min(kinds) if kinds is not None else size_of(table)


def _either(bound: Bound, result: Value) -> Estimate | None:
    """`where(condition, a, b)`."""
    found = ZERO
    for value in bound.positional[1:3]:
        kinds = kinds_of(value) if value.type in _MANY else ONE
        if kinds is None:
            return None
        found = found + kinds
    return found if len(bound.positional) > 2 else None


def _selected(bound: Bound, result: Value) -> Estimate | None:
    """`select(conditions, choices)`, where the choices are numbers or texts."""
    choices = bound.positional[1] if len(bound.positional) > 1 else None
    if choices is None or choices.items is None or any(c.type in _MANY for c in choices.items):
        return None
    return Estimate.point(len(choices.items) + 1)


def _between_edges(bound: Bound, result: Value) -> Estimate | None:
    """`digitize(x, edges)`: the stretches between them, and the two beyond."""
    edges = bound.positional[1] if len(bound.positional) > 1 else None
    return size_of(edges) + 1 if edges is not None and edges.type in (*_MANY, "list", "tuple") else None


def _joined(bound: Bound, result: Value) -> Estimate | None:
    parts = bound.positional[0] if bound.positional else None
    if parts is None or parts.items is None:
        return None
    found = ZERO
    for part in parts.items:
        kinds = kinds_of(part)
        if kinds is None:
            return None
        found = found + kinds
    return found


def _quantiles(bound: Bound, result: Value) -> Estimate | None:
    count = bound.get("q")
    return count.number if count is not None else None


def _filled(bound: Bound, result: Value) -> Estimate | None:
    return ONE


def _numbered(bound: Bound, result: Value) -> Estimate | None:
    """`(gaps > limit).cumsum()`: one more for each that the mask keeps."""
    source = _source(bound)
    return size_of(source) * kept(source) + 1 if source is not None and source.dtype == "bool" else None


_DRAWS: dict[str, _Rule] = {
    "integers": _integers,
    "randint": _integers,
    "choice": _choice,
    "poisson": _poisson,
    "binomial": _binomial,
}
_RULES: dict[str, _Rule] = {
    **dict.fromkeys(
        (
            "astype", "round", "around", "rint", "floor", "ceil", "trunc", "fix", "abs", "absolute", "sort",
            "sort_values", "ravel", "flatten", "copy", "to_numpy", "values", "reshape", "array", "asarray", "reset_index",
            "upper", "lower", "title", "capitalize", "strip", "lstrip", "rstrip", "zfill", "slice", "get", "replace",
            "fillna", "clip", "to_list", "__neg__", "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__",
            "__truediv__", "__pow__", "apply", "squeeze", "Series", "Categorical",
        ),
        _same,
    ),
    **dict.fromkeys(("repeat", "tile"), _repeated),
    **dict.fromkeys(("zeros", "ones", "full", "zeros_like", "ones_like", "full_like"), _filled),
    **dict.fromkeys(("concatenate", "hstack"), _joined),
    "__floordiv__": _quotient,
    "cumsum": _numbered,
    "__mod__": _remainder,
    "sign": lambda bound, result: Estimate.point(3),
    "map": _mapped,
    "where": _either,
    "select": _selected,
    "digitize": _between_edges,
    "qcut": _quantiles,
}  # fmt: skip
