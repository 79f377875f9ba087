"""Short lists and tuples made of others, member by member: `(n,) + x.shape[1:]`, `[n] * 2`, `list(x.shape)`."""

from __future__ import annotations

from collections.abc import Callable

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.external.commands import begun_as
from gillint.resolve.numeric.shapes import constant_int
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

_ONE_BY_ONE = 8  # members that are known one by one: those of a shape, of a record
_KINDS = ("list", "tuple")


def spliced(name: str, bound: Bound, result: Value) -> Value:
    """The result of a call with the members that it takes over."""
    found = _BY_NAME[name](bound) if name in _BY_NAME else None
    if (found is None or len(found) > _ONE_BY_ONE) and name.endswith("add__") and bound.receiver is not None:
        return replace(result, source=begun_as(bound.receiver))
    if found is None or len(found) > _ONE_BY_ONE:
        return result
    return replace(result, items=found, size=Estimate.point(len(found)))


Members = tuple[Value, ...] | None


def _members(value: Value | None) -> Members:
    return value.items if value is not None and value.type in _KINDS else None


def _first(bound: Bound) -> Value | None:
    return bound.positional[0] if len(bound.positional) == 1 else None


def _joined(bound: Bound) -> Members:
    own, other = _members(bound.receiver), _members(_first(bound))
    return own + other if own is not None and other is not None else None


def _repeated(bound: Bound) -> Members:
    own, count = _members(bound.receiver), constant_int(_first(bound))
    return own * count if own is not None and count is not None and 0 <= count <= _ONE_BY_ONE else None


def _copied(bound: Bound) -> Members:
    return _members(_first(bound))


_BY_NAME: dict[str, Callable[[Bound], Members]] = {
    **{f"{kind}.{method}": _joined for kind in _KINDS for method in ("__add__", "__iadd__")},
    **{f"{kind}.{method}": _repeated for kind in _KINDS for method in ("__mul__", "__rmul__", "__imul__")},
    **dict.fromkeys(_KINDS, _copied),
}
