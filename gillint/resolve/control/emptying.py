"""Containers that are emptied when they have become long: batches, buffers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import size_of
from gillint.resolve.control.chances import exactly
from gillint.resolve.expressions import evaluate
from gillint.resolve.scope import ClassScope
from gillint.resolve.trace import Branch, Call, Loop, Node
from gillint.resolve.values import FunctionRef
from gillint.syntax import tree as t
from gillint.syntax.containers import ADDS, ADDS_EACH, takes_from
from gillint.syntax.walk import as_augment, assigned, expressions, inside, key_of, length_of, statements, targets_of

# Methods that give the parts of a text, of which the last is what is left of it.
_PARTS = frozenset(("partition", "rpartition", "split", "rsplit", "splitlines"))


def is_drained(act: Activation, target: t.Expr) -> bool:
    """Whether something is taken from a buffer that grows here, so that it never holds much more than what has just come.

    From an attribute another function of the file may take it, or another method of its class.
    """
    name = key_of(target)
    body = act.body.body if isinstance(act.body, t.Function) else act.body if isinstance(act.body, tuple) else ()
    if name is None or name in _shortened(body):
        return name is not None
    others = _others(act) if isinstance(target, t.Attribute) else ()
    return any(name in _shortened(other.body) for other in others)


def _others(act: Activation) -> Iterator[t.Function]:
    """The functions of the file, and the methods of the class whose method is read."""
    owners = act.program.resolution_order(act.owner) if act.owner is not None else ()
    methods = (act.program.attribute(c, name) for c in owners for name in c.methods)
    keys = [f"{act.scope.path}::{name}" for name in act.scope.functions]
    keys += [m.reference.key for m in methods if m is not None and isinstance(m.reference, FunctionRef)]
    for key in keys:
        tree = act.program.function_tree(key)[0]
        if isinstance(tree, t.Function):
            yield tree


@lru_cache(maxsize=2048)
def _shortened(body: t.Body) -> frozenset[str]:
    """The buffers that become what is left of them: `line, _, rest = rest.partition(b"\\n")`, `*lines, self.rest =
    self.rest.split("\\n")`, `data = data[size:]`, `del data[:size]`.
    """
    found: set[str | None] = set()
    for s in statements(body):
        if isinstance(s, t.Delete):
            found.update(key_of(x.value) for x in s.targets if isinstance(x, t.Subscript) and _is_begin(x.index))
        elif isinstance(s, t.Assign) and s.value is not None:
            parts = {key for e in inside(s.value) if (key := _taken_apart(e)) is not None}
            found.update(parts.intersection(_stored(s)))
    return frozenset(name for name in found if name is not None)


def _is_begin(index: t.Expr) -> bool:
    return isinstance(index, t.Slice) and index.lower is None


def _taken_apart(e: t.Expr) -> str | None:
    """The buffer of which an expression is a part, or all of them."""
    if isinstance(e, t.Call) and isinstance(e.function, t.Attribute) and e.function.name in _PARTS:
        return key_of(e.function.value)
    is_rest = isinstance(e, t.Subscript) and isinstance(e.index, t.Slice) and e.index.lower is not None
    return key_of(e.value) if isinstance(e, t.Subscript) and is_rest and _is_open(e.index) else None


def _is_open(index: t.Expr) -> bool:
    return isinstance(index, t.Slice) and index.upper is None and index.step is None


def _stored(s: t.Assign) -> Iterator[str | None]:
    return (key_of(part.value if isinstance(part, t.Starred) else part) for part in targets_of(s))


_MAKES_EMPTY = ("list", "set", "dict", "bytearray")


def once_in(act: Activation, node: t.If) -> float | None:
    """Every how manyth time a container is full that is emptied then: `if len(batch) == 500: ...; batch = []`.

    None where none is, or nothing tells. So for what is counted: `if count == 500: ...; count = 0`.
    """
    test = node.test
    counted = _counted(act, node)
    if counted is not None:
        return counted
    full = _full_buffer(act, node)
    if full is not None:
        return full
    filled = _measured(test.left) if isinstance(test, t.Compare) and len(test.rights) == 1 else None
    if filled is None or not isinstance(test, t.Compare) or test.operators[0] not in ("eq", "ge", "gt"):
        return None
    if not act.loops and "." not in filled:  # an attribute grows with the calls of a method
        return None
    holder = filled.rpartition(".")[0]  # `self.page = Page()`: another one takes its place
    replaced = "." in holder and any(isinstance(s, t.Assign) and holder in map(key_of, s.targets) for s in node.body)
    emptied = any(_empties(s, filled) or _passes_to_empty(act, s, filled) for s in node.body)
    if not replaced and not emptied and not _is_flushed(act, node.body, filled):
        return None
    most = exactly(act, test.rights[0])
    return max(1.0, most / _added(act, filled)) if most is not None and most >= 1 else None


def _added(act: Activation, name: str) -> float:
    """How many items go into a container between two tests of its length: more than one where a loop of its own fills it."""
    return max(1.0, _put(act, act.builder.nodes, name))


def _put(act: Activation, nodes: Sequence[Node], name: str) -> float:
    """How many items some nodes put into a variable."""
    found = 0.0
    for node in nodes:
        if isinstance(node, Loop):
            found += node.trips.likely * _put(act, node.body.nodes, name)
        elif isinstance(node, Branch):
            found += sum(share * _put(act, arm.nodes, name) for arm, share in node.shares)
        elif isinstance(node, Call) and node.bound.positional:
            method = node.name.rpartition(".")[2]
            if method in ADDS and act.scope.syntax.text(node.span).startswith(f"{name}."):
                found += size_of(node.bound.positional[0]).likely if method in ADDS_EACH else 1.0
    return found


def _full_buffer(act: Activation, node: t.If) -> float | None:
    """Every how manyth turn a buffer in memory is written to the file, or passed on: `if buffer.tell() > 65536: ...;
    buffer.truncate(0)`. By what was written to it when the program was looked at for the first time, in all.
    """
    test, files = node.test, act.program.files
    if not isinstance(test, t.Compare) or test.operators[0] not in ("ge", "gt") or not act.loops:
        return None
    asked = test.left.function if isinstance(test.left, t.Call) and not test.left.arguments else None
    if not isinstance(asked, t.Attribute) or asked.name != "tell" or not isinstance(asked.value, t.Name):
        return None
    buffer = act.environment.get(asked.value.id)
    name, most = (
        buffer.text.pattern if buffer is not None and buffer.text is not None else "",
        exactly(act, test.rights[0]),
    )
    if not name or most is None or most < 1:
        return None
    files.limits[name] = most
    times = files.emptyings(name).likely
    return max(1.0, act.trips_so_far().likely / times) if times > 1 else None


def held_short(act: Activation, node: t.If | t.While) -> tuple[str, float] | None:
    """The variable of which an arm, or a loop, takes something away when it has become too long, and how long it may be:
    `if len(heap) > 10: heapq.heappop(heap)`, `while len(cache) > 100: cache.popitem()`.
    """
    test = node.test
    if not isinstance(test, t.Compare) or len(test.rights) != 1 or test.operators[0] not in ("gt", "ge", "eq"):
        return None
    name = _measured(test.left)
    if name is None or "." in name or not any(_takes_from(s, name) for s in node.body):
        return None
    most = exactly(act, test.rights[0])
    return (name, most) if most is not None and most >= 1 else None


def _takes_from(s: t.Stmt, name: str) -> bool:
    """`x.pop()`, `heapq.heappop(x)`, `del x[0]`."""
    if isinstance(s, t.Delete):
        return any(isinstance(target, t.Subscript) and key_of(target.value) == name for target in s.targets)
    value = s.value if isinstance(s, (t.Evaluate, t.Assign)) else None
    return value is not None and takes_from(value, name)


def note_emptied(act: Activation, node: t.If, period: float | None) -> dict[str, float]:
    """How long variables become at most that an arm empties each `period` turns: `if len(batch) == 500: send(batch); batch = []`.

    Of an attribute it is remembered that it does not become longer.
    """
    test = node.test
    filled = _measured(test.left) if isinstance(test, t.Compare) and len(test.rights) == 1 else None
    if filled is None:
        counted = _counted(act, node)
        counter = _count_of(node.test.left) if isinstance(node.test, t.Compare) else None
        if counted is not None and counter is not None and "." in counter:
            _note_all_emptied(act, node, counter, counted)
        emptied = (name for s in node.body for name in _names(s) if _empties(s, name))
        return dict.fromkeys(emptied, counted) if counted is not None else {}
    if "." not in filled:
        return _emptied_together(act, node, period) if period is not None else {}
    holder, _, attribute = filled.rpartition(".")
    owner = _class_of(act, holder)
    most = _most(act, test) if isinstance(test, t.Compare) else None
    if owner is not None and most is not None and _may_empty(node.body, holder, filled):
        owner.longest[attribute] = most
    return {}


def _assigns(s: t.Stmt, name: str) -> bool:
    return isinstance(s, t.Assign) and any(key == name for key, _ in assigned(s))


def _most(act: Activation, test: t.Compare) -> float | None:
    """What a length is tested to have reached: `len(batch) >= 500`; not `len(points) < 2`, nor `len(data) == 0`."""
    most = exactly(act, test.rights[0]) if test.operators[0] in ("gt", "ge", "eq") else None
    return most if most is not None and most >= 1 else None


def _may_empty(body: t.Body, holder: str, filled: str) -> bool:
    """Whether an arm empties an attribute, or has the object do so: `self.flush()`; not one that only complains."""
    if any(_empties(s, filled) or _takes_from(s, filled) or _assigns(s, filled) for s in statements(body)):
        return True
    called = (key_of(e.function) or "" for e in expressions(body) if isinstance(e, t.Call))
    return any(key.startswith(f"{holder}.") for key in called)


def _emptied_together(act: Activation, node: t.If, period: float) -> dict[str, float]:
    """What an arm empties, and how much is put into each until then: `rows.clear()`, and `errors.clear()` with it."""
    named = {name for s in node.body for name in (*_names(s), *_passed(s))}
    emptied = [n for n in named if any(_empties(s, n) or _passes_to_empty(act, s, n) for s in node.body)]
    return {name: period * each for name in emptied if (each := _put(act, act.builder.nodes, name)) > 0}


def _passed(s: t.Stmt) -> Iterator[str]:
    """The variables that a statement passes to a function which it calls."""
    call = s.value if isinstance(s, t.Evaluate) else None
    for argument in call.arguments if isinstance(call, t.Call) else ():
        if isinstance(argument.value, t.Name) and not argument.star:
            yield argument.value.id


def _passes_to_empty(act: Activation, s: t.Stmt, name: str) -> bool:
    """Whether a variable is passed to a function of the project that empties it: `flush(db, batch)`."""
    if name not in _passed(s) or not isinstance(s, t.Evaluate) or not isinstance(s.value, t.Call):
        return False
    with act.nested():
        ref = evaluate(act, s.value.function).reference
    tree = act.program.function_tree(ref.key)[0] if isinstance(ref, FunctionRef) else None
    if not isinstance(ref, FunctionRef) or not isinstance(tree, t.Function):
        return False
    places = [p.name for p in tree.parameters][ref.bound is not None :]
    given = (
        argument.keyword or (places[i] if i < len(places) else "")
        for i, argument in enumerate(s.value.arguments)
        if isinstance(argument.value, t.Name) and argument.value.id == name
    )
    return any(_empties(inner, parameter) for parameter in given for inner in statements(tree.body))


def _counted(act: Activation, node: t.If) -> float | None:
    """Every how manyth time a count is full that begins anew then: its limit by what is added each time."""
    test = node.test
    if not isinstance(test, t.Compare) or len(test.rights) != 1 or test.operators[0] not in ("eq", "ge", "gt"):
        return None
    name = _count_of(test.left)
    if name is None or not (any(_begins_anew(s, name) for s in node.body) or _is_flushed(act, node.body, name)):
        return None
    if not act.loops and "." not in name:
        return None
    body = act.body.body if isinstance(act.body, t.Function) else act.body if isinstance(act.body, tuple) else ()
    steps = (moved for s in statements(body) if (moved := as_augment(s)) is not None)
    added = [moved.value for moved in steps if key_of(moved.target) == name]
    if len(added) != 1:
        return None
    with act.nested():
        limit, step = evaluate(act, test.rights[0]).number, evaluate(act, added[0]).number
    if limit is None or step is None or step.likely <= 0:
        return None
    return max(1.0, limit.likely / step.likely)


def _count_of(node: t.Expr) -> str | None:
    """The variable that counts: `size`, and of `size + len(line) > limit` the first one."""
    while isinstance(node, t.Binary) and node.operator == "add":
        node = node.left
    return key_of(node)


def _begins_anew(s: t.Stmt, name: str) -> bool:
    """`count = 0`, `count -= limit`."""
    if isinstance(s, t.Augment):
        return s.operator == "sub" and key_of(s.target) == name
    return isinstance(s, t.Assign) and any(key == name and isinstance(v, t.Constant) for key, v in assigned(s))


def _names(s: t.Stmt) -> Iterator[str]:
    """The variables that a statement assigns to, or whose method it calls."""
    if isinstance(s, t.Assign):
        yield from (target.id for target in s.targets if isinstance(target, t.Name))
    elif isinstance(s, t.Evaluate) and isinstance(s.value, t.Call) and isinstance(s.value.function, t.Attribute):
        owner = s.value.function.value
        if isinstance(owner, t.Name):
            yield owner.id


def _measured(node: t.Expr) -> str | None:
    """The variable whose length an expression is."""
    container = length_of(node)
    return key_of(container) if container is not None else None


def _class_of(act: Activation, holder: str) -> ClassScope | None:
    """The class of a variable, or of an attribute of one."""
    root, *attributes = holder.split(".")
    value = act.environment.get(root)
    for name in attributes:
        owner = act.program.class_of(value.type) if value is not None else None
        value = act.program.attribute(owner, name) if owner is not None else None
    return act.program.class_of(value.type) if value is not None else None


def _is_flushed(act: Activation, body: t.Body, name: str) -> bool:
    """`self.flush()`, which empties what is asked for, or calls a method that does."""
    holder, _, attribute = name.rpartition(".")
    return any(
        _empties(s, f"{itself}.{attribute}") or _begins_anew(s, f"{itself}.{attribute}")
        for s, itself in _in_methods(act, body, holder, _class_of(act, holder) if holder else None, _DEPTH)
    )


_DEPTH = 2  # methods that call each other


def _in_methods(
    act: Activation, body: t.Body, holder: str, owner: ClassScope | None, depth: int
) -> Iterator[tuple[t.Stmt, str]]:
    """The statements of the methods of an object that a body calls, and what each of these calls the object."""
    for s in statements(body) if owner is not None else ():
        call = s.value if isinstance(s, t.Evaluate) else None
        call = call.value if isinstance(call, t.Await) else call
        if not isinstance(call, t.Call) or not isinstance(call.function, t.Attribute) or owner is None:
            continue
        method = act.program.attribute(owner, call.function.name)
        ref = method.reference if method is not None and key_of(call.function.value) == holder else None
        tree = act.program.function_tree(ref.key)[0] if isinstance(ref, FunctionRef) else None
        if isinstance(tree, t.Function) and tree.parameters:
            itself = tree.parameters[0].name
            yield from ((inner, itself) for inner in statements(tree.body))
            if depth > 1:
                yield from _in_methods(act, tree.body, itself, owner, depth - 1)


def _note_all_emptied(act: Activation, node: t.If, counter: str, period: float) -> None:
    """Remember what is emptied with a count that is an attribute: `self.count = 0`, `self.pending.clear()`."""
    holder = counter.rpartition(".")[0]
    owner = _class_of(act, holder)
    beside = ((s, holder) for s in statements(node.body))
    for s, itself in (*beside, *_in_methods(act, node.body, holder, owner, _DEPTH)):
        for name in owner.attributes if owner is not None else ():
            if owner is not None and name != counter.rpartition(".")[2] and _empties(s, f"{itself}.{name}"):
                owner.fullest[name] = period


def _empties(s: t.Stmt, name: str) -> bool:
    """`batch = []`, `batch = list()`, `batch.clear()`: what was collected is gone."""
    if isinstance(s, t.Evaluate) and isinstance(s.value, t.Call) and isinstance(s.value.function, t.Attribute):
        return s.value.function.name == "clear" and key_of(s.value.function.value) == name
    if not isinstance(s, t.Assign):
        return False
    made = next((value for key, value in assigned(s) if key == name), None)
    if made is None:
        return False
    if isinstance(made, t.Call):
        return isinstance(made.function, t.Name) and made.function.id in _MAKES_EMPTY and not made.arguments
    return (isinstance(made, t.Sequence) and len(made.elements) <= 1) or (isinstance(made, t.Dict) and not made.items)
