"""How often a loop turns, by the shape of its body: retries end with the first success, polling with the first answer."""

from __future__ import annotations

import re
from functools import lru_cache

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.syntax import tree as t
from gillint.syntax.parse import dotted
from gillint.syntax.walk import as_augment, expressions, statements

POLLS = 5.0  # how often somebody asks, with a pause in between, until there is an answer


def ends_in_one_turn(body: t.Body) -> bool:
    """Whether a loop is over after one turn of this body, unless something is raised: a retry."""
    last = body[-1] if body else None
    if any(_goes_on(s) for s in body):
        return False  # the next one is looked at
    if isinstance(last, t.Try):
        return ends_in_one_turn(last.orelse or last.body) or ends_in_one_turn(last.final)
    if isinstance(last, t.With):
        return ends_in_one_turn(last.body)
    if isinstance(last, t.If):
        return ends_in_one_turn(last.body) and ends_in_one_turn(last.orelse)
    return isinstance(last, (t.Raise, t.Return)) or (isinstance(last, t.Jump) and last.kind == "break")


def _goes_on(s: t.Stmt) -> bool:
    """`if not match: continue`."""
    if isinstance(s, t.If):
        return any(_goes_on(x) or (isinstance(x, t.Jump) and x.kind == "continue") for x in (*s.body, *s.orelse))
    if isinstance(s, (t.Try, t.With)):
        return any(map(_goes_on, s.body))
    return False


@lru_cache(maxsize=4096)
def is_endless(node: t.For | t.While) -> bool:
    """Whether a loop goes on until the program is stopped: `while True`, and nothing in it leaves."""
    if not isinstance(node, t.While) or not isinstance(node.test, t.Constant):
        return False
    handlers = (h.body for s in statements(node.body) if isinstance(s, t.Try) for h in s.handlers)
    inside = (s for body in (node.body, *handlers) for s in statements(body))
    return not any(isinstance(s, (t.Return, t.Match)) or (isinstance(s, t.Jump) and s.kind == "break") for s in inside)


@lru_cache(maxsize=4096)
def polls(node: t.For | t.While) -> bool:
    """Whether a loop asks again and again, with pauses, until something has happened."""
    if not pauses(node.body):
        return False
    asks = isinstance(node, t.While) and not isinstance(node.test, t.Constant)
    return asks or any(leaves_early(s) for s in node.body)


# How often a thread waits at a monitor, all in all: one that finds what it needs does not, one that is woken has it then.
AT_A_MONITOR = Estimate(0, 0.5, 10)


@lru_cache(maxsize=4096)
def is_monitor(node: t.For | t.While) -> bool:
    """Whether a loop is that of a condition variable, which goes to sleep where it must: `while not items: changed.wait()`."""
    if not isinstance(node, t.While) or isinstance(node.test, t.Constant) or len(node.body) != 1:
        return False
    waits = node.body[0].value if isinstance(node.body[0], t.Evaluate) else None
    return (
        isinstance(waits, t.Call)
        and isinstance(waits.function, t.Attribute)
        and waits.function.name == "wait"
        and not waits.arguments
    )


def pauses(body: t.Body) -> bool:
    """Whether somewhere in some statements there is a pause."""
    calls = (e.function for e in expressions(body) if isinstance(e, t.Call))
    names = {f.name if isinstance(f, t.Attribute) else f.id if isinstance(f, t.Name) else "" for f in calls}
    return not names.isdisjoint(("sleep", "wait"))


@lru_cache(maxsize=4096)
def paces(body: t.Body) -> frozenset[Span]:
    """The waits by which a loop pauses between two turns until it is told to stop: `while not stop.wait(1)`."""
    found: set[Span] = set()
    for loop in statements(body):
        if not isinstance(loop, t.While):
            continue
        asked = {
            dotted(e.function.value) for e in _calls_of("is_set", loop.test) if isinstance(e.function, t.Attribute)
        }
        found.update(e.span for e in _calls_of("wait", loop.test))
        for s in statements(loop.body):
            if isinstance(s, t.If) and any(map(leaves_early, s.body)):
                found.update(e.span for e in _calls_of("wait", s.test))
            elif isinstance(s, t.Evaluate):
                waits = _calls_of("wait", s.value)
                found.update(
                    e.span for e in waits if isinstance(e.function, t.Attribute) and dotted(e.function.value) in asked
                )
    return frozenset(found)


def _calls_of(method: str, node: t.Expr) -> list[t.Call]:
    """The calls of a method of this name in an expression."""
    inside = expressions((t.Return(node.span, node),))
    return [
        e for e in inside if isinstance(e, t.Call) and isinstance(e.function, t.Attribute) and e.function.name == method
    ]


HEADER = 10.0  # lines before the first blank one: fields of a message, of an image, of a mesh
_NEWLINES = ("\n", "\r\n", b"\n", b"\r\n")


@lru_cache(maxsize=4096)
def ends_at_a_blank_line(node: t.For | t.While) -> bool:
    """Whether a loop over lines leaves at the first blank one, as what reads a header does.

    A `while` that strips what it has read may as well look for the end of the file, so there the newline itself counts.
    """
    stripped: set[str] = set()
    for s in node.body:
        if isinstance(s, t.Assign) and s.value is not None and _strips(s.value) and isinstance(node, t.For):
            stripped |= {name for target in s.targets if (name := dotted(target))}
        if isinstance(s, t.If) and _ends_loop(s.body) and _is_blank(s.test, stripped, lines=isinstance(node, t.For)):
            return True
    return False


def _is_blank(test: t.Expr, stripped: set[str], *, lines: bool) -> bool:
    if isinstance(test, t.Boolean):
        return test.operator == "or" and any(_is_blank(value, stripped, lines=lines) for value in test.values)
    if isinstance(test, t.Unary) and test.operator == "not":
        return lines and (_strips(test.operand) or dotted(test.operand) in stripped)
    if not isinstance(test, t.Compare) or test.operators[0] not in ("eq", "contains"):
        return False
    right = test.rights[0]
    against = [
        e.value for e in (right.elements if isinstance(right, t.Sequence) else (right,)) if isinstance(e, t.Constant)
    ]
    if any(value in _NEWLINES for value in against):
        return True
    return (
        lines and any(value in ("", b"") for value in against) and (_strips(test.left) or dotted(test.left) in stripped)
    )


def _strips(e: t.Expr) -> bool:
    return isinstance(e, t.Call) and isinstance(e.function, t.Attribute) and e.function.name in ("strip", "rstrip")


_ATTEMPT = re.compile(r"attempt|retr(y|ies)|\btries\b|_tries|tries_", re.IGNORECASE)


@lru_cache(maxsize=4096)
def counts_attempts(node: t.For | t.While) -> bool:
    """Whether a loop counts its attempts, by its own words, and leaves when one succeeds: nearly always the first does."""
    counted = [step.target for s in node.body if (step := as_augment(s)) is not None]
    counted += [node.target] if isinstance(node, t.For) else []
    names = (e.id if isinstance(e, t.Name) else e.name if isinstance(e, t.Attribute) else "" for e in counted)
    return any(_ATTEMPT.search(n) for n in names) and any(leaves_early(s) for s in node.body)


def leaves(body: t.Body) -> bool:
    """Whether what comes after a branch is not reached from it."""
    last = body[-1] if body else None
    if isinstance(last, t.Evaluate):
        return ends_the_program(last) is not None
    return isinstance(last, (t.Raise, t.Return)) or (isinstance(last, t.Jump) and last.kind in ("continue", "break"))


_EXITS = {"sys.exit", "exit", "quit", "os._exit"}


def ends_the_program(s: t.Stmt) -> t.Call | None:
    """The call that ends the program: `sys.exit(1)`."""
    call = s.value if isinstance(s, t.Evaluate) else None
    return call if isinstance(call, t.Call) and dotted(call.function) in _EXITS else None


def leaves_early(s: t.Stmt) -> bool:
    """Whether a statement may end the loop around it."""
    if isinstance(s, t.If):
        return any(leaves_early(x) for x in (*s.body, *s.orelse))
    if isinstance(s, t.Try):
        return any(leaves_early(x) for x in (*s.body, *s.orelse))
    if isinstance(s, t.With):
        return any(leaves_early(x) for x in s.body)
    return isinstance(s, t.Return) or (isinstance(s, t.Jump) and s.kind == "break")


@lru_cache(maxsize=4096)
def ends_with_a_failure(node: t.For) -> bool:
    """Whether a loop goes on until something fails, and its range is a guard: `try: ...`, `except KeyError: break`."""
    tried = (s for s in node.body if isinstance(s, t.Try))
    return any(_ends_loop(h.body) and not isinstance(h.body[-1], t.Raise) for s in tried for h in s.handlers)


def is_retry(body: t.Body) -> bool:
    """Whether a loop ends as soon as what it tries does not fail: `try: return f()`, `except OSError: sleep(1)`."""
    for number, s in enumerate(body):
        if isinstance(s, t.Try) and any(not _ends_loop(h.body) for h in s.handlers):
            return any(_ends_loop(part) for part in (s.body, s.orelse, body[number + 1 :]))
    return False


def _ends_loop(body: t.Body) -> bool:
    last = body[-1] if body else None
    return isinstance(last, (t.Return, t.Raise)) or (isinstance(last, t.Jump) and last.kind == "break")
