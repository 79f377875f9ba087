"""Tests of what was passed to a function, at once or remembered in a flag: `is_float = isinstance(x, float)`."""

from __future__ import annotations

from collections.abc import Iterator, Set

from gillint.resolve.activation import Activation
from gillint.resolve.control.dataflow import written
from gillint.syntax import tree as t
from gillint.syntax.walk import assigned, expressions, mentioned, statements


def asks_what_was_passed(act: Activation, line: int, names: Set[str]) -> bool:
    """Whether all that a test at a line mentions is what was passed, or a flag that says so."""
    if act.loops or act.open or not names or not isinstance(act.body, t.Function):
        return False
    body = act.body
    return all(_is_as_passed(body, n, line) or _is_flag(body, n) or _is_worked_out(body, n) for n in names)


def _is_as_passed(body: t.Function, name: str, line: int) -> bool:
    """A parameter that is only assigned to behind that line."""
    before = tuple(s for s in body.body if s.span.line < line)
    return _is_parameter(body, name) and name not in written(before)


def _is_flag(body: t.Function, name: str) -> bool:
    """A variable that gets constants where tests of what was passed hold, or not, or the answer of such a test."""
    given = [each for s in body.body for each in _given(name, s, ())]
    return bool(given) and all(
        isinstance(value, (t.Constant, t.Compare, t.Call))
        and all(_asks_parameters(body, part) for part in (value, *tests))
        for value, tests in given
    )


def _is_worked_out(body: t.Function, name: str) -> bool:
    """A variable that is a sum or a product of what was passed, and stays that: `pairs = n * (n - 1) // 2`."""
    given = [value for s in body.body if isinstance(s, t.Assign) for target, value in assigned(s) if target == name]
    once = sum(name in written((s,)) for s in body.body) == len(given) == 1
    return once and given[0] is not None and is_arithmetic(given[0]) and _asks_parameters(body, given[0])


def is_arithmetic(node: t.Expr) -> bool:
    """Whether an expression has nothing but variables and constants in it: `n * (n - 1) // 2`."""
    if isinstance(node, t.Binary):
        return is_arithmetic(node.left) and is_arithmetic(node.right)
    return isinstance(node, (t.Name, t.Constant))


def _asks_parameters(body: t.Function, part: t.Expr) -> bool:
    """Whether an expression mentions only parameters as they were passed, and what the function does not assign to."""
    own = written(body.body)
    return all(
        _is_as_passed(body, n, part.span.line) or (n not in own and not _is_parameter(body, n)) for n in mentioned(part)
    )


def _is_parameter(body: t.Function, name: str) -> bool:
    return any(p.name == name for p in body.parameters)


def _given(name: str, s: t.Stmt, tests: tuple[t.Expr, ...]) -> Iterator[tuple[t.Expr | None, tuple[t.Expr, ...]]]:
    """What a statement gives a variable, and the tests around."""
    if isinstance(s, t.Assign):
        yield from ((value, tests) for target, value in assigned(s) if target == name)
    elif isinstance(s, t.If):
        for inner in (*s.body, *s.orelse):
            yield from _given(name, inner, (*tests, s.test))
    elif name in written((s,)):
        yield None, tests


_KEEPING = ("get", "setdefault", "items", "keys", "values", "copy")


def is_collected(act: Activation, name: str, line: int) -> bool:
    """Whether it is the `**options` of a function that sets keys of it at most up to a line: nobody else has this mapping."""
    body = act.body
    if not isinstance(body, t.Function) or not any(p.name == name and p.kind == "**" for p in body.parameters):
        return False
    before = tuple(_without_arms_for_keys(tuple(s for s in body.body if s.span.line < line), name))
    inner = tuple(statements(before))
    if name in written(before) or any(isinstance(s, (t.Function, t.Class, t.Delete)) for s in inner):
        return False
    found = expressions(before)
    mentions = sum(isinstance(e, t.Name) and e.id == name for e in found)
    return mentions == sum(isinstance(used, t.Name) and used.id == name for e in found for used in _used_in_place(e))


def _without_arms_for_keys(body: t.Body, name: str) -> Iterator[t.Stmt]:
    """The statements less what is done where one key of a mapping is there: `if "hook" in options: hook = options.pop("hook")`.

    Where that key is passed, what the arm has made of the mapping is what the variable has.
    """
    for s in body:
        if isinstance(s, t.If) and _asks_for_key(s.test, name):
            yield from s.orelse
        else:
            yield s


def _asks_for_key(test: t.Expr, name: str) -> bool:
    """`key in options`, alone or with more that has to hold."""
    if isinstance(test, t.Boolean):
        return test.operator == "and" and any(_asks_for_key(part, name) for part in test.values)
    right = test.rights[0] if isinstance(test, t.Compare) and test.operators == ("contains",) else None
    return isinstance(right, t.Name) and right.id == name


def _used_in_place(e: t.Expr) -> Iterator[t.Expr]:
    """The mappings of which an expression asks for a key, sets one, or copies what they have: `d[key]`, `key in d`, `**d`."""
    if isinstance(e, t.Subscript):
        yield e.value
    elif isinstance(e, t.Compare) and e.operators in (("contains",), ("not_contains",)):
        yield e.rights[0]
    elif isinstance(e, t.Call):
        if isinstance(e.function, t.Attribute) and e.function.name in _KEEPING:
            yield e.function.value
        yield from (argument.value for argument in e.arguments if argument.star == "**")
