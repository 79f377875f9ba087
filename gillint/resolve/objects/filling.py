"""How large the containers of a program become: how often something is put into one, and under how many keys."""

from __future__ import annotations

import re
from functools import reduce

from gillint.estimate import ONE, ZERO, Estimate
from gillint.resolve.activation import Activation, turns_of
from gillint.resolve.calling.bound import MAPPINGS, element_of, literal_text, size_of
from gillint.resolve.calling.mappings import pair_of
from gillint.resolve.control.cut_short import cut_short
from gillint.resolve.control.flushing import until_flushed
from gillint.resolve.scope import ClassScope
from gillint.resolve.tabular.kinds import distinct_of, fewest_of
from gillint.resolve.values import ClassRef, Value
from gillint.syntax import tree as t


def growth(act: Activation, target: t.Expr, value: Value) -> tuple[Estimate, Estimate]:
    """What a container that grows here begins with, and how often it grows: for each turn of the loops since it was made."""
    holder = member_of(target)  # the members are made with what holds them
    key = attribute_key(act, target) or (attribute_key(act, holder) if holder is not None else None)
    made = act.program.births.get(key or "")
    if made is not None:  # an attribute of an instance, which grows with each call of the method
        turns = _until_flushed(act, target, (act.times * act.trips_so_far() / made).sorted().max(1))
        return (ZERO, turns) if turns != ONE else (value.size if value.size is not None else ZERO, ONE)
    depth, first = act.born.get(target.id, (0, ZERO)) if isinstance(target, t.Name) else (0, ZERO)
    if isinstance(holder, t.Name):
        depth = act.born.get(holder.id, (0, ZERO))[0]
    if isinstance(target, t.Attribute) and isinstance(target.value, t.Name):  # of what is made anew in each turn
        depth = act.born.get(target.value.id, (0, ZERO))[0]
    if len(act.loops) <= depth:
        return value.size if value.size is not None else ZERO, ONE
    return first, _until_flushed(act, target, act.trips_so_far(depth))


def _until_flushed(act: Activation, target: t.Expr, turns: Estimate) -> Estimate:
    """So many turns, or those until what has been collected is begun anew, or cut."""
    fews = (until_flushed(act, target), cut_short(act, target))
    return reduce(Estimate.min, (few for few in fews if few is not None), turns)


def turns_since_made(act: Activation, container: t.Expr) -> Estimate:
    """How often the current statement runs for each container of the kind: a cache that an object brings begins empty."""
    key = attribute_key(act, container)
    made = act.program.births.get(key or "")
    if made is not None:
        return (act.times * act.trips_so_far() / made).sorted().max(1)
    if isinstance(container, t.Name) and container.id in act.born:
        return act.trips_so_far(act.born[container.id][0])
    return act.times * act.trips_so_far()


def containers(act: Activation, container: t.Expr) -> Estimate:
    """How many of a kind there are: what a function makes itself is made anew in each call; one that is found, once."""
    if isinstance(container, t.Name) and container.id in act.born:
        made_at = act.loops[: act.born[container.id][0]]
        return (act.times * act.outside * turns_of(made_at)).max(1)
    return act.program.births.get(attribute_key(act, container) or "", ONE)


def attribute_key(act: Activation, target: t.Expr) -> str | None:
    """`self.items` by the class of `self`."""
    if not isinstance(target, t.Attribute) or not isinstance(target.value, t.Name):
        return None
    base = act.environment.get(target.value.id)
    owner = act.program.class_of(base.type) if base is not None else None
    return f"{owner.key}.{target.name}" if owner is not None else None


def is_empty(container: Value) -> bool:
    """Whether nothing is in a container, or nobody knows."""
    return container.size is None or container.size.high == 0


def member_of(target: t.Expr) -> t.Expr | None:
    """The dict of which a target is a member: `d` of `d[key]` and of `d.setdefault(key, [])`."""
    if isinstance(target, t.Subscript):
        return target.value
    if isinstance(target, t.Call) and isinstance(target.function, t.Attribute):
        return target.function.value if target.function.name == "setdefault" else None
    return None


# What is called like this has a list of neighbours for each node; four is the mean of roads, grids and meshes.
_GRAPH = re.compile(r"adj|graph|neigh|edges|links|succ|pred|children|outgoing|incoming", re.IGNORECASE)
_NEIGHBOURS = 4.0


def keys_of(count: Estimate, key: Value | None, holder: t.Expr | None = None) -> Estimate:
    """Under how many keys so many things come; where nothing tells, there are as many keys as things under each, but of a
    graph, by its name, some few under each. The parts of a key divide what comes alike: by day and by article.
    """
    if key is not None and key.literal is not None:
        return ONE
    kinds = distinct_of(key)
    if kinds is not None:
        return kinds.min(count).max(1)
    name = _name_of(holder)
    if name is not None and _GRAPH.search(name):
        return Estimate(1.0, max(1.0, count.likely / _NEIGHBOURS), max(1.0, count.high))
    least = fewest_of(key).min(count)
    parts = len(key.items) if key is not None and key.type == "tuple" and key.items else 1
    likely = max(1.0, count.likely) ** (parts / (parts + 1))
    return Estimate(1.0, max(1.0, likely, least.likely), max(1.0, count.high))


def _name_of(holder: t.Expr | None) -> str | None:
    return holder.id if isinstance(holder, t.Name) else holder.name if isinstance(holder, t.Attribute) else None


def members_of(act: Activation, holder: t.Expr, member: t.Expr, count: Estimate) -> Estimate:
    """Over how many members of a dict or a list so many things are spread; of tables in a table, over those of all."""
    container = read_target(act, holder)
    if container is None or container.type != "list":
        outer = member_of(holder)
        others = members_of(act, outer, holder, count) if outer is not None else ONE
        key = key_of_member(act, member)
        found = keys_of(count, key, holder) * others
        is_one = key is not None and (key.literal is not None or distinct_of(key) is not None)
        if container is not None and container.size is not None and not is_one:
            found = found.max(container.size)  # as many as there are already, put in elsewhere
        return found.min(count.max(1))
    return (container.size if container.size is not None else size_of(container)).min(count).max(1)


# Of so many words of a text, this power are different ones (Heaps' law).
_DIFFERENT = 0.7


def different(count: Estimate, thing: Value) -> Estimate:
    """How many of so many things that are counted are different."""
    kinds = distinct_of(thing)
    return count.min(kinds) if kinds is not None else count.map(lambda n: max(n, 1.0) ** _DIFFERENT)


def key_of_member(act: Activation, member: t.Expr) -> Value | None:
    """The key under which a member of a dict is: that of `d[key]` and of `d.setdefault(key, [])`."""
    from gillint.resolve.expressions import evaluate

    if isinstance(member, t.Subscript):
        asked = member.index
    elif isinstance(member, t.Call) and member.arguments:
        asked = member.arguments[0].value
    else:
        return None
    with act.nested():
        return evaluate(act, asked)


def read_target(act: Activation, target: t.Expr) -> Value | None:
    """The value that a variable, an attribute of `self` or a member of a dict has now, without a trace of reading it."""
    mapping = member_of(target)
    if mapping is not None:
        container = read_target(act, mapping)
        if container is not None and container.type == "list" and isinstance(target, t.Subscript):
            return element_of(container)
        if container is None or container.type not in MAPPINGS:
            return None
        text = literal_text(key_of_member(act, target)) if container.columns is not None else None
        named = container.column(text) if text is not None else None
        return named if named is not None else pair_of(container)[1]
    if isinstance(target, t.Name):
        found = next((env[target.id] for env in (act.environment, *act.enclosing) if target.id in env), None)
        return found if found is not None else act.program.module_value(act.scope, target.id)
    if isinstance(target, t.Attribute):
        owner = owner_of(act, target)
        return act.program.attribute(owner, target.name) if owner is not None else None
    return None


def owner_of(act: Activation, target: t.Attribute) -> ClassScope | None:
    """The class whose attribute is meant: `self.x`, `state.x` of a variable of the module, `self.a.x`, `Registry.x`."""
    base = read_target(act, target.value)
    if base is not None and isinstance(base.reference, ClassRef):
        return act.program.class_of(base.reference.key)
    return act.program.class_of(base.type) if base is not None and base.reference is None else None
