"""What a function that calls itself passes on and makes longer: `walk(node.left, code + "0")`, `place(row + 1, path + [row])`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import size_of
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, key_of, length_of, mentioned, name_called

# Pieces on a level in the middle, where nothing tells how deep it goes: a balanced tree of a thousand leaves has ten levels.
_HALFWAY = Estimate(0, 5, 100)
_LENGTHENED = ("str", "bytes", "list", "tuple")


def passed_down(tree: t.Function | t.Lambda, arguments: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments that are empty at first and longer on each level, as they are halfway down."""
    begun = ((name, arguments[name]) for name in _lengthened(tree) if name in arguments)
    return {
        name: replace(value, size=_HALFWAY, items=None, literal=None, text=None)
        for name, value in begun
        if value.type in _LENGTHENED and size_of(value).high == 0
    }


@lru_cache(maxsize=2048)
def _lengthened(tree: t.Function | t.Lambda) -> frozenset[str]:
    """The parameters that a function's calls of itself get with something more."""
    if not isinstance(tree, t.Function):
        return frozenset()
    inside = expressions(tree.body)
    calls = (e for e in inside if isinstance(e, t.Call) and name_called(e.function) == tree.name)
    # Where it ends by how long they are, it is counted how often it runs until then: see `ends`.
    measured = {key_of(e) for e in map(length_of, inside) if e is not None}
    return frozenset(name for call in calls for name in _longer(tree, call)) - measured


def _longer(tree: t.Function, call: t.Call) -> Iterator[str]:
    names = [p.name for p in tree.parameters if not p.kind.startswith("*")]
    is_method = isinstance(call.function, t.Attribute) and bool(names)
    for name, argument in zip(names[is_method:], (a for a in call.arguments if a.keyword is None), strict=False):
        if _adds_to(argument.value, name):
            yield name
    yield from (a.keyword for a in call.arguments if a.keyword is not None and _adds_to(a.value, a.keyword))


def _adds_to(passed: t.Expr, name: str) -> bool:
    """`path + [x]`, `f"{path}/{x}"`, `[*path, x]`."""
    if isinstance(passed, t.Sequence):
        return any(isinstance(e, t.Starred) and name in mentioned(e) for e in passed.elements)
    is_longer = isinstance(passed, t.Formatted) or (isinstance(passed, t.Binary) and passed.operator == "add")
    return is_longer and name in mentioned(passed)
