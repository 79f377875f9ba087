"""Keys that a dict gains and loses: `update`, `|=`, `setdefault`, `pop`, `del`, `clear`."""

from __future__ import annotations

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import MAPPINGS, literal_text, size_of
from gillint.resolve.calling.mappings import has_no_other, made_dict, merged, named_members, or_default, pair_of
from gillint.resolve.external.stores import put_into
from gillint.resolve.joining import Columns, join
from gillint.resolve.objects.filling import containers, growth, is_empty, keys_of
from gillint.resolve.objects.keeping import born_with
from gillint.resolve.targets import change_target
from gillint.resolve.values import NONE, UNKNOWN, Value
from gillint.syntax import tree as t

DICTS = ("dict", "collections.OrderedDict", "collections.defaultdict")
_TAKES = ("pop", "popitem", "clear")


def changes_keys(mapping: Value, method: str) -> bool:
    """Whether a method gives a dict other keys, or takes some of its own."""
    if method == "setdefault":
        return mapping.type in MAPPINGS
    counts = mapping.type == "collections.Counter"
    return (mapping.type in DICTS and method in ("update", *_TAKES)) or (counts and method in _TAKES)


def change_keys(
    act: Activation, node: t.Call, function: t.Attribute, container: Value, positional: list[Value]
) -> None:
    """What a call of a method leaves in a dict."""
    place = function.value
    if function.name == "setdefault":
        if positional:
            _set_default(act, place, container, positional)
    elif function.name == "update":
        change_target(act, place, updated(act, place, container, _given(act, node, positional)))
    elif function.name == "clear":
        change_target(act, place, _cleared(act, place, container))
    else:
        key = positional[0] if positional and function.name == "pop" else None
        change_target(act, place, without(act, place, container, key, may_be_missing=len(positional) > 1))


def _given(act: Activation, node: t.Call, positional: list[Value]) -> Value:
    """What `d.update(other, a=1, **more)` is given, in one dict."""
    from gillint.resolve.expressions import evaluate

    with act.nested():
        values = [(a, evaluate(act, a.value)) for a in node.arguments if a.star or a.keyword is not None]
    named = tuple((a.keyword, value) for a, value in values if a.keyword is not None)
    parts = [_as_dict(value) for value in positional] + [value for a, value in values if a.star == "**"]
    parts += [named_members(named)] if named else []
    return parts[0] if len(parts) == 1 else merged(parts)


def _as_dict(given: Value) -> Value:
    """A dict, or the pairs that one is made of."""
    return given if given.type in MAPPINGS or given.type is None else made_dict((given,), ())


def updated(act: Activation, place: t.Expr, container: Value, other: Value) -> Value:
    """A dict with members like those of another one, under keys that may be there already."""
    (key, value), (new_key, new_value) = pair_of(container), pair_of(other)
    old, turns = growth(act, place, container)
    both = merged(
        (replace(container, size=ZERO) if is_empty(container) and container.columns is None else container, other)
    )
    if has_no_other(both):  # the same ones in each turn
        return replace(both, type=container.type, origin=container.origin, mark=container.mark)
    size = None
    if other.type in MAPPINGS and (is_empty(container) or container.size is not None):
        added = size_of(other) * (ONE if has_no_other(other) else turns)
        added = added.min(new_key.distinct) if new_key.distinct is not None else added
        size = old.max(added) if key == new_key and key.distinct is not None else old + added
    if other.type not in MAPPINGS:
        new_key, new_value = key, value
    pair = (
        join(key if key != UNKNOWN else None, new_key),
        join(value if value != UNKNOWN else None, new_value),
    )
    columns = both.columns if container.columns else None
    return replace(container, items=pair, columns=columns, size=size, element=pair[0])


def without(
    act: Activation, place: t.Expr, container: Value, key: Value | None, *, may_be_missing: bool = False
) -> Value:
    """A dict out of which something is taken: under a key, or whatever it is.

    In a loop it is not said how many are left.
    """
    name = literal_text(key) if key is not None else None
    if name is not None and has_no_other(container) and container.column(name) is None:
        return container
    columns = None
    if container.columns is not None and name is not None:
        columns = tuple((n, value) for n, value in container.columns if n != name)
        may_be_missing = may_be_missing and len(columns) == len(container.columns)
    pair = container.items if container.items is not None or not container.columns else pair_of(container)
    size = container.size
    if size is not None and _is_once(act, place):
        fewer = (size - 1).max(0)
        size = fewer.join(size) if may_be_missing else fewer
    return replace(container, items=pair, columns=columns, size=size, literal=None)


def _cleared(act: Activation, place: t.Expr, container: Value) -> Value:
    if _is_once(act, place):
        return Value(type=container.type, size=ZERO, mark=container.mark)
    pair = container.items if container.items is not None or not container.columns else pair_of(container)
    return replace(container, items=pair, columns=None)


def _is_once(act: Activation, place: t.Expr) -> bool:
    """Whether a statement changes a variable of the function once for each time that its container is made."""
    if not isinstance(place, t.Name) or place.id not in act.environment:
        return False
    return len(act.loops) <= act.born.get(place.id, (0, ZERO))[0]


def _set_default(act: Activation, mapping: t.Expr, container: Value, positional: list[Value]) -> None:
    """`d.setdefault(key, value)`: the mapping has a member like that; an old one of the same type stays as it is."""
    key, old = pair_of(container)
    default = positional[1] if len(positional) > 1 else NONE
    value = old if old.type == default.type else join(old if old != UNKNOWN else None, default)
    pair = (join(key if key != UNKNOWN else None, positional[0]), value)
    name = literal_text(positional[0])
    begins = container.size is not None and is_empty(container)
    named = container.columns if container.columns is not None else () if begins else None
    if name is not None and named is not None and (not act.loops or container.column(name) is not None):
        change_target(
            act, mapping, _with_default(replace(container, items=pair, element=pair[0]), named, name, default)
        )
        return
    if put_into(act, container, default, positional[0]):
        return
    _, turns = growth(act, mapping, container)
    owner = act.program.class_of(default.type) if default.reference is None else None
    if owner is not None:  # each call makes one, and those of new keys are kept
        born_with(act, owner, members_in_all(act, mapping, turns, positional[0]))
    is_one_more = name is not None and not begins  # in whichever turn it is
    fills = not is_one_more and (is_empty(container) or turns != ONE)
    size = keys_of(turns, positional[0], mapping) if fills else container.size
    change_target(act, mapping, replace(container, items=pair, columns=None, size=size, element=pair[0]))


def members_in_all(act: Activation, mapping: t.Expr, turns: Estimate, key: Value) -> Estimate:
    """How many members a place makes in all the mappings of its kind, where it runs so often for each of them."""
    return keys_of(turns, key, mapping) * containers(act, mapping)


def _with_default(container: Value, named: Columns, name: str, default: Value) -> Value:
    """A dict of which some members are known by name, and which has one of this name from here on."""
    if any(known == name for known, _ in named):
        return container
    if has_no_other(container) or not named:
        return replace(container, columns=(*named, (name, default)), size=Estimate.point(len(named) + 1))
    return replace(container, columns=(*named, (name, or_default(pair_of(container)[1], default))))
