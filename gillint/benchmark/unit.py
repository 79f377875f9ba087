"""What one run of a benchmark executes: a statement, a call of a function or a method, a task of a hand-over."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gillint.benchmark.arguments import Arguments, arguments_of, fields_of, names_in
from gillint.benchmark.scopes import bound_names, dotted, needed_globals
from gillint.benchmark.shapes import Made, make
from gillint.benchmark.slicing import own_for_each_run
from gillint.benchmark.user_file import Function, NotMeasurable, UserFile, to_local_server
from gillint.benchmark.uses import wanted_by
from gillint.measure.script import Piece
from gillint.regions.find import Region
from gillint.resolve.trace import Kind


@dataclass(frozen=True, slots=True)
class Unit:
    """What one run executes.

    Attributes:
        body: the statements of the work, as text with the line in the user's file where it was copied.
        needs: names that it reads from the module.
        before: assignments that each run makes anew.
        arguments: for each input of the work, its name and how it is made.
        is_async: it awaits.
        words: what it is, for people.
        upto: of a statement at the top of the module, its position.
        runs: of a call, the name of the function or the class.
        making: statements of a caller that make what the arguments are made of.
    """

    body: tuple[Piece, ...]
    needs: frozenset[str]
    before: tuple[ast.stmt, ...] = ()
    arguments: tuple[tuple[str, Made], ...] = ()
    is_async: bool = False
    words: str = ""
    upto: int | None = None
    runs: str | None = None
    making: tuple[ast.stmt, ...] = ()


def unit_of(file: UserFile, region: Region, given: frozenset[str]) -> Unit:
    """What one run of a region's benchmark executes.

    Raises:
        NotMeasurable: nothing in sight says how to run it.
    """
    if region.kind is Kind.SUBMISSION:
        found = _worker(file, region, given)
        if found is not None:
            return found
    around = _around(file.tree, region.span.line)
    functions = [n for n in around if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    if functions:
        owner = next((n for n in around if isinstance(n, ast.ClassDef)), None)
        if owner is not None and around.index(owner) < around.index(functions[0]):
            return _method(file, owner, functions[0], given)
        return _function(file, functions[0], given)
    for i, statement in enumerate(file.statements):
        if _holds(statement, region.span.line):
            return _statement(file, statement, i)
    raise NotMeasurable(f"line {region.span.line} is in no statement that could be run on its own")


def _holds(node: ast.AST, line: int) -> bool:
    first = getattr(node, "lineno", None)
    last = getattr(node, "end_lineno", None)
    return first is not None and last is not None and first <= line <= last


def _around(tree: ast.AST, line: int) -> list[ast.stmt]:
    """The functions and classes around a line, outermost first."""
    found: list[ast.stmt] = []
    stack: list[ast.AST] = [tree]
    while stack:
        for child in ast.iter_child_nodes(stack.pop()):
            if _holds(child, line) or (not hasattr(child, "lineno")):
                if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    found.append(child)
                stack.append(child)
    return sorted(found, key=lambda n: n.lineno)


def _statement(file: UserFile, statement: ast.stmt, position: int) -> Unit:
    """A statement at the top of the module, together with what it starts from."""
    before: list[ast.stmt] = []
    for earlier in file.statements[:position]:
        if own_for_each_run(earlier, statement):
            before = [b for b in before if bound_names([b]) != bound_names([earlier])]
            before.append(earlier)
    pieces = (*(file.text(b) for b in before), file.text(statement))
    is_async = any(isinstance(n, (ast.Await, ast.AsyncFor, ast.AsyncWith)) for n in _own_nodes(statement))
    code = "\n".join(p.text for p in pieces)
    whole = f"{'async ' if is_async else ''}def gillint_work():\n{textwrap.indent(code, '    ')}"
    needs = _needed(whole)
    started = {name for b in before for name in bound_names([b])}
    unset = _read_before_set(statement) - started
    arguments = [Piece(f"{name} = 0") for name in sorted(unset)]
    return Unit(
        (*arguments, *pieces),
        needs,
        tuple(before),
        (),
        is_async,
        f"line {statement.lineno} of {Path(file.path).name}",
        position,
    )


def _read_before_set(statement: ast.stmt) -> set[str]:
    """Names that are added to (`total += x`) and nowhere set in the statement."""
    added = {
        n.target.id for n in ast.walk(statement) if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)
    }
    plain = {
        n.id
        for parent in ast.walk(statement)
        if not isinstance(parent, ast.AugAssign)
        for n in ast.iter_child_nodes(parent)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    return added - plain


def _own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement that are in no function inside it."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            stack.extend(ast.iter_child_nodes(node))


def _needed(code: str) -> frozenset[str]:
    try:
        return needed_globals(code)
    except SyntaxError as error:
        raise NotMeasurable(f"this Python cannot compile the code on its own: {error.msg}") from error


def _function(file: UserFile, function: Function, given: frozenset[str]) -> Unit:
    """A call of a function, with the arguments of a call in the file, or inferred ones."""
    if any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in _own_nodes_of(function)):
        return _call(file, function, f"for _ in {function.name}({{}}): pass", function.name, given)
    return _call(file, function, f"{function.name}({{}})", function.name, given)


def _own_nodes_of(function: Function) -> Iterator[ast.AST]:
    for statement in function.body:
        yield from _own_nodes(statement)


def _call(
    file: UserFile,
    function: Function,
    template: str,
    needs: str,
    given: frozenset[str],
    *,
    bound: bool = False,
    owner: ast.ClassDef | None = None,
) -> Unit:
    given_by = arguments_of(file, function, given, skip_first=bound, owner=owner)
    arguments = given_by.made
    text = template.format(", ".join(_passed(function, name) for name, _ in given_by.made))
    is_async = isinstance(function, ast.AsyncFunctionDef)
    if is_async:
        is_generator = any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in _own_nodes_of(function))
        text = text.replace("for _ in", "async for _ in") if is_generator else f"await {text}"
    if owner is not None and given_by.receiver is not None:
        arguments = ((_object_name(owner), given_by.receiver), *arguments)
    local = bound_names(given_by.before)
    wanted = {n for _, made in arguments for n in names_in(made.expression)} - local
    wanted |= {needs, *_needed("\n".join(map(ast.unparse, given_by.before)))}
    words = f"a call of {function.name}() of {Path(file.path).name}"
    return Unit(
        (Piece(text),), frozenset(wanted), (), arguments, is_async, words, runs=needs, making=given_by.before
    )  # fmt: skip


def _passed(function: Function, name: str) -> str:
    return f"{name}={name}" if name in {a.arg for a in function.args.kwonlyargs} else name


def _method(file: UserFile, owner: ast.ClassDef, function: Function, given: frozenset[str]) -> Unit:
    """A call of a method on an object that is constructed."""
    names = {dotted(d) for d in function.decorator_list}
    if "staticmethod" in names or "classmethod" in names:
        return _call(
            file, function, f"{owner.name}.{function.name}({{}})", owner.name, given, bound="classmethod" in names
        )
    init = next((n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
    if function.name == "__init__":
        return _call(file, function, f"{owner.name}({{}})", owner.name, given, bound=True)
    called = f"{_object_name(owner)}.{function.name}"
    is_given = _object_name(owner) in given
    unit = _call(file, function, f"{called}({{}})", owner.name, given, bound=True, owner=None if is_given else owner)
    is_property = "property" in names or "cached_property" in {(n or "").rsplit(".", 1)[-1] for n in names}
    words = f"a call of {owner.name}.{function.name}() of {Path(file.path).name}"
    unit = replace(unit, body=(Piece(called),) if is_property else unit.body, words=words)
    if is_given or any(name == _object_name(owner) for name, _ in unit.arguments):
        return unit
    hidden = init is None and (owner.bases or owner.decorator_list) and not _is_simple(owner)
    if hidden:
        raise NotMeasurable(
            f"how to make a {owner.name} cannot be seen here: give --setup a file that defines "
            f"`{_object_name(owner)}`, an object of that class"
        )
    own = (
        arguments_of(file, init, given, skip_first=True, called=owner.name)
        if init is not None
        else Arguments(tuple(fields_of(file, owner)))
    )
    made = own.made
    inner = ", ".join(f"{name}={m.expression}" for name, m in made)
    words = f"{owner.name}({', '.join(f'{n}: {m.words}' for n, m in made)})"
    built = Made(f"{owner.name}({inner})", frozenset().union(*(m.modules for _, m in made)), words)
    needs = unit.needs | (names_in(built.expression) - bound_names(own.before))
    needs |= _needed("\n".join(map(ast.unparse, own.before)))
    arguments = ((_object_name(owner), built), *unit.arguments)
    return replace(unit, needs=needs, arguments=arguments, making=(*own.before, *unit.making))


def _object_name(owner: ast.ClassDef) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", owner.name).lower().strip("_")


def _is_simple(owner: ast.ClassDef) -> bool:
    decorators = {
        (dotted(d.func if isinstance(d, ast.Call) else d) or "").rsplit(".", 1)[-1] for d in owner.decorator_list
    }
    bases = {(dotted(b) or "").rsplit(".", 1)[-1] for b in owner.bases}
    return decorators <= {"dataclass"} and bases <= {"object", "NamedTuple", "Protocol", "ABC", "Generic", "Thread"}


def _worker(file: UserFile, region: Region, given: frozenset[str]) -> Unit | None:
    """One task of a hand-over."""
    name = (region.handover.worker_name or "") if region.handover is not None else ""
    function = _definition(file.tree, name.split(".")) or file.reader.functions.get(name.rsplit(".", 1)[-1])
    if function is not None:
        owner = next((n for n in _around(file.tree, function.lineno) if isinstance(n, ast.ClassDef)), None)
        return _method(file, owner, function, given) if owner is not None else _function(file, function, given)
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and _at(node, region):
            for argument in (*node.args, *(k.value for k in node.keywords if k.arg in ("target", "func"))):
                if isinstance(argument, ast.Lambda):
                    return _lambda(file, argument)
                qualified = file.reader.qualified(argument)
                wanted = wanted_by(qualified, 0)
                if qualified is not None and wanted is not None and isinstance(argument, (ast.Name, ast.Attribute)):
                    made = make(wanted)
                    text = ast.unparse(argument)
                    needs = frozenset({text.split(".")[0], *names_in(made.expression)})
                    words = f"a call of {qualified}()"
                    return Unit((Piece(f"{text}(value)"),), needs, (), (("value", made),), False, words)
    return None


def _definition(tree: ast.AST, names: list[str]) -> Function | None:
    """The function of a qualified name: `Producer.run`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == names[0]:
            if len(names) > 1:
                return _definition(node, names[1:])
            return node if not isinstance(node, ast.ClassDef) else None
    return None


def _at(node: ast.expr, region: Region) -> bool:
    return node.lineno == region.span.line and region.span.line <= (node.end_lineno or 0)


def _lambda(file: UserFile, node: ast.Lambda) -> Unit:
    names = [a.arg for a in node.args.args[: len(node.args.args) - len(node.args.defaults)]]
    arguments = tuple((n, make(file.reader.of_name(n, node))) for n in names)
    text = f"({to_local_server(ast.unparse(node))})({', '.join(names)})"
    needs = _needed(f"def gillint_work({', '.join(names)}):\n    {text}") | {
        n for _, made in arguments for n in names_in(made.expression)
    }
    return Unit(
        (Piece(text),), needs, (), arguments, False, f"the lambda on line {node.lineno} of {Path(file.path).name}"
    )
