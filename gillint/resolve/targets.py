"""What is assigned to: names, attributes, subscripts, tuples of them, and containers that grow."""

from __future__ import annotations

from functools import reduce

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.knowledge.base import bases_of, find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import MAPPINGS, element_of, literal_text, size_of
from gillint.resolve.calling.mappings import has_no_other, pair_of
from gillint.resolve.external.databases import LEVEL, ROW_FACTORY, at_level, has_level, note_row_factory
from gillint.resolve.external.hdf5 import put_dataset
from gillint.resolve.external.stores import put_into
from gillint.resolve.joining import Columns, join
from gillint.resolve.numeric.shapes import ARRAY, given_shape
from gillint.resolve.objects.aliases import place_of
from gillint.resolve.objects.filling import (
    attribute_key,
    different,
    growth,
    is_empty,
    key_of_member,
    keys_of,
    member_of,
    members_of,
    owner_of,
    read_target,
)
from gillint.resolve.objects.lists import members_of_itself
from gillint.resolve.objects.own_fields import with_own
from gillint.resolve.objects.use import as_used
from gillint.resolve.operators import operator_fact
from gillint.resolve.scope import ClassScope
from gillint.resolve.stepping import run_to_its_end
from gillint.resolve.tabular.columns import ONE_FOR_ALL, as_column
from gillint.resolve.tabular.gaps import is_gap, with_gap
from gillint.resolve.tabular.kinds import distinct_of
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import (
    NONE,
    UNKNOWN,
    ClassRef,
    FunctionRef,
    MadeRef,
    PartialRef,
    Value,
    is_known,
    is_plain_function,
    of_constant,
)
from gillint.syntax import tree as t


def assume(act: Activation, name: str, value: Value) -> Value:
    """Apply what the user told about a variable (`--assume 'len(chunk)=65536'`), and what its use tells."""
    value = as_used(act, name, value)
    size = act.program.assumptions.get(f"len({name})")
    number = act.program.assumptions.get(name)
    if size is not None:
        shape = (size,) if value.shape is not None and len(value.shape) == 1 else None
        value = replace(value, size=size, shape=shape, literal=None)
    if number is not None:
        value = replace(value, number=number, literal=None, type=value.type or "int")
    return value


def _is_class(value: Value | None) -> bool:
    return value is not None and isinstance(value.reference, ClassRef)


def write_target(act: Activation, target: t.Expr, value: Value) -> None:
    """Give a variable or an attribute of an instance a value, without a trace of writing it."""
    if isinstance(target, t.Name):
        named = value
        if value.origin is None and value.size is None and value.number is None and value.literal is None:
            named = replace(value, origin=target.id)
        act.environment[target.id] = assume(act, target.id, named)
        if target.id in act.nonlocals:
            for environment in act.enclosing:
                if target.id in environment:
                    environment[target.id] = join(environment[target.id], named)
                    break
        if target.id in act.globals:
            act.program.set_variable(act.scope, target.id, named)
    elif isinstance(target, t.Attribute):
        owner = owner_of(act, target)
        if owner is not None and _hides_a_method(act, owner, target, value):
            return
        if owner is not None:
            act.program.set_attribute(owner, target.name, value)
            _note_own(act, target, owner, value)
            if is_plain_function(value) and _is_class(read_target(act, target.value)):
                owner.functions.add(target.name)
        elif target.name == ROW_FACTORY:
            note_row_factory(act, read_target(act, target.value), value)
        else:
            base = read_target(act, target.value)
            if base is not None and target.name == LEVEL and has_level(base):
                write_target(act, target.value, at_level(act, base, value))
            elif base is not None and isinstance(base.reference, MadeRef):
                act.program.put(base.reference, target.name, value)


def _note_own(act: Activation, target: t.Attribute, owner: ClassScope, value: Value) -> None:
    """Remember with which data `__init__` makes this instance."""
    base = target.value.id if isinstance(target.value, t.Name) else ""
    instance = act.environment.get(base) if isinstance(act.body, t.Function) and act.body.name == "__init__" else None
    if instance is not None and instance.type == owner.key:
        act.environment[base] = with_own(owner, instance, ((target.name, value),))


def _hides_a_method(act: Activation, owner: ClassScope, target: t.Attribute, value: Value) -> bool:
    """Whether an object of a class gets something in place of a method, which changes nothing of what is done while it is in use.

    Operators look at the class alone; and what always fails is there for those who use it when it is closed:
    `self.read = self.write = self._closed`.
    """
    if _is_class(read_target(act, target.value)):
        return False
    if all(target.name not in c.methods for c in act.program.resolution_order(owner)):
        return False
    ref = value.reference
    tree = act.program.function_tree(ref.key)[0] if isinstance(ref, FunctionRef) else None
    is_failure = isinstance(tree, t.Function) and isinstance(tree.body[-1], t.Raise)
    return is_failure or (target.name.startswith("__") and target.name.endswith("__"))


def store_attribute(act: Activation, target: t.Attribute, value: Value) -> None:
    """Assign to an attribute: where it is a property, by its setter; of an object with a `__set__`, by that."""
    owner = owner_of(act, target)
    setter, instance = None, None
    passed: tuple[Value, ...] = (value,)
    if owner is not None:
        instance = read_target(act, target.value) or Value(type=owner.key)
        setter = act.program.setter(owner, target.name, instance)
    if setter is None or isinstance(setter.reference, PartialRef):  # what has a `__set__` mostly keeps what it is given
        write_target(act, target, value)
    if setter is None:
        watched = act.program.attribute(owner, "__setattr__", instance) if owner is not None else None
        setter, passed = watched, (of_constant(target.name), value)
    if setter is None:
        return
    from gillint.resolve.calling.calls import apply

    apply(act, setter, passed, (), target.span, target.name)


def _set_property(act: Activation, holder: Value | None, target: t.Attribute, value: Value) -> None:
    """What setting an attribute of a library's object does, where a fact tells: `cell.text = name`."""
    for base in bases_of(holder.type or "") if holder is not None and holder.reference is None else ():
        fact = find_fact(f"{base}.{target.name}.__set__")
        if fact is not None:
            bound = Bound(holder, (value,), (("value", value),))
            act.emit(Call(target.span, act.path, fact.name, "library", bound, fact, result=NONE, implicit=True))
            return


def declare(act: Activation, target: t.Expr, known: Value) -> None:
    """Remember that an annotation says what an attribute is, or a container's elements: what is put there later is no less."""
    if isinstance(target, t.Name) and known.element is not None:
        act.promised[target.id] = known.element
    if isinstance(target, t.Attribute):
        owner = owner_of(act, target)
        if owner is not None:
            owner.declared.add(target.name)
    elif isinstance(target, t.Name) and act.owner is not None and act.is_class_body:
        act.owner.declared.add(target.id)


def _with_member(columns: Columns | None, name: str | None, value: Value) -> Columns | None:
    """The members of a dict, of which one has changed: that of a name, or any one that is of the same type."""
    if columns is None:
        return None
    if name is not None and all(k != name for k, _ in columns):
        return (*columns, (name, value))
    if name is not None:
        return tuple((k, value if k == name else v) for k, v in columns)
    return tuple((k, join(v, value) if v.type == value.type else v) for k, v in columns)


def change_target(act: Activation, target: t.Expr, value: Value) -> None:
    """Note what happened to the object that a target names: it may be a variable of the module, or of a function around."""
    for name, place in act.aliases.items():
        if place is target and name in act.environment:
            act.environment[name] = value
    mapping = member_of(target)
    if mapping is not None:
        container = read_target(act, mapping)
        if container is not None and container.type == "list" and isinstance(target, t.Subscript):
            change_target(act, mapping, replace(container, element=value, items=None, literal=None))
        elif container is not None and container.type in MAPPINGS:
            key = pair_of(container)[0]
            asked = key_of_member(act, target)
            size = (
                keys_of(growth(act, mapping, container)[1], asked, mapping) if is_empty(container) else container.size
            )
            key = asked if key == UNKNOWN and asked is not None else key
            columns = _with_member(container.columns, literal_text(asked), value)
            any_value = reduce(join, (v for _, v in columns)) if columns else value
            changed = replace(container, items=(key, any_value), columns=columns, element=key, size=size)
            change_target(act, mapping, changed)
        return
    if isinstance(target, t.Attribute):
        owner = owner_of(act, target)
        order = act.program.resolution_order(owner) if owner is not None else ()
        holder = next((c for c in order if target.name in c.attributes), owner)
        if holder is not None and holder is not owner:  # an object that a class above has for all of them
            act.program.set_attribute(holder, target.name, value)
            return
    if not isinstance(target, t.Name) or target.id in act.environment:
        write_target(act, target, value)
        return
    for environment in act.enclosing:
        if target.id in environment:
            environment[target.id] = value
            return
    if act.program.module_value(act.scope, target.id) is not None:
        act.program.change_variable(act.scope, target.id, value)


def bind(act: Activation, target: t.Expr, value: Value) -> None:
    """Assign a value to a target: a name, an attribute, a subscript, or a tuple of targets."""
    if isinstance(target, t.Name):
        act.operation("store_name")
        act.grown.pop(target.id, None)
        act.aliases.pop(target.id, None)
        act.born[target.id] = (len(act.loops), value.size if value.size is not None else ZERO)
        write_target(act, target, value)
    elif isinstance(target, t.Attribute):
        act.operation("store_attribute")
        key = attribute_key(act, target)
        if key is not None:
            act.program.births[key] = (act.times * act.trips_so_far()).max(1)
        if not isinstance(target.value, t.Name):
            from gillint.resolve.expressions import evaluate

            holder: Value | None = evaluate(act, target.value)
        else:
            holder = read_target(act, target.value)
        _set_property(act, holder, target, value)
        if holder is not None and holder.type == ARRAY and target.name == "shape":
            change_target(act, target.value, given_shape(holder, value))
        act.keep_for_later(value)
        store_attribute(act, target, value)
    elif isinstance(target, t.Subscript):
        _store_item(act, target, value)
    elif isinstance(target, t.Starred):
        bind(act, target.value, Value(type="list", element=element_of(value)))
    elif isinstance(target, t.Sequence):
        _step_through(act, target, value)
        for element, part in zip(target.elements, _unpacked(target.elements, value), strict=True):
            act.operation("unpack_item")
            if isinstance(element, t.Starred) and part.items is None:  # the rest is a list of its own
                operator_fact(act, replace(part, size=ZERO), "__iadd__", (part,), element.span)
            bind(act, element.value if isinstance(element, t.Starred) else element, part)


def _step_through(act: Activation, target: t.Sequence, row: Value) -> None:
    """`x, y = point`, where that is an array: a scalar is made of each item."""
    if row.type == ARRAY and row.items is None:
        for _ in target.elements:
            operator_fact(act, row, "__iter__", (), target.span)
        run_to_its_end(act, row)


def _unpacked(targets: tuple[t.Expr, ...], value: Value) -> list[Value]:
    """What each of several targets gets."""
    items = value.items if value.type != "dict" else None
    starred = next((i for i, target in enumerate(targets) if isinstance(target, t.Starred)), None)
    if starred is None:
        known = items is not None and len(items) == len(targets)
        return list(items) if known and items is not None else [element_of(value)] * len(targets)
    after = len(targets) - starred - 1
    if items is None or len(items) < len(targets) - 1:
        left = (value.size - (len(targets) - 1)).max(0) if value.size is not None else None
        rest = Value(type="list", size=left, element=element_of(value))
        return [rest if i == starred else element_of(value) for i in range(len(targets))]
    middle = items[starred : len(items) - after]
    rest = Value(type="list", items=middle, size=Estimate.point(len(middle)))
    return [*items[:starred], rest, *items[len(items) - after :]]


def put_back(act: Activation, target: t.Subscript, value: Value) -> None:
    """`a[i] += 1`: what the operation gives is stored in its place, which is work of its own for an array."""
    from gillint.resolve.expressions import evaluate

    with act.nested():
        container, index = evaluate(act, target.value), evaluate(act, target.index)
    target = replace(target, value=place_of(act, target.value))
    if container.type in MAPPINGS and container.columns is None and literal_text(index) is None:
        key, old = pair_of(container)
        first, turns = growth(act, target.value, container)
        pair = (join(key if key != UNKNOWN else None, index), join(old if old != UNKNOWN else None, value))
        if put_into(act, container, value, index):
            return
        size = (first + different(turns, index)) if is_empty(container) or turns != ONE else container.size
        change_target(act, target.value, replace(container, items=pair, size=size, element=pair[0]))
    _overwrite(act, target, container)
    if operator_fact(act, container, "__setitem__", (index, value), target.span) is None:
        act.operation("store_subscript")


def _overwrite(act: Activation, target: t.Subscript, container: Value) -> None:
    """What is put into an array need not lie where its numbers did."""
    member = container.element
    if (
        container.type == "numpy.ndarray"
        and member is not None
        and (member.number is not None or member.mark is not None)
    ):
        change_target(act, target.value, replace(container, element=replace(member, number=None, mark=None)))


def _store_item(act: Activation, target: t.Subscript, value: Value) -> None:
    from gillint.resolve.expressions import evaluate

    container, index = evaluate(act, target.value), evaluate(act, target.index)
    target = replace(target, value=place_of(act, target.value))
    put_dataset(act, container, index, value, target.span)
    if operator_fact(act, container, "__setitem__", (index, value), target.span) is None:
        act.operation("store_subscript")
    text = literal_text(index)
    container = _with_a_gap(act, target, container, index) if is_gap(value) else container
    if container.type == "json" and text is None and index.type == "str":
        container = Value(
            type="dict", size=ZERO, mark=container.mark
        )  # a store that is read from a file: what is in it comes from here
    members = members_of_itself(act, target.value, container)
    if members is not None and read_target(act, members) is not None:
        target, container = replace(target, value=members), read_target(act, members) or container
    if container.type in MAPPINGS:
        empty = container.size is not None and container.size.high == 0
        # What an annotation says of an empty one tells nothing of how large the members are.
        key, old = pair_of(container) if not empty or not is_known(value) else (UNKNOWN, UNKNOWN)
        pair = (join(key if key != UNKNOWN else None, index), join(old if old != UNKNOWN else None, value))
        if put_into(act, container, value, index):
            return
        columns: tuple[tuple[str, Value], ...] | None = None
        if text is not None and (empty or container.columns is not None):
            columns = _stored(container.columns or (), text, value)
        first, turns = growth(act, target.value, container)
        if isinstance(target.value, t.Attribute) and not act.loops and turns != ONE:
            turns = keys_of(turns, index)  # calls of a method come with keys that were there before
        holder = member_of(target.value)
        if holder is not None and turns != ONE:  # `edges[a][b] = cost`: spread over the members of the outer one
            turns = (turns / members_of(act, holder, target.value, turns)).sorted()
        kinds = distinct_of(index)
        if kinds is not None:
            turns = turns.min(kinds)
        size: Estimate | None = None
        if container.size is None or empty or act.loops:
            size = first + turns
        elif turns != ONE:  # what the constructor began with, and what the calls of a method put in
            size = container.size.max(turns)
        else:  # one more, if the key is new
            size = Estimate(container.size.low, container.size.likely + 1, container.size.high + 1)
        if columns is not None and (empty or has_no_other(container)):
            size = Estimate.point(len(columns))
        elif text is not None:  # at most one more
            size = container.size
        change_target(act, target.value, replace(container, items=pair, columns=columns, size=size, element=pair[0]))
    elif container.type == "list" and is_known(value) and index.type != "slice":
        _fill(act, target.value, container, value)
    elif container.type == "numpy.ndarray":
        _overwrite(act, target, container)
    elif container.type == "pandas.DataFrame" and text is not None and container.columns is not None:
        kept = tuple((k, v) for k, v in container.columns if k != text)
        rows = container.size
        series = as_column(value, rows)
        if not container.columns and rows == ZERO and value.type not in ONE_FOR_ALL:
            rows = size_of(value)  # the first column of an empty frame brings its rows along
        change_target(act, target.value, replace(container, columns=(*kept, (text, series)), size=rows))


_GAPPED = ("numpy.ndarray", "pandas.Series", "pandas.DataFrame")


def _with_a_gap(act: Activation, target: t.Subscript, container: Value, index: Value) -> Value:
    """`a[mask] = np.nan`, `frame.loc[mask, "a"] = None`: from here on values are missing."""
    place = target.value
    is_located = isinstance(place, t.Attribute) and place.name in ("loc", "iloc", "at", "iat")
    if isinstance(place, t.Attribute) and is_located:
        place = place.value
    table = read_target(act, place)
    if table is None or table.type not in _GAPPED or literal_text(index) is not None:
        return container  # a column that is missing as a whole is stored as one
    changed = with_gap(table, index)
    if changed != table:
        change_target(act, place, changed)
    return container if is_located else changed


def _stored(columns: Columns, name: str, value: Value) -> Columns:
    """The members of a dict, of which one is given a value: where it was, or as the last one."""
    if all(k != name for k, _ in columns):
        return (*columns, (name, value))
    return tuple((k, value if k == name else v) for k, v in columns)


def _fill(act: Activation, target: t.Expr, container: Value, value: Value) -> None:
    """`slots[i] = Slot()`: what a list of Nones holds from here on."""
    old = container.element if container.element is not None else element_of(container)
    element = join(old, value)
    if is_known(old) and element != old:
        change_target(act, target, replace(container, element=element, items=None, literal=None))
