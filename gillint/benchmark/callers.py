"""What a function is called with in its own file, and the statements that make it: inputs as real as can be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from gillint.benchmark.scopes import BUILTINS, bound_names, dotted, read_names
from gillint.benchmark.slicing import is_evaluable, slice_for
from gillint.benchmark.user_file import Function, UserFile

# Callers of callers that are looked at.
_DEEPEST = 3
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Passed:
    """What one call in the file passes.

    Attributes:
        values: an expression for each parameter that is known.
        before: the statements that make the names in them, where these are local to the caller.
    """

    values: tuple[tuple[str, ast.expr], ...] = ()
    before: tuple[ast.stmt, ...] = ()

    def get(self, name: str) -> ast.expr | None:
        """The expression for a parameter."""
        return next((value for parameter, value in self.values if parameter == name), None)


def passed_to(file: UserFile, function: Function, called: str, names: list[str], depth: int = _DEEPEST) -> Passed:
    """The arguments of the call or hand-over in the file that tells most; at the top rather than in a function.

    Args:
        file: the user's.
        function: what is called.
        called: the name that it is called by, a class's for its `__init__`.
        names: its parameters by position.
        depth: how many callers of callers are looked at.
    """
    calls = [n for n in ast.walk(file.tree) if isinstance(n, ast.Call) and not _inside(file, n, function)]
    best = Passed()
    for call in calls:
        values = bound_arguments(file, call, called, names)
        usable = tuple((k, v) for k, v in values if is_evaluable(v, file.statements))
        if len(usable) > len(best.values):
            best = Passed(usable)
    for call in calls if depth > 0 else ():
        found = _from_caller(file, call, called, names, depth)
        if len(found.values) > len(best.values):
            best = found
    return best


def _inside(file: UserFile, node: ast.AST | None, function: ast.AST) -> bool:
    while node is not None and node is not function:
        node = file.reader.parent(node)
    return node is function


def _from_caller(file: UserFile, call: ast.Call, called: str, names: list[str], depth: int) -> Passed:
    """What a call in another function passes: its local names are made as the other function makes them."""
    values = tuple(bound_arguments(file, call, called, names))
    caller = _function_around(file, call)
    if not values or caller is None:
        return Passed()
    path = tuple(_leading_to(file, call, caller))
    top = frozenset(bound_names(file.statements))
    local = bound_names(path) | {a.arg for a in _parameters(caller)}
    cut = slice_for({n for _, v in values for n in read_names([v])}, path, (top - local) | BUILTINS)
    given = passed_to(file, caller, caller.name, [a.arg for a in _parameters(caller)], depth - 1)
    before: list[ast.stmt] = list(given.before)
    unknown = set(cut.undefined)
    for name, value in (*_defaults(caller), *given.values):
        if name in cut.undefined:
            before.append(_assignment(ast.Name(name, ast.Store()), value))
            unknown.discard(name)
    if any(
        isinstance(n, (ast.Await, ast.Yield, ast.YieldFrom, ast.Return)) for s in cut.statements for n in ast.walk(s)
    ):
        return Passed()
    known = tuple((k, v) for k, v in values if not read_names([v]) & unknown)
    if unknown and any(read_names([s]) & unknown for s in cut.statements):
        return Passed()
    return Passed(known, (*before, *cut.statements))


def _parameters(function: Function) -> tuple[ast.arg, ...]:
    return (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)


def _defaults(function: Function) -> Iterator[tuple[str, ast.expr]]:
    positional = [*function.args.posonlyargs, *function.args.args]
    for parameter, default in zip(reversed(positional), reversed(function.args.defaults), strict=False):
        yield parameter.arg, default
    for parameter, only in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if only is not None:
            yield parameter.arg, only


def _function_around(file: UserFile, node: ast.AST) -> Function | None:
    """The function that a call stands in, where that is no method and no function of a function."""
    around = [n for n in _parents(file, node) if isinstance(n, (*_SCOPES, ast.ClassDef))]
    only = around[0] if len(around) == 1 else None
    return only if isinstance(only, (ast.FunctionDef, ast.AsyncFunctionDef)) else None


def _parents(file: UserFile, node: ast.AST) -> Iterator[ast.AST]:
    parent = file.reader.parent(node)
    while parent is not None:
        yield parent
        parent = file.reader.parent(parent)


def _leading_to(file: UserFile, call: ast.Call, caller: Function) -> Iterator[ast.stmt]:
    """The statements of a function that come before a call, each loop in its first turn."""
    way = [call, *_parents(file, call)]
    way = way[: way.index(caller) + 1][::-1]
    for outer, inner in pairwise(way):
        if isinstance(outer, (ast.For, ast.AsyncFor)) and inner is not outer.iter:
            yield _assignment(outer.target, _first_of(outer.iter))
        if isinstance(outer, (ast.With, ast.AsyncWith)) and inner in outer.body:
            for item in outer.items:
                if item.optional_vars is not None:
                    entered = ast.parse(f"({ast.unparse(item.context_expr)}).__enter__()", mode="eval").body
                    yield _assignment(item.optional_vars, entered)
        for generator in getattr(outer, "generators", []):
            if inner is not generator:
                yield _assignment(generator.target, _first_of(generator.iter))
        for block in (getattr(outer, name, []) for name in ("body", "orelse", "finalbody")):
            if isinstance(block, list) and inner in block:
                yield from block[: block.index(inner)]


def _assignment(target: ast.expr, value: ast.expr) -> ast.stmt:
    return ast.parse(f"{ast.unparse(target)} = {ast.unparse(value)}").body[0]


def bound_arguments(file: UserFile, call: ast.Call, name: str, names: list[str]) -> Iterator[tuple[str, ast.expr]]:
    """The parameters of a function of this name that a call, or a hand-over of the function, passes."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    handed = [i for i, a in enumerate(call.args) if (dotted(a) or "").rsplit(".", 1)[-1] == name]
    target = next((k.value for k in call.keywords if k.arg in ("target", "func")), None)
    if called == name:
        values = call.args
        for keyword in call.keywords:
            if keyword.arg in names and keyword.arg is not None:
                yield keyword.arg, _seen_from_top(file, call, keyword.value)
    elif target is not None and (dotted(target) or "").rsplit(".", 1)[-1] == name:
        given = next((k.value for k in call.keywords if k.arg == "args"), None)
        values = given.elts if isinstance(given, (ast.Tuple, ast.List)) else []
    elif handed and called in ("map", "imap", "imap_unordered", "starmap"):
        values = [_first_of(v) for v in call.args[handed[0] + 1 :]] if called != "starmap" else []
    elif handed:
        values = call.args[handed[0] + 1 :]
    else:
        return
    for parameter, value in zip(names, values, strict=False):
        if isinstance(value, ast.Starred):
            return
        yield parameter, _seen_from_top(file, call, value)


def _first_of(iterable: ast.expr) -> ast.expr:
    return ast.parse(f"next(iter({ast.unparse(iterable)}))", mode="eval").body


def _seen_from_top(file: UserFile, call: ast.AST, value: ast.expr) -> ast.expr:
    """The value with a loop's variable replaced by the first thing that the loop goes through."""
    if not isinstance(value, ast.Name):
        return value
    node: ast.AST | None = call
    while node is not None:
        loops = [node] if isinstance(node, ast.For) else getattr(node, "generators", [])
        for loop in loops:
            if isinstance(loop.target, ast.Name) and loop.target.id == value.id:
                return _first_of(loop.iter)
        node = file.reader.parent(node)
    return value
