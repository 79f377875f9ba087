"""Loops over numbers, worked through for some of the numbers that they may begin with: Newton's method, Euclid's, Collatz's.

Only what decides how often a loop turns is done, and only where that is arithmetic: nothing of the program itself runs.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from gillint.estimate import Estimate
from gillint.frozen import dataclass
from gillint.resolve.activation import Activation
from gillint.resolve.control.dataflow import written
from gillint.resolve.expressions import evaluate
from gillint.resolve.values import FunctionRef, SymbolRef
from gillint.syntax import tree as t
from gillint.syntax.walk import inside, key_of, names_in, statements, targets_of

Numbers = dict[str, float]
_Number = Callable[[Numbers], float]
_Step = Callable[[Numbers], "str | None"]

_MOST_TURNS = 1_000  # of one loop, those inside it included
_LARGEST, _MOST_BITS = 1e40, 128
_NEIGHBOURS = 8  # whole numbers that are tried beside each that is likely
_WIDE = 20.0  # so many times more at most is likely as well; what may be more is a guess


class _Unclear(Exception):
    """What is no arithmetic, or does not come to an end soon."""


@dataclass(frozen=True, slots=True)
class _Start:
    """A variable at the beginning: its name, the number that it is, whether it is a whole one."""

    name: str
    number: Estimate
    is_whole: bool


def turns_rehearsed(act: Activation, loop: t.While) -> Estimate | None:
    """The turns of a loop whose end only numbers decide that are known where it begins; None for any other loop."""
    decisive = _decisive(loop)
    read = {e.id for e in decisive if isinstance(e, t.Name)}
    if not read or any(isinstance(e, _NO_ARITHMETIC) for e in decisive):
        return None
    if not (written(loop.body) & read) <= {name for s in statements(loop.body) for name in _targets(s)}:
        return None  # `with`, `:=` or `del` changes what it hangs on
    called = {e.function.id for e in decisive if isinstance(e, t.Call) and isinstance(e.function, t.Name)}
    with act.nested():
        starts = tuple(start for name in sorted(read - called) if (start := _start(act, loop.test, name)) is not None)
        functions = tuple((name, _function(act, loop.test, name)) for name in sorted(called))
    return _rehearsed(loop, starts, functions)


_NO_ARITHMETIC = (t.Subscript, t.Comprehension, t.Lambda, t.Await, t.Formatted, t.Starred, t.Walrus)


def _start(act: Activation, place: t.Expr, name: str) -> _Start | None:
    value = evaluate(act, t.Name(place.span, name))
    if value.number is None or value.type not in ("int", "float", "bool"):
        return None
    return _Start(name, value.number, value.type == "int")


def _function(act: Activation, place: t.Expr, name: str) -> t.Function | str:
    """A function of the program that gives back what it computes in one expression, or the public name of another one; a text
    that names nothing for any other function of the program, which may be called as one of Python's is.
    """
    ref = evaluate(act, t.Name(place.span, name)).reference
    if isinstance(ref, SymbolRef):
        return ref.name
    tree = act.program.function_tree(ref.key)[0] if isinstance(ref, FunctionRef) and ref.bound is None else None
    return tree if isinstance(tree, t.Function) and _only_expression(tree) is not None else ""


def _only_expression(tree: t.Function) -> t.Expr | None:
    last = tree.body[-1]
    is_said = all(isinstance(s, t.Evaluate) and isinstance(s.value, t.Constant) for s in tree.body[:-1])
    return last.value if is_said and isinstance(last, t.Return) and not tree.is_async else None


@lru_cache(maxsize=1024)
def _decisive(loop: t.While) -> tuple[t.Expr, ...]:
    """The expressions on which it hangs how often a loop turns: its test, those of what leaves it, what these ask for."""
    found = [loop.test, *(s.test for s in statements(loop.body) if isinstance(s, (t.If, t.While)) and _leaves(s))]
    asked: set[str] = set()
    while len(names := {name for e in found for name in names_in(e)}) > len(asked):
        asked = names
        found = [loop.test, *_deciding(loop.body, asked)]
    return tuple(e for whole in found for e in inside(whole))


def _deciding(body: t.Body, asked: set[str]) -> Iterator[t.Expr]:
    for s in body:
        if isinstance(s, (t.If, t.While)):
            if _leaves(s) or _sets(s, asked):
                yield s.test
                yield from _deciding(s.body, asked)
                yield from _deciding(s.orelse, asked)
        elif _sets(s, asked) and isinstance(s, (t.Assign, t.Augment)) and s.value is not None:
            yield s.value


def _leaves(s: t.Stmt) -> bool:
    return any(
        isinstance(x, (t.Return, t.Raise)) or (isinstance(x, t.Jump) and x.kind in _JUMPS) for x in statements((s,))
    )


_JUMPS = ("break", "continue")


def _sets(s: t.Stmt, names: set[str]) -> bool:
    return any(name in names for x in statements((s,)) for name in _targets(x))


def _targets(s: t.Stmt) -> Iterator[str]:
    return (part.id for part in targets_of(s) if isinstance(part, t.Name))


@lru_cache(maxsize=1024)
def _rehearsed(
    loop: t.While, starts: tuple[_Start, ...], functions: tuple[tuple[str, t.Function | str], ...]
) -> Estimate | None:
    asked = {e.id for e in _decisive(loop) if isinstance(e, t.Name)}
    try:
        run = _Machine(asked, dict(functions)).loop(loop)
        tried = [[_turns(run, numbers) for numbers in _beginnings(starts, side)] for side in range(3)]
    except (_Unclear, ArithmeticError, ValueError, KeyError, TypeError):
        return None
    low, likely, high = (sum(turns) / len(turns) for turns in tried)
    is_wide = any(s.number.high > _WIDE * max(1.0, s.number.likely) for s in starts)
    mean = likely if is_wide else (low + likely + high) / 3
    found = [turns for side in tried for turns in side]
    return Estimate(min(found), mean, max(found))


def _beginnings(starts: tuple[_Start, ...], side: int) -> Iterator[Numbers]:
    """The numbers to begin with on one side of what is likely; of whole ones a few that follow each other, as some are even."""
    is_open = any(s.is_whole and not s.number.known for s in starts)
    for neighbour in range(_NEIGHBOURS if is_open else 1):
        numbers: Numbers = {}
        for place, s in enumerate(starts):
            first = (s.number.low, s.number.likely, s.number.high)[side]
            moved = 0 if s.number.known else neighbour // (1 + place)
            numbers[s.name] = round(first) + moved if s.is_whole else first
        yield numbers


def _turns(run: Callable[[Numbers, list[int]], tuple[int, str | None]], numbers: Numbers) -> int:
    return run(numbers, [_MOST_TURNS])[0]


class _Machine:
    """Makes functions of expressions and statements, as far as these decide on what is asked for."""

    def __init__(self, asked: set[str], functions: Mapping[str, t.Function | str]) -> None:
        self._asked, self._functions = asked, functions
        self._left = [0]

    def loop(self, loop: t.While) -> Callable[[Numbers, list[int]], tuple[int, str | None]]:
        """What gives the turns of a loop and how it was left; the numbers are changed as it changes them."""
        test, body = self.number(loop.test), self._body(loop.body)

        def run(numbers: Numbers, left: list[int]) -> tuple[int, str | None]:
            self._left, turns = left, 0
            while test(numbers):
                turns += 1
                left[0] -= 1
                if left[0] < 0:
                    raise _Unclear
                way = body(numbers)
                if way in ("break", "return"):
                    return turns, way
            return turns, None

        return run

    def _body(self, body: t.Body) -> _Step:
        steps = tuple(step for s in body if (step := self._statement(s)) is not None)

        def run(numbers: Numbers) -> str | None:
            for step in steps:
                way = step(numbers)
                if way is not None:
                    return way
            return None

        return run

    def _statement(self, s: t.Stmt) -> _Step | None:
        """What a statement does; None where that decides on nothing."""
        if isinstance(s, (t.Return, t.Raise)):
            return lambda _: "return"
        if isinstance(s, t.Jump):
            kind = s.kind
            return (lambda _: kind) if kind in _JUMPS else None
        if not _leaves(s) and not _sets(s, self._asked):
            return None
        if isinstance(s, t.Assign) and s.value is not None and len(s.targets) == 1:
            return self._assignment(s.targets[0], s.value)
        if isinstance(s, t.Augment):
            return self._assignment(s.target, t.Binary(s.span, s.target, s.operator, s.value))
        if isinstance(s, t.If):
            return self._choice(s)
        if isinstance(s, t.While) and not s.orelse:
            inner = self.loop(s)

            def run(numbers: Numbers) -> str | None:
                way = inner(numbers, self._left)[1]
                return way if way == "return" else None

            return run
        raise _Unclear

    def _assignment(self, target: t.Expr, value: t.Expr) -> _Step:
        targets = target.elements if isinstance(target, t.Sequence) else (target,)
        values = value.elements if isinstance(value, t.Sequence) else (value,)
        if len(targets) != len(values):
            raise _Unclear
        pairs = tuple((x.id, self.number(v)) for x, v in zip(targets, values, strict=True) if isinstance(x, t.Name))
        if len(pairs) < len(targets):
            raise _Unclear

        def run(numbers: Numbers) -> None:
            numbers.update([(name, made(numbers)) for name, made in pairs])

        return run

    def _choice(self, s: t.If) -> _Step:
        test, first, second = self.number(s.test), self._body(s.body), self._body(s.orelse)
        return lambda numbers: first(numbers) if test(numbers) else second(numbers)

    def number(self, e: t.Expr) -> _Number:
        """What an expression is for given numbers."""
        if isinstance(e, t.Constant) and isinstance(e.value, (int, float)):
            constant = e.value
            return lambda _: constant
        if isinstance(e, t.Name):
            name = e.id
            return lambda numbers: numbers[name]
        if isinstance(e, t.Binary) and e.operator in _BINARY:
            left, right, combine = self.number(e.left), self.number(e.right), _BINARY[e.operator]
            return lambda numbers: _sound(combine(left(numbers), right(numbers)))
        if isinstance(e, t.Unary) and e.operator in _UNARY:
            inner, change = self.number(e.operand), _UNARY[e.operator]
            return lambda numbers: change(inner(numbers))
        if isinstance(e, t.Compare):
            return self._comparison(e)
        if isinstance(e, t.Boolean):
            parts, every = tuple(map(self.number, e.values)), e.operator == "and"
            return lambda numbers: (all if every else any)(part(numbers) for part in parts)
        if isinstance(e, t.Conditional):
            test, first, second = self.number(e.test), self.number(e.body), self.number(e.orelse)
            return lambda numbers: first(numbers) if test(numbers) else second(numbers)
        if isinstance(e, t.Call) and not any(a.star or a.keyword for a in e.arguments):
            return self._call(e)
        raise _Unclear

    def _comparison(self, e: t.Compare) -> _Number:
        sides = tuple(map(self.number, (e.left, *e.rights)))
        if any(sign not in _COMPARED for sign in e.operators):
            raise _Unclear
        signs = tuple(_COMPARED[sign] for sign in e.operators)

        def run(numbers: Numbers) -> bool:
            values = [side(numbers) for side in sides]
            return all(sign(a, b) for sign, a, b in zip(signs, values, values[1:], strict=False))

        return run

    def _call(self, e: t.Call) -> _Number:
        name = key_of(e.function) or ""
        given = tuple(self.number(a.value) for a in e.arguments)
        tree = self._functions.get(name)
        known = _FUNCTIONS.get(tree if isinstance(tree, str) else name) if not isinstance(tree, t.Function) else None
        if known is not None:
            return lambda numbers: _sound(known(*(part(numbers) for part in given)))
        made = _only_expression(tree) if isinstance(tree, t.Function) else None
        if not isinstance(tree, t.Function) or made is None or len(tree.parameters) != len(given):
            raise _Unclear
        names, body = tuple(p.name for p in tree.parameters), _Machine(set(), {}).number(made)
        return lambda numbers: body(dict(zip(names, (part(numbers) for part in given), strict=True)))


def _sound(number: float) -> float:
    if abs(number) > _LARGEST:
        raise _Unclear
    return number


def _power(base: float, exponent: float) -> float:
    if abs(exponent) > _MOST_BITS:
        raise _Unclear
    return float(operator.pow(base, exponent)) if exponent < 0 else operator.pow(base, exponent)


def _shifted(number: int, by: int) -> int:
    if not 0 <= by < _MOST_BITS:
        raise _Unclear
    return number << by


_BINARY: Mapping[str, Callable[..., float]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv, "mod": operator.mod,
    "floordiv": operator.floordiv, "pow": _power, "and": operator.and_, "or": operator.or_, "xor": operator.xor,
    "rshift": operator.rshift, "lshift": _shifted,
}  # fmt: skip
_UNARY: Mapping[str, Callable[..., float]] = {
    "neg": operator.neg, "pos": operator.pos, "invert": operator.invert, "not": operator.not_
}  # fmt: skip
_COMPARED = {
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne
}  # fmt: skip
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "abs": abs, "min": min, "max": max, "int": int, "float": float, "round": round, "bool": bool,
    **{f"math.{f.__name__}": f for f in (
        math.sqrt, math.isqrt, math.floor, math.ceil, math.exp, math.log, math.log2, math.log10, math.sin, math.cos, math.tan,
        math.atan, math.atan2, math.fabs, math.hypot, math.gcd, math.fmod, math.isclose,
    )},
    "math.pow": _power,
}  # fmt: skip
