"""Could the iterations of a loop run apart? Read from which variables one iteration hands to the next."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from gillint.resolve.trace import Iterations
from gillint.syntax import tree as t

_COMMUTATIVE = {"add", "mul", "and", "or", "xor", "sub"}
_SHARED_CURSOR = {"fetchone", "fetchmany", "read", "readline", "recv", "next", "read1", "readinto", "get_nowait"}


@lru_cache(maxsize=4096)  # the same loop is met once for each call of its function
def iterations_of(loop: t.For | t.While) -> Iterations:
    """Classify a loop: independent, a reduction, carried."""
    from gillint.resolve.overlapping import overlaps
    from gillint.resolve.turns import counts_attempts, polls

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
    ) and not any(isinstance(s, t.Augment) and key_of(s.target) in names_in(loop.test) for s in loop.body)


def _works_off_a_list_that_grows(loop: t.While) -> bool:
    """`while todo: x = todo.pop(); todo.extend(...)`: what comes next depends on what was found."""
    called: dict[str, set[str]] = {}
    for e in expressions(loop.body):
        if isinstance(e, t.Call) and isinstance(e.function, t.Attribute):
            owner = key_of(e.function.value)
            if owner is not None:
                called.setdefault(owner, set()).add(e.function.name)
    taking, giving = {"pop", "popleft"}, {"append", "extend", "appendleft", "add", "update"}
    return any(called.get(n, set()) & taking and called.get(n, set()) & giving for n in names_in(loop.test))


def _merges(loop: t.While) -> bool:
    """`while left and right: out.append(left.pop(0) if left[0] <= right[0] else right.pop(0))`: who is next is seen when
    the one before is gone.
    """
    seen, taken = set[str | None](), set[str | None]()
    for e in expressions(loop.body):
        if isinstance(e, t.Subscript):
            seen.add(key_of(e.value))
        elif isinstance(e, t.Call) and isinstance(e.function, t.Attribute) and e.function.name in ("pop", "popleft"):
            taken.add(key_of(e.function.value))
    return len(names_in(loop.test) & seen & taken) > 1


def _reads_shared_cursor(loop: t.While) -> bool:
    return any(
        isinstance(e, t.Call)
        and (
            (isinstance(e.function, t.Attribute) and e.function.name in _SHARED_CURSOR)
            or (isinstance(e.function, t.Name) and e.function.id == "next")
        )
        for e in (*expressions(loop.body), *_inside(loop.test))
    )


class Flow:
    """Which names are read before they are written in one iteration, and which are written at all."""

    def __init__(self) -> None:
        self.exposed: set[str] = set()
        self.written: set[str] = set()
        self.definite: set[str] = set()
        self.reductions: set[str] = set()
        self.inductions: set[str] = set()
        self.read: set[str] = set()
        self.slots: set[str] = set()
        self.subscripted: dict[str, set[str]] = {}

    def run(self, body: t.Body) -> None:
        for statement in body:
            self.statement(statement)

    def maybe(self, *bodies: t.Body) -> None:
        """Bodies of which one may run: what they write is not definite unless all write it."""
        before = set(self.definite)
        ends: list[set[str]] = []
        for body in bodies:
            self.definite = set(before)
            self.run(body)
            ends.append(self.definite)
        self.definite = set.intersection(*ends) if ends else before

    def statement(self, s: t.Stmt) -> None:
        if isinstance(s, t.Assign):
            self._assign(s)
        elif isinstance(s, t.Augment):
            self._augment(s)
        elif isinstance(s, (t.Evaluate, t.Return, t.Raise)):
            self.read_expr(s.value)
        elif isinstance(s, t.Assert):
            self.read_expr(s.test)
        elif isinstance(s, t.If):
            if not self._is_best_so_far(s):
                self.read_expr(s.test)
                self.maybe(s.body, s.orelse)
        elif isinstance(s, t.For):
            self.read_expr(s.iterable)
            before = set(self.definite)
            self.bind(s.target)
            self.run(s.body)
            self.definite = before
            self.run(s.orelse)
        elif isinstance(s, t.While):
            self.read_expr(s.test)
            self.maybe(s.body, ())
        elif isinstance(s, t.With):
            for value, target in s.items:
                self.read_expr(value)
                if target is not None:
                    self.bind(target)
            self.run(s.body)
        elif isinstance(s, t.Try):
            self.run(s.body)
            self.maybe((), *(h.body for h in s.handlers))
            self.run(s.orelse)
            self.run(s.final)
        elif isinstance(s, t.Match):
            self.read_expr(s.subject)
            self.maybe((), *(c.body for c in s.cases))
        elif isinstance(s, (t.Function, t.Class)):
            self.definite.add(s.name)
            self.written.add(s.name)

    def _is_best_so_far(self, s: t.If) -> bool:
        """`if x > best: best = x`: a reduction by maximum."""
        if not isinstance(s.test, t.Compare) or s.orelse:
            return False
        names = {n for n in map(key_of, (s.test.left, *s.test.rights)) if n}
        targets = {key_of(a.targets[0]) for a in s.body if isinstance(a, t.Assign) and len(a.targets) == 1}
        best = names & {n for n in targets if n}
        if not best:
            return False
        self.reductions |= {n for n in targets if n}
        self.written |= {n for n in targets if n}
        self.exposed |= best
        return True

    def _assign(self, s: t.Assign) -> None:
        if s.value is None:
            return
        name = key_of(s.targets[0]) if len(s.targets) == 1 else None
        if name is not None and name not in self.definite and self._accumulates(name, s.value):
            self.reductions.add(name)
            self.written.add(name)
            self.exposed.add(name)
            return
        counted = self._counts(s)
        index = s.targets[0].index if isinstance(s.targets[0], t.Subscript) else None
        if counted is not None and not (isinstance(index, t.Name) and index.id in self.slots):
            self.reductions.add(f"{counted}[]")
        self.read_expr(s.value)
        for target in s.targets:
            self.bind(target)

    def _counts(self, s: t.Assign) -> str | None:
        """`counts[x] = counts.get(x, 0) + 1`: a reduction by key."""
        target, value = s.targets[0], s.value
        if not isinstance(target, t.Subscript) or not isinstance(value, t.Binary) or value.operator not in _COMMUTATIVE:
            return None
        base = key_of(target.value)
        for part in (value.left, value.right):
            function = part.function if isinstance(part, t.Call) else None
            got = isinstance(function, t.Attribute) and function.name == "get" and key_of(function.value) == base
            same = isinstance(part, t.Subscript) and index_text(part.index) == index_text(target.index)
            if got or (same and isinstance(part, t.Subscript) and key_of(part.value) == base):
                return base
        return None

    def _accumulates(self, name: str, value: t.Expr) -> bool:
        """`x = x + e`, `x = max(x, e)`, where e does not read x."""
        parts: tuple[t.Expr, ...] = ()
        if isinstance(value, t.Binary) and value.operator in _COMMUTATIVE:
            parts = (value.left, value.right)
        elif isinstance(value, t.Call) and isinstance(value.function, t.Name) and value.function.id in ("max", "min"):
            parts = tuple(a.value for a in value.arguments)
        hits = [p for p in parts if key_of(p) == name]
        rest = [p for p in parts if key_of(p) != name]
        if len(hits) != 1 or any(name in names_in(p) for p in rest):
            return False
        for part in rest:
            self.read_expr(part)
        return True

    def _augment(self, s: t.Augment) -> None:
        self.read_expr(s.value)
        name = key_of(s.target)
        if name is None:
            if isinstance(s.target, t.Subscript):
                self.read_expr(s.target.index)
                base = key_of(s.target.value)
                own = isinstance(s.target.index, t.Name) and s.target.index.id in self.slots
                if base is not None and s.operator in _COMMUTATIVE and not own:
                    self.reductions.add(f"{base}[]")
            return
        self.written.add(name)
        if name in self.definite:
            return
        self.exposed.add(name)
        constant = isinstance(s.value, t.Constant) or (isinstance(s.value, t.Name) and s.value.id not in self.written)
        if constant and s.operator in ("add", "sub"):
            self.inductions.add(name)
            self.reductions.add(name)
        elif s.operator in _COMMUTATIVE:
            self.reductions.add(name)

    def bind(self, target: t.Expr) -> None:
        if isinstance(target, t.Sequence):
            for element in target.elements:
                self.bind(element)
            return
        if isinstance(target, t.Starred):
            self.bind(target.value)
            return
        if isinstance(target, t.Subscript):
            base = key_of(target.value)
            self.read_expr(target.index)
            if base is not None:
                self._subscript(base, target.index, writes=True)
            return
        name = key_of(target)
        if name is not None:
            self.written.add(name)
            self.definite.add(name)
            # A name that is both assigned and accumulated is handed on, not reduced.
            if name in self.exposed:
                self.reductions.discard(name)
                self.inductions.discard(name)

    def _subscript(self, base: str, index: t.Expr, *, writes: bool) -> None:
        """`x[i]` written and `x[i - 1]` read: the next iteration reads what this one wrote."""
        text = index_text(index)
        seen = self.subscripted.setdefault(base, set())
        seen.add(("w" if writes else "r") + text)
        written = {k[1:] for k in seen if k[0] == "w"}
        read = {k[1:] for k in seen if k[0] == "r"}
        offset = any(r != w and (r.startswith(w + " ") or w.startswith(r + " ")) for r in read for w in written)
        if offset:
            self.exposed.add(f"{base}[]")
            self.written.add(f"{base}[]")

    def read_expr(self, expression: t.Expr | None) -> None:
        if expression is None:
            return
        for e in _inside(expression):
            name = key_of(e)
            if name is not None and name not in self.definite:
                self.exposed.add(name)
                self.read.add(name)
                if name in self.written and name not in self.inductions:
                    self.reductions.discard(name)
            if isinstance(e, t.Subscript):
                base = key_of(e.value)
                if base is not None:
                    self._subscript(base, e.index, writes=False)
            if isinstance(e, t.Walrus):
                self.bind(e.target)


@lru_cache(maxsize=2048)
def written(body: t.Body) -> frozenset[str]:
    """The variables and attributes to which statements assign, at any depth."""
    flow = Flow()
    flow.run(body)
    return frozenset(flow.written)


@lru_cache(maxsize=8192)
def mentioned(expression: t.Expr) -> frozenset[str]:
    """The variables in an expression."""
    return frozenset(e.id for e in _inside(expression) if isinstance(e, t.Name))


def index_text(index: t.Expr) -> str:
    """An index as text, by which two are compared: `i - 1`."""
    if isinstance(index, t.Name):
        return index.id
    if isinstance(index, t.Constant):
        return repr(index.value)
    if isinstance(index, t.Binary):
        sign = {"add": "+", "sub": "-"}.get(index.operator, index.operator)
        return f"{index_text(index.left)} {sign} {index_text(index.right)}"
    if isinstance(index, t.Sequence):
        return ", ".join(index_text(e) for e in index.elements)
    return "?" + str(index.span)


def key_of(expression: t.Expr) -> str | None:
    """A variable or a dotted attribute as text; None for anything else."""
    if isinstance(expression, t.Name):
        return expression.id
    if isinstance(expression, t.Attribute):
        inner = key_of(expression.value)
        return f"{inner}.{expression.name}" if inner is not None else None
    return None


def assigned(s: t.Assign) -> Iterator[tuple[str | None, t.Expr | None]]:
    """The variables and attributes that a statement assigns to, and what each of them gets: `batch, size = [], 0`."""
    for target in s.targets:
        value = s.value
        if not isinstance(target, t.Sequence):
            yield key_of(target), value
        elif isinstance(value, t.Sequence) and len(value.elements) == len(target.elements):
            yield from zip(map(key_of, target.elements), value.elements, strict=True)
        else:
            yield from ((key_of(e), None) for e in target.elements)


def set_in(body: t.Body) -> Iterator[str | None]:
    """The variables and attributes to which statements assign, conditions and loops left out."""
    for s in body:
        if isinstance(s, t.Assign):
            yield from (name for name, _ in assigned(s))
        elif isinstance(s, (t.With, t.Try)):
            yield from set_in(s.body)


def names_in(expression: t.Expr) -> set[str]:
    """The variables and dotted attributes in an expression."""
    return {n for e in _inside(expression) if (n := key_of(e)) is not None}


@lru_cache(maxsize=16384)  # the same tests and bodies are asked about by many questions
def _inside(expression: t.Expr) -> tuple[t.Expr, ...]:
    """An expression and all in it, in order of evaluation as far as it matters here."""
    return (expression, *(e for field in expression.__slots__ for e in _parts(getattr(expression, field))))


def _parts(part: object) -> Iterator[t.Expr]:
    if isinstance(part, tuple):
        for item in part:
            yield from _parts(item)
    elif isinstance(part, (t.Argument, t.Clause)):
        for field in part.__slots__:
            yield from _parts(getattr(part, field))
    elif isinstance(part, t.Expr):
        yield from _inside(part)


def statements(body: t.Body) -> Iterator[t.Stmt]:
    """The statements of a body, those under conditions and in loops included; not what is for failures."""
    for s in body:
        yield s
        if isinstance(s, (t.If, t.For, t.While, t.With, t.Try)):
            yield from statements(s.body)
            yield from statements(s.orelse) if isinstance(s, (t.If, t.Try)) else ()


@lru_cache(maxsize=16384)
def expressions(body: t.Body) -> tuple[t.Expr, ...]:
    """All expressions of some statements, not looking into functions that are defined there."""
    return tuple(_expressions(body))


def _expressions(body: t.Body) -> Iterator[t.Expr]:
    for s in body:
        if isinstance(s, (t.Function, t.Class)):
            continue
        for field in s.__slots__:
            part = getattr(s, field)
            if isinstance(part, tuple) and part and isinstance(part[0], t.Stmt):
                yield from expressions(part)
            elif isinstance(s, t.Try) and field == "handlers":
                for handler in s.handlers:
                    yield from expressions(handler.body)
            elif isinstance(s, t.Match) and field == "cases":
                for case in s.cases:
                    yield from expressions(case.body)
            else:
                yield from _parts(part)
