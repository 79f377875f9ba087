"""Objects that remember what is put into them by the place where they were made: queues and namespaces."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import ALL_QUEUES, NAMESPACES
from gillint.resolve.scope import ClassScope
from gillint.resolve.trace import Bound
from gillint.resolve.values import HOLDERS, UNKNOWN, MadeRef, Value


def kept(act: Activation, name: str, bound: Bound, result: Value, span: Span) -> Value:
    """A queue or a namespace remembers where it was made, and by that what is put into it and taken from it."""
    if result.type in (*ALL_QUEUES, *NAMESPACES) and bound.receiver is None:
        return replace(result, reference=MadeRef(act.path, span))
    queue = bound.receiver.reference if bound.receiver is not None else None
    if isinstance(queue, MadeRef):
        method = name.rsplit(".", 1)[-1]
        if method in ("put", "put_nowait") and bound.positional:
            act.program.put(queue, "", bound.positional[0])
        elif method in ("get", "get_nowait") and (result == UNKNOWN or result.type is None):
            return act.program.taken(queue, "") or result
    return result


def born_with(act: Activation, owner: ClassScope) -> None:
    """An instance of a dataclass is made: it has containers of its own."""
    made = (act.times * act.trips_so_far()).max(1)
    act.program.births |= {f"{owner.key}.{n}": made for n, v in owner.attributes.items() if v.type in HOLDERS}
