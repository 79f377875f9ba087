"""Walks over the tree: what is in expressions and statements, and under which names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from gillint.diagnostics.span import Span
from gillint.syntax import tree as t


@lru_cache(maxsize=8192)
def mentioned(expression: t.Expr) -> frozenset[str]:
    """The variables in an expression."""
    return frozenset(e.id for e in inside(expression) if isinstance(e, t.Name))


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


def name_called(function: t.Expr) -> str:
    """The last name of what is called, `pop` of `heap.pop`; nothing where it has none."""
    return function.id if isinstance(function, t.Name) else function.name if isinstance(function, t.Attribute) else ""


def length_of(expression: t.Expr) -> t.Expr | None:
    """`rows` of `len(rows)`."""
    if not isinstance(expression, t.Call) or key_of(expression.function) != "len" or len(expression.arguments) != 1:
        return None
    return expression.arguments[0].value


def as_augment(s: t.Stmt) -> t.Augment | None:
    """`i += 1` as it is, and `i = i + 1`, `i = 1 + i` in its form, which is the same for numbers; None for anything else."""
    if isinstance(s, t.Augment):
        return s
    if not isinstance(s, t.Assign) or len(s.targets) != 1 or not isinstance(s.value, t.Binary):
        return None
    target, value, name = s.targets[0], s.value, key_of(s.targets[0])
    if name is not None and key_of(value.left) == name:
        return t.Augment(s.span, target, value.operator, value.right)
    if name is not None and key_of(value.right) == name and value.operator in ("add", "mul"):
        return t.Augment(s.span, target, value.operator, value.left)
    return None


def conditions_of(test: t.Expr) -> tuple[t.Expr, ...]:
    """The conditions that must hold together: the parts of `a and b`, else the test itself."""
    return test.values if isinstance(test, t.Boolean) and test.operator == "and" else (test,)


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


def slice_of(e: t.Expr | None, name: str) -> t.Slice | None:
    """The slice by which an expression takes a part of a sequence of this name: `rest[size:]`."""
    if isinstance(e, t.Subscript) and isinstance(e.index, t.Slice) and key_of(e.value) == name:
        return e.index
    return None


def rests(s: t.Assign) -> Iterator[tuple[str, t.Sequence]]:
    """The variables that get what the others of a target leave, with that target: `first, *rest = rows`."""
    for target in s.targets:
        for e in target.elements if isinstance(target, t.Sequence) else ():
            name = key_of(e.value) if isinstance(e, t.Starred) else None
            if name is not None and isinstance(target, t.Sequence):
                yield name, target


@lru_cache(maxsize=1024)
def assigned_once(body: t.Body) -> Mapping[str, t.Expr]:
    """The variables and attributes to which a body assigns once and no more, and what they get."""
    found: dict[str, t.Expr | None] = {}
    for s in statements(body):
        if isinstance(s, t.Assign):
            found.update({key: None if key in found else value for key, value in assigned(s) if key is not None})
        elif isinstance(s, (t.Augment, t.For)):
            found.update(dict.fromkeys(names_in(s.target)))
    return {key: value for key, value in found.items() if value is not None}


def targets_of(s: t.Stmt) -> Iterator[t.Expr]:
    """What an assignment or the head of a `for` loop sets, the members of `a, b = pair` one by one."""
    targets = s.targets if isinstance(s, t.Assign) else (s.target,) if isinstance(s, (t.Augment, t.For)) else ()
    for target in targets:
        yield from target.elements if isinstance(target, t.Sequence) else (target,)


def set_in(body: t.Body) -> Iterator[str | None]:
    """The variables and attributes to which statements assign, conditions and loops left out."""
    for s in body:
        if isinstance(s, t.Assign):
            yield from (name for name, _ in assigned(s))
        elif isinstance(s, (t.With, t.Try)):
            yield from set_in(s.body)


def names_in(expression: t.Expr) -> set[str]:
    """The variables and dotted attributes in an expression."""
    return {n for e in inside(expression) if (n := key_of(e)) is not None}


@lru_cache(maxsize=16384)  # the same tests and bodies are asked about by many questions
def inside(expression: t.Expr) -> tuple[t.Expr, ...]:
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
        yield from inside(part)


def statements(body: t.Body) -> Iterator[t.Stmt]:
    """The statements of a body, those under conditions and in loops included; not what is for failures."""
    for s in body:
        yield s
        if isinstance(s, (t.If, t.For, t.While, t.With, t.Try)):
            yield from statements(s.body)
            yield from statements(s.orelse) if isinstance(s, (t.If, t.Try)) else ()


@lru_cache(maxsize=2048)
def loops_in(body: t.Body) -> Mapping[Span, t.For | t.While]:
    """The loops of a body, those inside others included, by where they stand."""
    return {s.span: s for s in statements(body) if isinstance(s, (t.For, t.While))}


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
