"""Stores: a dict or a list that is loaded from a file, changed, and written to it again, call after call.

What the program puts into one is in it when it is loaded the next time. So the first look at a program counts what is put
into what came from a file, and the second one takes the file to hold half of that when it is read: it begins with nothing.
"""

from __future__ import annotations

from gillint.estimate import ONE
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.external.files import Files
from gillint.resolve.tabular.kinds import distinct_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import STORE, Value
from gillint.syntax.tree import HOLE

_VIEWS = (
    "dict.items", "dict.values", "dict.copy", "json.items", "json.values", "list.copy", "dict", "list",
    "collections.defaultdict", "collections.OrderedDict", "collections.Counter",
)  # fmt: skip


def from_file(files: Files, name: str | None, loaded: Value) -> Value:
    """What is loaded from a file of this name: it may be a store."""
    if name is None or name == HOLE:
        return loaded
    if files.before is None:
        return replace(loaded, mark=f"{STORE}{name}")
    held = files.before.stores.get(name)
    if held is None:
        return loaded
    content = files.before.find(name)
    whole = content.source.value if content is not None and content.source is not None else None
    known = whole if whole is not None and whole.type == held.type else held
    return replace(known, size=held.size, columns=None, mark=f"{STORE}{name}")


def seen_through(name: str, bound: Bound, result: Value) -> Value:
    """`store.items()`, `defaultdict(int, store)`: what is made of its members is as good as the store."""
    if name not in _VIEWS:
        return result
    given = (bound.receiver, *bound.positional)
    store = next((v for v in given if v is not None and is_stored(v)), None)
    return replace(result, mark=store.mark) if store is not None else result


def still_stored(old: Value | None, new: Value) -> Value:
    """What an attribute gets that held a store: an empty one, where there was no file."""
    is_another = old is not None and is_stored(old) and new.mark is None and new.type == old.type
    return replace(new, mark=old.mark) if is_another and old is not None else new


def is_stored(container: Value) -> bool:
    """Whether a container came from a file."""
    return container.mark is not None and container.mark.startswith(STORE)


def put_into(act: Activation, container: Value, added: Value, key: Value | None = None) -> bool:
    """Note that something is put into a store, and say whether that is in it already.

    `container`: with what is put into it; `added`: that; `key`: under which key, of a dict.
    """
    if not is_stored(container) or container.mark is None:
        return False
    files, name = act.program.files, container.mark.removeprefix(STORE)
    if files.before is not None:
        return name in files.before.stores
    turns = (act.times * act.trips_so_far()).max(1)
    kinds = ONE if key is not None and key.literal is not None else distinct_of(key)
    if key is not None and kinds is None:
        return False  # nobody knows how often the same key comes
    keys = turns.min(kinds) if kinds is not None else turns
    half = keys.combine(turns, lambda k, n: k * (1.0 - k / (2.0 * n)))
    old = files.stores.get(name)
    if old is None or old.size is None or old.size.likely <= half.likely:
        kind = "dict" if key is not None else "list"
        items = (key, added) if key is not None else None
        files.stores[name] = Value(type=kind, size=half, items=items, element=key if key is not None else added)
    return False
