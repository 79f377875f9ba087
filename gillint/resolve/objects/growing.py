"""Containers that grow: by what calls put into them, here or in a function to which they are passed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce

from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import replace
from gillint.knowledge.base import find_method
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import QUEUES
from gillint.resolve.calling.bound import DATA, MAPPINGS, Answers, element_of, is_sized, literal_text, of_each, size_of
from gillint.resolve.calling.mappings import has_no_other, pair_of
from gillint.resolve.calling.returns import build
from gillint.resolve.external.commands import begun_as
from gillint.resolve.external.databases import DUCKDB
from gillint.resolve.external.mailboxes import BOXES, kept_as
from gillint.resolve.external.opening import note_member
from gillint.resolve.external.pictures import decodes, in_proportion, is_covered
from gillint.resolve.external.stores import put_into
from gillint.resolve.joining import join
from gillint.resolve.numeric.shapes import PICTURE
from gillint.resolve.objects.aliases import method_of, places_of
from gillint.resolve.objects.collected import keep
from gillint.resolve.objects.filling import (
    different,
    growth,
    member_of,
    members_of,
    read_target,
)
from gillint.resolve.objects.keeping import born_with
from gillint.resolve.objects.keys import change_keys, changes_keys, members_in_all
from gillint.resolve.objects.lists import begun_with, members_of_itself
from gillint.resolve.targets import change_target
from gillint.resolve.text.strings import joined_after
from gillint.resolve.trace import Bound
from gillint.resolve.values import IS_SET, SymbolRef, Value, is_known, options_of
from gillint.syntax import tree as t
from gillint.syntax.containers import ADDS, ADDS_EACH
from gillint.syntax.walk import expressions, key_of, loops_in

_UNSYNCED = re.compile(r"pragma\s+synchronous\s*=\s*(off|0)", re.IGNORECASE)
_GROWS = ADDS | {"setdefault": 0}


def _execute(act: Activation, target: t.Expr, receiver: Value, positional: list[Value], result: Value) -> None:
    """A cursor gives the rows of this statement from here on; a connection does not wait for the disk if told so."""
    said = literal_text(positional[0]) if positional else None
    if receiver.type == DUCKDB == result.type:  # which gives the rows of the last statement itself
        change_target(act, target, result)
    elif receiver.type == "sqlite3.Cursor" and result.element is not None:
        change_target(act, target, replace(result, dtype=receiver.dtype, columns=receiver.columns, text=receiver.text))
    elif said is not None and _UNSYNCED.search(said) and receiver.type == _CONNECTION and receiver.dtype != "memory":
        change_target(act, target, replace(receiver, dtype="unsynced"))


_CONNECTION = "sqlite3.Connection"
_DATABASES = ("sqlite3.", DUCKDB)


def grow(act: Activation, node: t.Call, called: Value, positional: list[Value], result: Value) -> None:
    """`x.append(v)`: from here on `x` is longer, and has elements like `v`; so is a queue that is filled here, and a heap."""
    function = node.function
    if isinstance(called.reference, SymbolRef) and called.reference.name in _PUSHES:
        if node.arguments:
            _push(act, node.arguments[0].value, positional)
        return
    function = method_of(act, function)
    if function is not node.function:
        grow(act, replace(node, function=function), called, positional, result)
        return
    if not isinstance(function, t.Attribute):
        return
    places = places_of(act, function.value)
    if places != (function.value,):
        for place in places:
            with _in_some_turns(act, 1.0 / len(places)):
                grow(act, replace(node, function=replace(function, value=place)), called, positional, result)
        return
    begun_with(act, node, positional)
    receiver = read_target(act, function.value)
    members = members_of_itself(act, function.value, receiver) if receiver is not None else None
    if members is not None and function.name in _GROWS:
        function, receiver = t.Attribute(function.span, members, function.name), read_target(act, members)
    if receiver is not None and function.name.startswith("execute") and (receiver.type or "").startswith(_DATABASES):
        _execute(act, function.value, receiver, positional, result)
        return
    if receiver is not None and receiver.type in _CHANGED_BY_FACTS:
        _mutate(act, function, receiver, positional)
        return
    if receiver is not None and any(o.type in _CHANGED_BY_FACTS for o in options_of(receiver)):
        after = (_made_anew(option, function.name, positional) or option for option in options_of(receiver))
        change_target(act, function.value, reduce(join, after))
        return
    if receiver is not None and changes_keys(receiver, function.name):
        change_keys(act, node, function, receiver, positional)
    elif receiver is not None and len(positional) > _GROWS.get(function.name, len(positional)):
        _lengthen(act, node, function, receiver, positional[_GROWS[function.name]])


@contextmanager
def _in_some_turns(act: Activation, share: float) -> Iterator[None]:
    if share < 1.0:
        act.loops.append(Estimate(0.01, share, 1.0))
    yield
    if share < 1.0:
        act.loops.pop()


def made_by_need(act: Activation, node: t.Subscript, holder: Value, member: Value, key: Value) -> None:
    """`streams[name].write(line)`: a `defaultdict` makes a member that it does not have, with containers of its own."""
    note_member(act, member, key)
    if holder.size != ZERO:
        return
    change_target(act, node, member)
    owner = act.program.class_of(member.type)
    if owner is not None:
        born_with(act, owner, members_in_all(act, node.value, growth(act, node.value, holder)[1], key))


def _lengthen(act: Activation, node: t.Call, function: t.Attribute, receiver: Value, added: Value) -> None:
    """`rows.append(row)`, `seen.add(key)`, `queue.put(job)`: one more, or several, in each turn of the loops around."""
    if put_into(act, receiver, added):
        return
    known = QUEUES if function.name.startswith("put") else _LENGTHENED
    if receiver.type not in known:
        return
    old, count = growth_of_each(act, function.value, receiver)
    if receiver.type in QUEUES and _gives_back(act, function.value):
        old, count = receiver.size or ZERO, ZERO
    if _is_taken_back(act, function.value):
        count = count.min(ONE)
    if function.name in ("append", "appendleft"):
        keep(act, added, count.min(receiver.number) if receiver.number is not None else count)
    if function.name in ADDS_EACH:
        count = count * _size_of_each(act, added)
        added = element_of(added)
    if receiver.type == "collections.Counter":
        count = different(count, added)
    elif receiver.type == "set" and added.distinct is not None:
        count = count.min(added.distinct)
    if isinstance(function.value, t.Name) and not is_known(added):
        added = act.promised.get(function.value.id, added)
    holder = member_of(function.value)
    if isinstance(function.value, t.Name):
        old = old + added_elsewhere(act, function.value.id, node, count)
    elif isinstance(holder, t.Name):  # `near[a].add(b)` and `near[b].add(a)`
        old = old + added_elsewhere(act, f"{holder.id}[]", node, count)
    items: tuple[Value, ...] | None = None
    if receiver.items is not None and receiver.type not in MAPPINGS:
        old = Estimate.point(len(receiver.items))
        if function.name == "append" and count == ONE and len(receiver.items) < _FEW:
            items = (*receiver.items, added)
    size = old + count
    added = kept_as(receiver, added)
    # What an annotation says of an empty one is no less, but tells nothing of how large the members are.
    is_first = receiver.element is None or (size_of(receiver) == ZERO and is_known(added))
    element = added if is_first else join(receiver.element, added, _part(count, size))
    if receiver.type == "collections.deque" and receiver.number is not None:  # `deque(maxlen=20)`
        size = size.min(receiver.number)
    source = begun_as(receiver) if items is None else receiver.source
    changed = replace(receiver, size=size, element=element, items=items, literal=None, source=source)
    change_target(act, function.value, changed)


_UNDONE = ("pop", "remove", "discard")


def _is_taken_back(act: Activation, container: t.Expr) -> bool:
    """Whether each turn takes out again what it puts in: `path.append(x); search(path); path.pop()`, `del window[0]`,
    `job = jobs.pop(0); jobs.append(again(job))`.
    """
    key = key_of(container)
    if key is None or act.loop is None:
        return False
    made = (s.value for s in act.loop.body if isinstance(s, (t.Evaluate, t.Assign)))
    calls = (value for value in made if isinstance(value, t.Call))
    functions = (c.function for c in calls if isinstance(c.function, t.Attribute) and key_of(c.function.value) == key)
    deleted = (target for s in act.loop.body if isinstance(s, t.Delete) for target in s.targets)
    one_less = any(
        isinstance(d, t.Subscript) and not isinstance(d.index, t.Slice) and key_of(d.value) == key for d in deleted
    )
    return one_less or any(f.name in _UNDONE for f in functions)


def _size_of_each(act: Activation, added: Value) -> Estimate:
    """How much `rows.extend(more)` adds: what is added thousands of times and nobody knows is small each time."""
    size = size_of(added)
    if added.type not in DATA or is_sized(added):
        return size
    return of_each(size, max(1.0, (act.times * act.trips_so_far()).likely))


_FEW = 20  # members that are known one by one


_LENGTHENED = ("list", "set", "weakref.WeakSet", "collections.deque", "collections.Counter", *BOXES)


def _gives_back(act: Activation, queue: t.Expr) -> bool:
    """Whether the function that puts something into a queue takes as much out of it: a pool of connections.

    What one loop puts there and another one takes out is all there in between.
    """
    key = key_of(queue)
    body = act.body.body if isinstance(act.body, t.Function) and key is not None else ()
    outermost = loops_in(body).get(act.loop_spans[0]) if act.loop_spans else None
    body = outermost.body if outermost is not None else body
    taken = (e.function for e in expressions(body) if isinstance(e, t.Call) and isinstance(e.function, t.Attribute))
    return any(f.name in ("get", "get_nowait") and key_of(f.value) == key for f in taken)


def _part(added: Estimate, size: Estimate) -> float:
    """How much of a container is what was added last."""
    return min(1.0, added.likely / size.likely) if size.likely > 0 else 0.5


def growth_of_each(act: Activation, target: t.Expr, receiver: Value) -> tuple[Estimate, Estimate]:
    """The same as `growth`; of a member of a container, and of an attribute of one, for each of the members."""
    old, count = growth(act, target, receiver)
    if (
        old == ZERO and count != ONE and not isinstance(target, t.Name)
    ):  # an attribute, in some of the calls of the method
        count = (count * act.outside).max(1)
    member = target.value if isinstance(target, t.Attribute) else target
    holder = member_of(member)
    if holder is not None:
        count = (count / members_of(act, holder, member, count)).sorted()
    return old, count


def added_elsewhere(act: Activation, name: str, node: t.Call | t.Augment | t.Attribute, count: Estimate) -> Estimate:
    """What other calls have added to a variable since it was made, where this one is in a loop: it adds `count`."""
    sites, site = act.grown.setdefault(name, {}), (node.span, act.program.files.turn)
    sites[site] = count
    if len(act.loops) <= act.born.get(name, (0, ZERO))[0]:
        return ZERO  # one after the other: the size that it has now says it
    return total(n for other, n in sites.items() if other != site)


def lengthen(act: Activation, node: t.Call) -> None:
    """`collect(tree, found)`: what the function that was called has put into the containers that were passed to it."""
    for grown in act.program.grown:
        given = (a for i, a in enumerate(node.arguments) if a.keyword == grown.parameter or i == grown.place)
        argument = next(given, None)
        if argument is None or argument.star or not isinstance(argument.value, (t.Name, t.Attribute)):
            continue
        receiver = read_target(act, argument.value)
        if receiver is None or receiver.type != grown.after.type:
            continue
        old, turns = growth(act, argument.value, receiver)
        before, size = grown.before.size, grown.after.size
        if size is not None and size == before:
            size = receiver.size
        elif has_no_other(grown.after):
            size = grown.after.size
        elif size is not None and before is not None:
            added = (size - before).max(0) * turns
            key = pair_of(grown.after)[0]
            size = old + (added.min(key.distinct) if key.distinct is not None and receiver.type != "list" else added)
        change_target(act, argument.value, replace(grown.after, size=size, origin=receiver.origin))
    act.program.grown = ()


_PUSHES = ("heapq.heappush", "bisect.insort", "bisect.insort_left", "bisect.insort_right")


def _push(act: Activation, target: t.Expr, positional: list[Value]) -> None:
    """`heappush(heap, item)`: what is taken out again in the meantime is not known."""
    receiver = read_target(act, target)
    if receiver is None or receiver.type != "list" or len(positional) < 2:
        return
    old, count = growth(act, target, receiver)
    if _is_taken_back(act, target):
        count = count.min(ONE)
    element = positional[1] if receiver.element is None else join(receiver.element, positional[1])
    size = Estimate(old.low, (old + count).likely, (old + count).high)
    change_target(act, target, replace(receiver, size=size, element=element, items=None, literal=None))


_FLAGS = ("threading.Event", "asyncio.Event")
_CHANGED_BY_FACTS = (
    *_FLAGS,
    "configparser.ConfigParser",
    "PIL.Image.Image",
    "PIL.ImageFile.ImageFile",
    "array.array",
    "bitarray.bitarray",
    "bytearray",
    "email.message.Message",
    "email.message.EmailMessage",
    "email.mime.multipart.MIMEMultipart",
    "msgpack.Unpacker",
    "networkx.Graph",
    "networkx.DiGraph",
    "prettytable.PrettyTable",
    "rich.table.Table",
    "socket.socket",
)


def _is_off(arguments: list[Value]) -> bool:
    """Whether a switch is set to False or 0."""
    return len(arguments) == 1 and arguments[0].literal is not None and not arguments[0].literal.value


def _made_anew(receiver: Value, method: str, positional: list[Value]) -> Value | None:
    """What an object is after a call that leaves it decoded, covered or in another shape; None after any other."""
    if decodes(receiver, method):
        return replace(receiver, type=PICTURE, text=None)
    if is_covered(receiver, method, positional):
        return replace(receiver, text=None)
    if receiver.type in _FLAGS:
        return replace(receiver, dtype=IS_SET if method == "set" else None) if method in ("set", "clear") else None
    fact = find_method(receiver.type or "", method)
    if fact is None or fact.mutates is None or (method == "setblocking" and not _is_off(positional)):
        return None
    is_reshaped = fact.mutates.shape is not None or fact.mutates.dims is not None  # not added to
    if not is_reshaped and fact.mutates.type in (None, receiver.type):
        return None
    bound = Bound(receiver, tuple(positional), tuple(zip(fact.parameters, positional, strict=False)))
    return in_proportion(fact.name, receiver, build(fact.mutates, Answers(fact, bound), bound))


def _mutate(act: Activation, function: t.Attribute, receiver: Value, positional: list[Value]) -> None:
    """What a fact says of the object afterwards, as often as the call is made."""
    from gillint.resolve.control.emptying import is_drained

    made = _made_anew(receiver, function.name, positional)
    if made is not None:
        change_target(act, function.value, made)
        return
    fact = find_method(receiver.type or "", function.name)
    if fact is None or fact.mutates is None or (function.name == "setblocking" and not _is_off(positional)):
        return
    named = tuple(zip(fact.parameters, positional, strict=False))
    before, turns = growth_of_each(act, function.value, receiver)
    if receiver.type == "bytearray" and turns != ONE and is_drained(act, function.value):
        before, turns = ZERO, ONE
    bound = Bound(replace(receiver, size=ZERO), tuple(positional), named)
    added = build(fact.mutates, Answers(fact, bound), bound).size
    if added is not None:
        more = added.max(0) * turns
        if isinstance(function.value, t.Name):
            before = before + added_elsewhere(act, function.value.id, function, more)
        size = before + more
        text = None
        if receiver.type == "bytearray" and positional:
            piece = (
                positional[0] if positional[0].type != "int" else Value(type="bytes", size=ONE)
            )  # a byte is appended
            text = joined_after(None if before == ZERO and receiver.text is None else receiver, piece, turns)
        grown = replace(receiver, size=size, shape=None, literal=None, text=text)
        change_target(act, function.value, grown)
