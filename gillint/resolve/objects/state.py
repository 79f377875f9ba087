"""State behind a call: attributes and global variables through which one call of a method hands something to the next."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from gillint.resolve.activation import Activation
from gillint.resolve.control.dataflow import Flow
from gillint.resolve.objects.attributes import attribute_value
from gillint.resolve.trace import Iterations
from gillint.resolve.values import FunctionRef, Value
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, key_of

_DEPTH = 3  # calls inside calls that are looked into


def behind_calls(act: Activation, loop: t.For | t.While, found: Iterations) -> Iterations:
    """What a loop's own variables say, unless a method or function that it calls carries state between the calls."""
    if found not in (Iterations.INDEPENDENT, Iterations.REDUCTION):
        return found
    worst: Iterations = found
    for function in _called(act, _call_keys(loop.body), _written(loop)):
        state = _carried(act, function, _DEPTH, set())
        if state is Iterations.CARRIED:
            return state
        worst = state if state is Iterations.UNKNOWN else worst
    return worst


@lru_cache(maxsize=4096)
def _written(loop: t.For | t.While) -> frozenset[str]:
    """The names that an iteration gives a value."""
    flow = Flow()
    if isinstance(loop, t.For):
        flow.bind(loop.target)
    flow.run(loop.body)
    return frozenset(flow.written)


@lru_cache(maxsize=4096)
def _call_keys(body: t.Body) -> tuple[str, ...]:
    """The dotted names of what a body calls, each once."""
    keys = (key_of(e.function) for e in expressions(body) if isinstance(e, t.Call))
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def _called(act: Activation, keys: tuple[str, ...], made_here: frozenset[str]) -> Iterator[FunctionRef]:
    """The functions of the project behind these names, but for methods of what an iteration makes for itself."""
    for key in keys:
        first, *rest = key.split(".")
        if first in made_here and rest:
            continue
        value = _known(act, first)
        for name in rest:
            if value is None or (value.type is None and value.reference is None):
                break
            value = attribute_value(act, value, name) if "::" in (value.type or "") or value.reference else None
        if value is not None and isinstance(value.reference, FunctionRef):
            yield value.reference


def _known(act: Activation, name: str) -> Value | None:
    for environment in (act.environment, *act.enclosing):
        if name in environment:
            return environment[name]
    return act.program.module_value(act.scope, name)


def _carried(act: Activation, ref: FunctionRef, depth: int, seen: set[str]) -> Iterations | None:
    """Whether calls of a function depend on each other: for certain, perhaps, or not as far as can be seen."""
    tree, owner = act.program.function_tree(ref.key)
    if not isinstance(tree, t.Function) or ref.key in seen or depth == 0:
        return None
    seen.add(ref.key)
    own = _own_state(tree)
    if own is not None:
        return own
    for name in _own_methods(tree):
        method = act.program.attribute(owner, name) if owner is not None else None
        if method is not None and isinstance(method.reference, FunctionRef):
            inner = _carried(act, method.reference, depth - 1, seen)
            if inner is not None:
                return inner
    for function in _of_common_objects(act, ref, tree):
        inner = _carried(act, function, depth - 1, seen)
        if inner is not None:
            return inner
    return None


def _of_common_objects(act: Activation, ref: FunctionRef, tree: t.Function) -> Iterator[FunctionRef]:
    """The methods that a function of this file calls on objects of the top level: `limiter.wait()`."""
    if not ref.key.startswith(f"{act.path}::"):
        return
    own = {p.name for p in tree.parameters} | _written_in(tree)
    for key in _call_keys(tree.body):
        first, *rest = key.split(".")
        value = act.program.module_value(act.scope, first) if rest and first not in own else None
        for name in rest:
            known = value is not None and "::" in (value.type or "")
            value = attribute_value(act, value, name) if value is not None and known else None
        if value is not None and isinstance(value.reference, FunctionRef):
            yield value.reference


@lru_cache(maxsize=4096)
def _written_in(tree: t.Function) -> frozenset[str]:
    flow = Flow()
    flow.run(tree.body)
    return frozenset(flow.written)


@lru_cache(maxsize=4096)
def _own_methods(tree: t.Function) -> tuple[str, ...]:
    """The names of the methods that a method calls on its own object, each once."""
    receiver = tree.parameters[0].name if tree.parameters else None
    called = (e.function for e in expressions(tree.body) if isinstance(e, t.Call))
    own = (
        f.name for f in called if isinstance(f, t.Attribute) and isinstance(f.value, t.Name) and f.value.id == receiver
    )
    return tuple(dict.fromkeys(own))


@lru_cache(maxsize=2048)
def _own_state(tree: t.Function) -> Iterations | None:
    flow = Flow()
    for parameter in tree.parameters:
        flow.definite.add(parameter.name)
    flow.run(tree.body)
    shared = {name for s in tree.body if isinstance(s, t.Jump) and s.kind == "global" for name in s.names}
    receiver = f"{tree.parameters[0].name}." if tree.parameters else None
    carried = {
        key
        for key in (flow.exposed & flow.written) - flow.reductions - flow.inductions
        if key in shared or (receiver is not None and key.startswith(receiver))
    } - set(_made_once(tree.body))
    if not carried:
        return None
    always = {key_of(target) for s in _without_condition(tree.body) if isinstance(s, t.Assign) for target in s.targets}
    return Iterations.CARRIED if carried & always else Iterations.UNKNOWN


def _without_condition(body: t.Body) -> Iterator[t.Stmt]:
    for s in body:
        yield s
        if isinstance(s, t.With):
            yield from _without_condition(s.body)


def _made_once(body: t.Body) -> Iterator[str]:
    """`if self.session is None: self.session = ...`: what the first call makes and the others use."""
    for s in body:
        if isinstance(s, t.If):
            tested = s.test.left if isinstance(s.test, t.Compare) else s.test
            if isinstance(tested, t.Unary):
                tested = tested.operand
            key = key_of(tested)
            if key is not None:
                yield key
            yield from _made_once(s.body)
            yield from _made_once(s.orelse)
        elif isinstance(s, (t.With, t.Try)):
            yield from _made_once(s.body)
