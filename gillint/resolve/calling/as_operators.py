"""Functions that are operators: `operator.add`, `pow` and `divmod` do what their operands do, arrays say."""

from __future__ import annotations

from collections.abc import Callable

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation
from gillint.resolve.values import Value

Keywords = tuple[tuple[str, Value], ...]
_Function = Callable[[Activation, "Value | None", tuple[Value, ...], Keywords, Span], "Value | None"]


_NUMBERS = ("int", "float", "bool", "complex")


def _operator(operator: str) -> _Function:
    def applied(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        """`reduce(operator.add, vectors)`: what the operator does by the types of its operands."""
        from gillint.resolve.operators import binary

        if len(positional) != 2 or all(v.type is None or v.type in _NUMBERS for v in positional):
            return None  # what the fact says
        return binary(act, positional[0], operator, positional[1], span)

    return applied


def _divided(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`divmod(seconds, 60)` of arrays: two results, in one pass that is about as long as a division."""
    whole = _operator("floordiv")(act, receiver, positional, keywords, span)
    return Value(type="tuple", items=(whole, whole)) if whole is not None else None


_ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lshift", "rshift")

OPERATORS: dict[str, _Function] = {
    **{f"operator.{name}": _operator(o) for o in _ARITHMETIC for name in (o, f"i{o}", f"__{o}__")},
    **{f"operator.{name}": _operator(o) for o in ("or", "and", "xor") for name in (f"{o}_", f"i{o}", o)},
    "pow": _operator("pow"),
    "divmod": _divided,
}
