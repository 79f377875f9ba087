"""What a measured call is given: the arguments of a call in the file, or inferred ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gillint.benchmark.scopes import dotted
from gillint.benchmark.shapes import Made, make
from gillint.benchmark.slicing import is_evaluable
from gillint.benchmark.user_file import Function, UserFile, to_local_server


def arguments_of(
    file: UserFile, function: Function, given: frozenset[str], *, skip_first: bool
) -> Iterator[tuple[str, Made]]:
    """The parameters that a call has to give, or that a call in the file gives, each with how its value is made."""
    positional = [*function.args.posonlyargs, *function.args.args][int(skip_first) :]
    without_default = (
        positional[: len(positional) - len(function.args.defaults)] if function.args.defaults else positional
    )
    keyword_only = [a for a, d in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True) if d is None]
    passed = _passed_somewhere(file, function, [p.arg for p in positional])
    for parameter in (*positional, *function.args.kwonlyargs):
        name = parameter.arg
        if name in given:
            yield name, Made(name, frozenset(), "as given")
        elif name in passed:
            text = ast.unparse(passed[name])
            yield name, Made(to_local_server(text), frozenset(), f"`{text}`")
        elif parameter in without_default or parameter in keyword_only:
            yield name, make(file.reader.of_parameter(parameter, function))


def _passed_somewhere(file: UserFile, function: Function, names: list[str]) -> dict[str, ast.expr]:
    """The arguments of a call or a hand-over in the file that can be evaluated at its top."""
    best: dict[str, ast.expr] = {}
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and not _inside(node, function):
            found = dict(_bound_arguments(file, node, function.name, names))
            usable = {k: v for k, v in found.items() if is_evaluable(v, file.statements)}
            if len(usable) > len(best):
                best = usable
    return best


def _inside(node: ast.AST, function: ast.AST) -> bool:
    return any(inner is node for inner in ast.walk(function))


def _bound_arguments(file: UserFile, call: ast.Call, name: str, names: list[str]) -> Iterator[tuple[str, ast.expr]]:
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


def fields_of(file: UserFile, owner: ast.ClassDef) -> Iterator[tuple[str, Made]]:
    """The fields of a dataclass or a NamedTuple that have no default."""
    if not owner.decorator_list and not owner.bases:
        return
    for statement in owner.body:
        if isinstance(statement, ast.AnnAssign) and statement.value is None and isinstance(statement.target, ast.Name):
            argument = ast.arg(arg=statement.target.id, annotation=statement.annotation)
            fake = ast.FunctionDef(
                name="_", args=ast.arguments([], [], None, [], [], None, []), body=[], decorator_list=[]
            )
            yield statement.target.id, make(file.reader.of_parameter(argument, fake))


def names_in(expression: str) -> frozenset[str]:
    """The names that an expression reads."""
    return frozenset(n.id for n in ast.walk(ast.parse(expression, mode="eval")) if isinstance(n, ast.Name))
