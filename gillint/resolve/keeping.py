"""Objects that remember what is put into them by the place where they were made: queues and namespaces."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import ALL_QUEUES, NAMESPACES
from gillint.resolve.scope import ClassScope
from gillint.resolve.trace import Bound
from gillint.resolve.values import HOLDERS, UNKNOWN, MadeRef, Value

_PUT, _GET = ("put", "put_nowait", "send"), ("get", "get_nowait", "recv")
_PIPES = ("multiprocessing.Pipe",)


def kept(act: Activation, name: str, bound: Bound, result: Value, span: Span) -> Value:
    """A queue, a pipe or a namespace remembers where it was made, and by that what is put into it and taken from it."""
    if result.type in (*ALL_QUEUES, *NAMESPACES) and bound.receiver is None:
        return replace(result, reference=MadeRef(act.path, span))
    if name in _PIPES and result.items is not None:
        ends = (replace(end, reference=MadeRef(act.path, span, i)) for i, end in enumerate(result.items))
        return replace(result, items=tuple(ends))
    made = bound.receiver.reference if bound.receiver is not None else None
    if isinstance(made, MadeRef) and bound.receiver is not None:
        method = name.rsplit(".", 1)[-1]
        if method in _PUT and bound.positional:
            act.program.put(made, "", bound.positional[0])
        elif method in _GET and (result == UNKNOWN or result.type is None):
            is_queue = bound.receiver.type in ALL_QUEUES
            return act.program.taken(made if is_queue else _other_end(made), "") or result
    return result


def born_with(act: Activation, owner: ClassScope) -> None:
    """An instance of a dataclass is made: it has containers of its own."""
    made = (act.times * act.trips_so_far()).max(1)
    act.program.births |= {f"{owner.key}.{n}": made for n, v in owner.attributes.items() if v.type in HOLDERS}


def _other_end(pipe: MadeRef) -> MadeRef:
    return replace(pipe, end=1 - pipe.end, also=tuple(_other_end(p) for p in pipe.also))
