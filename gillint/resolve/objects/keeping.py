"""Objects that remember where they were made: queues and namespaces, by that, what is put into them, and locks.

A program that packs something unpacks the like of it: compressed or encrypted data whose way is not seen is what it packs.
"""

from __future__ import annotations

from collections.abc import Set

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import ALL_QUEUES, NAMESPACES, OPEN
from gillint.resolve.external.stores import seen_through
from gillint.resolve.locks import LOCKS
from gillint.resolve.scope import ClassScope
from gillint.resolve.trace import Bound
from gillint.resolve.values import HOLDERS, NONE, UNKNOWN, UNPICKLED, MadeRef, Value, is_sentinel
from gillint.syntax import tree as t
from gillint.syntax.walk import set_in

_PUT, _GET = ("put", "put_nowait", "send"), ("get", "get_nowait", "recv")
_PIPES = ("multiprocessing.Pipe",)
_PACKERS = (
    "zlib", "gzip", "bz2", "lzma", "zstandard", "brotli", "lz4", "snappy", "cryptography", "nacl", "compression", "pyzstd",
    "isal",
)  # fmt: skip
_PACKS, _UNPACKS = ("compress", "encrypt"), ("decompress", "decrypt")
_UNPICKLERS = ("pickle.load", "pickle.loads")
_DUMPERS, _LOADS = ("dumps", "packb"), ("loads", "unpackb")
_DUMPS = "dumps"  # the name of the place where a module's documents are kept
_NOWHERE = Span(1, 1, 1, 1)


def kept(act: Activation, name: str, bound: Bound, result: Value, span: Span) -> Value:
    """A queue, a pipe or a namespace remembers where it was made, and by that what is put into it and taken from it.

    A lock does so that it can be told from others.
    """
    if result.type in (*ALL_QUEUES, *NAMESPACES, *LOCKS) and bound.receiver is None:
        return replace(result, reference=MadeRef(act.path, span))
    if name in _PIPES and result.items is not None:
        ends = (replace(end, reference=MadeRef(act.path, span, i)) for i, end in enumerate(result.items))
        return replace(result, items=tuple(ends))
    if name.endswith(_PACKS + _UNPACKS):
        return _packed(act, name, bound, result)
    module, _, method = name.rpartition(".")
    if method in _DUMPERS and result.size is not None:
        dumped = Value(type=result.type, size=result.size, text=result.text, source=result.source)
        act.program.put(MadeRef(module, _NOWHERE), _DUMPS, dumped)
        return result
    if name in _UNPICKLERS and result == UNKNOWN:
        return replace(result, mark=UNPICKLED)
    result = seen_through(name, bound, result)
    made = bound.receiver.reference if bound.receiver is not None else None
    if isinstance(made, MadeRef) and bound.receiver is not None:
        method = name.rsplit(".", 1)[-1]
        if method in _PUT and bound.positional:
            act.program.put(made, "", bound.positional[0])
            if bound.receiver.type in ALL_QUEUES and not is_sentinel(bound.positional[0]):
                act.program.fill(made, span, act.times * act.trips_so_far())
        elif method in _GET and (result == UNKNOWN or result.type is None):
            is_queue = bound.receiver.type in ALL_QUEUES
            return act.program.taken(made if is_queue else _other_end(made), "") or result
    return result


def _packed(act: Activation, name: str, bound: Bound, result: Value) -> Value:
    """Note what is compressed or encrypted; what is unpacked, and comes from nowhere in sight, is the like of it."""
    module, method = name.split(".", 1)[0], name.rsplit(".", 1)[-1]
    data = bound.get("data") or (bound.positional[0] if bound.positional else None)
    if module not in _PACKERS or data is None:
        return result
    way = _PACKS[0] if method in (_PACKS[0], _UNPACKS[0]) else _PACKS[1]
    place = MadeRef(module, _NOWHERE)
    if method in _PACKS and data.size is not None:
        act.program.put(place, way, Value(type=data.type, size=data.size, text=data.text, source=data.source))
    elif method in _UNPACKS and data.source is None and result.source is None and result.type == "bytes":
        known = act.program.taken(place, way)
        if known is not None and known.type == "bytes" and _may_be_packed(data.size, known.size):
            return replace(known, reference=None)
    return result


_PIECE = 0.01  # of what is unpacked: a piece of what was packed, or something else


def _may_be_packed(packed: Estimate | None, whole: Estimate | None) -> bool:
    """Whether bytes of one size may be those of the other, packed: not much longer, and not a hundredth."""
    if packed is None or whole is None:
        return True
    return _PIECE * whole.likely <= packed.likely <= 2 * whole.likely


def as_it_was_dumped(act: Activation, name: str, positional: tuple[Value, ...]) -> tuple[Value, ...]:
    """The arguments of a call that loads something: bytes of which nothing is known are like those that the program dumps."""
    module, _, method = name.rpartition(".")
    if method not in _LOADS or not positional or not _is_dumped(positional[0]):
        return positional
    known = act.program.taken(MadeRef(module, _NOWHERE), _DUMPS)
    return (replace(known, reference=None), *positional[1:]) if known is not None else positional


def _is_dumped(data: Value) -> bool:
    """Whether bytes may be what was dumped, for all that is known of them: `bytes(row[0])`."""
    return data.type == "bytes" and data.size in (None, OPEN) and data.source is None


def born_with(act: Activation, owner: ClassScope, made: Estimate | None = None, names: Set[str] | None = None) -> None:
    """Instances of a class are made, so many of them: they have containers of their own, all or those of these names, and
    what is None at first is made for each when it is asked for.
    """
    made = made if made is not None else (act.times * act.outside * act.trips_so_far()).max(1)
    keys = {f"{owner.key}.{n}": v for n, v in owner.attributes.items() if names is None or n in names}
    own = (k for k, v in keys.items() if v.type in _OF_ITS_OWN or v.type == NONE.type or k in act.program.births)
    act.program.births |= dict.fromkeys(own, made)


def begun_in_init(act: Activation, owner: ClassScope) -> Set[str]:
    """The attributes that the constructor of a class assigns to, its own or that of a class above."""
    holder = next((c for c in act.program.resolution_order(owner) if _INIT in c.methods), None)
    tree = act.program.function_tree(f"{holder.key}.{_INIT}")[0] if holder is not None else None
    if not isinstance(tree, t.Function) or not tree.parameters:
        return frozenset()
    own = f"{tree.parameters[0].name}."
    return {name.removeprefix(own) for name in set_in(tree.body) if name is not None and name.startswith(own)}


_INIT = "__init__"


_OF_ITS_OWN = (*HOLDERS, "array.array", "bytearray", "collections.Counter")


def _other_end(pipe: MadeRef) -> MadeRef:
    return replace(pipe, end=1 - pipe.end, also=tuple(_other_end(p) for p in pipe.also))
