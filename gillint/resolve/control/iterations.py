"""Could the iterations of a loop run apart? Read from which variables one iteration hands to the next."""

from __future__ import annotations

from functools import lru_cache

from gillint.resolve.control.dataflow import Flow
from gillint.resolve.control.overlapping import overlaps
from gillint.resolve.control.turns import counts_attempts, polls
from gillint.resolve.trace import Iterations
from gillint.syntax import tree as t
from gillint.syntax.containers import change_of
from gillint.syntax.walk import as_augment, expressions, inside, key_of, names_in

_SHARED_CURSOR = {"fetchone", "fetchmany", "read", "readline", "recv", "next", "read1", "readinto", "get_nowait"}


@lru_cache(maxsize=4096)  # the same loop is met once for each call of its function
def iterations_of(loop: t.For | t.While) -> Iterations:
    """Classify a loop: independent, a reduction, carried."""
    flow = Flow()
    if isinstance(loop, t.While):
        flow.read_expr(loop.test)
    else:
        flow.bind(loop.target)
        flow.slots = _own_slots(loop)
    flow.run(loop.body)
    carried = flow.exposed & flow.written
    if isinstance(loop, t.For) and _asks_again(loop.iterable):
        return Iterations.CARRIED
    if isinstance(loop, t.While) and _polls(loop):
        return Iterations.CARRIED
    if any(isinstance(s, (t.Return, t.Jump)) and getattr(s, "kind", "break") == "break" for s in loop.body):
        return Iterations.CARRIED  # the body ends the loop: it is a retry
    if any(_ends_in_exit(s) for s in loop.body if isinstance(s, t.Try)):
        return Iterations.CARRIED  # try: ...; return   except: back off
    if counts_attempts(loop) or polls(loop):
        return Iterations.CARRIED  # the next turn is there for the case that this one did not succeed
    if isinstance(loop, t.While) and _reads_shared_cursor(loop):
        return Iterations.CARRIED
    if isinstance(loop, t.While) and (_works_off_a_list_that_grows(loop) or _merges(loop)):
        return Iterations.CARRIED
    # A counter that is read is an induction variable; one that is not, and any other accumulation, is a reduction.
    reductions = {name for name in flow.reductions if name not in flow.read}
    inductions = {name for name in flow.inductions if name in flow.read}
    if carried - inductions - reductions or overlaps(loop, flow.slots):
        return Iterations.CARRIED
    if _may_stop_early(loop.body):
        # A search: what comes after the hit would be done in vain. `while` looks at the answer before it asks again.
        return Iterations.UNKNOWN if isinstance(loop, t.For) else Iterations.CARRIED
    return Iterations.REDUCTION if reductions else Iterations.INDEPENDENT


def _asks_again(iterable: t.Expr) -> bool:
    """`iter(f, sentinel)`: each item is asked of the same object."""
    function = iterable.function if isinstance(iterable, t.Call) else None
    return (
        isinstance(iterable, t.Call)
        and isinstance(function, t.Name)
        and function.id == "iter"
        and len(iterable.arguments) == 2
    )


def _own_slots(loop: t.For) -> set[str]:
    """The variables that take each value once: `i` of `for i in range(n)` and of `for i, x in enumerate(xs)`."""
    called = loop.iterable.function if isinstance(loop.iterable, t.Call) else None
    name = called.id if isinstance(called, t.Name) else None
    target = loop.target
    if name == "enumerate" and isinstance(target, t.Sequence) and target.elements:
        target = target.elements[0]
    return {target.id} if name in ("range", "enumerate") and isinstance(target, t.Name) else set()


def _may_stop_early(body: t.Body, *, inner: bool = False) -> bool:
    """`if found: return x`, `if full: break`, at any depth of ifs."""
    for s in body:
        if isinstance(s, t.Return) or (isinstance(s, t.Jump) and s.kind == "break" and not inner):
            return True
        if isinstance(s, t.If) and (_may_stop_early(s.body, inner=inner) or _may_stop_early(s.orelse, inner=inner)):
            return True
        if isinstance(s, (t.For, t.While)) and _may_stop_early(s.body, inner=True):
            return True
        if isinstance(s, t.With) and _may_stop_early(s.body, inner=inner):
            return True
        if isinstance(s, t.Try) and any(_may_stop_early(b, inner=inner) for b in (s.body, s.orelse)):
            return True
    return False


def _ends_in_exit(node: t.Try) -> bool:
    last = (node.orelse or node.body)[-1]
    return isinstance(last, t.Return) or (isinstance(last, t.Jump) and last.kind == "break")


def _polls(loop: t.While) -> bool:
    """`while True` or `while not done()` with a sleep and nothing that advances: polling."""
    return any(
        isinstance(e, t.Call)
        and (
            (isinstance(e.function, t.Attribute) and e.function.name == "sleep")
            or (isinstance(e.function, t.Name) and e.function.id == "sleep")
        )
        for e in expressions(loop.body)
    ) and not any((step := as_augment(s)) is not None and key_of(step.target) in names_in(loop.test) for s in loop.body)


def _works_off_a_list_that_grows(loop: t.While) -> bool:
    """`while todo: x = todo.pop(); todo.extend(...)`: what comes next depends on what was found."""
    changes = [change for e in expressions(loop.body) if (change := change_of(e)) is not None]
    taken, given = ({key_of(c.container) for c in changes if c.by == by} for by in (-1, 1))
    return not taken.isdisjoint(given & names_in(loop.test))


def _merges(loop: t.While) -> bool:
    """`while left and right: out.append(left.pop(0) if left[0] <= right[0] else right.pop(0))`: who is next is seen when
    the one before is gone.
    """
    seen, taken = set[str | None](), set[str | None]()
    for e in expressions(loop.body):
        if isinstance(e, t.Subscript):
            seen.add(key_of(e.value))
        elif (change := change_of(e)) is not None and change.by < 0:
            taken.add(key_of(change.container))
    return len(names_in(loop.test) & seen & taken) > 1


def _reads_shared_cursor(loop: t.While) -> bool:
    return any(
        isinstance(e, t.Call)
        and (
            (isinstance(e.function, t.Attribute) and e.function.name in _SHARED_CURSOR)
            or (isinstance(e.function, t.Name) and e.function.id == "next")
        )
        for e in (*expressions(loop.body), *inside(loop.test))
    )
