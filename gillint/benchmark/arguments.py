"""What a measured call is given: the arguments of a call in the file, or inferred ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from gillint.benchmark.callers import Passed, passed_to
from gillint.benchmark.scopes import needed_globals
from gillint.benchmark.shapes import Made, make
from gillint.benchmark.user_file import Function, UserFile, to_local_server


@dataclass(frozen=True, slots=True)
class Arguments:
    """The parameters that a call is given, each with how its value is made, and the statements that make local names first.

    `receiver` is the object of a method, where a call in the file tells it.
    """

    made: tuple[tuple[str, Made], ...]
    before: tuple[ast.stmt, ...] = ()
    receiver: Made | None = None


def arguments_of(
    file: UserFile,
    function: Function,
    given: frozenset[str],
    *,
    skip_first: bool,
    called: str | None = None,
    owner: ast.ClassDef | None = None,
) -> Arguments:
    """The parameters that a call has to give, or that a call in the file gives; of a method of `owner`, its object, too."""
    positional = [*function.args.posonlyargs, *function.args.args][int(skip_first) :]
    passed = passed_to(file, function, called or function.name, [p.arg for p in positional], owner)
    made = tuple(_made(file, function, given, passed, positional))
    value = passed.get("self") if owner is not None else None
    receiver = _as_passed(value) if value is not None else None
    used = receiver is not None or any(name not in given and passed.get(name) is not None for name, _ in made)
    return Arguments(made, passed.before if used else (), receiver)


def _as_passed(value: ast.expr) -> Made:
    text = ast.unparse(value)
    return Made(to_local_server(text), frozenset(), f"`{text}`")


def _made(
    file: UserFile, function: Function, given: frozenset[str], passed: Passed, positional: list[ast.arg]
) -> Iterator[tuple[str, Made]]:
    without_default = (
        positional[: len(positional) - len(function.args.defaults)] if function.args.defaults else positional
    )
    keyword_only = [a for a, d in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True) if d is None]
    for parameter in (*positional, *function.args.kwonlyargs):
        name = parameter.arg
        value = passed.get(name)
        if name in given:
            yield name, Made(name, frozenset(), "as given")
        elif value is not None:
            yield name, _as_passed(value)
        elif parameter in without_default or parameter in keyword_only:
            yield name, make(file.reader.of_parameter(parameter, function))


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
    """The names that an expression needs from outside."""
    return needed_globals(expression)
