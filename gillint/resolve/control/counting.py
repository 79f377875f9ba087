"""How often a loop turns that counts, or makes something longer, up to a limit: `while i < n: i += step`."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gillint.estimate import ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import MAPPINGS, element_of, size_of
from gillint.resolve.control.converging import bisects
from gillint.resolve.control.turns import leaves_early
from gillint.resolve.expressions import evaluate
from gillint.syntax import tree as t
from gillint.syntax.walk import as_augment, conditions_of, expressions, inside, key_of, targets_of


def turns_until_long(act: Activation, test: t.Expr, assumed: Estimate) -> Estimate | None:
    """`while len(out) < n: out += piece`: n by what a turn adds; so for `sum(map(len, pieces))`.

    `assumed`: the turns after which what there is now was there.
    """
    if not isinstance(test, t.Compare) or test.operators[:1] not in (("lt",), ("le",)):
        return None
    call = test.left if isinstance(test.left, t.Call) and isinstance(test.left.function, t.Name) else None
    name = call.function.id if call is not None and isinstance(call.function, t.Name) else None
    counted = call.arguments[0].value if call is not None and call.arguments else None
    if name == "sum" and isinstance(counted, t.Call) and len(counted.arguments) == 2:
        counted = counted.arguments[1].value  # sum(map(len, pieces))
    elif name != "len":
        return None
    value = act.environment.get(counted.id) if isinstance(counted, t.Name) else None
    if value is None or value.size is None or not isinstance(counted, t.Name):
        return None
    with act.nested():
        wanted = evaluate(act, test.rights[0]).number
    first = act.born.get(counted.id, (0, ZERO))[1]
    added = (value.size - first) / assumed
    if name == "sum":
        added = added * size_of(element_of(value))
    if wanted is None or added.likely <= 0:
        return None
    return wanted.combine(added.likely, lambda n, a: max(1.0, -(-n // a)))


def turns_by_counter(act: Activation, node: t.While) -> Estimate | None:
    """`while i < n: ...; i += step`: (n - i) / step turns."""
    test = node.test
    if not isinstance(test, t.Compare) or len(test.rights) != 1 or not isinstance(test.left, t.Name):
        return None
    steps = [s for x in node.body if (s := as_augment(x)) is not None and key_of(s.target) == test.left.id]
    start = act.environment.get(test.left.id)
    if len(steps) > 1 or start is None or start.number is None:
        return None
    with act.nested():
        end = evaluate(act, test.rights[0]).number
        step = evaluate(act, steps[0].value).number if steps else None
    if end is None or (steps and steps[0].operator not in ("add", "sub")):
        return None
    if not steps and bisects(node):
        return (end - start.number).map(lambda n: max(1.0, math.log2(max(n, 2.0))))
    if step is None or not step.known:
        return _strides(end - start.number) if test.operators[0] in ("lt", "le") else None
    return ((end - start.number) / step).map(lambda n: max(1.0, abs(n)))


def turns_to_make_room(act: Activation, node: t.While) -> Estimate | None:
    """`while j >= 0 and rows[j] > row: rows[j + 1] = rows[j]; j -= 1`: half of the way, where things come in any order."""
    asked = {key_of(e.value) for e in inside(node.test) if isinstance(e, t.Subscript)}
    stored = {key_of(x.value) for s in node.body if isinstance(s, t.Assign) for x in _members(s)}
    if asked.isdisjoint(stored - {None}):
        return None
    counted = (turns_by_counter(act, replace(node, test=part)) for part in conditions_of(node.test))
    whole = next((turns for turns in counted if turns is not None), None)
    return Estimate(0.0, whole.likely / 2, whole.high) if whole is not None else None


def _members(s: t.Assign) -> Iterator[t.Subscript]:
    return (part for part in targets_of(s) if isinstance(part, t.Subscript))


def turns_past_the_end(act: Activation, node: t.While) -> Estimate | None:
    """`while True: try: row = rows[i]`, `except IndexError: break`, `i += 1`: a turn for each that is left, and one more."""
    if not isinstance(node.test, t.Constant):
        return None
    steps = {key_of(s.target): s for x in node.body if (s := as_augment(x)) is not None and s.operator == "add"}
    asked = (
        e
        for s in node.body
        if isinstance(s, t.Try) and any(_ends_at_an_index(h) for h in s.handlers)
        for e in expressions(s.body)
        if isinstance(e, t.Subscript) and key_of(e.index) in steps.keys() - {None}
    )
    found = next(asked, None)
    start = act.environment.get(key_of(found.index) or "") if found is not None else None
    if found is None or start is None or start.number is None:
        return None
    with act.nested():
        whole, step = evaluate(act, found.value), evaluate(act, steps[key_of(found.index)].value).number
    if whole.size is None or whole.type in MAPPINGS or step is None or not step.known or step.likely <= 0:
        return None
    return ((whole.size - start.number) / step).map(lambda n: max(0.0, math.ceil(n)) + 1)


def _ends_at_an_index(handler: t.Handler) -> bool:
    kinds = handler.kind.elements if isinstance(handler.kind, t.Sequence) else (handler.kind,)
    names = {key_of(kind) for kind in kinds if kind is not None}
    return not names.isdisjoint(("IndexError", "LookupError")) and any(map(leaves_early, handler.body))


def _strides(whole: Estimate) -> Estimate:
    """`while pos < len(data): pos += length_of_a_record`: at most one turn a byte, and nothing tells how long records are."""
    return Estimate(1.0, max(1.0, whole.likely) ** 0.5, max(1.0, whole.high))
