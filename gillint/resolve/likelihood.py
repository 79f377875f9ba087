"""How often the arms of a branch are taken, as far as its test tells."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.resolve.activation import Activation
from gillint.resolve.expressions import evaluate
from gillint.resolve.iterations import key_of
from gillint.resolve.turns import pauses
from gillint.resolve.values import FunctionRef, Value
from gillint.syntax import tree as t

RARE = 0.02  # the share of runs in which an exception is taken to happen
# The same, where a pause follows it: where that is long, things fail seldom, or nothing would ever be done.
_RARE_WITH_PAUSE = 0.001
NEVER = 0.0  # the share of what a constant rules out, as far as can be seen


def is_main_guard(test: t.Expr) -> bool:
    """Whether a test is `__name__ == "__main__"`."""
    return isinstance(test, t.Compare) and any(
        isinstance(e, t.Name) and e.id == "__name__" for e in (test.left, *test.rights)
    )


def weight(body: t.Body) -> float:
    """How often an arm is taken, against the others: one that ends in `raise` is an error path."""
    return RARE if body and isinstance(body[-1], t.Raise) else 1.0


def failing(body: t.Body) -> float:
    """How likely the arm is that deals with a failure."""
    return _RARE_WITH_PAUSE if pauses(body) else RARE


def leaves(body: t.Body) -> bool:
    """Whether what comes after a branch is not reached from it."""
    last = body[-1] if body else None
    return isinstance(last, (t.Raise, t.Return)) or (isinstance(last, t.Jump) and last.kind in ("continue", "break"))


def is_true(tested: Value) -> bool | None:
    """Whether a test holds that is a constant as far as can be seen: an option that nobody sets, a client that is None."""
    return bool(tested.literal.value) if tested.literal is not None else None


def fills_a_gap(node: t.If) -> bool:
    """`if key not in table: table[key] = ...`: what is there the next time is not made again."""
    test = node.test
    if isinstance(test, t.Unary) and test.operator == "not" and isinstance(test.operand, t.Compare):
        test = test.operand
    elif isinstance(test, t.Unary):
        return False
    if not isinstance(test, t.Compare) or test.operators[-1:] != ("contains",) or node.orelse:
        return False
    table = key_of(test.rights[-1])
    stores = (target for s in node.body if isinstance(s, t.Assign) for target in s.targets)
    return table is not None and any(isinstance(x, t.Subscript) and key_of(x.value) == table for x in stores)


def chance(act: Activation, test: t.Expr) -> float | None:
    """How likely a test holds: `rng.random() < 0.05`, `i % 4 == 0`, `i % 4`, `not i % 4`; None where nothing tells."""
    if isinstance(test, t.Unary) and test.operator == "not":
        opposite = chance(act, test.operand)
        return 1.0 - opposite if opposite is not None else None
    left = test.left if isinstance(test, t.Compare) and len(test.rights) == 1 else test
    if isinstance(left, t.Binary) and left.operator == "mod":
        period = _number(act, left.right)
        holds = test.operators[0] if isinstance(test, t.Compare) else "ne"
        return {"eq": 1.0 / period, "ne": 1.0 - 1.0 / period}.get(holds) if period is not None else None
    if not isinstance(test, t.Compare) or not isinstance(left, t.Call) or left.arguments or len(test.rights) != 1:
        return None
    right = test.rights[0]
    if (key_of(left.function) or "").rsplit(".", 1)[-1] != "random" or not isinstance(right, t.Constant):
        return None
    bound = right.value
    if not isinstance(bound, float) or not 0 <= bound <= 1:
        return None
    return {"lt": bound, "le": bound, "gt": 1.0 - bound, "ge": 1.0 - bound}.get(test.operators[0])


_MAKES_EMPTY = ("list", "set", "dict", "bytearray")


def once_in(act: Activation, node: t.If) -> float | None:
    """Every how manyth time a test holds that comes round: `if len(batch) == 500: ...; batch = []`, `if i % 100 == 0`.

    None where it does not, or nothing tells.
    """
    test, holds = node.test, "eq"
    if isinstance(test, t.Unary) and test.operator == "not":  # `if not i % 100`
        remainder = test.operand
    elif isinstance(test, t.Compare) and len(test.rights) == 1:
        remainder, holds = test.left, test.operators[0]
    else:
        return None
    if isinstance(remainder, t.Binary) and remainder.operator == "mod":
        period = _number(act, remainder.right)
        if period is None or holds not in ("eq", "ne"):
            return None
        return period if holds == "eq" else period / (period - 1) if period > 1 else None
    filled = _length_of(remainder)
    if filled is None or not isinstance(test, t.Compare) or holds not in ("eq", "ge", "gt"):
        return None
    if not act.loops and "." not in filled:  # an attribute grows with the calls of a method
        return None
    is_emptied = any(_empties(s, filled) for s in node.body) or _is_flushed(act, node.body, filled)
    return _number(act, test.rights[0]) if is_emptied else None


def note_emptied(act: Activation, node: t.If) -> str | None:
    """The variable that an arm empties when it has become long: `if len(batch) == 500: send(batch); batch = []`.

    Of an attribute it is remembered that it does not become longer.
    """
    test = node.test
    filled = _length_of(test.left) if isinstance(test, t.Compare) and len(test.rights) == 1 else None
    if filled is None or "." not in filled:
        return filled if filled is not None and any(_empties(s, filled) for s in node.body) else None
    holder, _, attribute = filled.rpartition(".")
    base = act.environment.get(holder)
    owner = act.program.class_of(base.type) if base is not None else None
    most = _number(act, test.rights[0]) if isinstance(test, t.Compare) else None
    if owner is not None and most is not None:
        owner.longest[attribute] = most
    return None


def _number(act: Activation, node: t.Expr) -> float | None:
    with act.nested():
        number = evaluate(act, node).number
    return number.likely if number is not None and number.known and number.likely >= 1 else None


def _length_of(node: t.Expr) -> str | None:
    """The variable whose length an expression is."""
    if not isinstance(node, t.Call) or not isinstance(node.function, t.Name) or node.function.id != "len":
        return None
    return key_of(node.arguments[0].value) if len(node.arguments) == 1 else None


def _is_flushed(act: Activation, body: t.Body, name: str) -> bool:
    """`self.flush()`, which empties what is asked for."""
    holder, _, attribute = name.rpartition(".")
    base = act.environment.get(holder)
    owner = act.program.class_of(base.type) if base is not None else None
    for s in body if owner is not None else ():
        call = s.value if isinstance(s, t.Evaluate) else None
        call = call.value if isinstance(call, t.Await) else call
        if not isinstance(call, t.Call) or not isinstance(call.function, t.Attribute):
            continue
        method = act.program.attribute(owner, call.function.name) if owner is not None else None
        ref = method.reference if method is not None and key_of(call.function.value) == holder else None
        tree = act.program.function_tree(ref.key)[0] if isinstance(ref, FunctionRef) else None
        if isinstance(tree, t.Function) and tree.parameters:
            own = f"{tree.parameters[0].name}.{attribute}"
            if any(_empties(inner, own) for inner in _statements(tree.body)):
                return True
    return False


def _statements(body: t.Body) -> Iterator[t.Stmt]:
    """The statements of a body, those under conditions included."""
    for s in body:
        yield s
        if isinstance(s, (t.If, t.With, t.Try)):
            yield from _statements(s.body)


def _empties(s: t.Stmt, name: str) -> bool:
    """`batch = []`, `batch = list()`, `batch.clear()`: what was collected is gone."""
    if isinstance(s, t.Evaluate) and isinstance(s.value, t.Call) and isinstance(s.value.function, t.Attribute):
        return s.value.function.name == "clear" and key_of(s.value.function.value) == name
    if not isinstance(s, t.Assign):
        return False
    made = s.value
    for target in s.targets:  # `batch, self.batch = self.batch, []`
        if (
            isinstance(target, t.Sequence)
            and isinstance(made, t.Sequence)
            and len(target.elements) == len(made.elements)
        ):
            made = next((m for e, m in zip(target.elements, made.elements, strict=True) if key_of(e) == name), made)
            if made is not s.value:
                break
    else:
        if name not in map(key_of, s.targets):
            return False
    if isinstance(made, t.Call):
        return isinstance(made.function, t.Name) and made.function.id in _MAKES_EMPTY and not made.arguments
    return (isinstance(made, t.Sequence) and len(made.elements) <= 1) or (isinstance(made, t.Dict) and not made.items)
