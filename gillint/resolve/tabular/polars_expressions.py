"""Expressions of polars: only described, and worked out by the frame that is given them, functions in Python among them."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import replace
from gillint.knowledge.schema import Fact
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of, literal_text, size_of
from gillint.resolve.tabular.expression_kinds import EXPRESSION, KINDS, PLAIN, POOLED, SLOW, weight
from gillint.resolve.trace import Bound
from gillint.resolve.values import SPREAD, UNKNOWN, Value

_SERIES = "polars.Series"
_HEAVY = (SLOW, POOLED)
_GROUPED = ("polars.dataframe.group_by.GroupBy.agg", "polars.lazyframe.group_by.LazyGroupBy.agg")
_WORKING = frozenset(
    (*_GROUPED, *(f"polars.{kind}Frame.{m}" for kind in ("Data", "Lazy") for m in ("select", "with_columns", "filter")))
)
_SELECTING = ("polars.DataFrame.select", "polars.LazyFrame.select")
# What makes one value of a column, and what makes a column of one value again.
_REDUCING = frozenset((
    "sum", "mean", "min", "max", "count", "len", "std", "var", "median", "first", "last", "quantile", "n_unique", "any", "all",
    "arg_max", "arg_min", "product", "skew", "kurtosis", "null_count", "nan_max", "nan_min", "approx_n_unique", "implode",
    "lit", "corr", "cov",
))  # fmt: skip
_SPREADING = frozenset(("over", "explode", "repeat_by", "rolling"))
_MAPPED = {f"{EXPRESSION}.map_elements": f"{_SERIES}.map_elements", f"{EXPRESSION}.map_batches": ""}


def described(name: str, bound: Bound, result: Value) -> Value:
    """An expression with what it is made of: how many dear steps (`size`), which column, which functions in Python (`items`).

    That it gives one value is its `shape`; a frame of such ones alone has one row.
    """
    if name in _SELECTING:
        return replace(result, size=ONE) if _is_one(bound.get("exprs")) else result
    if not _is_expression(result):
        return result
    if name == "polars.col" and (column := literal_text(bound.positional[0] if bound.positional else None)) is not None:
        return replace(result, columns=((column, UNKNOWN),), size=ZERO)
    parts = [v for v in (bound.receiver, *bound.positional) if v is not None and _is_expression(v)]
    dear = ONE if result.type in _HEAVY and result.size is None else ZERO
    steps = total((dear, *(v.size or ZERO for v in parts)))
    kind = max((result.type, *(v.type for v in parts)), key=weight)
    functions = tuple(f for v in parts for f in v.items or ())
    if name in _MAPPED and bound.positional:
        functions = (*functions, Value(type=_MAPPED[name], items=(bound.positional[0], _column_of(bound.receiver))))
    if result.type in KINDS:
        kind = SLOW if kind not in _HEAVY and steps.likely > 0 else kind
    last = name.rpartition(".")[2]
    is_one = last in _REDUCING or (bool(parts) and last not in _SPREADING and all(map(_is_one, parts)))
    return replace(
        result,
        type=kind if result.type in KINDS else result.type,
        size=steps,
        shape=(ONE,) if is_one else None,
        items=functions or None,
    )


def _is_one(expression: Value | None) -> bool:
    return expression is not None and expression.shape == (ONE,)


def _is_expression(value: Value) -> bool:
    return value.type is not None and value.type.startswith(EXPRESSION)


def _column_of(expression: Value | None) -> Value:
    return Value(columns=expression.columns) if expression is not None and expression.type == PLAIN else UNKNOWN


def _each(passed: tuple[Value, ...]) -> list[tuple[Value, Estimate]]:
    """The expressions one by one, out of lists too, and how many there are of each."""
    found: list[tuple[Value, Estimate]] = []
    for value in passed:
        if value.type in ("list", "tuple", SPREAD):
            members = (
                [(v, ONE) for v in value.items] if value.items is not None else [(element_of(value), size_of(value))]
            )
            found.extend(members)
        else:
            found.append((value, ONE))
    return found


def worked_out(act: Activation, fact: Fact, bound: Bound, span: Span) -> Bound:
    """Work out what is passed to a frame: functions in Python are run, the heaviest expression is `exprs`, one more is `more`."""
    if fact.name not in _WORKING:
        return bound
    named = bound.parameters[min(len(fact.parameters), len(bound.positional)) :]
    passed = _each((*bound.positional, *(v for _, v in named)))
    if bound.receiver is not None:
        for expression, _ in passed:
            _call_back(act, bound.receiver, expression, span)
    return _heaviest(bound, [(Value(type=PLAIN, size=ZERO) if v.type == "str" else v, n) for v, n in passed])


def _heaviest(bound: Bound, passed: list[tuple[Value, Estimate]]) -> Bound:
    heaviest = max((v for v, _ in passed), key=lambda v: weight(v.type), default=UNKNOWN)
    if heaviest.type not in KINDS:
        return bound
    steps = total(size * (v.size or ZERO) for v, size in passed)
    several = (("more", heaviest),) if total(size for _, size in passed).likely > 1 else ()
    shape = (ONE,) if all(_is_one(v) for v, _ in passed) else None
    return replace(bound, parameters=(("exprs", replace(heaviest, size=steps.max(1), shape=shape)), *several))


def _call_back(act: Activation, frame: Value, expression: Value, span: Span) -> None:
    """Run the functions in Python that an expression holds, over the column of the frame that works it out."""
    from gillint.resolve.calling.calls import apply
    from gillint.resolve.calling.library_calls import library

    for mapped in expression.items or () if _is_expression(expression) else ():
        function, column = mapped.items or (UNKNOWN, UNKNOWN)
        given = _given(frame, column)
        if mapped.type:
            library(act, mapped.type, given, (function,), (), span)
        else:
            apply(act, function, (given,), (), span, "function")


def _given(frame: Value, column: Value) -> Value:
    """The column of a frame that a function in Python goes through."""
    found = frame.column(column.columns[0][0]) if column.columns else None
    element = element_of(found) if found is not None else UNKNOWN
    return Value(type=_SERIES, size=size_of(frame), element=element)
