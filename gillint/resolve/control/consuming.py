"""How often a `while` loop turns that goes through a text or a buffer piece by piece: lines, fields, records, tokens."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.estimate import ZERO, Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import size_of
from gillint.resolve.control.turns import leaves_early
from gillint.resolve.expressions import evaluate
from gillint.resolve.text.texts import RECORD, Text
from gillint.resolve.values import FunctionRef, Value, text_of
from gillint.syntax import tree as t
from gillint.syntax.walk import assigned_once, expressions, key_of, statements

_BUFFERS = ("str", "bytes", "bytearray", "memoryview")
_SEARCHES = ("find", "index", "partition", "split")
# Characters of a word or a number in a text, and bytes of a number that is written byte by byte.
_TOKEN, _BYTES = 5.0, 4.0
_RUN = 4.0  # of characters that are alike: what is left of a word behind its first one, of a number, spaces
_RECORD = 64.0  # bytes of a line or a record, where nothing tells: seldom more, in a large file


def turns_through(act: Activation, loop: t.While) -> Estimate | None:
    """How many pieces there are in the buffer that a loop goes through; None for any other loop. It is asked before the loop.

    By what it looks for, `data.find(b"\\n", at)`, or by how many records were put there; else by their usual length.
    """
    if act.runs_often() and any(map(leaves_early, loop.body)) and not _from_the_beginning(act, loop):
        return None  # one piece in each call: `def parse_row(text, at)`
    if stays_in_a_run(loop.test):
        return None
    tests = loop.test.values if isinstance(loop.test, t.Boolean) else ()
    for node in _looked_at(act, loop):
        with act.nested():
            buffer = evaluate(act, node)
        if buffer.type in _BUFFERS and buffer.size is not None and size_of(buffer).likely > 0:
            if any(isinstance(e, t.Subscript) and key_of(e.value) == key_of(node) for e in _inside(tests)):
                return Estimate(
                    1.0, _RUN, max(_RUN, size_of(buffer).high)
                )  # `while at < len(text) and text[at].isdigit()`
            return _pieces(buffer, key_of(node), loop)
    return None


_ALIKE = ("isdigit", "isalpha", "isalnum", "isspace", "isdecimal", "isnumeric", "isidentifier", "isupper", "islower")
RUN = Estimate(1.0, _RUN, 1e6)


def stays_in_a_run(test: t.Expr) -> bool:
    """`while self.peek().isdigit(): self.advance()`: as long as characters are of one kind."""
    if isinstance(test, t.Boolean):
        return any(map(stays_in_a_run, test.values))
    asked = test.function if isinstance(test, t.Call) else None
    if not isinstance(asked, t.Attribute) or asked.name not in _ALIKE:
        return False
    return isinstance(asked.value, (t.Call, t.Name, t.Attribute))


def _from_the_beginning(act: Activation, loop: t.While) -> bool:
    """Whether the place that the test looks at is known when the loop begins, or there is none."""
    places = [e.id for e in _inside((loop.test,)) if isinstance(e, t.Name) and e.id in _all_moved(loop)]
    values = [act.environment.get(place) for place in places]
    return all(v is None or v.type in _BUFFERS or v.number is not None for v in values)


def _all_moved(loop: t.While) -> set[str]:
    return {key for s in statements(loop.body) for key in _moved(s)}


def _moved_by_methods(act: Activation, loop: t.While) -> set[str]:
    """The places of a scanner that its methods move: `self.at` of `self.advance()`."""
    moved: set[str] = set()
    for e in expressions(loop.body):
        if (
            not isinstance(e, t.Call)
            or not isinstance(e.function, t.Attribute)
            or not isinstance(e.function.value, t.Name)
        ):
            continue
        with act.nested():
            ref = evaluate(act, e.function).reference
        tree = act.program.function_tree(ref.key)[0] if isinstance(ref, FunctionRef) else None
        if isinstance(tree, t.Function) and tree.parameters:
            itself = f"{tree.parameters[0].name}."
            keys = (key for s in statements(tree.body) if isinstance(s, t.Augment) for key in _moved(s))
            moved |= {f"{e.function.value.id}.{key.removeprefix(itself)}" for key in keys if key.startswith(itself)}
    return moved


def _looked_at(act: Activation, loop: t.While) -> Iterator[t.Expr]:
    """The buffers at whose end a loop may be over."""
    test = _written_out(act, loop.test)
    moved = _all_moved(loop) | _moved_by_methods(act, loop)
    cut = {key for s in statements(loop.body) for key in _cut(s)}
    for part in test.values if isinstance(test, t.Boolean) else (test,):
        if isinstance(part, t.Constant):
            for call in _searches(loop.body):
                place = key_of(call.arguments[1].value) if len(call.arguments) > 1 else None
                owner = call.function.value if isinstance(call.function, t.Attribute) else call.function
                if place in moved or key_of(owner) in cut:
                    yield owner
        elif key_of(part) in cut:
            yield part
        elif isinstance(part, t.Compare) and part.operators[0] == "contains" and key_of(part.rights[0]) in cut:
            yield part.rights[0]
        elif isinstance(part, t.Compare):
            spelt = t.Compare(part.span, part.left, part.operators, tuple(_length(act, right) for right in part.rights))
            yield from _measured(spelt, moved, cut, is_asked=test is not loop.test)


def _measured(test: t.Compare, moved: set[str], cut: set[str], *, is_asked: bool) -> Iterator[t.Expr]:
    """`at < len(data)`, where the loop moves the place; `len(data) > 4`, where it cuts pieces off."""
    sides = (test.left, *test.rights)
    places = {key_of(e) for e in _inside(sides)}
    for e in _inside(sides):
        if isinstance(e, t.Call) and key_of(e.function) == "len" and len(e.arguments) == 1:
            whole = e.arguments[0].value
            if key_of(whole) in cut or (places & moved and key_of(whole) not in moved) or is_asked:
                yield whole


def _length(act: Activation, node: t.Expr) -> t.Expr:
    """`len(data)` of `end`, which is that from the beginning."""
    only = assigned_once(act.statements).get(node.id) if isinstance(node, t.Name) else None
    return only if isinstance(only, t.Call) and key_of(only.function) == "len" else node


def _inside(parts: tuple[t.Expr, ...]) -> tuple[t.Expr, ...]:
    return expressions(tuple(t.Evaluate(part.span, part) for part in parts))


def _written_out(act: Activation, test: t.Expr) -> t.Expr:
    """`self.at >= len(self.data)` of `not self.is_done()`, for the object that is asked."""
    call = test.operand if isinstance(test, t.Unary) and test.operator == "not" else None
    if not isinstance(call, t.Call) or not isinstance(call.function, t.Attribute) or call.arguments:
        return test
    with act.nested():
        ref = evaluate(act, call.function).reference
    tree = act.program.function_tree(ref.key)[0] if isinstance(ref, FunctionRef) else None
    only = tree.body[-1] if isinstance(tree, t.Function) and tree.parameters else None
    if not isinstance(tree, t.Function) or not isinstance(only, t.Return) or not isinstance(only.value, t.Compare):
        return test
    itself, holder = tree.parameters[0].name, call.function.value
    asked = only.value
    return t.Compare(
        asked.span,
        _of_object(asked.left, itself, holder),
        asked.operators,
        tuple(_of_object(right, itself, holder) for right in asked.rights),
    )


def _of_object(e: t.Expr, itself: str, holder: t.Expr) -> t.Expr:
    if isinstance(e, t.Name):
        return holder if e.id == itself else e
    if isinstance(e, t.Attribute):
        return t.Attribute(e.span, _of_object(e.value, itself, holder), e.name)
    if isinstance(e, t.Call):
        arguments = (t.Argument(_of_object(a.value, itself, holder), a.keyword, a.star) for a in e.arguments)
        return t.Call(e.span, e.function, tuple(arguments))
    return e


def _moved(s: t.Stmt) -> Iterator[str]:
    targets = s.targets if isinstance(s, t.Assign) else (s.target,) if isinstance(s, t.Augment) else ()
    for target in targets:
        for one in target.elements if isinstance(target, t.Sequence) else (target,):
            key = key_of(one)
            if key is not None:
                yield key


def _cut(s: t.Stmt) -> Iterator[str]:
    """`data = data[n:]`, `line, _, rest = rest.partition(",")`, `del data[:n]`."""
    if isinstance(s, t.Delete):
        removed = (target.value for target in s.targets if isinstance(target, t.Subscript))
        yield from (key for holder in removed if (key := key_of(holder)) is not None)
    elif isinstance(s, t.Assign) and s.value is not None:
        used = {key_of(_owner(e)) for e in expressions((t.Return(s.span, s.value),))}
        yield from (key for key in _moved(s) if key in used)


def _owner(e: t.Expr) -> t.Expr:
    """`data` of `data[n:]` and of `data.partition(",")`."""
    if isinstance(e, t.Subscript) and isinstance(e.index, t.Slice):
        return e.value
    if isinstance(e, t.Call) and isinstance(e.function, t.Attribute) and e.function.name in _SEARCHES:
        return e.function.value
    return t.Constant(e.span, None)


def _searches(body: t.Body) -> Iterator[t.Call]:
    for e in expressions(body):
        if isinstance(e, t.Call) and isinstance(e.function, t.Attribute) and e.function.name in _SEARCHES:
            yield e


def _pieces(buffer: Value, key: str | None, loop: t.While) -> Estimate:
    size, text = size_of(buffer), text_of(buffer) or Text()
    whole = (t.Evaluate(loop.test.span, loop.test), *loop.body)
    wanted = list(_wanted(whole, key))
    for separator in wanted:
        if text.count(separator) != ZERO:
            return text.count(separator).max(1)
    if text.count(RECORD) != ZERO and not wanted:
        return text.count(RECORD).max(1)
    step = _cut_by(loop.body, key)
    if step is not None:
        return (size / step).max(1)
    length = _usual_length(buffer, key, loop) if not wanted else _RECORD
    length = min(length, max(1.0, size.likely) ** 0.5) if length is not None else max(1.0, size.likely) ** 0.5
    return Estimate(1.0, max(1.0, size.likely / length), max(1.0, size.high))


def _usual_length(buffer: Value, key: str | None, loop: t.While) -> float | None:
    """How long a piece is by the way in which a loop takes it; None where nothing is taken at the place that is moved."""
    if buffer.type == "str":
        return _TOKEN
    places = {key_of(e) for e in _inside((loop.test,))} & _all_moved(loop)
    if not places or key in places:
        return _RECORD
    parts = [e.index for e in expressions(loop.body) if isinstance(e, t.Subscript) and key_of(e.value) == key]
    here = [part for part in parts if places & set(map(key_of, _inside((part,))))]
    if here:
        return _RECORD if any(isinstance(part, t.Slice) for part in here) else _BYTES
    calls = (e for e in expressions(loop.body) if isinstance(e, t.Call))
    given = ({key_of(a.value) for a in call.arguments} for call in calls)
    return _RECORD if any(key in keys and places & keys for keys in given) else None


def _cut_by(body: t.Body, key: str | None) -> float | None:
    """How much is cut off each time, where that is a constant: `data = data[4:]`."""
    for s in body:
        cut = s.value if isinstance(s, t.Assign) and key in set[str | None](_moved(s)) else None
        index = cut.index if isinstance(cut, t.Subscript) and key_of(cut.value) == key else None
        lower = index.lower if isinstance(index, t.Slice) and index.upper is None else None
        if isinstance(lower, t.Constant) and isinstance(lower.value, int) and lower.value > 0:
            return float(lower.value)
    return None


def _wanted(body: t.Body, key: str | None) -> Iterator[str]:
    """What a loop looks for in a buffer to find the end of a piece."""
    for e in expressions(body):
        found: t.Expr | None = None
        if isinstance(e, t.Compare) and e.operators[0] == "contains" and key_of(e.rights[0]) == key:
            found = e.left
        elif isinstance(e, t.Call) and e.arguments and key_of(_owner(e)) == key is not None:
            found = e.arguments[0].value
        if isinstance(found, t.Constant) and isinstance(found.value, (str, bytes)):
            yield found.value if isinstance(found.value, str) else found.value.decode("latin-1")
