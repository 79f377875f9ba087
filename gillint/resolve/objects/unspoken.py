"""What Python asks of an instance that no call in the source names: whether it is true, how it is written, hashed, compared."""

from __future__ import annotations

from collections.abc import Callable

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, Estimate
from gillint.resolve.activation import Activation, Lazy
from gillint.resolve.assumed import UNKNOWN_TRIPS
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.scope import ClassScope
from gillint.resolve.trace import Block, Bound, Branch, Kind, Loop
from gillint.resolve.values import UNKNOWN, Value
from gillint.syntax import tree as t

TRUTH = ("__bool__", "__len__")
_WRITTEN = ("__str__", "__repr__")
# What a builtin asks of what it is passed, and of the members of a container that it is passed.
_OF_ITSELF = {"bool": TRUTH, "print": _WRITTEN, "set.add": ("__hash__",), "format": ("__format__", *_WRITTEN)}
_OF_MEMBERS = {
    **dict.fromkeys(("any", "all"), TRUTH),
    **dict.fromkeys(("str", "repr", "print", "pprint.pprint", "pprint.pformat"), ("__repr__",)),
    **dict.fromkeys(("set", "frozenset", "set.update", "dict.fromkeys", "collections.Counter"), ("__hash__",)),
}
_OF_KEYS = ("dict.get", "dict.pop", "dict.setdefault", "set.discard", "set.remove")
_BY_KEY = ("__getitem__", "__setitem__", "__delitem__", "__contains__")
_HASHING = ("dict", "collections.defaultdict", "collections.OrderedDict", "collections.Counter", "set", "frozenset")
_OF_OTHERS = ("list.index", "list.count", "list.remove")  # which compare their members with what they are passed
_HELD_IN = ("list", "tuple", "set", "frozenset", "dict", "collections.deque")


def truth(act: Activation, value: Value, span: Span) -> None:
    """`if value`, `not value`, `value or other`."""
    if value.type is not None and "::" in value.type:  # asked all the time
        asked(act, value, TRUTH, (), span)


def asked(act: Activation, value: Value, methods: tuple[str, ...], arguments: tuple[Value, ...], span: Span) -> bool:
    """Run the first of these methods that an instance of a class of the project has; False where it has none."""
    from gillint.resolve.operators import project_operator

    if value.reference is not None or "::" not in (value.type or ""):
        return False
    owner = act.program.class_of(value.type)
    return owner is not None and any(
        project_operator(act, value, method, arguments, span) is not None or _generated(act, owner, method)
        for method in methods
    )


def hashed(act: Activation, key: Value, span: Span) -> None:
    """What the hash of a key of a dictionary or of a member of a set runs: its own, or those of what a tuple is made of."""
    if key.type == "tuple":
        for item in key.items or ():
            hashed(act, item, span)
    elif "::" in (key.type or ""):
        asked(act, key, ("__hash__",), (), span)


def look_up(act: Activation, container: Value, method: str, arguments: tuple[Value, ...], span: Span) -> None:
    """`table[key]`, `table[key] = x`, `key in table`: the key is hashed."""
    if method in _BY_KEY and container.type in _HASHING:
        hashed(act, arguments[0], span)


def compare_members(act: Activation, left: Value, operator: str, right: Value, span: Span) -> None:
    """`rows == others`, `row in rows`: what `__eq__` does of members that a class of the project makes."""
    if operator in ("eq", "ne"):
        if not asked(act, left, ("__eq__",), (right,), span) and left.type == right.type and left.type in _HELD_IN:
            ask_each(act, left, ("__eq__",), span, beside=True)
    elif operator in ("contains", "not_contains") and right.type in _LOOKED_THROUGH:
        member = element_of(right)
        if "::" in (member.type or ""):
            repeat(act, size_of(right) * _UNTIL_FOUND, span, lambda: asked(act, member, ("__eq__",), (left,), span))


_LOOKED_THROUGH = ("list", "tuple", "collections.deque")
_UNTIL_FOUND = 0.5  # of the members, where what is looked for is among them


def missing(act: Activation, mapping: Value, key: Value, node: t.Subscript) -> Value | None:
    """What `__missing__` of a class that derives from dict gives, which is run where the key is not there."""
    from gillint.resolve.calling.calls import apply
    from gillint.resolve.control.memoised import missed
    from gillint.resolve.objects.filling import turns_since_made

    owner = act.program.class_of(mapping.type) if mapping.reference is None and "::" in (mapping.type or "") else None
    makes = act.program.attribute(owner, "__missing__", mapping) if owner is not None else None
    if makes is None:
        return None
    with act.nested() as builder:
        given = apply(act, makes, (key,), (), node.span, "__missing__")
    share = missed(act, (key,), turns_since_made(act, node.value))
    act.emit(Branch((builder.finish(), Block()), (share, 1.0 - share)))
    return given


def getting_by_number(act: Activation, value: Value, span: Span) -> Value | None:
    """What a loop over an instance goes through whose class has a `__getitem__` and no `__iter__`."""
    from gillint.resolve.operators import project_operator

    owner = act.program.class_of(value.type)
    if owner is None or act.program.library_bases(owner) or act.program.attribute(owner, "__getitem__") is None:
        return None
    with act.nested():
        length = project_operator(act, value, "__len__", (), span)
    trips = length.number if length is not None and length.number is not None else UNKNOWN_TRIPS
    with act.nested() as builder:
        act.loops.append(trips)
        member = project_operator(act, value, "__getitem__", (Value(type="int", number=trips / 2),), span)
        act.loops.pop()
    made = member if member is not None else UNKNOWN
    return act.defer(Lazy(span, Kind.MAP, builder.finish(), trips, made, act.path, act.name), "iterator", made)


# By method: the option of `dataclass` that has it written, and whether that is so if nothing is said.
_WRITES = {
    "__eq__": ("eq", True),
    "__repr__": ("repr", True),
    "__lt__": ("order", False),
    "__hash__": ("frozen", False),
}


def _generated(act: Activation, owner: ClassScope, method: str) -> bool:
    """What a method does that `dataclass` has written: it makes a tuple of the fields, or two that are compared."""
    option, usual = _WRITES.get(method, ("", False))
    texts = owner.outline.decorators if owner.outline is not None else ()
    written = next((d for d in texts if d.split("(")[0].rpartition(".")[2] == "dataclass"), None)
    text = (written or "").replace(" ", "")
    if written is None or not option or not (f"{option}=True" in text or (usual and f"{option}=False" not in text)):
        return False
    both = 1.0 if method in ("__hash__", "__repr__") else 2.0
    count = both * sum(name not in owner.methods for name in owner.attributes)
    act.operation("call_python")
    for operation in ("attribute", "build_tuple_item" if method != "__repr__" else "fstring_part"):
        act.operation(operation, count)
    act.operation("compare", both)
    return True


def ask(act: Activation, name: str, bound: Bound, span: Span) -> None:
    """What a builtin asks of what is passed to it."""
    from gillint.resolve.calling.summing import add_up

    add_up(act, name, bound, span)
    given = bound.positional
    for value in given if name in _OF_ITSELF else ():
        asked(act, value, _OF_ITSELF[name], (), span)
    for value in given if name in _OF_MEMBERS else ():
        if value.type in _HELD_IN or name in ("any", "all"):
            ask_each(act, value, _OF_MEMBERS[name], span)
    if name in _OF_KEYS and given:
        hashed(act, given[0], span)
    if name in _OF_OTHERS and given and bound.receiver is not None:
        member = element_of(bound.receiver)
        repeat(act, size_of(bound.receiver), span, lambda: asked(act, member, ("__eq__",), given[:1], span))


def ask_each(act: Activation, container: Value, methods: tuple[str, ...], span: Span, *, beside: bool = False) -> None:
    """Ask each member of a container; `beside`: of another one like it."""
    for member, times in _kinds_of(container):
        if "::" in (member.type or ""):
            given = (member,) if beside else ()
            repeat(act, times, span, lambda m=member, g=given: asked(act, m, methods, g, span))  # type: ignore[misc]


def _kinds_of(container: Value) -> tuple[tuple[Value, Estimate], ...]:
    """The members of a container that are told apart, and how many there are of each."""
    if container.type != "dict" and container.items is not None:
        return tuple((item, ONE) for item in container.items)
    return ((element_of(container), size_of(container)),)


def repeat(act: Activation, times: Estimate, span: Span, does: Callable[[], object]) -> None:
    """Do something so many times, by itself: no loop in the source."""
    with act.nested() as builder:
        act.loops.append(times)
        does()
        act.loops.pop()
    block = builder.finish()
    if times == ONE:
        act.builder.include(block)
    elif block.nodes or block.operations:
        act.emit(Loop(span, act.path, Kind.MAP, times, block, function=act.name))
