"""`match`: what its cases bind, what their patterns and guards cost, and how often each of them is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from gillint.resolve.activation import Activation
from gillint.resolve.assumed import RARE
from gillint.resolve.control.branching import choose
from gillint.resolve.control.failures import fails
from gillint.resolve.control.narrowing import matched
from gillint.resolve.expressions import evaluate
from gillint.resolve.trace import Block, Branch
from gillint.resolve.values import UNKNOWN, Value
from gillint.syntax import tree as t

# The types of which a pattern with one argument, `int(n)`, gives that the whole object.
_WHOLE = frozenset({"bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})
_PASSES = 0.5  # a guard is asked where its pattern fits


def run_match(act: Activation, node: t.Match, run: Callable[..., float]) -> float:
    """Run the arms of a `match`; each case is tried as often as those before it do not fit, of as many that are alike."""
    subject = evaluate(act, node.subject)
    name = node.subject.id if isinstance(node.subject, t.Name) else None
    known: list[Mapping[str, Value]] = []
    for number, case in enumerate(node.cases):
        tried = 1.0 - number / len(node.cases)
        act.operation("branch")
        for kind, count in _steps(case.pattern):
            act.operation(kind, count * tried)
        found: dict[str, Value] = dict.fromkeys(case.binds, UNKNOWN)
        found.update(matched(act, case.pattern, subject, name))
        known.append(found)
        if case.guard is not None:
            _ask(act, case.guard, found, tried * _PASSES)
    weights = tuple(RARE if fails(c.body) else 1.0 for c in node.cases)
    whole = sum(weights) or 1.0
    return choose(act, run, tuple(c.body for c in node.cases), tuple(w / whole for w in weights), tuple(known))


def _ask(act: Activation, guard: t.Expr, bound: Mapping[str, Value], share: float) -> None:
    before = act.environment
    act.environment = {**before, **bound}
    with act.nested() as inner:
        evaluate(act, guard)
    act.environment = before
    act.emit(Branch((inner.finish(), Block()), (share, 1.0 - share)))


def _steps(pattern: t.Expr | None) -> Iterator[tuple[str, float]]:
    """The kinds of bytecode that a pattern takes, and how many of each."""
    if isinstance(pattern, t.Dict):
        yield "mapping_pattern", 1.0
        yield "pattern_key", float(len(pattern.items))
        for _, inner in pattern.items:
            yield from _steps(inner)
    elif isinstance(pattern, t.ClassPattern):
        yield "class_pattern", 1.0
        is_whole = isinstance(pattern.kind, t.Name) and pattern.kind.id in _WHOLE
        if pattern.arguments:
            yield ("self_pattern", 1.0) if is_whole else ("pattern_attribute", float(len(pattern.arguments)))
        for argument in pattern.arguments:
            yield from _steps(argument.value)
    elif isinstance(pattern, t.Sequence):
        for inner in pattern.elements:
            yield from _steps(inner)
    elif isinstance(pattern, t.Walrus):
        yield from _steps(pattern.value)
    elif isinstance(pattern, t.Boolean):
        for inner in pattern.values:
            yield from _steps(inner)
