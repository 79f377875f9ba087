"""What lies inside a container at any depth, and how often: the members, their members, and so on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gillint.resolve.calling.bound import MAPPINGS, element_of, size_of
from gillint.resolve.joining import join
from gillint.resolve.values import Value

NESTED = ("dict", "list", "tuple")
_DEPTH = 6

Counted = tuple[Value, float]


def members_of(container: Value) -> Iterator[Counted]:
    """The members of a container, each with how many there are like it; of a dict, its values."""
    if container.columns:
        yield from ((value, 1.0) for _, value in container.columns)
    elif container.type in MAPPINGS and container.items is not None and len(container.items) == 2:
        yield container.items[1], size_of(container).likely
    elif container.items and container.type not in MAPPINGS:
        yield from ((value, 1.0) for value in container.items)
    else:
        yield element_of(container), size_of(container).likely


def parts_of(container: Value, depth: int = _DEPTH) -> Iterator[Counted]:
    """All that lies inside a container."""
    if container.type not in NESTED or depth == 0:
        return
    for member, count in members_of(container):
        yield member, count
        yield from ((part, count * times) for part, times in parts_of(member, depth - 1))


def typical(parts: Iterable[Counted]) -> Value | None:
    """What one of several is on the average; None of nothing."""
    found: Value | None = None
    so_far = 0.0
    for part, count in parts:
        so_far += count
        found = part if found is None else join(found, part, count / so_far if so_far else None)
    return found
