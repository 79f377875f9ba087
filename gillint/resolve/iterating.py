"""What a loop goes through: how many items there are, and which."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation, Lazy
from gillint.resolve.assumed import FEW, INNER_RANGE, INNER_TRIPS, UNKNOWN_TRIPS
from gillint.resolve.calling.bound import MAPPINGS, RESAMPLER, TENSOR, element_of, size_of
from gillint.resolve.calling.submissions import await_value
from gillint.resolve.external.handles import current
from gillint.resolve.external.mailboxes import as_parts
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.numeric.training import loaded
from gillint.resolve.objects.lists import as_list
from gillint.resolve.objects.unspoken import getting_by_number
from gillint.resolve.operators import operator_fact
from gillint.resolve.stepping import run_to_its_end
from gillint.resolve.tabular.columns import IN_GROUPS
from gillint.resolve.trace import Await, Bound, Call, Loop, Node, children
from gillint.resolve.values import ChoiceRef, Value, is_known


def iterable_of(act: Activation, value: Value, span: Span, *, is_async: bool = False) -> Value:
    """What a loop over an instance of the program's own class goes through: what its `__iter__` or `__aiter__` gives."""
    if not is_own(value):
        value = current(act, value)
        run_to_its_end(act, value)
        return loaded(act, value, span) or as_parts(value)
    made = operator_fact(act, value, "__aiter__" if is_async else "__iter__", (), span)
    if made is not None and made.type != value.type and is_known(made):
        return made
    members = as_list(act, value)
    if made is None and members is value and not is_async:
        return getting_by_number(act, value, span) or value
    return members


def is_own(value: Value) -> bool:
    """Whether it is an instance of one of the program's own classes."""
    return value.type is not None and "::" in value.type and value.reference is None


def iterate(
    act: Activation, value: Value, span: Span, *, is_async: bool = False
) -> tuple[Estimate, Value, Lazy | None, str | None]:
    """What a loop over a value runs through: how many items, which, what producing one costs, what the number hangs on."""
    lazy = act.start(value)
    element = element_of(value)
    if lazy is not None:
        act.operation("loop_step")
        size = value.size if value.size is not None else lazy.trips
        return size, element, lazy, lazy.trips_hang_on
    if is_own(value):
        before = len(act.builder.nodes)
        act.loops.append(value.size or UNKNOWN_TRIPS)  # a step is taken in each turn: what it makes once is there then
        step = operator_fact(act, value, "__anext__" if is_async else "__next__", (), span)
        act.loops.pop()
        step = await_value(act, step, span) if step is not None and is_async else step
        element = step or element
        act.operation("loop_step")
        if value.size is None and (source := _stepped_through(act.builder.nodes[before:])) is not None:
            return source, element, None, None if source.known else _source_text(act, span)
    elif all(operator_fact(act, value, name, (), span) is None for name in (_ASYNC_STEPS if is_async else _STEPS)):
        act.operation("loop_step")  # a fact of the iterator is the cost of a whole turn
        if is_async:
            _wait_for_next(act, value, span)
    counted = value.items is not None and value.type not in MAPPINGS
    known = value.size is not None or counted or value.shape is not None or value.columns is not None
    if value.type in (ARRAY, TENSOR, RESAMPLER, *IN_GROUPS) and value.shape != () and value.shape is not None:
        return value.shape[0], element, None, value.origin if not value.shape[0].known else None
    if known and value.type is not None:
        size = size_of(value)
        return size, element, None, None if size.known else value.origin
    if isinstance(value.reference, ChoiceRef) and all(map(_is_measured, value.reference.options)):
        size = reduce(lambda a, b: a.join(b), map(size_of, value.reference.options))  # a list here and a tuple there
        return size, element, None, None if size.known else value.origin
    if value.type in _TYPICAL:
        size = FEW if value.type == "json" else size_of(value)
        return size, element, None, value.origin or _source_text(act, span)
    inner = INNER_RANGE if value.type == "range" else INNER_TRIPS
    assumed = inner if act.runs_often() else UNKNOWN_TRIPS
    origin = value.origin if not is_own(value) else None  # which is what its own methods call it: `self`
    return assumed, element, None, origin or _source_text(act, span)


_SEQUENCES = ("list", "tuple", "set", "frozenset", "dict_keys", "dict_values")


def _is_measured(value: Value) -> bool:
    return value.type in _SEQUENCES and (value.size is not None or value.items is not None)


def _stepped_through(nodes: Sequence[Node]) -> Estimate | None:
    """How many items there are in what a `__next__` takes one from: `row = next(self.rows)`, `self.stream.readline()`."""
    for node in nodes:
        if isinstance(node, Call):
            given = node.bound.positional[:1] if node.name == "next" else ()
            source = given[0] if given else node.bound.receiver if node.name.endswith(".readline") else None
            if source is not None and source.size is not None:
                return source.size
        inner = (_stepped_through(block.nodes) for block in children(node))
        found = next((size for size in inner if size is not None), None)
        if found is not None:  # of which the loop leaves some out
            return (found / node.trips).max(1) if isinstance(node, Loop) else found
    return None


_STEPS = ("__iter__",)  # the facts of a library's type that may say what one turn costs, the first of them
_ASYNC_STEPS = ("__anext__", "__aiter__", "__iter__")
_TYPICAL = ("tuple", "json", "tarfile.TarFile", "h5py.File", "h5py.Group")  # more or less as many, whatever it is


def awaited_from(act: Activation, first: int, span: Span) -> None:
    """The calls since a node of the block are awaited: the steps of `async for`."""
    nodes = act.builder.nodes
    nodes[first:] = [replace(n, awaited=True) if isinstance(n, Call) else n for n in nodes[first:]]
    act.emit(Await(span))


def awaited_unknown(act: Activation, span: Span) -> None:
    """The call just made is awaited: of one that nothing else is known of this tells what it does."""
    last = act.builder.nodes[-1] if act.builder.nodes else None
    if not isinstance(last, Call) or last.span != span:
        return
    if last.kind == "unknown" or (last.fact is not None and last.fact.is_default):
        act.builder.nodes[-1] = replace(last, awaited=True)


def _wait_for_next(act: Activation, value: Value, span: Span) -> None:
    """The step of an asynchronous iterator that nothing is known of: it may wait for the next item, however long."""
    source = value.type or _source_text(act, span).strip("`")
    act.emit(Call(span, act.path, f"{source}.__anext__", "unknown", Bound(value, ()), implicit=True, assumed=True))


def _source_text(act: Activation, span: Span) -> str:
    """The text of an expression, where it is short enough to be quoted."""
    text = act.scope.syntax.text(span).strip()
    return f"`{text}`" if len(text) <= 40 and "\n" not in text else "the length of what is iterated over"
