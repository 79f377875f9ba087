"""Which variables some statements read before they write them, accumulate into, and write."""

from __future__ import annotations

from functools import lru_cache

from gillint.syntax import tree as t
from gillint.syntax.walk import assigned, index_text, inside, key_of, names_in

_COMMUTATIVE = {"add", "mul", "and", "or", "xor", "sub"}


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
        """`if x > best: best = x`, `if best is None or x > best[0]: best = (x, where)`: a reduction by maximum."""
        if s.orelse:
            return False
        given = [pair for a in s.body if isinstance(a, t.Assign) for pair in assigned(a)]
        targets = {name for name, _ in given if name}
        tests = s.test.values if isinstance(s.test, t.Boolean) else (s.test,)
        best = {name for test in tests for name in map(_ordered, _sides(test)) if name in targets}
        # What is best next must not be made of what was best before.
        if not best or any(value is not None and best & names_in(value) for _, value in given):
            return False
        for test in tests:
            if isinstance(s.test, t.Boolean) and best.isdisjoint(names_in(test)):
                self.read_expr(test)
        self.reductions |= targets
        self.written |= targets
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
        for e in inside(expression):
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


_ORDERS = {"lt", "le", "gt", "ge"}


def _sides(test: t.Expr) -> tuple[t.Expr, ...]:
    """What a test puts in an order."""
    is_order = isinstance(test, t.Compare) and _ORDERS.issuperset(test.operators)
    return (test.left, *test.rights) if isinstance(test, t.Compare) and is_order else ()


def _ordered(side: t.Expr) -> str | None:
    """The variable by which something is compared: `best`, `best[0]`."""
    is_part = isinstance(side, t.Subscript) and isinstance(side.index, t.Constant)
    return key_of(side.value if isinstance(side, t.Subscript) and is_part else side)


@lru_cache(maxsize=2048)
def written(body: t.Body) -> frozenset[str]:
    """The variables and attributes to which statements assign, at any depth."""
    flow = Flow()
    flow.run(body)
    return frozenset(flow.written)
